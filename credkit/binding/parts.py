"""Hashes for the parts of a file, beside that of the whole: pictures behind the first (a gain map), a film, what a device appended.

Clause: "Multi-Asset Hash" (anchor ``_multi_asset_hash``). Every part gets a data hash of its own, and all but the first, which holds the
store, may be taken away. How such hashes are checked is in ``multi_asset``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from credkit.assets import Span
from credkit.assets.engine import HashedParts, included
from credkit.binding.output import Output, PartHash, PlannedBinding
from credkit.dataclass import replace
from credkit.errors import AssetError, MalformedError
from credkit.manifest.assertions.data_hash import DataHash

__all__ = ["with_parts"]


def with_parts(output: Output, planned: PlannedBinding) -> PlannedBinding:
    """The hard binding with a hash for each part beside it; ``AssetError`` for a file of one part, or of more than the limit."""
    parts = tuple(_parts(output))
    if len(parts) < 2:
        raise AssetError(f"this {output.format.name} has one part only, with nothing behind its picture: leave the parts (--parts) out")
    if len(parts) > output.limits.parts:
        raise AssetError(f"this {output.format.name} has more than {output.limits.parts:,} parts, too many to be listed: leave --parts out")
    whole = len(planned.parts)

    def part_hashes(digests: Sequence[bytes]) -> tuple[PartHash, ...]:
        hashes = (_hash(output, span, digest) for span, digest in zip(parts, digests[whole:], strict=True))
        return tuple(PartHash(span=span, statement=made, optional=span.start > 0) for span, made in zip(parts, hashes, strict=True))

    return replace(
        planned,
        parts=(*planned.parts, *(_content(output, span) for span in parts)),
        state=lambda digests: planned.state(digests[:whole]),
        part_hashes=part_hashes,
    )


def _parts(output: Output) -> Iterator[Span]:
    """The parts one behind the other: whole pictures, and the rest, whatever it is."""
    written, start = output.written, 0
    layout = output.format.scan(written, output.limits)
    end = 0
    try:
        for box in output.format.boxes(written, layout, output.limits):
            end = box.span.end
            if box.name == "EOI":
                yield Span(start, end - start)
                start = end
    except MalformedError as error:
        if not start:
            raise AssetError(f"the parts of this {output.format.name} cannot be told apart: {error}") from None
        end = start
    if start < end < written.size:
        yield Span(start, end - start)
        start = end
    if start < written.size:
        yield Span(start, written.size - start)


def _content(output: Output, part: Span) -> HashedParts:
    """What the digest of a part is taken over: all of it but the store."""
    spans = included(output.written.size, output.exclusions)
    clipped = (Span(max(span.start, part.start), min(span.end, part.end) - max(span.start, part.start)) for span in spans)
    return tuple(span for span in clipped if span.length > 0)


def _hash(output: Output, part: Span, digest: bytes) -> DataHash:
    inside = (span for span in output.exclusions if part.start <= span.start and span.end <= part.end)
    return DataHash(digest, exclusions=tuple((span.start - part.start, span.length) for span in inside), alg=output.algorithm)
