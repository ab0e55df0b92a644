"""The bytes of a claim signature: what it was made over, itself, and what stands in its unprotected header.

A time-stamp, an OCSP response or a certificate there counts as signed when it was accepted: whoever made it signed it. Padding is
structural while it is empty. Everything else that stands there is unbound, because anyone can put it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from credkit.codec import cbor
from credkit.codec.cose import CHAIN_LABELS
from credkit.limits import Limits
from credkit.trust.timestamp.form import loose_parts
from credkit.verify.context import Subject
from credkit.verify.coverage.runs import Run

__all__ = ["signature_runs"]

_BYTES, _ARRAY, _MAP = 2, 4, 5
_FRAME = "frame of the signature"
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
        array = self.at(self.at(0).content)
        protected, header, payload, signature = array.parts
        yield self.structural(0, array.content)
        yield self.signed(*protected, "protected header of the signature")
        yield from self.header(header[0])
        yield self.structural(*payload)
        yield self.signed(*signature, "signature")

    def header(self, start: int) -> Iterator[Run]:
        header = self.at(start)
        yield self.structural(start, header.content)
        end = header.content
        for key, value in zip(header.parts[::2], header.parts[1::2], strict=True):
            label = cbor.decode(self.data[slice(*key)], where="claim signature", limits=self.limits)
            known = list(self.entry(label, value[0]))
            yield self.structural(*key) if known else self.unbound(key[0], value[1], "a header of the signature that says nothing")
            yield from known
            end = value[1]
        yield self.structural(end, header.end)

    def entry(self, label: object, start: int) -> Iterator[Run]:
        """The value of a header; nothing for one that is not known, or not of the right form."""
        value = self.at(start)
        if label in _PADDING and value.major == _BYTES and self._is_plain(value):
            padding = self.data[value.content : value.end]
            yield self.structural(value.start, value.content)
            if any(padding):
                yield self.unbound(value.content, value.end, "padding of the signature that is not empty")
            else:
                yield self.structural(value.content, value.end, "empty padding")
        elif label in _STAMPS and label == self.subject.stamped_in:
            yield from self.along(start, ("tstTokens", None, "val"), {}, "time-stamp")
        elif label in _STAMPS:
            yield self.unbound(value.start, value.end, "a time-stamp that was not accepted")
        elif label == _RESPONSES:
            wanted = dict.fromkeys(self.subject.responses | {b""})
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
            if value.major == _BYTES and self._is_plain(value) and (stored in wanted or (not wanted and what == "time-stamp")):
                yield self.structural(value.start, value.content)
                yield from self.accepted(value, what)
            else:
                yield self.unbound(value.start, value.end, f"{'an' if what[0] == 'O' else 'a'} {what} that was not accepted")
        elif (value.major == _ARRAY) != (path[0] is None) or value.major not in (_ARRAY, _MAP):
            yield self.unbound(value.start, value.end, f"something that is no {what}")
        elif value.major == _ARRAY:
            yield self.structural(value.start, value.content)
            for item in value.parts:
                yield from self.along(item[0], path[1:], wanted, what)
            yield self.structural(value.parts[-1][1] if value.parts else value.content, value.end)
        else:
            yield from self.pairs(value, path, wanted, what)

    def accepted(self, value: cbor.Outline, what: str) -> Iterator[Run]:
        """A token or response, but for what its signature does not cover."""
        stamp = self.subject.time_stamp
        parts = loose_parts(self.data[value.content : value.end], stamp.chain) if what == "time-stamp" and stamp else ()
        at = value.content
        for start, end, words in parts:
            yield self.signed(at, value.content + start, what)
            yield self.unbound(value.content + start, value.content + end, words)
            at = value.content + end
        yield self.signed(at, value.end, what)

    def pairs(self, value: cbor.Outline, path: tuple[str | None, ...], wanted: dict[bytes, None], what: str) -> Iterator[Run]:
        yield self.structural(value.start, value.content)
        for key, item in zip(value.parts[::2], value.parts[1::2], strict=True):
            if self.data[slice(*key)] == cbor.encode(path[0]):
                yield self.structural(*key)
                yield from self.along(item[0], path[1:], wanted, what)
            else:
                yield self.unbound(key[0], item[1], f"something beside a {what}")
        yield self.structural(value.parts[-1][1] if value.parts else value.content, value.end)

    def _is_plain(self, value: cbor.Outline) -> bool:
        """Whether a string is of definite length, so that its bytes stand in one piece."""
        return self.data[value.start] & 0x1F != 31
