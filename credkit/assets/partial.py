"""What formats have in common: updates where the store stands, no metadata that is written, no boxes, or no store that could be put in.

A format takes the classes that fit and leaves out the methods; who asks for the impossible gets a sentence that says what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NoReturn

from credkit.assets.edited import splice
from credkit.assets.layout import AssetFormat, Edit, Layout, NamedBox, TextSpan
from credkit.assets.source import Source
from credkit.errors import AssetError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["NoBoxes", "NoMetadata", "NoTexts", "ReadOnly", "UpdatedInPlace"]


class UpdatedInPlace:
    """A format whose updates go where the store stands."""

    def update(self: AssetFormat, source: Source, layout: Layout, store: bytes) -> Edit:
        """Another store in the same place; ``AssetError`` where that would change or move anything else, see ``in_place``."""
        from credkit.assets.in_place import replace_store

        return replace_store(source, self, layout, store)


class NoTexts:
    """A format whose texts are not looked for."""

    def texts(self, source: Source, limits: Limits = DEFAULT_LIMITS) -> Iterator[TextSpan]:  # noqa: ARG002
        """None."""
        return iter(())

    def with_texts(self, source: Source, changes: Iterable[tuple[TextSpan, bytes | None]]) -> Edit:  # noqa: ARG002
        """The file as it is."""
        return Edit(pieces=splice(source.size, ()))


class NoMetadata:
    """A format that keeps what metadata it has, and gets none from us."""

    name: str
    metadata_kinds: frozenset[str] = frozenset()

    def with_metadata(self, source: Source, layout: Layout, *, xmp: bytes | None = None, exif: bytes | None = None) -> Edit:  # noqa: ARG002
        """The file as it is when nothing is given, else ``AssetError``."""
        if xmp is None and exif is None:
            return Edit(pieces=splice(source.size, ()))
        raise AssetError(f"credkit writes no XMP or EXIF into {self.name} files")


class NoBoxes:
    """A format for which the specification names no boxes."""

    def boxes(self, source: Source, layout: Layout, limits: Limits = DEFAULT_LIMITS) -> Iterator[NamedBox]:  # noqa: ARG002
        """None."""
        return iter(())


class ReadOnly(UpdatedInPlace, NoMetadata, NoTexts):
    """A format whose credentials are read and verified only; a file of it is signed with a sidecar."""

    name: str
    writable = False

    def embed(self, source: Source, layout: Layout, store: bytes | None) -> NoReturn:  # noqa: ARG002
        """Always ``AssetError``."""
        done = "puts no Content Credentials into" if store is not None else "takes no Content Credentials out of"
        instead = ": keep them in a file beside it (--sidecar)" if store is not None else ""
        raise AssetError(f"credkit {done} {self.name} files{instead}")
