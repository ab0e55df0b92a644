"""SVG: sniffing, where the manifest goes, what stays, entities, encodings, positions."""

from __future__ import annotations

import base64
import gzip
import io
import re
from dataclasses import replace
from functools import partial
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, SvgFormat, detect, open_source, read_store
from credkit.assets.engine import read_block
from credkit.errors import AssetError, MalformedError
from credkit.limits import DEFAULT_LIMITS
from credkit.load import load_store
from credkit.manifest.assertions import Action
from credkit.sign.update import UpdateBuilder
from credkit.verify import verify
from tests.assets.catalogue import SAMPLES
from tests.assets.samples import embedded, scan, store_of
from tests.assets.samples_svg import SVGS, drawing, svg
from tests.forge import pki
from tests.forge import signing as forge
from tests.forge.corpus import CORPUS, entries, needs_corpus

FORM = SvgFormat()
DRAWINGS = {name: item.data for name, item in SAMPLES.items() if item.kind is SvgFormat}
EVERY = pytest.mark.parametrize("data", DRAWINGS.values(), ids=DRAWINGS)
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
MANIFEST = "{http://c2pa.org/manifest}manifest"


signed = partial(forge.signed, created="digitalCreation")


def manifests(data: bytes) -> list[bytes]:
    """What a second reader finds at the place that the specification names."""
    root = ElementTree.fromstring(data)
    metadata = [child for child in root if child.tag == "{http://www.w3.org/2000/svg}metadata"]
    return [base64.b64decode(item.text or "") for block in metadata for item in block if item.tag == MANIFEST]


# Sniffing


@pytest.mark.parametrize(
    "head",
    [
        b"<svg/>",
        b"<svg>",
        b"\n \t<svg\n>",
        b"\xef\xbb\xbf<?xml version='1.0'?><svg />",
        b"<?xml version='1.0'?><!-- <html> --><?go on?><s:svg xmlns:s='x'>",
        b"<!DOCTYPE svg><svg>",
        b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' '>'>\n<svg>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><svg>",
        b"<!DOCTYPE svg [" + b" " * 5_000,
        "<svg/>".encode("utf-16"),
        "<svg/>".encode("utf-16-be"),
        gzip.compress(b"<svg/>", mtime=0),
    ],
)
def test_drawings_are_recognized(head: bytes) -> None:
    assert FORM.matches(head[:4096])
    assert detect(BytesSource(head)).name == "SVG"


@pytest.mark.parametrize(
    "head",
    [
        b"<html><svg/></html>", b"<svgx/>", b"svg", b"<!-- <svg/>", b"<?xml", b"<!DOCTYPE html><html>", b"<a:svgs/>", b"&lt;svg/>",
        b"<!-- " + b" " * 5_000 + b"--><svg/>", gzip.compress(b"text", mtime=0), b"\x1f\x8b\x08 broken", b"\xff\xfe",
    ],
)  # fmt: skip
def test_other_texts_are_not(head: bytes) -> None:
    assert not FORM.matches(head[:4096])


@given(st.text(alphabet="<!?-[]>\"' svgDOCTYPE/x:", max_size=60))
@settings(max_examples=100, deadline=None)
def test_only_what_names_its_root_is_a_drawing(text: str) -> None:
    assert not FORM.matches(text.encode()) or "svg" in text


# Where things go


@EVERY
@pytest.mark.parametrize("size", [46, 47, 48, 5_000])
def test_the_manifest_stands_where_the_specification_wants_it(data: bytes, size: int) -> None:
    changed = embedded(data, store_of(size))
    assert manifests(changed) == [store_of(size)]
    assert b"<c2pa:manifest" in changed
    assert drawing(changed) == drawing(data)
    (frame,) = scan(changed).store.frame
    assert changed[frame.start : frame.end] == base64.b64encode(store_of(size))


@EVERY
def test_everything_else_keeps_its_bytes(data: bytes) -> None:
    changed = embedded(data, store_of(60)).decode("latin-1")
    text = base64.b64encode(store_of(60)).decode()
    for extra in (
        re.escape(text), r' xmlns:c2pa="http://c2pa\.org/manifest"(?=[^<]*>)', r"<c2pa:manifest></c2pa:manifest>",
        r"<((?:\w+:)?metadata)></\1>",
    ):  # fmt: skip
        changed = re.sub(extra, "", changed)
    plain = re.sub(r"<metadata></metadata>", "", data.removeprefix(b"\xef\xbb\xbf").decode("latin-1"))
    assert changed.replace("></svg>", "/>") == plain.replace("></svg>", "/>")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (f"<svg {NAMESPACE}/>", f"<svg {NAMESPACE} DECLARED><metadata>MANIFEST</metadata></svg>"),
        (f"<svg {NAMESPACE} ></svg>", f"<svg {NAMESPACE}  DECLARED><metadata>MANIFEST</metadata></svg>"),
        (f"<svg {NAMESPACE}><metadata>x</metadata></svg>", f"<svg {NAMESPACE} DECLARED><metadata>MANIFESTx</metadata></svg>"),
        (f"<svg {NAMESPACE} DECLARED><g/></svg>", f"<svg {NAMESPACE} DECLARED><metadata>MANIFEST</metadata><g/></svg>"),
        ("<svg><metadata/></svg>", "<svg DECLARED><metadata>MANIFEST</metadata><metadata/></svg>"),
        ("<svg><g><metadata>x</metadata></g></svg>", "<svg DECLARED><metadata>MANIFEST</metadata><g><metadata>x</metadata></g></svg>"),
        (
            "<svg><metadata>a</metadata><metadata>b</metadata></svg>",
            "<svg DECLARED><metadata>a</metadata><metadata>MANIFESTb</metadata></svg>",
        ),
        ("<svg xmlns:c2pa='urn:x'/>", "<svg xmlns:c2pa='urn:x'><metadata>LOCAL</metadata></svg>"),
        ("<svg><metadata xmlns:c2pa='urn:x'> </metadata></svg>", "<svg><metadata xmlns:c2pa='urn:x'>LOCAL </metadata></svg>"),
        ("<svg a='>' b=\"/>'\"/>", "<svg a='>' b=\"/>'\" DECLARED><metadata>MANIFEST</metadata></svg>"),
    ],
)
def test_byte_by_byte(data: str, expected: str) -> None:
    declared = 'xmlns:c2pa="http://c2pa.org/manifest"'
    text = base64.b64encode(store_of(46)).decode()
    made = (
        expected.replace("MANIFEST", f"<c2pa:manifest>{text}</c2pa:manifest>")
        .replace("LOCAL", f"<c2pa:manifest {declared}>{text}</c2pa:manifest>")
        .replace("DECLARED", declared)
    )
    changed = embedded(data.replace("DECLARED", declared).encode(), store_of(46))
    assert changed.decode() == made
    assert read_store(BytesSource(changed), scan(changed).store) == store_of(46)


@pytest.mark.parametrize("name", ["c2pa:manifest", "m:manifest"])
@pytest.mark.parametrize("space", ["", "\n    ", "\r\n\t"])
def test_manifests_of_others(name: str, space: str) -> None:
    text = base64.encodebytes(store_of(300)).decode() if space else base64.b64encode(store_of(300)).decode()
    data = f'<svg {NAMESPACE} xmlns:{name[:-9]}="http://c2pa.org/manifest"><metadata><{name}>{space}{text}{space}</{name}></metadata></svg>'
    found = scan(data.encode())
    assert read_store(BytesSource(data.encode()), found.store) == store_of(300)
    (frame,) = found.store.frame
    assert data[frame.start : frame.end] == text.strip()
    assert manifests(embedded(data.encode(), store_of(60))) == [store_of(60)]
    assert scan(embedded(data.encode(), None)).stores == ()


def test_a_prefix_that_nobody_declared_and_one_of_another_meaning() -> None:
    text = base64.b64encode(store_of(46)).decode()
    for attributes in ("", ' xmlns:c2pa="urn:other"'):
        data = f"<svg{attributes}><metadata><c2pa:manifest>{text}</c2pa:manifest></metadata></svg>".encode()
        assert read_store(BytesSource(data), scan(data).store) == store_of(46)


def test_elsewhere_it_is_no_manifest() -> None:
    text = base64.b64encode(store_of(46)).decode()
    element = f'<c2pa:manifest xmlns:c2pa="http://c2pa.org/manifest">{text}</c2pa:manifest>'
    for body in (element, f"<g><metadata>{element}</metadata></g>", f"<metadata><g>{element}</g></metadata>", f"<desc>{element}</desc>"):
        assert scan(f"<svg>{body}</svg>".encode()).stores == ()


def test_two_manifests_are_none_and_both_are_removed() -> None:
    text = base64.b64encode(store_of(46)).decode()
    element = f"<c2pa:manifest>{text}</c2pa:manifest>"
    for body in (f"<metadata>{element}{element}</metadata>", f"<metadata>{element}</metadata><metadata>{element}</metadata>"):
        data = f'<svg {NAMESPACE} xmlns:c2pa="http://c2pa.org/manifest">{body}<g/></svg>'.encode()
        assert (scan(data).store, len(scan(data).stores)) == (None, 2)
        assert embedded(data, None) == f"<svg {NAMESPACE}><g/></svg>".encode()
        assert manifests(embedded(data, store_of(60))) == [store_of(60)]
        with pytest.raises(MalformedError, match="more than 1 manifest stores"):
            FORM.scan(BytesSource(data), replace(DEFAULT_LIMITS, stores=1))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "nothing in it"),
        (" \n ", "nothing in it"),
        ("AAAA<!-- c -->AAAA", "something else than Base64"),
        ("<![CDATA[AAAA]]>", "something else than Base64"),
        ("AAAA<g/>", "something else than Base64"),
        ("AAAA&#65;AAA", "something else than Base64"),
        ("AAA\u00e4", "something else than Base64"),
        ("A A A", "more than 2 lines"),
        ("AAAAA", "Base64 text is damaged"),
        ("AAB=", "does not end as Base64 does"),
    ],
)
def test_what_is_no_base64(content: str, message: str) -> None:
    data = f"<svg><metadata><c2pa:manifest>{content}</c2pa:manifest></metadata></svg>".encode()
    limits = replace(DEFAULT_LIMITS, store_slices=2)
    location = FORM.scan(BytesSource(data), limits).store
    with pytest.raises(MalformedError, match=message):
        read_store(BytesSource(data), location)
    assert load_store(BytesSource(data), limits=limits).failure.code == "manifest.inaccessible.malformed"
    assert manifests(embedded(data.replace(b"<svg", f"<svg {NAMESPACE}".encode()), store_of(60))) == [store_of(60)]


def test_the_declaration_stays_where_somebody_else_needs_it() -> None:
    body = '<g c2pa:note="x"/>'
    data = svg(body, attributes=' xmlns:c2pa="http://c2pa.org/manifest"')
    assert embedded(embedded(data, store_of(46)), None) == data
    bare = svg("<g/>", attributes=' xmlns:c2pa="http://c2pa.org/manifest"')
    assert embedded(embedded(bare, store_of(46)), None) == svg("<g/>")


# What is read besides


@pytest.mark.parametrize(
    ("attributes", "sides"),
    [
        ('width="10" height="8px"', (10, 8)),
        ('width="4in" height="3e2"', (None, None)),
        ('width="12.0" height="12.5"', (12, None)),
        ("", (None, None)),
    ],
)
def test_dimensions(attributes: str, sides: tuple[int | None, int | None]) -> None:
    layout = scan(f"<svg {attributes}/>".encode())
    assert (layout.width, layout.height) == sides


def test_xmp_is_found() -> None:
    data = SVGS["svg metadata"]
    (block,) = scan(data).metadata
    assert read_block(BytesSource(data), block).startswith(b"<x:xmpmeta ")
    assert read_block(BytesSource(data), block).endswith(b"</x:xmpmeta>")
    assert load_store(BytesSource(data)).failure.code == "manifest.inaccessible"
    bare = svg('<metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>')
    assert [block.kind for block in scan(bare).metadata] == ["xmp"]
    with pytest.raises(AssetError, match="no XMP or EXIF into SVG"):
        FORM.with_metadata(BytesSource(data), scan(data), xmp=b"<x/>")


# Hostile and odd files


@pytest.mark.parametrize(
    ("declarations", "message"),
    [
        ('<!ENTITY a "ha"><!ENTITY b "&a;&a;">', "declares entities that could hide"),
        ('<!ENTITY a "<metadata/>">', "declares entities that could hide"),
        ('<!ENTITY a "&#60;metadata/>">', "declares entities that could hide"),
        ('<!ENTITY % a "x">', "declares entities that could hide"),
        ("".join(f'<!ENTITY a{index} "x">' for index in range(200)), "declares entities that could hide"),
        (f'<!ENTITY a "{"x" * 100_000}">', "unfold to more than"),
    ],
)
def test_entities_that_hide_or_grow_are_refused(declarations: str, message: str) -> None:
    data = f"<!DOCTYPE svg [{declarations}]><svg><g id='{'&a;' * 50}'/></svg>".encode()
    with pytest.raises(MalformedError, match=message):
        FORM.scan(BytesSource(data))
    report = verify(BytesSource(data))
    assert report.state == "error"


def test_entities_for_namespaces_and_outside_of_the_file_are_borne() -> None:
    data = b'<!DOCTYPE svg SYSTEM "http://192.0.2.1/x.dtd" [<!ENTITY ns "http://www.w3.org/2000/svg"><!ENTITY far SYSTEM "file:///etc/passwd">]>'
    data += b'<svg xmlns="&ns;"><text>&far;&unknown;</text></svg>'
    assert embedded(embedded(data, store_of(46)), None) == data
    with pytest.raises(MalformedError, match="no well-formed XML"):
        FORM.scan(BytesSource(b'<!DOCTYPE svg [<!ENTITY far SYSTEM "file:///etc/passwd">]><svg a="&far;"/>'))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<svg>", "no well-formed XML"),
        (b"<svg/><svg/>", "no well-formed XML"),
        (b"<svg/>\x00", "no well-formed XML"),
        (b"<svg a='1' a='2'/>", "duplicate attribute"),
        (b"<?xml version='1.0' encoding='shift_jis'?><svg/>", "encoding"),
        (b"<?xml version='1.0' encoding='nonsense'?><svg/>", "encoding"),
        (b"<svg>\xff</svg>", "no well-formed XML"),
        (b"<svg>" * 2_000, "nested more than 1,000 deep"),
    ],
)
def test_what_is_no_xml(data: bytes, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        FORM.scan(BytesSource(data))


def test_limits() -> None:
    data = BytesSource(svg("<g/>" * 20 + "<metadata></metadata>" * 5))
    with pytest.raises(MalformedError, match="larger than 100 bytes"):
        FORM.scan(data, replace(DEFAULT_LIMITS, svg_size=100))
    with pytest.raises(MalformedError, match="more than 10 elements"):
        FORM.scan(data, replace(DEFAULT_LIMITS, svg_nodes=10))
    added = b"<!DOCTYPE svg [<!ATTLIST a " + b" ".join(b"b%d CDATA 'x'" % index for index in range(3_000)) + b">]><svg>"
    with pytest.raises(MalformedError, match="more than [0-9]{2},[0-9]{3} elements and attributes"):
        FORM.scan(BytesSource(added + b"<a/>" * 20_000 + b"</svg>"))
    with pytest.raises(MalformedError, match="more than 3 metadata"):
        FORM.scan(data, replace(DEFAULT_LIMITS, metadata_blocks=3))


def test_positions_hold_across_pieces_and_long_tags() -> None:
    data = b"<?xml version='1.0'?>" + svg("<g/>" * 60_000, attributes=f' data-x="{">" * 300_000}"', after="<!--" + "x" * 300_000 + "-->")
    changed = embedded(data, store_of(200_000))
    assert manifests(changed) == [store_of(200_000)]
    assert embedded(changed, None) == data


@pytest.mark.parametrize("data", ["<svg/>".encode("utf-16"), gzip.compress(b"<svg/>", mtime=0)])
def test_what_is_not_looked_into(data: bytes) -> None:
    layout = scan(data)
    assert "not looked at" in layout.remarks[0]
    for store in (store_of(46), None):
        with pytest.raises(AssetError, match=r"UTF-16|packed \(\.svgz\)"):
            embedded(data, store)


# Signing


@EVERY
def test_signed_files_are_valid_here_and_there(data: bytes) -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    changed = signed(data)
    report = verify(BytesSource(changed))
    assert (report.state, report.content_intact, report.unprotected) == ("Valid", True, ())
    assert drawing(changed) == drawing(data)
    there = peer.read(changed, "svg")
    assert (there.state, there.failures) == ("Valid", ["signingCredential.untrusted"])


@pytest.mark.parametrize("name", [name for name in DRAWINGS if name not in ("svg closed", "svg empty metadata")])
def test_files_of_the_reference_are_valid_here(name: str) -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    action = {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCreation"}
    theirs = peer.sign(DRAWINGS[name], "svg", {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}]})
    report = verify(BytesSource(theirs))
    assert (report.state, report.content_intact) == ("Valid", True)
    assert drawing(theirs) == drawing(embedded(theirs, None)) == drawing(DRAWINGS[name])


@EVERY
def test_updates(data: bytes) -> None:
    peer = pytest.importorskip("tests.forge.peer", reason="needs the reference implementation (c2pa-python)")
    changed = signed(data)
    for count in range(2):
        builder, out = UpdateBuilder(title="u" * count), io.BytesIO()
        builder.add_action(Action("c2pa.published"))
        builder.sign(changed, out, pki.signer())
        changed = out.getvalue()
        report = verify(BytesSource(changed))
        assert (report.state, report.content_intact, len(report.manifests)) == ("Valid", True, count + 2)
        assert peer.read(changed, "svg").state == "Valid"
    assert drawing(changed) == drawing(data)


@pytest.mark.parametrize(
    "change", [lambda d: d.replace(b"#f00", b"#00f"), lambda d: d + b" ", lambda d: d.replace(b"<c2pa:manifest>", b"<c2pa:manifest >")]
)
def test_every_other_byte_is_covered(change) -> None:
    data = signed(svg())
    assert change(data) != data
    assert verify(BytesSource(change(data))).content_intact is False


@needs_corpus
def test_the_corpus_says_what_the_reference_says() -> None:
    assert len(entries("svg")) >= 8
    for entry in entries("svg"):
        run = entry["runs"]["default"]
        with open_source(CORPUS / entry["path"]) as source:
            report = verify(source)
        assert (report.state in ("none", "error")) == (not run["readable"])
        if not run["readable"]:
            continue
        assert report.active.manifest.label == entry["summary"]["active_manifest"]
        found = {status.code for status in report.active.results.failure}
        # Certificates that have run out since are judged by the time of signing, and their profile by the edition.
        known = {"claimSignature.outsideValidity", "signingCredential.untrusted", "signingCredential.expired", "signingCredential.invalid"}
        assert found - known == set(run["failure_codes"]) - known


@pytest.mark.parametrize(
    ("body", "before", "told"),
    [
        ('<image href="other.png"/>', "", True),
        ('<image xlink:href=" https://example.com/a.png"/>', "", True),
        ('<use href="parts.svg#one"/>', "", True),
        ('<script src="program.js"/>', "", True),
        ('<rect fill="url(paints.svg#red)"/>', "", True),
        ("<rect style=\"fill: url( 'paints.svg#red')\"/>", "", True),
        ("<style>rect { fill: red }\n@import 'other.css';</style>", "", True),
        ("<style>@font-face { src: URL(font.woff) }</style>", "", True),
        ("", '<?xml-stylesheet href="other.css"?>', True),
        ('<image href="data:image/png;base64,AAAA"/><use href="#one"/><image href=""/>', "", False),
        ('<a href="https://example.com/"><text>url(other.png) @import</text></a>', "", False),
        ('<rect fill="url(#red)" style="fill: url(&quot;#red&quot;)"/><style>rect { fill: url( #red ) }</style>', "", False),
        (
            '<metadata><r:RDF><cc:Work rdf:about=""><cc:license rdf:resource="https://example.com/"/></cc:Work></r:RDF></metadata>',
            "",
            False,
        ),
    ],
)
def test_what_a_drawing_takes_from_elsewhere_is_told(body: str, before: str, told: bool) -> None:
    """Whoever exchanges such a picture changes what is seen and no byte of the drawing."""
    names = ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:r="r" xmlns:cc="cc" xmlns:rdf="r"'
    remark = "The drawing takes pictures, styles or programs from elsewhere, which its hash does not cover."
    assert scan(svg(body, before=before, attributes=names)).remarks == (remark,) * told
