"""Any other file: bytes without a place for a manifest store, which is kept beside them.

It is in no list of formats and nothing is recognised as it: a file of unknown content is treated so when its credentials are a sidecar.
The hash then covers every byte.
"""

from __future__ import annotations

from credkit.assets.layout import Layout
from credkit.assets.partial import NoBoxes, ReadOnly
from credkit.assets.source import Source
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["OPAQUE", "OpaqueFormat"]


class OpaqueFormat(NoBoxes, ReadOnly):
    """A file of a format that is not known here (a checkpoint, a GGUF model, an archive)."""

    name = "unknown"
    media_types: tuple[str, ...] = ("application/octet-stream",)
    extensions: tuple[str, ...] = ()
    binding = "c2pa.hash.data"

    def matches(self, head: bytes) -> bool:  # noqa: ARG002
        """Never by itself."""
        return False

    def scan(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Layout:  # noqa: ARG002
        """A file without anything that is known."""
        return Layout(media_type=self.media_types[0], size=source.size)


OPAQUE = OpaqueFormat()
"""The one of them."""
