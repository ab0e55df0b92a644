"""SafeTensors as an asset format: the store as Base64 text under the key ``c2pa:manifest`` of the header's ``__metadata__``.

Clauses: "Embedding manifests into SafeTensors" (anchor ``_embedding_manifests_into_safetensors``) and "Hashing of SafeTensors files"
(anchor ``_hashing_of_safetensors_files``). ``header`` walks and ``edit`` writes; both are loaded only when such a file comes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from credkit.assets.layout import Edit, Layout, NamedBox
from credkit.assets.partial import NoMetadata, NoTexts, UpdatedInPlace
from credkit.assets.source import Source
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from credkit.assets.safetensors.header import Header

__all__ = ["SafetensorsFormat", "header_of", "metadata_of"]

_START = re.compile(rb'\{[ \t\n\r]*["}]')
_HEADER = 100_000_000
"""Bytes of a header that the library reads."""


def header_of(source: Source, limits: Limits = DEFAULT_LIMITS) -> Header:
    """The header of a file, walked through once; ``MalformedError`` as in ``header.read_header``."""
    from credkit.assets.safetensors.header import read_header

    return source.known.once(("SafeTensors header", limits), lambda: read_header(source, limits))


def metadata_of(source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[tuple[str, str | None]]:
    """Keys and texts of ``__metadata__`` but the manifest; None for a text larger than ``limits.text_size``.

    ``MalformedError`` for a broken header.
    """
    from credkit.assets.safetensors.header import read_metadata

    return read_metadata(source, header_of(source, limits), limits.text_size)


class SafetensorsFormat(UpdatedInPlace, NoMetadata, NoTexts):
    """SafeTensors model files."""

    name = "SafeTensors"
    media_types: tuple[str, ...] = ("application/x-safetensors", "application/vnd.safetensors")
    extensions: tuple[str, ...] = (".safetensors", ".sft")
    binding = "c2pa.hash.data"
    writable = True

    def matches(self, head: bytes) -> bool:
        """Whether a header length that the library reads is followed by a brace and then a key or the end of the object."""
        return 2 <= int.from_bytes(head[:8], "little") <= _HEADER and _START.match(head, 8) is not None

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:
        """The store in the header; ``MalformedError`` for a header that is not sound."""
        from credkit.assets.safetensors.edit import laid_out

        return laid_out(source, header_of(source, limits), self.media_types[0])

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> Edit:  # noqa: ARG002
        """The value of the manifest exchanged, a member put first into ``__metadata__``, or taken out."""
        from credkit.assets.safetensors.edit import edited

        return edited(source, header_of(source), store)

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """None: the specification names no boxes. ``MalformedError`` when the tensors do not reach exactly to the end of the file."""
        from credkit.assets.safetensors.edit import incomplete

        header = header_of(source, limits)
        if fault := incomplete(source, header):
            raise MalformedError(fault, where="file", offset=header.end)
        return iter(())
