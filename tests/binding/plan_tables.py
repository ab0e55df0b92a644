"""Bindings that are about to be made: over which bytes each digest is to be taken, and what then is stated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from credkit.assets import BytesSource, Span, detect
from credkit.binding import BINDERS, Output
from credkit.binding.parts import with_parts
from credkit.codec import cbor
from credkit.errors import CredkitError
from credkit.limits import DEFAULT_LIMITS
from tests.binding.small_files import EXIF, JPEG, PNG, RESTARTS, STORE, WAV, WEBP, with_store
from tests.forge.bmff import box, film

__all__ = ["PLANS"]

DATA, BOXES, BMFF = "c2pa.hash.data", "c2pa.hash.boxes", "c2pa.hash.bmff.v3"
FILM = b"".join(film())
Make = Callable[[], Iterator[str]]


def plan(
    binding: str,
    asset: bytes,
    *,
    store: bytes | None = STORE,
    parts: bool = False,
    algorithm: str = "sha256",
    parts_limit: int = DEFAULT_LIMITS.parts,
    cbor_items: int = DEFAULT_LIMITS.cbor_items,
) -> Make:
    """What is planned for ``asset`` when ``store`` comes to lie in it; beside it for None."""

    def make() -> Iterator[str]:
        source = BytesSource(asset)
        found = detect(source)
        assert found is not None
        layout = found.scan(source)
        edit = None if store is None else found.embed(source, layout, store)
        most = replace(DEFAULT_LIMITS, parts=parts_limit, cbor_items=cbor_items)
        output = Output(source=source, layout=layout, format=found, edit=edit, algorithm=algorithm, limits=most)
        yield f"{output.usual_binding}, {output.written.size} bytes, without {_pieces(output.exclusions) or 'nothing'}"
        try:
            planned = BINDERS[binding](output)
            planned = with_parts(output, planned) if parts else planned
        except CredkitError as error:
            yield f"{type(error).__name__}: {error}"
            return
        for number, pieces in enumerate(planned.parts, 1):
            yield f"digest {number} over {_pieces(pieces)}"
        blank, empty = planned.blank
        yield f"{len(cbor.encode(blank.payload()))} bytes when blank"
        statement, pieces = planned.of([bytes((number,)) * 32 for number, _ in enumerate(planned.parts, 1)])
        yield f"{statement.label}: {_stated(statement.payload())}"
        assert [(part.span, part.optional) for part in empty] == [(part.span, part.optional) for part in pieces]
        for part in pieces:
            optional = ", may be taken away" if part.optional else ""
            yield f"part {_pieces((part.span,))}{optional}, {part.statement.label}: {_stated(part.statement.payload())}"

    return make


def _pieces(parts: tuple[Span | bytes, ...]) -> str:
    return " ".join(part.hex() if isinstance(part, bytes) else f"{part.start}+{part.length}" for part in parts)


def _stated(value: Any) -> str:
    """A payload in words; a digest by its first byte."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} {_stated(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_stated, value)) + "]"
    if isinstance(value, bytes):
        return f"<{len(value)} x {value[:1].hex()}>" if value == value[:1] * len(value) else f"<{value.hex()}>"
    return str(value)


PLANS: dict[str, Make] = {
    **{f"{binding} {kind}": plan(binding, asset) for kind, asset in (("JPEG", JPEG), ("PNG", PNG)) for binding in (DATA, BOXES)},
    f"{DATA} WAV": plan(DATA, WAV),
    f"{BOXES} WAV": plan(BOXES, WAV),
    f"{BOXES} WebP": plan(BOXES, WEBP),
    f"{DATA} sha512": plan(DATA, JPEG, algorithm="sha512"),
    f"{BOXES} sha512": plan(BOXES, JPEG, algorithm="sha512"),
    f"{DATA} beside the file": plan(DATA, JPEG, store=None),
    f"{BOXES} beside the file": plan(BOXES, JPEG, store=None),
    f"{DATA} an old store": plan(DATA, with_store(JPEG, STORE + bytes(9))),
    f"{BOXES} two pictures": plan(BOXES, JPEG + EXIF),
    f"{BOXES} something behind the last box": plan(BOXES, JPEG + b"x"),
    f"{BOXES} as many boxes as allowed": plan(BOXES, JPEG, cbor_items=14),
    f"{BOXES} one box too many": plan(BOXES, JPEG, cbor_items=13),
    f"{BOXES} a film": plan(BOXES, FILM),
    f"{BMFF} a film": plan(BMFF, FILM),
    f"{BMFF} a film with sha384": plan(BMFF, FILM, algorithm="sha384"),
    f"{BMFF} a film beside": plan(BMFF, FILM, store=None),
    f"{BMFF} a film with a table to jump by": plan(BMFF, FILM + box("mfra", b"x")),
    # Parts.
    "parts of two pictures and a film": plan(DATA, EXIF + RESTARTS + FILM, parts=True),
    "parts of a picture and notes": plan(DATA, JPEG + b"notes", parts=True),
    "parts of two pictures and notes": plan(DATA, JPEG + JPEG + b"notes", parts=True, algorithm="sha384"),
    "parts of a picture and half of another": plan(DATA, JPEG + JPEG[:90], parts=True),
    "parts of one picture": plan(DATA, JPEG, parts=True),
    "parts beside the file": plan(DATA, JPEG + RESTARTS, store=None, parts=True),
    "parts bound by boxes": plan(BOXES, JPEG + RESTARTS, parts=True),
    "parts of a PNG": plan(DATA, PNG + b"behind", parts=True),
    "parts of a PNG without anything behind": plan(DATA, PNG, parts=True),
    "parts of a WAV": plan(DATA, WAV + b"behind", parts=True),
    "parts of a broken picture": plan(DATA, JPEG[:-2], parts=True),
    "as many parts as allowed": plan(DATA, JPEG + JPEG + b"notes", parts=True, parts_limit=3),
    "one part too many": plan(DATA, JPEG + JPEG + b"notes", parts=True, parts_limit=2),
}
