"""Nothing that a file holds makes the terms raise, take long, or put a character on the screen that could steer it."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.terms import FileMetadata, Terms, metadata_of, terms_object, terms_of, usage_headers
from credkit.terms.iptc import iptc_texts
from credkit.terms.words import sections
from tests.forge.pictures import picture
from tests.provenance.material import HOSTILE, hostile_report
from tests.terms.material import PLUS, Made, alone, chain, offer, terms, xmp
from tests.terms.test_gathering import iptc
from tests.terms.test_json import VALIDATOR

LABELS = ("cawg.training-mining", "c2pa.training-mining", "cawg.metadata", "com.example.metadata", "stds.schema-org.CreativeWork")
KEYS = st.sampled_from(
    [
        *(
            "entries",
            "cawg.ai_training",
            "c2pa.data_mining",
            "use",
            "constraint_info",
            "@context",
            "dc:creator",
            "dc:rights",
            "plus:DataMining",
        ),
        *(
            "plus:OtherConstraints",
            "plus:Licensor",
            "plus:LicensorName",
            "odrl:hasPolicy",
            "odrl:permission",
            "odrl:prohibition",
            "odrl:action",
        ),
        *(
            "odrl:duty",
            "odrl:constraint",
            "odrl:leftOperand",
            "odrl:rightOperand",
            "dcterms:license",
            "cc:license",
            "xmpRights:WebStatement",
        ),
        *("xmpRights:UsageTerms", "@list", "@value", "@id", "name", "author", "license", "allowCommercialUse", "allowDerivatives"),
    ]
)
WORDS = st.sampled_from(
    [
        "constrained",
        "allowed",
        "notAllowed",
        "DMI-PROHIBITED",
        "CC-BY-4.0",
        "odrl:payAmount",
        "odrl:dateTime",
        "9999-12-31",
        "0001-01-01",
        "cc:CommercialUse",
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 63) - 1) | st.floats(allow_nan=False) | st.text(max_size=20) | WORDS
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=6), inner, max_size=6), max_leaves=30
)


def check(found: Terms) -> None:
    """Everything that can be made of terms can be made of these."""
    assert list(VALIDATOR.iter_errors(terms_object(found))) == []
    for name, value in usage_headers(found).items():
        assert name.isascii()
        assert value.isascii()
        assert value.isprintable()
    for section in sections(found):
        for line in section.lines:
            assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in line.mark + line.words)
            assert len(line.words) < 3_000 + 20 * 250


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(LABELS), VALUES, max_size=3), st.booleans())
def test_any_value_of_any_assertion(says: dict[str, Any], valid: bool) -> None:
    encodable = {label: value for label, value in says.items() if "\ud800" not in repr(value)}
    check(alone(encodable, valid=valid))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_everywhere(text: str) -> None:
    check(terms_of(hostile_report(text)))
    stored = text.encode("utf-8", "replace").decode()
    says: dict[str, Any] = {
        "cawg.metadata": {
            **dict.fromkeys(
                ("dc:creator", "dc:rights", "photoshop:Credit", "xmpRights:UsageTerms", "xmpRights:WebStatement", "dcterms:license"), stored
            ),
            "plus:Licensor": [{"plus:LicensorName": stored, "plus:LicensorURL": stored, "plus:LicensorEmail": stored}],
            "plus:DataMining": stored,
        },
        "cawg.training-mining": {
            "entries": {"cawg.ai_training": {"use": stored}, "cawg.data_mining": {"use": "constrained", "constraint_info": stored}}
        },
    }
    says |= offer(stored, price="5 EUR", until="2099-01-01")
    found = alone(says, speaker=text)
    check(found)
    assert found.use("data_mining").permission == "constrained"


@settings(max_examples=100)
@given(st.binary(max_size=200), st.sampled_from([b"", b"8BIM\x04\x04\x00\x00\x00\x00\x00\x30\x1c\x02\x50\x00"]))
def test_any_iptc_block(data: bytes, head: bytes) -> None:
    for name, text in iptc_texts(head + data):
        assert name
        assert text


def test_iptc_cut_anywhere() -> None:
    block = iptc((80, b"Test Studio"), (116, b"(c)"))
    whole = list(iptc_texts(block))
    assert len(whole) == 2
    for end in range(len(block)):
        found = list(iptc_texts(block[:end]))
        assert len(found) <= 2


@settings(max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(["xmp", "exif", "iptc"]))
def test_any_metadata_block(data: bytes, kind: str) -> None:
    check(terms(FileMetadata(**{kind: data}), active=Made(says={})))


@settings(max_examples=60)
@given(st.binary(max_size=200), st.integers(0, 2_000))
def test_any_file(data: bytes, at: int) -> None:
    sound = picture("jpg")
    for asset in (data, sound[:at], sound[:at] + data + sound[at:]):
        assert isinstance(metadata_of(BytesSource(asset)), FileMetadata)


def test_hostile_xml_is_refused_in_a_remark() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x:xmpmeta xmlns:x="adobe:ns:meta/">&a;</x:xmpmeta>'
    found = terms(FileMetadata(xmp=bomb), active=Made(says={}))
    assert "cannot be read" in found.remarks[0]
    deep = b"<a>" * 5_000 + b"</a>" * 5_000
    assert "cannot be read" in terms(FileMetadata(xmp=deep), active=Made(says={})).remarks[0]


def test_very_many_statements_are_bounded() -> None:
    rules = [{"odrl:action": "odrl:derive"}] * 50
    says = {"cawg.metadata": {"dc:creator": [f"a{n}" for n in range(50)], "odrl:hasPolicy": [{"odrl:permission": rules}]}}
    made = {f"m{number}": Made(says=says, uses=((f"m{number - 1}", "parentOf"),) if number else ()) for number in range(100)}
    found = terms(xmp(), **made)
    assert len(found.creators) + len(found.offers) + len(found.use("derivatives").statements) == DEFAULT_LIMITS.terms
    assert "statements were weighed" in found.remarks[-1]
    check(found)


# At each bound and one past it


@pytest.mark.parametrize(("allowed", "permission"), [(3, "notAllowed"), (2, "unsaid")])
def test_packets_are_read_up_to_the_bound(allowed: int, permission: str) -> None:
    silent, speaking = xmp().xmp or b"", xmp(attributes=f'plus:DataMining="{PLUS}DMI-PROHIBITED"').xmp or b""

    def segment(packet: bytes) -> bytes:
        body = b"http://ns.adobe.com/xap/1.0/\x00" + packet
        return b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body

    data = picture("jpg")
    data = data[:2] + segment(silent) * 2 + segment(speaking) + data[2:]
    found = metadata_of(BytesSource(data), limits=Limits(xmp_packets=allowed))
    assert 1 + len(found.more_xmp) == allowed
    assert terms(found, active=Made(says={})).use("ai_training").permission == permission


@pytest.mark.parametrize("allowed", [3, 2])
def test_fields_of_iptc_are_read_up_to_the_bound(allowed: int) -> None:
    block = iptc((80, b"one"), (80, b"two"), (116, b"three"))
    assert len(list(iptc_texts(block, limits=Limits(iptc_fields=allowed)))) == allowed


@pytest.mark.parametrize(("allowed", "permission"), [(3, "notAllowed"), (2, "unsaid")])
def test_elements_of_rsl_are_read_up_to_the_bound(allowed: int, permission: str) -> None:
    usages = '<rsl:prohibits type="usage">ai-input search ai-train</rsl:prohibits>'
    packet = xmp(f"<rsl:license>{usages}</rsl:license>", namespaces='xmlns:rsl="https://rslstandard.org/rsl"')
    found = terms_of(chain(active=Made(says={})), metadata=packet, limits=Limits(rsl_elements=allowed))
    assert found.use("ai_training").permission == permission
    licences = f"<rsl:license/><rsl:license/><rsl:license>{usages}</rsl:license>"
    packet = xmp(licences, namespaces='xmlns:rsl="https://rslstandard.org/rsl"')
    found = terms_of(chain(active=Made(says={})), metadata=packet, limits=Limits(rsl_elements=allowed))
    assert found.use("ai_inference").permission == permission
