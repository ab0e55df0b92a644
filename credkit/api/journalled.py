"""Signing that the author's journal knows of: see ``credkit.journal.linking``, which is loaded only where a journal is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from credkit.api.lifted import Texts
from credkit.api.statements import Statements
from credkit.assets import Source
from credkit.limits import Limits
from credkit.sign.builder import Builder

__all__ = ["journalled"]


@contextmanager
def journalled(
    journal: str | os.PathLike[str] | None,
    builder: Builder,
    source: Source,
    *,
    name: str,
    statements: Statements,
    texts: Texts,
    limits: Limits,
) -> Iterator[Callable[[object], tuple[str, ...]]]:
    """Tie what is signed inside of the block to ``journal``; to be called with the output when it is there, it answers with notes.

    ``statements`` are those before anything was withheld, since the journal stays with its author. Errors as ``announced``.
    """
    if journal is None:
        yield lambda _: ()
        return
    from credkit.journal.linking import Told, announced

    best = texts.lifted[0] if texts.lifted else None
    told = Told(
        generation=statements.generation or (best.generation if best else None),
        prompt=statements.prompt or (best.prompt if best else None),
        negative_prompt=statements.negative_prompt or (best.negative_prompt if best else None),
        seed=statements.seed or (best.seed if best else None),
        remarks=best.remarks if best else (),
    )
    with announced(Path(journal), builder, source, name=name, told=told, limits=limits) as announcement:
        yield announcement.signed
