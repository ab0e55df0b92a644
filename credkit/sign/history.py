"""History is never dropped by accident.

A file that carries credentials and is signed anew must keep them as its parent's, or the caller says that he means to drop them.
"""

from __future__ import annotations

from credkit.assets import Source
from credkit.errors import HistoryError, MalformedError
from credkit.load import load_store
from credkit.manifest.store import parse_store

__all__ = ["guard_history"]


def guard_history(source: Source, kept: frozenset[str], *, drop: bool, sidecar: Source | None = None) -> None:
    """``HistoryError`` when the source's own active manifest is not among those ``kept`` (labels that the new store contains).

    ``sidecar`` is the manifest store beside the source; it counts when there is none inside.
    """
    located = load_store(source, sidecar=sidecar)
    holds_store = located.store is not None or (located.layout is not None and bool(located.layout.stores))
    if drop or not holds_store:
        return
    label = None
    if located.store is not None:
        try:
            active = parse_store(located.store).active
            label = active.label if active else None
        except MalformedError:
            label = None
    if label in kept:
        return
    what = f"credentials ({label})" if label else "credentials that cannot be read"
    place = " in a file beside it" if located.location == "sidecar" else ""
    raise HistoryError(
        f"the file already carries {what}{place}, and signing would drop them: sign it as an edit of itself "
        "(--edited, or Builder.add_parent), or say --drop-history (drop_history=True) if its history is meant to be lost"
    )
