"""Collection hashes: lists of members held against files in memory, and against archives whose every byte is known."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from credkit.assets import BytesSource, Source
from credkit.binding import BindingOutcome
from credkit.binding.collection_hash import check_collection_hash
from credkit.binding.target import MemberState
from credkit.errors import AssetError
from tests.assets.test_zip import records_64
from tests.binding.file_collections import LABEL, collection_hash
from tests.binding.small_files import JPEG, STORE, target_of
from tests.forge.archives import STORE_NAME, Archive, archive, described

__all__ = ["COLLECTION_CASES", "MemoryMembers"]

URI = f"self#jumbf=c2pa.assertions/{LABEL}"
Make = Callable[[], BindingOutcome]
Value = dict[str, Any]


class MemoryMembers:
    """Files by name; None for one that cannot be read. What ``judged`` hears is kept."""

    what = "box"

    def __init__(self, files: Mapping[str, bytes | None]) -> None:
        self.files = files
        self.heard: list[tuple[str, MemberState, int, int]] = []

    def names(self) -> Iterator[str]:
        return iter(self.files)

    @contextmanager
    def open(self, name: str) -> Iterator[Source]:
        data = self.files[name]
        if data is None:
            raise AssetError("it cannot be read")
        yield BytesSource(data)

    def judged(self, uri: str, state: MemberState, done: int, total: int) -> None:
        self.heard.append((uri, state, done, total))


FILES = {"a.txt": b"first", "b.txt": b"second", "deep/c d.txt": b""}
MANY = {f"{number}.txt": b"%d" % number for number in range(8)}


def held(
    listed: Mapping[str, bytes] = FILES,
    present: Mapping[str, bytes | None] | None = None,
    *,
    state: Callable[[Value], object] = lambda value: None,
    value: Any = None,
    **fields: Any,
) -> Make:
    """A list of ``listed`` against ``present`` (the same); what each member hears comes as a remark."""

    def make() -> BindingOutcome:
        stated = collection_hash(listed) if value is None else value
        state(stated)
        members = MemoryMembers(listed if present is None else present)
        target = replace(target_of(JPEG, members=members, format=None, embedded=False), **fields)
        outcome = check_collection_hash(stated, URI, target)
        heard = ", ".join(f"{uri} {became} ({done} of {total})" for uri, became, done, total in members.heard)
        return replace(outcome, remarks=(*outcome.remarks, *((f"heard: {heard}",) if heard else ())))

    return make


def with_uri(uri: str) -> Make:
    return held(state=lambda value: value["uris"].append({"uri": uri, "hash": bytes(32)}))


ENTRIES = archive(("a.txt", b"first"), ("folder/", b""), ("folder/b.txt", b"second"), method=zipfile.ZIP_STORED)
TWO_FOLDERS = archive(("a.txt", b"first"), ("f/", b""), ("g/", b""), ("h/", b""), method=zipfile.ZIP_STORED)


def zipped(
    data: bytes = ENTRIES,
    *,
    change: Callable[[Archive], object] = lambda made: None,
    state: Callable[[Value], object] = lambda value: None,
    left_out: tuple[str, ...] = (),
    after: Callable[[bytes], bytes] = lambda made: made,
    store: bytes = STORE,
    **options: Any,
) -> Make:
    """An archive with a store in it; ``change`` comes before its hashes are taken, ``after`` behind that."""

    def make() -> BindingOutcome:
        made = Archive.of(data)
        made.add(STORE_NAME, store, **options)
        change(made)
        value = described(made, left_out=left_out)
        state(value)
        return check_collection_hash(value, URI, target_of(after(made.build())))

    return make


def between(number: int, data: bytes) -> Callable[[Archive], object]:
    return lambda made: made.between.update({number: data})


def in_store(at: int, new: bytes) -> Callable[[Archive], object]:
    """Other bytes in the local header of the store."""

    def change(made: Archive) -> None:
        name, entry = made.entries[-1]
        made.entries[-1] = (name, entry[:at] + new + entry[at + len(new) :])

    return change


def extra(made: Archive) -> None:
    """A field in the local header of the store that the directory lacks."""
    name, entry = made.entries[-1]
    made.entries[-1] = (name, entry[:28] + b"\x08\x00" + entry[30 : 30 + len(name)] + b"\1\0\4\0hide" + entry[30 + len(name) :])


def described_behind(made: Archive) -> None:
    """Checksum and sizes of the store behind it."""
    name, entry = made.entries[-1]
    flags = b"\x08\x00"
    behind = b"PK\7\x08" + entry[14:26]
    made.entries[-1] = (name, entry[:6] + flags + entry[8:14] + bytes(12) + entry[26:] + behind)
    made.headers[-1] = made.headers[-1][:8] + flags + made.headers[-1][10:]


def twice(made: Archive) -> None:
    made.entries.insert(1, made.entries[0])
    made.headers.insert(1, made.headers[0])


def named(raw: bytes, flags: int = 0) -> Callable[[Archive], object]:
    """Another name of the first entry, as it stands in the file."""

    def change(made: Archive) -> None:
        old, entry = made.entries[0]
        assert len(raw) == len(old)
        bits = flags.to_bytes(2, "little")
        made.entries[0] = (old, entry[:6] + bits + entry[8:30] + raw + entry[30 + len(raw) :])
        header = made.headers[0]
        made.headers[0] = header[:8] + bits + header[10:46] + raw + header[46 + len(raw) :]

    return change


def uri(name: str) -> Callable[[Value], object]:
    return lambda value: value["uris"][0].update(uri=name)


def flipped(find: bytes, offset: int = 0) -> Callable[[bytes], bytes]:
    def after(data: bytes) -> bytes:
        at = data.index(find) + offset
        return data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :]

    return after


FORMER = b"".join(Archive.of(ENTRIES).headers)
SAME = {"hash": hashlib.sha256(b"first").digest()}

COLLECTION_CASES: dict[str, Make] = {
    "as they were": held(),
    "one file": held({"a.txt": b"first"}),
    "one changed": held(present=FILES | {"a.txt": b"other"}),
    "two changed": held(present=FILES | {"a.txt": b"other", "b.txt": b"other"}),
    "one missing": held(present={"a.txt": b"first", "b.txt": b"second"}),
    "two missing, one changed": held(present={"a.txt": b"other"}),
    "all missing": held(present={}),
    "one that cannot be read": held(present=FILES | {"a.txt": None}),
    "eight changed": held(MANY, dict.fromkeys(MANY, b"other")),
    "six missing": held(MANY, {"0.txt": b"0", "7.txt": b"7"}),
    "five missing": held(MANY, {"0.txt": b"0", "7.txt": b"7", "3.txt": b"3"}),
    "one besides": held(present=FILES | {"z.txt": b""}),
    "seven besides": held({"0.txt": b"0"}, MANY),
    "1,200 besides": held({"0.txt": b"0"}, {"0.txt": b"0"} | {f"x{number:04}": b"" for number in range(1200)}),
    "one listed twice": held(state=lambda value: value["uris"].append(value["uris"][0])),
    "one listed twice, once wrongly": held(state=lambda value: value["uris"].append(value["uris"][0] | {"hash": bytes(32)})),
    "under two fragments": held(value={"alg": "sha256", "uris": [{"uri": f"a.txt#{name}", **SAME} for name in "xy"]}),
    "a name with a space as it is": held(present={"a.txt": b"first", "b.txt": b"second", "deep/c%20d.txt": b""}),
    "both names of one": held(present=FILES | {"deep/c%20d.txt": b""}),
    "members not given": held(members=None),
    # Algorithm and form.
    "the algorithm of the claim": held(state=lambda value: value.pop("alg") and None),
    "an algorithm that is not allowed": held(state=lambda value: value.update(alg="md5")),
    "no algorithm": held(state=lambda value: value.pop("alg") and None, algorithm=None),
    "sha512": held(value={"alg": "sha512", "uris": [{"uri": "a.txt", "hash": hashlib.sha512(b"first").digest()}]}),
    "a list": held(value=[]),
    "no members": held(value={"uris": []}),
    "members that are a text": held(value={"uris": "a"}),
    "members by URI": held(value={"uris": {"a.txt": SAME, "b.txt": {"hash": bytes(32)}}}),
    "members by URI, one a number": held(value={"uris": {"a.txt": SAME, "b.txt": 1}}),
    "members by URI, none": held(value={"uris": {}}),
    "a member that is a text": held(value={"uris": ["a.txt"]}),
    "a member without hash": held(value={"uris": [{"uri": "a.txt"}]}),
    "a member without URI": held(value={"uris": [SAME]}),
    "a hash that is a text": held(value={"uris": [{"uri": "a.txt", "hash": "x"}]}),
    **{f"URI {uri!r}": with_uri(uri) for uri in ("../a", "/a", "a?b", "https://example.com/a", "", "a\0b", "C:a")},
    # Archives.
    "zip": zipped(),
    "zip, a large store": zipped(store=STORE + bytes(300_000)),
    "zip, no checksum of the store": zipped(checksum=False),
    "zip, the store with its sizes behind": zipped(change=described_behind),
    "zip, a field in the header of the store": zipped(change=extra),
    **{f"zip, byte {at} of the header of the store": zipped(change=in_store(at, b"\x15")) for at in (4, 5, 10, 13)},
    "zip, the first size in the header of the store as that of a large archive": zipped(change=in_store(18, b"\xff" * 4)),
    "zip, the second size likewise": zipped(change=in_store(22, b"\xff" * 4)),
    "zip, the checksum of the store changed": zipped(change=in_store(14, b"abcd")),
    "zip, a folder not listed": zipped(left_out=("folder/",)),
    "zip, two folders not listed": zipped(TWO_FOLDERS, left_out=("f/", "h/")),
    "zip, three folders not listed": zipped(TWO_FOLDERS, left_out=("f/", "g/", "h/")),
    "zip, a file not listed": zipped(left_out=("a.txt",)),
    "zip, a folder with content not listed": zipped(
        archive(("a.txt", b"first"), ("f/", b"x"), method=zipfile.ZIP_STORED), left_out=("f/",)
    ),
    "zip, something in front": zipped(change=between(0, b"hidden")),
    "zip, something between": zipped(change=between(2, b"hidden")),
    "zip, something in front of the directory": zipped(change=between(4, b"hidden")),
    "zip, 1,200 bytes in front of the directory": zipped(change=between(4, bytes(1200))),
    "zip, something behind": zipped(after=lambda data: data + b"hidden"),
    "zip, a byte behind": zipped(after=lambda data: data + b"\0"),
    "zip, a former directory": zipped(change=between(3, FORMER)),
    "zip, two former directories": zipped(change=lambda made: made.between.update({3: FORMER, 4: FORMER})),
    "zip, a former directory and a byte": zipped(change=between(3, FORMER + b"x")),
    "zip, records for large archives": zipped(change=lambda made: setattr(made, "records", records_64)),
    "zip, two entries of one name": zipped(change=twice),
    "zip, a name of PCs": zipped(change=named(b"\x84.txt"), state=uri("%C3%A4.txt")),
    "zip, a name that is no UTF-8 though it says so": zipped(
        change=named(b"a.txt", 1 << 11), after=lambda data: data.replace(b"a.txt", b"\xff.txt")
    ),
    "zip, the content of an entry changed": zipped(after=flipped(b"second")),
    "zip, the directory changed": zipped(after=flipped(b"PK\1\2", 38)),
    "zip, a comment changed": zipped(change=lambda made: setattr(made, "comment", b"note"), after=flipped(b"note")),
    "zip, no hash of the directory": zipped(state=lambda value: value.pop("zip_central_directory_hash") and None),
    "zip, a hash of the directory that is a text": zipped(state=lambda value: value.update(zip_central_directory_hash="x")),
    "zip, one member changed, one missing": zipped(
        state=lambda value: value["uris"].extend([{"uri": "nothing", "hash": b""}, {"uri": "a.txt#x", "hash": bytes(32)}])
    ),
    "zip, only the directory's hash": zipped(state=lambda value: value.update(uris=[])),
    "zip, an algorithm that is not allowed": zipped(state=lambda value: value.update(alg="md5")),
}
