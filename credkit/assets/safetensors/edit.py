"""Put a store into the header of a SafeTensors file, exchange it, take it out, with every other byte as it was.

The length of the header is hashed, so that it has to be right before the store is signed. The header keeps its length modulo eight: spaces
behind the JSON text make up for what the store adds, as the format's own library aligns the tensors.
"""

from __future__ import annotations

from base64 import b64encode

from credkit.assets.edited import Replacement, splice
from credkit.assets.layout import Edit, Layout, Span, StoreLocation
from credkit.assets.safetensors.header import MANIFEST_KEY, Header, Member
from credkit.assets.source import Source

__all__ = ["edited", "incomplete", "laid_out"]

_ALIGNMENT = 8
_MEMBER = f'"{MANIFEST_KEY}":"'.encode()


def laid_out(source: Source, header: Header, media_type: str) -> Layout:
    """What the header says about the store; tensors that do not fill the file are a remark."""
    return Layout(
        media_type=media_type,
        size=source.size,
        stores=tuple(_location(member) for member in header.manifests),
        insert_at=header.manifests[0].span.start if header.manifests else _place(source, header)[0].start,
        end=min(header.end + header.tensors_end, source.size),
        remarks=tuple(filter(None, (incomplete(source, header),))),
    )


def edited(source: Source, header: Header, store: bytes | None) -> Edit:
    """The value of the first manifest exchanged and further ones taken out, a member put first into ``__metadata__``, or all taken out."""
    if store is None:
        changes = _without(source, header)
        return Edit(pieces=splice(source.size, [*changes, *_consequences(source, header, changes)]))
    value = b64encode(store)
    if header.manifests:
        changes = [Replacement(header.manifests[0].value, value), *_without_members(header.manifests[1:])]
        start = header.manifests[0].value.start
    else:
        place, before, after = _place(source, header)
        changes = [Replacement(place, before + value + after)]
        start = place.start + len(before)
    pieces = splice(source.size, [*changes, *_consequences(source, header, changes)])
    return Edit(pieces=pieces, exclusions=(Span(start, len(value)),))


def _location(member: Member) -> StoreLocation:
    return StoreLocation(slices=(member.value,), frame=(member.value,), base64=True, pinned=True)


def incomplete(source: Source, header: Header) -> str | None:
    """Why the tensors do not fill the rest of the file, in words; None when they do."""
    there = source.size - header.end
    if header.tensors_end == there:
        return None
    return f"the tensors end after {header.tensors_end:,} bytes as the header says, but {there:,} bytes follow it"


def _place(source: Source, header: Header) -> tuple[Span, bytes, bytes]:
    """What a first manifest replaces, mostly nothing, and what has to stand around its value there."""
    if header.metadata is None:
        place = Span(header.text.start + 1, 0)
        return place, b'"__metadata__":{' + _MEMBER, b'"},' if header.members else b'"}'
    if source.read(header.metadata.start, 1) != b"{":
        return header.metadata, b"{" + _MEMBER, b'"}'
    place = Span(header.metadata.start + 1, 0)
    # The space tells that the object stood there empty, and is to stay when the manifest is taken out.
    return (place, _MEMBER, b'",') if header.metadata_members else (place, b" " + _MEMBER, b'"')


def _without(source: Source, header: Header) -> list[Replacement]:
    """What takes all manifests out, and ``__metadata__`` with them where nothing else is in it."""
    if not header.manifests or header.metadata is None or header.metadata_member is None:
        return []
    if header.metadata_members > len(header.manifests):
        return _without_members(header.manifests)
    inside = header.metadata.start + 1
    if source.read(inside, 1) == b'"':
        return [Replacement(header.metadata_member)]
    return [Replacement(Span(inside, header.manifests[-1].span.end - inside))]


def _without_members(members: tuple[Member, ...]) -> list[Replacement]:
    """What takes members out of an object that keeps others: the comma behind goes with those that
    begin it, the one before with the rest.
    """
    changes, leading = [], True
    follows: int | None = None
    for member in members:
        leading = leading and member.comma_before == follows
        start = member.span.start if leading or member.comma_before is None else member.comma_before
        end = member.comma_after + 1 if leading and member.comma_after is not None else member.span.end
        changes.append(Replacement(Span(start, end - start)))
        follows = member.comma_after
    return changes


def _consequences(source: Source, header: Header, changes: list[Replacement]) -> list[Replacement]:
    """The spaces that keep the length of the header modulo eight, and the length itself, where it changes.

    They are those that the file would have if the manifest were put into it bare, so that taking it out again leaves no trace.
    """
    growth = sum(change.growth for change in changes)
    here = -sum(change.growth for change in _without(source, header))
    spaces = -(here + growth) % _ALIGNMENT - -here % _ALIGNMENT
    if -spaces > header.end - header.text.end:
        spaces += _ALIGNMENT
    found: list[Replacement] = []
    if spaces:
        found.append(Replacement(Span(header.end + min(spaces, 0), max(-spaces, 0)), b" " * max(spaces, 0)))
    if growth + spaces:
        length = header.end - 8 + growth + spaces
        found.append(Replacement(Span(0, 8), length.to_bytes(8, "little")))
    return found
