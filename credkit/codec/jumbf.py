"""JUMBF boxes (ISO 19566-5) as C2PA uses them: bytes to a tree of boxes and back.

A superbox (``jumb``) is a description box (``jumd``) followed by content boxes and child superboxes. Every parsed box keeps the buffer
and the span it came from, so that hashes are taken over stored bytes and never over a re-encoding.

Clause: "JUMBF" (anchor ``_general_c2pa_jumbf_requirements``) and "Hashing JUMBF boxes" (anchor ``_hashing_jumbf_boxes``): the
hash of a superbox covers everything after its own 8- or 16-byte header.
"""

from __future__ import annotations

from struct import Struct

from credkit.codec.binary import Cursor
from credkit.dataclass import dataclass, field
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = [
    "BOX_HEADER",
    "ContentBox",
    "Description",
    "Superbox",
    "box_type",
    "build_box",
    "build_superbox",
    "parse_superbox",
    "valid_label",
]

_CODE = "manifest.inaccessible.malformed"
BOX_HEADER = 8
"""Bytes of the header of a box that is built here: its length and type, which the hash of a superbox leaves out."""
_REQUESTABLE, _LABEL, _ID, _HASH, _PRIVATE = 0x01, 0x02, 0x04, 0x08, 0x10
_RESERVED = 0xE0
_USUAL = _REQUESTABLE | _LABEL
_LABEL_AT = 17
"""Bytes of the type and the toggles, which come first."""
_SALT_SIZES = (16, 32)
_HEADER = Struct(">I4s")
_DESCRIPTION = "JUMBF description box"
_UUID_TAIL = bytes.fromhex("00110010800000AA00389B71")
_FORBIDDEN_IN_LABELS = frozenset("/;?#\ufeff\uffff")


def box_type(four_cc: str) -> bytes:
    """The 16-byte UUID of a C2PA or JUMBF content type given by four characters (``c2pa``, ``cbor`` ...)."""
    return four_cc.encode("ascii") + _UUID_TAIL


def valid_label(label: str) -> bool:
    """Whether a label obeys the character rules (anchor ``jumbf_labels``): no controls, ``/ ; ? #``, surrogates or noncharacters."""
    if label.isascii() and label.isprintable():
        return bool(label) and _FORBIDDEN_IN_LABELS.isdisjoint(label)
    return bool(label) and not any(
        c in _FORBIDDEN_IN_LABELS or c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in label
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ContentBox:
    """A box that is not a superbox: ``type`` is its four-character code, ``payload`` what follows its header."""

    type: str
    payload: bytes
    offset: int = 0
    """Where the box header starts in the parsed buffer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """A ``jumd`` box: what the superbox is and how it is called."""

    type: bytes
    """16-byte UUID."""
    label: str | None
    toggles: int
    salt: bytes | None = None
    identifier: int | None = None
    sha256: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Superbox:
    """A ``jumb`` box as stored: its description and its children in file order."""

    description: Description
    children: tuple[Superbox | ContentBox, ...]
    superboxes: tuple[Superbox, ...] = field(repr=False, compare=False)
    """Those of the children that are superboxes."""
    data: bytes = field(repr=False)
    """The buffer that was parsed."""
    offset: int
    """Where the box header starts in ``data``."""
    header: int
    """Length of the box header: 8, or 16 with an extended length."""
    end: int
    """Where the box ends in ``data``."""
    _by_label: dict[str, Superbox | None] | None = field(default=None, init=False, repr=False, compare=False)

    @property
    def label(self) -> str:
        """The label, empty when the box has none."""
        return self.description.label or ""

    @property
    def type(self) -> bytes:
        """The 16-byte content type."""
        return self.description.type

    @property
    def raw(self) -> bytes:
        """The whole box as stored."""
        return self.data[self.offset : self.end]

    @property
    def hashed(self) -> memoryview:
        """What a C2PA hash of this box covers: everything behind its own header. It is no copy."""
        return memoryview(self.data)[self.offset + self.header : self.end]

    @property
    def contents(self) -> tuple[ContentBox, ...]:
        """Content boxes in file order, padding (``free``) left out."""
        return tuple([child for child in self.children if isinstance(child, ContentBox) and child.type != "free"])

    def content(self, four_cc: str) -> bytes | None:
        """The payload of the one content box of that type; None when there is none or more than one."""
        found = [box.payload for box in self.contents if box.type == four_cc]
        return found[0] if len(found) == 1 else None

    def find(self, label: str) -> Superbox | None:
        """The child superbox with that label.

        None also when two siblings share the label: such a path is unresolvable (anchor ``_standard_uris``), because taking the
        first would let anyone put a second box in front.
        """
        if self._by_label is None:
            # Made once: a store may hold thousands of siblings and as many references to them.
            index: dict[str, Superbox | None] = {}
            for child in self.superboxes:
                index[child.label] = None if child.label in index else child
            object.__setattr__(self, "_by_label", index)
            return index.get(label)
        return self._by_label.get(label)


class _Parser:
    __slots__ = ("boxes", "data", "limits")

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.data = data
        self.limits = limits
        self.boxes = 0

    def header(self, start: int, end: int, where: str = "JUMBF") -> tuple[str, int, int]:
        """Type, header length and end of the box at ``start``, in a box that ends at ``end``."""
        self.boxes += 1
        if self.boxes > self.limits.jumbf_boxes:
            raise self.cursor(start, end, where).error(f"more than {self.limits.jumbf_boxes:,} boxes")
        if start + 8 <= end:
            length, kind = _HEADER.unpack_from(self.data, start)
            if 8 <= length <= end - start:
                return kind.decode("latin-1"), 8, start + length
        return self.unusual_header(self.cursor(start, end, where))

    def cursor(self, start: int, end: int, where: str = "JUMBF") -> Cursor:
        return Cursor(self.data, code=_CODE, where=where, start=start, end=end)

    def unusual_header(self, cursor: Cursor) -> tuple[str, int, int]:
        """One with a 64-bit length, or one that is refused."""
        start = cursor.offset
        length = cursor.uint(4, "box length")
        try:
            kind = cursor.take(4, "box type").decode("latin-1")
        except MalformedError:
            raise cursor.error("box header is cut short") from None
        header = 8
        if length == 1:
            length, header = cursor.uint(8, "extended box length"), 16
        if length < header or start + length > cursor.end:
            raise cursor.error(f"box {kind!r} claims {length:,} bytes, which do not fit")
        return kind, header, start + length

    def superbox(self, offset: int, header: int, end: int, depth: int) -> Superbox:
        at = offset + header
        if depth > self.limits.jumbf_depth:
            raise self.cursor(at, end).error(f"boxes are nested deeper than {self.limits.jumbf_depth} levels")
        kind, size, stop = self.header(at, end)
        if kind != "jumd":
            raise self.cursor(at + size, end).error(f"superbox starts with {kind!r} instead of a description box")
        description = self.description(at + size, stop)
        children: list[Superbox | ContentBox] = []
        superboxes: list[Superbox] = []
        at = stop
        while at < end:
            kind, size, stop = self.header(at, end)
            if kind == "jumb":
                superboxes.append(self.superbox(at, size, stop, depth + 1))
                children.append(superboxes[-1])
            else:
                children.append(ContentBox(type=kind, payload=self.data[at + size : stop], offset=at))
            at = stop
        return Superbox(
            description=description,
            children=tuple(children),
            superboxes=tuple(superboxes),
            data=self.data,
            offset=offset,
            header=header,
            end=end,
        )

    def description(self, start: int, end: int) -> Description:
        at = start + _LABEL_AT
        # Nearly every box has a plain label up to its last byte and nothing else.
        if at < end and self.data[at - 1] == _USUAL and self.data.find(0, at, end) == end - 1:
            stored = self.data[at : end - 1]
            if stored.isascii() and valid_label(label := stored.decode("ascii")):
                return Description(type=self.data[start : at - 1], label=label, toggles=_USUAL)
        return self.unusual_description(start, end)

    def unusual_description(self, start: int, end: int) -> Description:
        """One with further fields or without a label, or one that is refused."""
        cursor = self.cursor(start, end, _DESCRIPTION)
        kind = cursor.take(16, "content type")
        toggles = cursor.uint(1, "toggles")
        if not toggles & _REQUESTABLE or toggles & _RESERVED:
            # In a frame that no hash covers these bits could hold anything; every writer sets them alike.
            raise cursor.error("description box has toggles that no box of C2PA has")
        label = cursor.text("label") if toggles & _LABEL else None
        identifier = cursor.uint(4, "identifier") if toggles & _ID else None
        sha256 = cursor.take(32, "hash") if toggles & _HASH else None
        salt = self.private(cursor) if toggles & _PRIVATE else None
        if cursor.offset < end:
            raise cursor.error("description box has bytes behind its last field")
        if label is not None and not valid_label(label):
            raise cursor.error("label is empty or holds a forbidden character")
        return Description(type=kind, label=label, toggles=toggles, salt=salt, identifier=identifier, sha256=sha256)

    def private(self, cursor: Cursor) -> bytes | None:
        """The salt, when the private box is one; any other private box is skipped."""
        kind, size, stop = self.header(cursor.offset, cursor.end, _DESCRIPTION)
        cursor.offset += size
        payload = cursor.take(stop - cursor.offset, "private box")
        if kind != "c2sh":
            return None
        if len(payload) not in _SALT_SIZES:
            raise cursor.error("salt is neither 16 nor 32 bytes long")
        return payload


def parse_superbox(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Superbox:
    """The superbox that ``data`` starts with; bytes behind it are left alone.

    Raises ``MalformedError`` (``manifest.inaccessible.malformed``) for anything that is not a whole, bounded tree of boxes. A length of 0
    ("to the end of the file") is none that a box of a store can have.
    """
    if len(data) > limits.store_size:
        raise MalformedError(f"larger than {limits.store_size:,} bytes", code=_CODE, where="JUMBF")
    parser = _Parser(data, limits)
    kind, header, end = parser.header(0, len(data))
    if kind != "jumb":
        raise MalformedError(f"starts with {kind!r} instead of a superbox", code=_CODE, where="JUMBF", offset=0)
    return parser.superbox(0, header, end, 1)


def build_box(four_cc: str, payload: bytes) -> bytes:
    """A plain box with a 32-bit length."""
    return (8 + len(payload)).to_bytes(4, "big") + four_cc.encode("latin-1") + payload


def build_superbox(kind: bytes, label: str, *contents: bytes, salt: bytes | None = None) -> bytes:
    """A requestable, labelled superbox around already built boxes; ``salt`` (16 or 32 bytes) goes into the private box.

    ``ValueError`` for a label or salt that no reader would accept.
    """
    if not valid_label(label):
        raise ValueError(f"{label!r} cannot be a JUMBF label")
    if salt is not None and len(salt) not in _SALT_SIZES:
        raise ValueError("a salt is 16 or 32 bytes long")
    toggles = _REQUESTABLE | _LABEL | (_PRIVATE if salt else 0)
    description = kind + bytes((toggles,)) + label.encode("utf-8") + b"\x00" + (build_box("c2sh", salt) if salt else b"")
    described = build_box("jumd", description)
    # Joined at once: what is in it may be large.
    return b"".join(((8 + len(described) + sum(map(len, contents))).to_bytes(4, "big"), b"jumb", described, *contents))
