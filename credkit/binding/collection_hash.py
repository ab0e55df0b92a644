"""``c2pa.hash.collection.data``: every file of a folder, or every entry of a ZIP, with a digest of its own.

Clause: "Validating a collection data hash" (anchor ``_validating_a_collection_data_hash``). Each listed member has to be there and be what
it was. What the list leaves out is no fault of a folder, where not all files need to be listed, but it is told: it is not bound. In a
ZIP nothing may be left out, see ``zip_entries``. URIs only choose among members that are there, so none leads anywhere else.

The members are listed in an array; a program in wide use writes a map by URI instead, which is read, too.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Iterator
from typing import Any

from credkit.assets import Span
from credkit.assets.engine import hash_parts
from credkit.binding.target import BindingOutcome, BindingTarget, Gap, Members, MemberState
from credkit.binding.zip_entries import ZipMembers, is_zip
from credkit.codec.digest import Digest, hasher
from credkit.dataclass import dataclass, field
from credkit.errors import AssetError, MalformedError
from credkit.manifest.member_uri import check_member_uri, member_names, shown_name
from credkit.status import Status, StatusCode, status

__all__ = ["check_collection_hash"]

_MALFORMED = StatusCode.ASSERTION_COLLECTION_HASH_MALFORMED
_MISMATCH = StatusCode.ASSERTION_COLLECTION_HASH_MISMATCH
_MISSING = StatusCode.ASSERTION_COLLECTION_HASH_INCORRECT_FILE_COUNT
_MATCH = StatusCode.ASSERTION_COLLECTION_HASH_MATCH
_OUTCOMES = (_MALFORMED, _MISMATCH, _MISSING, StatusCode.ASSERTION_COLLECTION_HASH_INVALID_URI, StatusCode.ALGORITHM_UNSUPPORTED)
_NAMED = 5
"""Members that a sentence names; of the others it tells the number."""


@dataclass(frozen=True, slots=True)
class _Listed:
    uri: str
    hash: bytes


@dataclass(slots=True)
class _Named:
    """Names of which the first few are kept, in order, and the others counted."""

    first: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, name: str) -> None:
        self.count += 1
        insort(self.first, shown_name(name))
        del self.first[_NAMED:]

    def __str__(self) -> str:
        others = self.count - len(self.first)
        return ", ".join(self.first) + (f" and {others:,} more" if others else "")


def check_collection_hash(value: Any, uri: str, target: BindingTarget) -> BindingOutcome:
    """Judge one collection hash (decoded ``value`` at ``uri``) against the files of a folder or the entries of a ZIP.

    There is one ``match`` for all members, when nothing speaks against it, and one failure of each kind, which names the first few
    members; ``Members.judged`` hears of each.
    """
    try:
        algorithm = target.nearest_algorithm(value.get("alg") if isinstance(value, dict) else None)
        listed = tuple(_listed(value))
        hasher(algorithm)
        judge = _judge_archive if is_zip(target) else _judge_files
        return judge(value, uri, target, algorithm, listed)
    except MalformedError as error:
        # Whatever else is raised comes from the container, whose members can then not be read.
        code = StatusCode(error.code) if error.code in _OUTCOMES else _MISMATCH
        return BindingOutcome(statuses=(status(code, uri, error.message),))


def _judge_files(value: Any, uri: str, target: BindingTarget, algorithm: object, listed: tuple[_Listed, ...]) -> BindingOutcome:  # noqa: ARG001
    members = target.members
    if members is None:
        raise MalformedError("the files of the collection were not given, only what speaks of them", code=_MISSING.value)
    present, unlisted = _present(members, listed)
    told = (Gap(words=_unbound(members, unlisted)),) if unlisted.count else ()
    return BindingOutcome(statuses=_judged(uri, members, listed, present, algorithm), gaps=told)


def _judge_archive(value: Any, uri: str, target: BindingTarget, algorithm: object, listed: tuple[_Listed, ...]) -> BindingOutcome:
    members = ZipMembers(target)
    members.check_directory(value, algorithm)
    present, _ = _present(members, listed)
    members.check_unlisted(frozenset(present.values()))
    statuses = _judged(uri, members, listed, present, algorithm)
    hashed = tuple(members.hashed(present.values())) if all(found.code == _MATCH for found in statuses) else ()
    return BindingOutcome(statuses=statuses, hashed=hashed, gaps=tuple(members.gaps))


def _listed(value: Any) -> Iterator[_Listed]:
    members = value.get("uris") if isinstance(value, dict) else None
    if isinstance(members, dict):
        members = [{"uri": uri} | member if isinstance(member, dict) else member for uri, member in members.items()]
    if not isinstance(members, list) or not members:
        raise MalformedError("the assertion lists no members", code=_MALFORMED.value)
    for member in members:
        uri, hashed = (member.get("uri"), member.get("hash")) if isinstance(member, dict) else (None, None)
        if not isinstance(uri, str) or not isinstance(hashed, bytes):
            raise MalformedError("a member of the collection has no URI or no hash", code=_MALFORMED.value)
        check_member_uri(uri)
        yield _Listed(uri, hashed)


def _present(members: Members, listed: Iterable[_Listed]) -> tuple[dict[str, str], _Named]:
    """The name of each listed URI that is there, and what else is there."""
    wanted = {name for member in listed for name in member_names(member.uri)}
    unlisted = _Named()
    there: set[str] = set()
    for name in members.names():
        if name in wanted:
            there.add(name)
        else:
            unlisted.add(name)
    present: dict[str, str] = {}
    for member in listed:
        found = next((name for name in member_names(member.uri) if name in there), None)
        if found is not None:
            present[member.uri] = found
    for name in there.difference(present.values()):
        unlisted.add(name)
    return present, unlisted


def _judge(members: Members, listed: tuple[_Listed, ...], present: dict[str, str], algorithm: object) -> tuple[_Named, _Named]:
    """The members that are not what they were, and those that are not there."""
    changed, missing = _Named(), _Named()
    digests: dict[str, Digest | None] = {}
    for done, member in enumerate(listed, 1):
        name = present.get(member.uri)
        # One file may be listed under several fragments; it is read once.
        if name is not None and name not in digests:
            digests[name] = _digest(members, name, algorithm)
        found = digests[name] if name is not None else None
        state: MemberState = "missing" if found is None else "same" if found.matches(member.hash) else "changed"
        if state != "same":
            (missing if state == "missing" else changed).add(member_names(member.uri)[0])
        members.judged(member.uri, state, done, len(listed))
    return changed, missing


def _digest(members: Members, name: str, algorithm: object) -> Digest | None:
    """The digest over the whole of a member; None when it cannot be read."""
    try:
        with members.open(name) as source:
            return hash_parts(source, algorithm, (Span(0, source.size),))
    except (AssetError, MalformedError):
        return None


def _judged(uri: str, members: Members, listed: tuple[_Listed, ...], present: dict[str, str], algorithm: object) -> tuple[Status, ...]:
    changed, missing = _judge(members, listed, present, algorithm)
    return tuple(_failures(uri, changed, missing, len(listed))) or (_match(uri, len(listed)),)


def _failures(uri: str, changed: _Named, missing: _Named, total: int) -> Iterator[Status]:
    if missing.count:
        yield status(_MISSING, uri, f"{missing.count:,} of {total:,} signed files {_are(missing)} not there: {missing}.")
    if changed.count:
        yield status(_MISMATCH, uri, f"{changed.count:,} of {total:,} signed files {_are(changed)} not what was signed: {changed}.")


def _are(named: _Named) -> str:
    return "is" if named.count == 1 else "are"


def _unbound(members: Members, unlisted: _Named) -> str:
    files = "file" if unlisted.count == 1 else "files"
    return f"{unlisted.count:,} {files} of the {members.what} that the signer did not list: {unlisted}"


def _match(uri: str, total: int) -> Status:
    return status(_MATCH, uri, f"All {total:,} files of the collection are as they were signed." if total > 1 else None)
