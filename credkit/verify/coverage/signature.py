"""The bytes of a claim signature: what it was made over, itself, and what stands in its unprotected header.

A time-stamp, an OCSP response or a certificate there counts as signed when it was accepted: whoever made it signed it. Padding is
structural while it is empty. Everything else that stands there is unbound, because anyone can put it there. So is whatever is written in
another way than the shortest, with the length in front: no signature covers how the structure is written.
"""

from __future__ import annotations

from collections.abc import Iterator

from credkit.codec import cbor
from credkit.codec.cose import CHAIN_LABELS
from credkit.dataclass import dataclass
from credkit.limits import Limits
from credkit.verify.context import Subject
from credkit.verify.coverage.runs import Run

__all__ = ["signature_runs"]

_BYTES, _ARRAY, _MAP = 2, 4, 5
_INFO, _OPEN = 0x1F, 31
"""The bits of a head that hold its number or say where it stands, and what they hold for "no length"."""
_IN_HEAD, _ONE_OCTET = 24, 2
"""The first number that does not fit into those bits, and the size of a head with one octet behind them."""
_HEADS = (1,) * _IN_HEAD + (2, 3, 5, 9) + (1,) * 4
"""The size of a head by what those bits hold."""
_FRAME = "frame of the signature"
_LONG = "frame of the signature, written longer than it has to be"
_PADDING = ("pad", "pad2")
_STAMPS = ("sigTst", "sigTst2")
_RESPONSES = "rVals"


def signature_runs(data: bytes, offset: int, subject: Subject, limits: Limits) -> Iterator[Run]:
    """Every byte of a COSE_Sign1 that was found valid, which stands at ``offset`` of the store."""
    walk = _Walk(data, offset, subject, limits)
    return walk.runs()


@dataclass(slots=True)
class _Walk:
    data: bytes
    offset: int
    subject: Subject
    limits: Limits

    def at(self, start: int) -> cbor.Outline:
        return cbor.outline(self.data, start, where="claim signature", limits=self.limits)

    def structural(self, start: int, end: int, what: str = _FRAME) -> Run:
        return Run(self.offset + start, self.offset + end, "structural", what)

    def signed(self, start: int, end: int, what: str) -> Run:
        return Run(self.offset + start, self.offset + end, "signed", what)

    def unbound(self, start: int, end: int, what: str) -> Run:
        return Run(self.offset + start, self.offset + end, "unbound", what, self.subject.signature_uri)

    def runs(self) -> Iterator[Run]:
        array = self.at(self.content(0))
        protected, header, payload, signature = array.parts
        yield self.head(0)
        yield self.head(array.start)
        yield from self.string(*protected, "protected header of the signature")
        yield from self.header(header[0])
        yield self.structural(*payload)
        yield from self.string(*signature, "signature")
        yield self.tail(signature[1], array)

    def content(self, start: int) -> int:
        """Where the head of the value at ``start`` ends."""
        return start + _HEADS[self.data[start] & _INFO]

    def head(self, start: int) -> Run:
        """What says of which kind the value at ``start`` is, and how long."""
        content = self.content(start)
        if _is_shortest(self.data[start:content]):
            return self.structural(start, content)
        return self.unbound(start, content, _LONG)

    def tail(self, start: int, container: cbor.Outline) -> Run:
        """What ends a container without a length."""
        return self.unbound(start, container.end, _LONG)

    def string(self, start: int, end: int, what: str) -> Iterator[Run]:
        """A string that is signed, or a signature."""
        if self._is_plain(start):
            yield self.head(start)
            yield self.signed(self.content(start), end, what)
        else:
            yield self.unbound(start, end, f"{what}, in pieces")

    def key(self, start: int, end: int, label: object) -> Run:
        """The label of a header."""
        stored = self.data[start:end]
        return self.structural(start, end) if stored == cbor.encode(label) else self.unbound(start, end, _LONG)

    def header(self, start: int) -> Iterator[Run]:
        header = self.at(start)
        yield self.head(start)
        end = header.content
        for key, value in zip(header.parts[::2], header.parts[1::2], strict=True):
            label = cbor.decode(self.data[slice(*key)], where="claim signature", limits=self.limits)
            known = list(self.entry(label, value[0]))
            yield self.key(*key, label) if known else self.unbound(key[0], value[1], "a header of the signature that says nothing")
            yield from known
            end = value[1]
        yield self.tail(end, header)

    def entry(self, label: object, start: int) -> Iterator[Run]:
        """The value of a header; nothing for one that is not known, or not of the right form."""
        value = self.at(start)
        if label in _PADDING and value.major == _BYTES and self._is_plain(start):
            padding = self.data[value.content : value.end]
            yield self.head(start)
            if any(padding):
                yield self.unbound(value.content, value.end, "padding of the signature that is not empty")
            else:
                yield self.structural(value.content, value.end, "empty padding")
        elif label in _STAMPS and label == self.subject.stamped_in:
            yield from self.along(start, ("tstTokens", None, "val"), {}, "time-stamp")
        elif label in _STAMPS:
            yield self.unbound(value.start, value.end, "a time-stamp that was not accepted")
        elif label == _RESPONSES:
            wanted = dict.fromkeys((b"", *(der for der, _ in self.subject.responses)))
            path = ("ocspVals", None) if value.major == _MAP else (None,)
            yield from self.along(start, path, wanted, "OCSP response")
        elif label in CHAIN_LABELS:
            path_found = self.subject.path
            trusted = dict.fromkeys(path_found.path if path_found and path_found.trusted else ())
            yield from self.along(start, (None,) if value.major == _ARRAY else (), trusted, "certificate")

    def along(self, start: int, path: tuple[str | None, ...], wanted: dict[bytes, None], what: str) -> Iterator[Run]:
        """What lies at the end of ``path`` (keys of maps, None for every item of a list) is signed when it is among ``wanted``, or in any
        case when nothing is; what lies beside the path is unbound.
        """
        value = self.at(start)
        if not path:
            stored = self.data[value.content : value.end]
            if value.major == _BYTES and self._is_plain(start) and (stored in wanted or (not wanted and what == "time-stamp")):
                yield self.head(start)
                yield from self.accepted(value, what)
            else:
                yield self.unbound(value.start, value.end, f"{'an' if what[0] == 'O' else 'a'} {what} that was not accepted")
        elif (value.major == _ARRAY) != (path[0] is None) or value.major not in (_ARRAY, _MAP):
            yield self.unbound(value.start, value.end, f"something that is no {what}")
        elif value.major == _ARRAY:
            yield self.head(start)
            for item in value.parts:
                yield from self.along(item[0], path[1:], wanted, what)
            yield self.tail(value.parts[-1][1] if value.parts else value.content, value)
        else:
            yield from self.pairs(value, path, wanted, what)

    def accepted(self, value: cbor.Outline, what: str) -> Iterator[Run]:
        """A token or response, but for what its signature does not cover."""
        at = value.content
        for start, end, words in self.loose(self.data[value.content : value.end], what):
            yield self.signed(at, value.content + start, what)
            yield self.unbound(value.content + start, value.content + end, words)
            at = value.content + end
        yield self.signed(at, value.end, what)

    def loose(self, stored: bytes, what: str) -> Iterator[tuple[int, int, str]]:
        stamp = self.subject.time_stamp
        if what == "time-stamp" and stamp:
            from credkit.trust.timestamp.form import loose_parts

            yield from loose_parts(stored, stamp.chain)
        issuers = [issuer for der, issuer in self.subject.responses if der == stored]
        if issuers:
            from credkit.trust.revocation import loose_certificates

            for start, end in loose_certificates(stored, issuers, self.limits):
                yield start, end, "a certificate in an OCSP response, which its signature does not need"

    def pairs(self, value: cbor.Outline, path: tuple[str | None, ...], wanted: dict[bytes, None], what: str) -> Iterator[Run]:
        yield self.head(value.start)
        for key, item in zip(value.parts[::2], value.parts[1::2], strict=True):
            if self.data[slice(*key)] == cbor.encode(path[0]):
                yield self.structural(*key)
                yield from self.along(item[0], path[1:], wanted, what)
            else:
                yield self.unbound(key[0], item[1], f"something beside a {what}")
        yield self.tail(value.parts[-1][1] if value.parts else value.content, value)

    def _is_plain(self, start: int) -> bool:
        """Whether the string at ``start`` is of definite length, so that its bytes stand in one piece."""
        return self.data[start] & _INFO != _OPEN


def _is_shortest(head: bytes) -> bool:
    """Whether the number in a head takes no more octets than it has to, as deterministic encoding has it (RFC 8949, 4.2.1)."""
    if len(head) == 1:
        return head[0] & _INFO != _OPEN
    number = int.from_bytes(head[1:], "big")
    return number >= _IN_HEAD if len(head) == _ONE_OCTET else number >= 1 << (4 * (len(head) - 1))
