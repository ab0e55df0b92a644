"""What the targets begin with: sound inputs of every parser, made by the forge, and the items of known attacks."""

from __future__ import annotations

import base64
import json
import struct
import tempfile
import zlib
from contextlib import suppress
from functools import cache
from pathlib import Path

from credkit.assets import AssetFormat, BytesSource
from credkit.errors import MalformedError
from credkit.manifest.assertions import ASSERTIONS
from credkit.media.texts import read_texts
from credkit.media.texts.block import TextBlock
from credkit.provenance import FORMATS, render
from credkit.verify import Report
from tests.assets.catalogue import SAMPLES
from tests.assets.samples import TIFF
from tests.forge import identities
from tests.forge.boxes import Leaf, read_tree
from tests.forge.files import beside, plain, standard
from tests.forge.manifests import Assertion
from tests.fuzz import odd_files
from tests.fuzz.blocks import joined
from tests.fuzz.items import RAW, SCALARS, encode
from tests.fuzz.seeds import generated_files, seeds
from tests.fuzz.trees import nodes
from tests.journal.material import studio

PICTURE = plain()
"""A picture without a store."""
LABELS = (
    *sorted(ASSERTIONS.keys() - {"c2pa.hash.data"}),
    "c2pa.hash.boxes",
    "c2pa.hash.bmff.v3",
    "c2pa.hash.collection.data",
    "c2pa.hash.data__1",
)


def some_store() -> bytes:
    """A sound manifest store of ``PICTURE``."""
    return beside(standard())[1]


def store_stating(which: int, value: bytes) -> bytes:
    """A sound store of ``PICTURE`` with one more assertion, whose value is these bytes."""
    return beside(standard(Assertion(LABELS[which % len(LABELS)], value)))[1]


def shown(report: Report) -> None:
    """The report in every form."""
    for name in FORMATS:
        render(report, name)


KEPT = Path(__file__).parent / "corpus"
"""For each target the inputs that were kept, one a line in Base64."""


@cache
def kept(stem: str) -> list[bytes]:
    """The inputs that were kept for the target with that stem."""
    path = KEPT / f"{stem}.txt"
    return [base64.b64decode(line) for line in path.read_text(encoding="ascii").splitlines()] if path.exists() else []


@cache
def stores() -> list[bytes]:
    """Manifest stores of all kinds, and boxes with impossible lengths."""
    found = {seed.family: seed.store for seed in seeds() if seed.store and len(seed.store) < 6_000}
    store = some_store()
    odd = [length.to_bytes(4, "big") + store[4:] for length in (0, 1, 4, 7, 0xFFFFFFFF)]
    return [*found.values(), store, *odd, b"\0\0\0\1jumb" + b"\x80" + bytes(7) + store[8:], store[:60], store[:32] + b"\x1f" + store[33:]]


@cache
def _leaves() -> list[bytes]:
    """What stands in CBOR boxes of sound files, each kind of content once in every table."""
    found: dict[tuple[str, str | None, int], bytes] = {}
    for seed in seeds():
        if seed.store and seed.sound.state in ("Trusted", "Valid"):
            for node in nodes(read_tree(seed.store)):
                for leaf in node.children:
                    if isinstance(leaf, Leaf) and leaf.type == "cbor" and len(leaf.payload) < 4_000:
                        found.setdefault((seed.family, node.label, len(leaf.payload) // 64), leaf.payload)
    return list(found.values())


@cache
def cbors() -> list[bytes]:
    """Values of assertions, and everything that only hostile CBOR says."""
    return [*_leaves()[:200], *(raw.data for raw in RAW if len(raw.data) < 2_000), *(encode(value) for value in SCALARS)]


@cache
def jsons() -> list[bytes]:
    """JSON with what is not allowed in it."""
    texts = (
        '{"a":1,"a":2}',
        "NaN",
        "[1e999]",
        "[" * 200 + "]" * 200,
        '"\\ud800"',
        '{"a":[1,2,{"b":null}],"c":"\\u00e9"}',
        "9" * 5_000,
        '"\x00"',
        "",
    )
    return [*(text.encode() for text in texts), json.dumps({"@context": {"a": "b"}, "dc:title": ["x"]}).encode(), b"\xef\xbb\xbf{}"]


@cache
def signatures() -> list[bytes]:
    """COSE_Sign1 of every algorithm."""
    return [data for data in _leaves() if data[:1] == b"\xd2"] + [b"\xd2\x84\x40\xa0\xf6\x40", b"\x84\x40\xa0\xf6\x40"]


@cache
def claims() -> list[bytes]:
    """Claims of both versions."""
    return [data for data in _leaves() if b"signature" in data and b"instanceID" in data]


@cache
def assertions() -> list[bytes]:
    """Values of assertions behind a byte that chooses how they are read: as what they are, and some as something else."""
    labels = sorted(ASSERTIONS)
    found = [bytes((labels.index(label),)) + data for label, data in stated_assertions() if label in labels]
    return [*found, *(bytes((at % 256,)) + data for at, data in enumerate(_leaves()[:100]))]


@cache
def described_assertions() -> list[bytes]:
    """Examples of all assertions in JSON behind a byte that chooses the label, and the same under the label that follows."""
    found = [(at, json.dumps(ASSERTIONS[label].example).encode()) for at, label in enumerate(sorted(ASSERTIONS))]
    return [bytes((at + more,)) + data for more in (0, 1) for at, data in found]


@cache
def stated_assertions() -> tuple[tuple[str, bytes], ...]:
    """Labels and values of assertions of all seeds, one of each size."""
    found: dict[tuple[str, int], bytes] = {}
    for seed in seeds():
        with suppress(MalformedError):
            for node in nodes(read_tree(seed.store)) if seed.store else ():
                label = (node.label or "").partition("__")[0]
                for leaf in node.children:
                    if isinstance(leaf, Leaf) and leaf.type == "cbor" and len(leaf.payload) < 4_000:
                        found.setdefault((label, len(leaf.payload)), leaf.payload)
    return tuple((label, data) for (label, _), data in found.items())


def uris() -> list[bytes]:
    """JUMBF URIs and DIDs."""
    texts = (
        "self#jumbf=/c2pa/urn:c2pa:a/c2pa.assertions/x",
        "self#jumbf=c2pa.signature",
        "self#jumbf=/",
        "did:web:a.b%3A1:c",
        "did:jwk:e30",
    )
    more = ("a b/c.png", "../a", "/a", "a?b", "c:d", "a\\b", "a/%2e%2e/b", "b" * 5_000, "\ud800", "did:web:issuer.example", "did:web:a:..")
    keys = [identities.aggregator(name).did for name in ("ed25519", "es256", "es384", "ps256")]
    plain = [text.encode() for text in (*texts, *keys, "self#jumbf=/c2pa/%2e%2e/a", "self#jumbf=" + "a/" * 500)]
    return [*plain, *(text.encode("utf-8", "surrogatepass") for text in more), "a\ud800".encode("utf-16-le", "surrogatepass")]


@cache
def credentials() -> list[bytes]:
    """Credentials and documents of issuers."""
    key = identities.aggregator()
    asset = {"referenced_assertions": [], "sig_type": identities.AGGREGATION}
    return [json.dumps(identities.credential(asset, issuer=key.did)).encode(), identities.did_document("did:web:issuer.example", key.key)]


@cache
def packets() -> list[bytes]:
    """XMP packets."""
    start = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    body = (
        b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" a="b">'
        b"<dc:creator><rdf:Seq><rdf:li>x</rdf:li></rdf:Seq></dc:creator><dc:rights><rdf:Alt><rdf:li xml:lang='x-default'>y</rdf:li>"
        b"</rdf:Alt></dc:rights><plus:Licensor><rdf:Bag><rdf:li rdf:parseType='Resource'><plus:LicensorName>z</plus:LicensorName></rdf:li>"
        b"</rdf:Bag></plus:Licensor></rdf:Description>"
    )
    end = b"</rdf:RDF></x:xmpmeta>"
    laughs = b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]>'
    return [
        start + body + end,
        laughs + start + end,
        b"<?xpacket begin='\xef\xbb\xbf' id='x'?>" + start + end + b"<?xpacket end='w'?>",
        start * 9,
        start + b"<!-- a --><?b c?><rdf:Description><![CDATA[a]]><c rdf:resource='d'/></rdf:Description>" + end,
        b"<?xml version='1.0' encoding='x'?><a/>",
        b"",
    ]


def exif_blocks() -> list[bytes]:
    """EXIF blocks of both byte orders, with a directory that leads to itself."""
    entry = struct.pack("<HHII", 0x010E, 2, 4, 0x00787878)
    deeper = struct.pack("<HHII", 0x8769, 4, 1, 8)
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 2) + entry + deeper + struct.pack("<I", 8)
    return [TIFF, block, b"MM\0*\0\0\0\x08" + b"\0\x01" + struct.pack(">HHII", 0x8298, 2, 0xFFFFFFFF, 8) + bytes(4)]


def _dataset(number: int, value: bytes, record: int = 2) -> bytes:
    return bytes((0x1C, record, number)) + len(value).to_bytes(2, "big") + value


def iptc_blocks() -> list[bytes]:
    """Image resources with datasets in several character sets, a long one, and ones that break off."""
    sets = _dataset(90, b"\x1b%G", 1) + _dataset(80, b"a") + _dataset(116, b"\xe9") + _dataset(110, "\u00e9".encode()) + _dataset(5, b"t")
    long = b"\x1c\2\x28\x80\4\0\0\0\3abc"
    blocks = [sets, _dataset(116, b"\xe9"), long, sets + b"\0\0", sets[:-1], b"\x1c\2\x50\xff\xff"]
    found = [b"8BIM\4\4\0\0" + len(data).to_bytes(4, "big") + data + bytes(len(data) % 2) for data in blocks]
    other = b"8BIM\3\xed\2ab\0\0\0\0\1\0\0"
    return [*found, other + found[0], found[0] + other[:9], found[0] + b"8BIM\4\4\0\0\0\0\xff\xff", b""]


def text_files() -> list[bytes]:
    """Texts beside pictures, in several encodings."""
    text = "a cat\nSteps: 1, Seed: 2, Size: 8x8"
    return [text.encode(), text.encode("utf-16"), b"\xfe\xff" + text.encode("utf-16-be"), b"\xef\xbb\xbf" + text.encode(), b"\xe9\xff", b""]


@cache
def pictures_with_texts() -> list[bytes]:
    """Pictures as generation tools write them."""
    found = [*(data for _, data in generated_files()), *(sample.data for sample in SAMPLES.values())]
    found += [*odd_files.pictures(), *odd_files.films()]
    return [data for data in found if len(data) < 30_000]


@cache
def texts() -> list[bytes]:
    """What the tools write, one file's texts in each, and single texts that are read in other ways."""
    found = [joined(read_texts(BytesSource(data))) for data in pictures_with_texts()]
    label = '{"AIGC":{"Label":"1","ContentProducer":"x","ProduceID":"y","ReservedCode1":"z"}}'
    more = (
        ("prompt", '{"1":{"inputs":{"model":["1",0]},"class_type":"KSampler"}}'),
        ("workflow", '{"nodes":[{"id":1,"type":"a","inputs":[]}],"links":[]}'),
        ("parameters", "Steps: 1, Seed: 2"),
        ("AIGC", label),
    )
    single = [joined([TextBlock(kind="png-text", keyword=keyword, text=text, place="")]) for keyword, text in more]
    return [data for data in (*found, *single, label.encode()) if data]


@cache
def labels() -> list[bytes]:
    """Labels as the rules want them, and as writers wrap and misspell them."""
    keys = ("Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2")
    label = json.dumps(dict(zip(keys, ("1", "a", "b", "", "c", "d", ""), strict=True)))
    odd = (
        label.replace('"a"', '"a b"'),
        label.replace('"a"', '""'),
        f'{{"AIGC":{label}}}',
        json.dumps(label),
        label.replace('"', "&quot;"),
    )
    packed = (base64.b64encode(label.encode()), base64.b64encode(b"\xff" * 30), b"QUJD" * 9 + b"Q", b'AIGC{"Label":1,"label":[]}')
    return [label.encode(), *(text.encode() for text in odd), *packed, *texts()]


def _gguf(*fields: tuple[bytes, int, bytes]) -> bytes:
    body = b"".join(struct.pack("<Q", len(key)) + key + struct.pack("<I", kind) + value for key, kind, value in fields)
    return b"GGUF" + struct.pack("<IQQ", 3, 0, len(fields)) + body


@cache
def models() -> list[bytes]:
    """Headers of every model format."""
    found = [sample.data for name, sample in SAMPLES.items() if name.startswith(("safetensors", "onnx", "parquet"))]
    text = struct.pack("<Q", 5) + b"llama"
    made = _gguf(
        (b"general.name", 8, text), (b"general.tags", 9, struct.pack("<IQ", 8, 1) + text), (b"a", 6, bytes(4)), (b"b", 10, bytes(8))
    )
    return [*found, made, made[:60], _gguf((b"a", 9, struct.pack("<IQ", 4, 1 << 60)))]


def pdf_streams() -> list[bytes]:
    """Packed rows of all kinds behind two bytes that say how they are read."""
    rows = [bytes((kind, *range(kind, kind + 5))) * 3 for kind in (0, 1, 2, 3)]
    packed = [zlib.compress(data) for data in (b"".join(rows[:3]), rows[0], rows[2], b"".join(rows), bytes(1 << 12), b"")]
    found = [bytes((how, 5)) + data for how in (0, 3, 4, 10) for data in packed]
    return [
        *found,
        bytes((3 + 12, 5)) + packed[0],
        bytes((18,)) * 2 + zlib.compress(packed[0]),
        bytes((24, 0)) + packed[0],
        b"\3\0" + packed[0],
    ]


@cache
def journals() -> list[bytes]:
    """A journal with checkpoints, and single lines of it."""
    with tempfile.TemporaryDirectory() as folder:
        whole = (studio(Path(folder) / "studio") / "journal.jsonl").read_bytes()
    lines = whole.splitlines(keepends=True)
    orders = ((0, 2, 1, 3), (0, 1, 1, 2), (0, 2, 3), (0, 3, 4), (0, 1, 3, 2, 4), (1, 0), (0, 1, 2, 0, 3))
    moved = [b"".join(lines[at] for at in order if at < len(lines)) for order in orders]
    put_in = b"".join((*lines[:2], b'{"kind":"x"}\n', *lines[2:4], b"\n", *lines[4:5]))
    edited = b"".join((lines[0], lines[1].replace(b'"time":"2', b'"time":"3', 1), *lines[2:4]))
    return [whole[:32_000], b"".join(lines[:3]), lines[0], lines[1], *moved, put_in, edited, b"{}\n", b""]


@cache
def openings() -> list[bytes]:
    """A file of openings, and a disclosure."""
    disclosure = base64.urlsafe_b64encode(json.dumps(["c2FsdHNhbHRzYWx0c2FsdA", "prompt", "x"]).encode()).rstrip(b"=")
    value = {"version": 1, "manifest": "urn:c2pa:a", "asset": "a.png", "created": "2026-01-01T00:00:00Z"}
    return [json.dumps(value | {"openings": [{"field": "prompt", "disclosure": disclosure.decode()}]}).encode(), disclosure]


def policies() -> list[bytes]:
    """Acceptance policies."""
    rules = {"signer": {"organizations": ["x"]}, "state": "Trusted", "training_allowed": True, "no_unprotected_bytes": True}
    return [json.dumps({"rules": rules, "name": "a", "trust": {"signers": ["x.pem"]}}).encode(), b'{"rules":{}}', b"{}"]


def definitions() -> list[bytes]:
    """Manifest definitions."""
    action = {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}
    value = {
        "title": "a",
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [action]}}, {"label": "org.test", "data": {"a": 1}, "kind": "Json"}],
        "ingredients": [{"title": "b", "relationship": "componentOf"}],
        "claim_generator_info": [{"name": "c", "version": "1"}],
    }
    odd = (b'{"assertions":[{}]}', b'{"title":"a","title":"b"}', b'{"title":NaN}', b'{"title":""}', b'{"a":' * 3_000, b"[]", b"\xff")
    return [json.dumps(value).encode(), json.dumps(value["ingredients"][0]).encode(), b"{}", *odd]


@cache
def files_of(asset_format: AssetFormat) -> list[bytes]:
    """Files of a format, signed and not."""
    found = [sample.data for sample in SAMPLES.values() if sample.format is asset_format]
    found += [seed.data for seed in seeds() if seed.family == asset_format.name]
    found += [data for data in (*odd_files.pictures(), *odd_files.films(), *odd_files.archives()) if asset_format.matches(data[:4_096])]
    return [data for data in dict.fromkeys(found) if len(data) < 30_000] or journals()
