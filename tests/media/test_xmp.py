from __future__ import annotations

import contextlib
import dataclasses
import io
import os
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from credkit.errors import AssetError, DefinitionError
from credkit.limits import Limits
from credkit.media.xmp import DATA_MINING_VOCABULARY, Licensor, XmpMirror, XmpView, mirror_of, read_xmp, xmp_with

_CORPUS = Path(os.environ.get("CREDKIT_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "files"
_TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
_DC = "{http://purl.org/dc/elements/1.1/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"

FULL = XmpMirror(
    creator=("credkit test", "Łódź 写真 <&>"),
    rights="© 2026 credkit test",
    title='A "title"',
    web_statement="https://example.com/licence?a=1&b=2",
    usage_terms="ask first",
    marked=True,
    licensors=(Licensor(name="credkit test", url="https://example.com", email="licence@example.com"), Licensor(name="second")),
    data_mining=DATA_MINING_VOCABULARY + "DMI-PROHIBITED-AIMLTRAINING",
    other_constraints="AI training: only under conditions",
    licence="CC-BY-4.0",
    creative_commons="https://creativecommons.org/licenses/by/4.0/",
    digital_source_type=_TRAINED,
    ai_system="a model",
    ai_system_version="1.4",
    prompt="line one\nline two\r\n\ttab",
    prompt_writer="credkit test",
    credit="credkit",
    creator_tool="credkit 0.1",
    instance_id="xmp.iid:1",
    document_id="xmp.did:2",
    provenance="self#jumbf=/c2pa/urn:c2pa:1",
)


def packet(body: str, *, namespaces: str = "", about: str = 'rdf:about=""', attributes: str = "") -> bytes:
    """A packet with one description, as an editor writes it."""
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="another tool">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description {about} xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
    {namespaces} {attributes}>{body}</rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
{" " * 200}
<?xpacket end="w"?>""".encode()


def as_view(mirror: XmpMirror) -> XmpView:
    values = {field.name: getattr(mirror, field.name) for field in dataclasses.fields(mirror)}
    return XmpView(**{key: value if value is not None else getattr(XmpView(), key) for key, value in values.items()})


def test_a_new_packet_holds_every_property() -> None:
    made = xmp_with(None, FULL)
    assert made.startswith(b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>')
    assert made.endswith(b'<?xpacket end="w"?>')
    assert read_xmp(made) == as_view(FULL)
    assert read_xmp(made).do_not_train is True


@pytest.mark.parametrize("blank", [b"", b" \n\x00\x00"])
def test_a_blank_packet_counts_as_none(blank: bytes) -> None:
    assert xmp_with(blank, FULL) == xmp_with(None, FULL)


def test_an_independent_reader_sees_the_forms_of_the_standards() -> None:
    root = ElementTree.fromstring(xmp_with(None, FULL))
    description = root.find(f"{_RDF}RDF/{_RDF}Description")
    assert description is not None
    assert description.get(f"{_RDF}about") == ""
    assert [item.text for item in description.findall(f"{_DC}creator/{_RDF}Seq/{_RDF}li")] == list(FULL.creator or ())
    rights = description.find(f"{_DC}rights/{_RDF}Alt/{_RDF}li")
    assert rights is not None
    assert rights.attrib == {"{http://www.w3.org/XML/1998/namespace}lang": "x-default"}
    licensor = description.find(f"{{http://ns.useplus.org/ldf/xmp/1.0/}}Licensor/{_RDF}Seq/{_RDF}li")
    assert licensor is not None
    assert licensor.get(f"{_RDF}parseType") == "Resource"
    assert description.findtext("{http://ns.useplus.org/ldf/xmp/1.0/}DataMining") == FULL.data_mining
    assert description.findtext("{http://ns.adobe.com/xap/1.0/rights/}Marked") == "True"


def test_pillow_reads_a_packet_back_from_png_and_jpeg() -> None:
    made = xmp_with(None, FULL)
    for form in ("PNG", "JPEG", "WEBP"):
        stream = io.BytesIO()
        Image.new("RGB", (8, 8)).save(stream, form, xmp=made) if form != "PNG" else _png_with(stream, made)
        with Image.open(io.BytesIO(stream.getvalue())) as image:
            image.load()
            description = image.getxmp()["xmpmeta"]["RDF"]["Description"]
        assert description["creator"]["Seq"]["li"] == list(FULL.creator or ())
        assert description["DigitalSourceType"] == _TRAINED


def _png_with(stream: io.BytesIO, made: bytes) -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", made.decode())
    Image.new("RGB", (8, 8)).save(stream, "PNG", pnginfo=info)


@pytest.mark.parametrize(
    ("body", "attributes"),
    [
        ("<dc:creator><rdf:Seq><rdf:li>old</rdf:li></rdf:Seq></dc:creator>", ""),
        ("<dc:creator><rdf:Bag><rdf:li>old</rdf:li></rdf:Bag></dc:creator>", ""),
        ("<dc:creator>old</dc:creator>", ""),
        ("", 'dc:creator="old"'),
        ("<dc:creator rdf:parseType='Resource'><rdf:value>old</rdf:value></dc:creator>", ""),
        ("<dc:creator><rdf:Description><rdf:value>old</rdf:value></rdf:Description></dc:creator>", ""),
        ("<dc:creator><rdf:Description rdf:value='old'/></dc:creator>", ""),
        ("<dc:creator><![CDATA[old]]></dc:creator>", ""),
    ],
)
def test_every_form_is_read_and_replaced(body: str, attributes: str) -> None:
    existing = packet(body, attributes=attributes)
    assert read_xmp(existing).creator == ("old",)
    merged = xmp_with(existing, XmpMirror(creator=("new",)))
    assert read_xmp(merged).creator == ("new",)
    assert b"old" not in merged


def test_texts_as_attribute_element_resource_and_language() -> None:
    assert read_xmp(packet("", attributes='plus:DataMining="DMI-PROHIBITED"')).do_not_train is True
    resource = packet('<plus:DataMining rdf:resource="http://ns.useplus.org/ldf/vocab/DMI-ALLOWED"/>')
    assert read_xmp(resource).do_not_train is False
    assert read_xmp(packet("")).do_not_train is None
    alternatives = (
        '<dc:title><rdf:Alt><rdf:li xml:lang="de">Bild</rdf:li><rdf:li xml:lang="x-default">Picture</rdf:li></rdf:Alt></dc:title>'
    )
    assert read_xmp(packet(alternatives)).title == "Picture"
    assert read_xmp(packet(alternatives.replace("x-default", "fr"))).title == "Bild"
    merged = xmp_with(packet(alternatives), XmpMirror(title="New"))
    assert read_xmp(merged).title == "New"
    assert b"Bild" not in merged


@pytest.mark.parametrize(
    "body",
    [
        "<plus:Licensor><rdf:Seq><rdf:li rdf:parseType='Resource'><plus:LicensorName>L</plus:LicensorName></rdf:li></rdf:Seq>"
        "</plus:Licensor>",
        "<plus:Licensor><rdf:Bag><rdf:li><rdf:Description plus:LicensorName='L'/></rdf:li></rdf:Bag></plus:Licensor>",
        "<plus:Licensor><rdf:Seq><rdf:li plus:LicensorName='L'/></rdf:Seq></plus:Licensor>",
        "<plus:Licensor rdf:parseType='Resource'><plus:LicensorName>L</plus:LicensorName></plus:Licensor>",
    ],
)
def test_licensors_in_every_form(body: str) -> None:
    assert read_xmp(packet(body)).licensors == (Licensor(name="L"),)
    assert read_xmp(xmp_with(packet(body), XmpMirror(licensors=(Licensor(name="M"),)))).licensors == (Licensor(name="M"),)


def test_unknown_content_about_and_prefixes_are_kept() -> None:
    body = (
        '<lr:tags xmlns:lr="urn:test"><rdf:Bag><rdf:li>a &amp; b</rdf:li></rdf:Bag></lr:tags><!-- kept -->'
        "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>D&#13;E</rdf:li></rdf:Alt></dc:description>"
    )
    existing = packet(body, about='rdf:about="uuid:faf5bdd5"', attributes='xmp:Rating="5" xmp:Label="a&#10;b&#9;c"')
    merged = xmp_with(existing, FULL).decode()
    assert 'rdf:about="uuid:faf5bdd5"' in merged
    assert 'x:xmptk="another tool"' in merged
    assert '<lr:tags xmlns:lr="urn:test"><rdf:Bag><rdf:li>a &amp; b</rdf:li></rdf:Bag></lr:tags>' in merged
    assert "<!-- kept -->" in merged
    assert "D&#13;E" in merged
    assert 'xmp:Rating="5"' in merged
    assert 'xmp:Label="a&#10;b&#9;c"' in merged
    assert read_xmp(merged.encode()) == as_view(FULL)
    again = xmp_with(merged.encode(), FULL)
    assert xmp_with(again, FULL) == again, "merging the same again changes nothing"


def test_properties_are_replaced_in_every_description() -> None:
    existing = packet("<dc:creator>one</dc:creator>").replace(
        b"</rdf:RDF>", b'<rdf:Description rdf:about="" xmlns:d="http://purl.org/dc/elements/1.1/" d:rights="r" d:creator="two"/></rdf:RDF>'
    )
    assert read_xmp(existing).creator == ("one", "two")
    merged = read_xmp(xmp_with(existing, XmpMirror(creator=("three",))))
    assert merged.creator == ("three",)
    assert merged.rights == "r"


def test_prefixes_in_scope_are_used_and_taken_ones_avoided() -> None:
    taken = packet("", namespaces='xmlns:photoshop="urn:other" xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"')
    merged = xmp_with(taken, XmpMirror(credit="c", ai_system="s"))
    assert read_xmp(merged).credit == "c"
    assert b"<ext:AISystemUsed>s<" in merged
    assert b'xmlns:photoshop1="http://ns.adobe.com/photoshop/1.0/"' in merged


def test_rdf_as_default_namespace_and_without_description() -> None:
    bare = b'<RDF xmlns="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>'
    assert read_xmp(bare) == XmpView()
    merged = xmp_with(bare, FULL)
    assert read_xmp(merged) == as_view(FULL)
    ElementTree.fromstring(merged)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_other_encodings_are_read(encoding: str) -> None:
    text = packet("<dc:creator>é写</dc:creator>").decode().split("?>", 1)[1].rsplit("<?", 1)[0].strip()
    assert read_xmp(text.encode(encoding)).creator == ("é写",)
    assert read_xmp(xmp_with(text.encode(encoding), XmpMirror(rights="r"))).creator == ("é写",)


def test_empty_values_remove() -> None:
    made = xmp_with(xmp_with(None, FULL), XmpMirror(prompt="", prompt_writer="", creator=(), licensors=()))
    view = read_xmp(made)
    assert (view.prompt, view.prompt_writer, view.creator, view.licensors) == (None, None, (), ())
    assert view.rights == FULL.rights
    assert b"AIPrompt" not in made


def test_mirror_of_says_only_what_is_stated() -> None:
    assert mirror_of() == XmpMirror()
    mining = DATA_MINING_VOCABULARY + "DMI-PROHIBITED-AIMLTRAINING"
    mirror = mirror_of(creator="credkit test", rights="r", data_mining=mining, digital_source_type="trainedAlgorithmicMedia")
    assert mirror == XmpMirror(
        creator=("credkit test",),
        rights="r",
        marked=True,
        data_mining="http://ns.useplus.org/ldf/vocab/DMI-PROHIBITED-AIMLTRAINING",
        digital_source_type=_TRAINED,
    )
    assert mirror_of(licensor=Licensor(name="L"), ai_system="m", ai_system_version="2").licensors == (Licensor(name="L"),)
    with pytest.raises(DefinitionError, match="digital source type"):
        mirror_of(digital_source_type="AI")


@pytest.mark.parametrize("text", ["a\x00b", "\x1b", "\ufffe", "\ud800"])
def test_characters_that_xml_cannot_hold_are_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"/creator: the character U\+"):
        XmpMirror(creator=("fine", text))
    with pytest.raises(DefinitionError, match="/licensors"):
        XmpMirror(licensors=(Licensor(name="n", url=text),))


_LAUGHS = (
    b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description>&b;</rdf:Description></rdf:RDF>'
)


@pytest.mark.parametrize(
    "hostile",
    [
        _LAUGHS,
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<!DOCTYPE x><x/>",
        b"<a>" * 100_000,
        b"<a>" * 65 + b"</a>" * 65,
        b"<x>" + b"<a/>" * 100_000 + b"</x>",
        b"<x>" + b"<!---->" * 100_001 + b"</x>",
        b"<x>" + b"<?a?>" * 100_001 + b"</x>",
        b"<x>" + b"<![CDATA[a]]>" * 100_001 + b"</x>",
        b"<x " + b" ".join(b'a%d=""' % number for number in range(100_001)) + b"/>",
        b"<x " + b" ".join(b'xmlns:a%d="u"' % number for number in range(100_001)) + b"/>",
        b"<x>",
        b"no xml",
        b"<a:b/>",
        b'<?xml version="1.0" encoding="no-such"?><x/>',
        b'<?xml version="1.0" encoding="utf-7"?><x/>',
        b"<x>\xff</x>",
        b"\xff\xfe<",
    ],
    ids=lambda value: repr(value[:30]),
)
def test_hostile_packets_are_one_sentence(hostile: bytes) -> None:
    for call in (lambda: read_xmp(hostile), lambda: xmp_with(hostile, FULL)):
        with pytest.raises(AssetError, match="XMP packet of the file cannot be used"):
            call()


def test_limits_at_and_past() -> None:
    made = xmp_with(None, XmpMirror(credit="c"))
    assert read_xmp(made, limits=Limits(metadata_size=len(made))).credit == "c"
    with pytest.raises(AssetError, match="bytes"):
        read_xmp(made, limits=Limits(metadata_size=len(made) - 1))
    assert read_xmp(made, limits=Limits(xml_depth=4)).credit == "c"
    with pytest.raises(AssetError, match="deep"):
        read_xmp(made, limits=Limits(xml_depth=3))
    # 4 elements, 2 attributes (each as three), 3 declarations; the root tells the xpacket instruction apart from its own.
    nodes = next(count for count in range(40) if _reads(made, Limits(xml_nodes=count)))
    assert 13 <= nodes <= 16
    with pytest.raises(AssetError, match="elements and attributes"):
        read_xmp(made, limits=Limits(xml_nodes=nodes - 1))


def _reads(made: bytes, limits: Limits) -> bool:
    try:
        return read_xmp(made, limits=limits).credit == "c"
    except AssetError:
        return False


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_one_tag_of_very_many_attributes_is_refused_before_it_is_parsed(encoding: str, quote: str, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(xml_nodes=600)
    values = "".join(f" dc:a{number}={quote}>{quote}" for number in range(601))
    made = packet("").decode().replace('rdf:about=""', values)
    quotes = packet(f"<dc:title>{quote * 9_000}</dc:title><!-- {values} -->").decode()
    monkeypatch.setattr("credkit.media.xmp.packet._BoundedBuilder", None)
    with pytest.raises(AssetError, match="more than 600 elements and attributes"):
        read_xmp(made.encode(encoding), limits=limits)
    monkeypatch.undo()
    assert read_xmp(quotes.encode(encoding), limits=limits).title == quote * 9_000
    few = packet("").decode().replace('rdf:about=""', values[: values.index(" dc:a100=")])
    assert read_xmp(few.encode(encoding), limits=limits).title is None


def test_a_large_text_is_read_in_one_go() -> None:
    text = "x" * 4_000_000
    assert read_xmp(packet(f"<dc:creator>{text}</dc:creator>")).creator == (text,)


def test_xml_without_rdf_is_left_alone() -> None:
    assert read_xmp(b"<svg/>") == XmpView()
    with pytest.raises(AssetError, match="no RDF"):
        xmp_with(b"<svg/>", FULL)


_LEGAL = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff") | st.sampled_from("\t\n\r<&>\"']")
)
_TEXT = _LEGAL.filter(bool)


@given(creator=st.lists(_TEXT, min_size=1, max_size=3), text=_TEXT, language=_TEXT, licensor=_TEXT)
@settings(max_examples=80)
def test_any_legal_text_comes_back(creator: list[str], text: str, language: str, licensor: str) -> None:
    mirror = XmpMirror(creator=tuple(creator), prompt=text, rights=language, licensors=(Licensor(name=licensor, email=text),))
    assert read_xmp(xmp_with(None, mirror)) == as_view(mirror)
    assert read_xmp(xmp_with(packet("<dc:title>kept</dc:title>"), mirror)).title == "kept"


@given(st.binary(max_size=200))
@settings(max_examples=100)
def test_random_bytes_raise_nothing_else(data: bytes) -> None:
    for bytes_in in (data, b"<x>" + data + b"</x>", packet("", attributes="").replace(b"></rdf:D", b">" + data + b"</rdf:D")):
        with contextlib.suppress(AssetError):
            read_xmp(bytes_in)
            assert read_xmp(xmp_with(bytes_in, FULL)) == as_view(FULL)


def test_truncation_at_every_offset() -> None:
    made = xmp_with(packet("<dc:creator>x</dc:creator>"), XmpMirror(rights="r"))
    end = made.index(b"</x:xmpmeta>")
    for length in range(1, end):
        with pytest.raises(AssetError):
            read_xmp(made[:length])


def _corpus_packets() -> list[tuple[str, bytes]]:
    found = []
    for path in sorted(_CORPUS.glob("*")) if _CORPUS.is_dir() else []:
        if path.suffix in (".jpg", ".png", ".tif", ".avif", ".webp"):
            try:
                with Image.open(path) as image:
                    block = image.info.get("xmp")
            except Exception:
                continue
            if isinstance(block, bytes):
                found.append((path.name, block))
    return found


@pytest.mark.skipif(not _CORPUS.is_dir(), reason="the corpus of real files is not here (set CREDKIT_CORPUS)")
@pytest.mark.filterwarnings("ignore")
def test_real_packets_keep_everything_else() -> None:
    packets = _corpus_packets()
    assert len(packets) >= 30
    for name, block in packets:
        merged = xmp_with(block, XmpMirror(credit="credkit test"))
        expected = dataclasses.replace(read_xmp(block), credit="credkit test")
        assert read_xmp(merged) == expected, name
        credit = "{http://ns.adobe.com/photoshop/1.0/}Credit"
        before = [_shape(e) for e in ElementTree.fromstring(block.strip()).iter() if e.tag != credit]
        after = [_shape(e) for e in ElementTree.fromstring(merged).iter() if e.tag != credit]
        assert before == after, name


def _shape(element: ElementTree.Element) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    return element.tag, (element.text or "").strip(), tuple(sorted(element.attrib.items()))
