"""The files of a data set: which they are, their digests, and what they say themselves about training.

Left out are the manifest itself, names that begin with a dot (and everything below such folders), and the notes that operating systems
leave in folders. Links to folders are not followed, links to files only when they end inside (``credkit.binding.folder``). A file that
cannot be read, or that changes while it is read, stops everything: a list with a gap in it would vouch for what nobody saw.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from credkit.api.file_states import FileState
from credkit.assets import FileSource, Source, Span, detect
from credkit.assets.engine import Progress, hash_parts
from credkit.binding.folder import FolderMembers
from credkit.dataclass import dataclass, field
from credkit.errors import AssetError, DefinitionError, MalformedError
from credkit.limits import Limits
from credkit.manifest.assertions import RightsFound
from credkit.manifest.assertions.collection_hash import CollectionMember
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.member_uri import member_uri
from credkit.verify import Profile, Report, verify

__all__ = [
    "ALGORITHM",
    "DATA_SET_FILE",
    "ListedFiles",
    "Members",
    "is_hidden",
    "listed_files",
    "manifest_of_folder",
    "names_in",
    "read_members",
    "still_the_same",
]

ALGORITHM = "sha256"
DATA_SET_FILE = "dataset.c2pa"
"""Name of the manifest in the folder of the data set."""
_LITTER = frozenset({"thumbs.db", "desktop.ini", "__macosx"})
_ITEMS = 9
"""Data items of CBOR that a member takes: a map, four keys, four values."""
_STORE_FILE = "application/c2pa"
_TRAINING = ("ai_training", "ai_generative_training")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFiles:
    """The files of a data set before they are read, in order of their URIs."""

    folder: Path
    names: tuple[str, ...]
    """Below the folder, with ``/`` between the parts."""
    states: tuple[FileState, ...] = field(repr=False)
    left_out: int
    """Hidden files and those of operating systems."""

    @property
    def size(self) -> int:
        """Of all files together, in bytes."""
        return sum(state.size for state in self.states)

    def path(self, name: str) -> Path:
        """Where the file of that name lies."""
        return self.folder.joinpath(*name.split("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """What was read."""

    members: tuple[CollectionMember, ...]
    rights: RightsFound | None


def listed_files(folder: Path, *, besides: Path, names: Iterable[str] | None, limits: Limits) -> ListedFiles:
    """The files of ``folder``, or of them those that ``names`` lists; ``besides`` is the manifest, which may lie there.

    ``AssetError`` for what is not there, ``DefinitionError`` for too many files, none at all, and names that no URI can hold.
    """
    there = list(FolderMembers(folder, besides=besides, limits=limits).names())
    if len(there) >= limits.folder_files:
        raise DefinitionError(f'"{folder}" holds more than {limits.folder_files:,} files: divide it into several data sets')
    if names is None:
        chosen = [name for name in there if not is_hidden(name)]
        left_out = len(there) - len(chosen)
    else:
        chosen, left_out = _chosen(names, frozenset(there), folder), 0
    most = (limits.cbor_items - 100) // _ITEMS
    if len(chosen) > most:
        raise DefinitionError(
            f"the data set has {len(chosen):,} files, and one manifest can list {most:,}: divide it into several data sets"
        )
    if not chosen:
        hidden = f"; the {left_out:,} there are hidden ones" if left_out else ""
        raise DefinitionError(f'"{folder}" holds no files that could be listed{hidden}: name the folder with the files of the data set')
    for name in chosen:
        _uri(name)
    chosen.sort(key=_uri)
    return ListedFiles(
        folder=folder, names=tuple(chosen), states=tuple(_state(folder.joinpath(*n.split("/")), n) for n in chosen), left_out=left_out
    )


def is_hidden(name: str) -> bool:
    """Whether a name, or a folder on the way to it, begins with a dot or is a note of an operating system."""
    return any(part.startswith(".") or part.casefold() in _LITTER for part in name.split("/"))


def _chosen(names: Iterable[str], there: frozenset[str], folder: Path) -> list[str]:
    chosen: dict[str, None] = {}
    for name in names:
        plain = name.replace(os.sep, "/").removeprefix("./")
        if plain not in there:
            raise AssetError(f'the list names {quoted(name)}, which is no file below "{folder}": mend the list, or name the right folder')
        chosen.setdefault(plain)
    return list(chosen)


def _uri(name: str) -> str:
    try:
        return member_uri(name)
    except MalformedError as error:
        raise DefinitionError(f"{error.message}: rename the file") from None


def _state(path: Path, name: str) -> FileState:
    try:
        return FileState.of(path)
    except OSError as error:
        raise _unreadable(name, error.strerror or str(error)) from None


def _unreadable(name: str, reason: str) -> AssetError:
    return AssetError(f"{quoted(name)} cannot be read ({reason}): mend its permissions, or take it out of the folder")


def read_members(files: ListedFiles, *, look: bool, limits: Limits, progress: Progress | None) -> Members:
    """Hash every file and, with ``look``, see what it says about training; ``AssetError`` for one that cannot be read or has changed."""
    rights = _Rights(limits)
    members: list[CollectionMember] = []
    done = 0
    for name, state in zip(files.names, files.states, strict=True):
        uri = _uri(name)
        try:
            with FileSource(files.path(name)) as source:
                found = hash_parts(source, ALGORITHM, (Span(0, source.size),), on_bytes=_from(done, progress)).value
                kind = _media_type(source, limits)
                if look and kind is not None and kind != _STORE_FILE:
                    rights.look_at(source, uri)
                size = source.size
        except (AssetError, MalformedError) as error:
            raise _unreadable(name, str(error)) from None
        if size != state.size:
            raise _changed(name)
        done += size
        members.append(CollectionMember(uri, found, size, kind))
    still_the_same(files)
    return Members(members=tuple(members), rights=rights.found() if look else None)


def _from(done: int, progress: Progress | None) -> Progress | None:
    return (lambda more: progress(done + more)) if progress else None


def still_the_same(files: ListedFiles) -> None:
    """``AssetError`` for the first file that is not as it was when it was listed."""
    for name, state in zip(files.names, files.states, strict=True):
        if _state(files.path(name), name) != state:
            raise _changed(name)


def _changed(name: str) -> AssetError:
    return AssetError(f"{quoted(name)} changed while the data set was read; nothing was written, start again when nothing writes there")


def _media_type(source: Source, limits: Limits) -> str | None:
    """What the content says; None for content that is of no format known here."""
    asset_format = detect(source)
    if asset_format is None:
        return None
    try:
        return asset_format.scan(source, limits).media_type
    except MalformedError:
        return None


class _Rights:
    """What the files say about themselves, gathered one by one."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._looked = self._signed = 0
        self._invalid: list[str] = []
        self._forbidden: list[str] = []
        self._constrained: list[str] = []

    def look_at(self, source: Source, uri: str) -> None:
        """One file; nothing in it raises."""
        report = verify(source, profile=Profile.V2_4, limits=self._limits, name=uri)
        self._looked += 1
        self._signed += report.state in ("Valid", "Trusted", "Invalid")
        if report.state == "Invalid":
            self._invalid.append(uri)
        said = self._said(source, report)
        if "notAllowed" in said:
            self._forbidden.append(uri)
        elif "constrained" in said:
            self._constrained.append(uri)

    def _said(self, source: Source, report: Report) -> set[str]:
        from credkit.terms import metadata_of, terms_of

        terms = terms_of(report, metadata=metadata_of(source, limits=self._limits), limits=self._limits)
        return {terms.use(use).permission for use in _TRAINING}  # type: ignore[arg-type]

    def found(self) -> RightsFound:
        """All of it."""
        return RightsFound(
            looked_at=self._looked,
            with_credentials=self._signed,
            invalid=tuple(self._invalid),
            training_not_allowed=tuple(self._forbidden),
            training_constrained=tuple(self._constrained),
        )


def names_in(text: str) -> Iterator[str]:
    """The names in a list, one a line; empty lines are passed over."""
    return (line.rstrip("\r") for line in text.split("\n") if line.strip())


def manifest_of_folder(folder: Path) -> Path:
    """The manifest of a data set in a folder, else beside it; ``AssetError`` when there is none."""
    named = folder.absolute()
    for path in (folder / DATA_SET_FILE, named.parent / f"{named.name}.c2pa"):
        if path.is_file():
            return path
    raise AssetError(
        f'the folder "{folder}" has no manifest, and a folder has no hash of its own: make one with "credkit dataset sign {folder}"'
    )
