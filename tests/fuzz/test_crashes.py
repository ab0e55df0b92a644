"""Inputs with a name: what once failed here or elsewhere, and what specifications of attacks list, each through its target.

A target raises only for what must not be, and so does each of these tests; ``test_hostile_inputs_are_refused`` also says how it ends.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest

from credkit import Statements, sign_file, strip_file, verify_file
from credkit.assets import BytesSource
from credkit.codec import cbor, json_text
from credkit.codec.jumbf import build_box, parse_superbox
from credkit.errors import AssetError, MalformedError
from credkit.manifest.store import BOX
from credkit.media.texts import read_texts
from credkit.trust.timestamp.structure import parse_token
from tests.forge import pki, tsa
from tests.forge.boxes import Leaf, Node, read_tree
from tests.forge.pictures import picture
from tests.fuzz.inputs import some_store
from tests.fuzz.items import RAW
from tests.fuzz.targets import TARGETS

FOLDER = Path(__file__).parent / "crashes"
KEPT = sorted(FOLDER.glob("*.bin"))
STORE = some_store()


def _length(value: int) -> bytes:
    return value.to_bytes(4, "big") + STORE[4:]


def _nested(depth: int) -> bytes:
    node = Node(BOX.CBOR, "a", [Leaf("cbor", b"\xa0")])
    for _ in range(depth):
        node = Node(BOX.STANDARD, "a", [node])
    return node.encode()


def _toggles(value: int) -> bytes:
    tree = read_tree(STORE)
    tree.toggles = value
    return tree.encode()


def _crowded() -> bytes:
    return Node(BOX.STORE, "c2pa", [Leaf("free", b"")] * 20_001).encode()


def _bomb() -> bytes:
    """256 MiB of zeros as a compressed manifest."""
    packer = brotli.Compressor(quality=1, lgwin=24)
    packed = b"".join(packer.process(bytes(1 << 24)) for _ in range(16)) + packer.finish()
    return Node(BOX.STORE, "c2pa", [Node(BOX.COMPRESSED, "urn:c2pa:a", [Leaf("brob", packed)])]).encode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return len(data).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")


def _png(*chunks: bytes) -> bytes:
    whole = picture("png", 8, 8)
    return whole[:33] + b"".join(chunks) + whole[33:]


def _late_token(time: bytes) -> bytes:
    return tsa.token(tsa.default_tsa(), b"message", raw_time=time)


JUMBF: dict[str, Callable[[], bytes]] = {
    "no length": lambda: _length(0)[:7],
    "length 1 without the long form": lambda: _length(1)[:12],
    "length 4": lambda: _length(4),
    "length 7": lambda: _length(7),
    "length of 4 GiB": lambda: _length(0xFFFFFFFF),
    "long length of 2**63": lambda: b"\0\0\0\1jumb" + (1 << 63).to_bytes(8, "big") + STORE[8:],
    "long length of 2**64 - 1": lambda: b"\0\0\0\1jumb" + b"\xff" * 8 + STORE[8:],
    "long length of 8": lambda: b"\0\0\0\1jumb" + (8).to_bytes(8, "big") + STORE[8:],
    "toggles promise an identifier": lambda: _toggles(0x07),
    "toggles promise a hash": lambda: _toggles(0x0B),
    "toggles promise a salt": lambda: _toggles(0x13),
    "no description box": lambda: build_box("jumb", b""),
    "a description box without content": lambda: build_box("jumb", build_box("jumd", b"")),
    "33 boxes inside of each other": lambda: _nested(33),
    "20,001 boxes": _crowded,
}
CBOR: dict[str, bytes] = {f"hostile item {number}": raw.data for number, raw in enumerate(RAW)} | {
    "32 levels and one": b"\x81" * 33 + b"\0",
    "a million items claimed": b"\x9a\x00\x0f\x42\x40",
    "the same key twice": b"\xa2\x61a\x01\x61a\x01",
    "bytes behind the end": b"\x00\x00",
    "a reference to itself": b"\xd8\x1c\x81\xd8\x1d\x00",
}
JSON: dict[str, bytes] = {
    "the same key twice": b'{"a":1,"a":1}',
    "not a number": b"[NaN]",
    "endless": b"[Infinity]",
    "too large a number": b"[1e999]",
    "half a character": b'["\\ud800"]',
    "100,000 levels": b"[" * 100_000,
    "levels that end": b"[" * 5_000 + b"]" * 5_000,
    "5,000 digits": b"9" * 5_000,
    "not UTF-8": b'"\xff"',
}


def test_kept_inputs() -> None:
    targets = {target.name.replace(" ", "_").replace("/", "_"): target for target in TARGETS.values()}
    for path in KEPT:
        targets[path.stem.partition("--")[0]].run(path.read_bytes())
    assert all(path.stat().st_size <= 32_768 for path in KEPT)
    assert {path.name for path in FOLDER.iterdir()} == {path.name for path in KEPT} | {"README.md"}


@pytest.mark.parametrize("name", JUMBF)
def test_hostile_boxes_are_refused(name: str) -> None:
    data = JUMBF[name]()
    with pytest.raises(MalformedError):
        parse_superbox(data)
    TARGETS["verify"].run(data)
    TARGETS["asset manifest store"].run(data)


@pytest.mark.parametrize("name", CBOR)
def test_hostile_cbor(name: str) -> None:
    for target in ("cbor", "cose", "claim", "cose key"):
        TARGETS[target].run(CBOR[name])
    TARGETS["signed assertion"].run(b"\0" + CBOR[name])


@pytest.mark.parametrize("name", list(CBOR)[-5:])
def test_hostile_cbor_is_refused(name: str) -> None:
    with pytest.raises(MalformedError):
        cbor.decode(CBOR[name], where="input")


@pytest.mark.parametrize("name", JSON)
def test_hostile_json(name: str) -> None:
    if name != "5,000 digits":
        with pytest.raises(MalformedError):
            json_text.decode(JSON[name], where="input")
    for target in ("json", "openings", "policy", "definition", "credential", "trust list"):
        TARGETS[target].run(JSON[name])


def test_a_compressed_manifest_that_swells() -> None:
    data = _bomb()
    assert len(data) < 100_000
    assert verify_file(data).state == "error" or verify_file(picture(), sidecar=data).state in ("error", "Invalid")


@pytest.mark.parametrize("time", [b"99999123123595Z", b"99991231235960Z", b"20260230000000Z", b"00000101000000Z", b"2026010100000", b""])
def test_times_that_are_none(time: bytes) -> None:
    data = _late_token(time)
    with pytest.raises(MalformedError):
        parse_token(data)
    TARGETS["time-stamp"].run(data)


@pytest.mark.parametrize(
    "chunk",
    [
        _chunk(b"iTXt", b""),
        _chunk(b"iTXt", b"a"),
        _chunk(b"iTXt", b"a\0"),
        _chunk(b"iTXt", b"a\0\1\0"),
        _chunk(b"iTXt", b"parameters\0\1\0\0\0" + zlib.compress(bytes(1 << 25))),
        _chunk(b"zTXt", b"parameters\0\0" + zlib.compress(bytes(1 << 25))),
        _chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(1 << 25))),
        _chunk(b"eXIf", b"MM"),
    ],
    ids=[
        "nothing",
        "no end of the keyword",
        "no flags",
        "no language",
        "32 MiB of text",
        "32 MiB of old text",
        "32 MiB of profile",
        "two bytes",
    ],
)
def test_texts_of_a_picture_that_break_off_or_swell(chunk: bytes) -> None:
    data = _png(chunk)
    TARGETS["texts"].run(data)
    TARGETS["asset PNG"].run(data)
    assert sum(len(block.text) for block in read_texts(BytesSource(data))) < 1 << 24
    assert verify_file(data).state == "none"


def test_a_store_that_damage_hides_is_not_left_behind_in_silence() -> None:
    """The walk ends at the damage behind the first store; without that store it goes on, and comes to the second."""
    data = (FOLDER / "asset_JPEG--a_store_behind_damage.bin").read_bytes()
    with pytest.raises(AssetError, match="another one comes to light"):
        strip_file(data, io.BytesIO())
    with pytest.raises(AssetError, match="cut off or damaged and was not signed"):
        sign_file(data, io.BytesIO(), Statements(created="digitalCapture"), signer=pki.signer(), drop_history=True)
