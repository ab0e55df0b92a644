"""Real files: what we write is what is read, from manifests and from the file's own metadata, signed, changed and unsigned."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

import credkit
from credkit import Statements
from credkit.assets import BytesSource
from credkit.manifest.assertions import Licensor, Offer, TrainingMining, Use
from credkit.media.exif import exif_with
from credkit.terms import FileMetadata, Terms, metadata_of, terms_of
from tests.acceptance.material import child_of, expired, parent, uses
from tests.acceptance.material import signed as forged
from tests.forge import peer, pki
from tests.forge.manifests import Signing
from tests.forge.pictures import KINDS, picture, repainted
from tests.provenance.material import altered
from tests.terms.material import PLUS, Made, alone, terms, xmp

SIGNER = pki.signer()
OFFER = Offer(("commercial",), price="4499 CNY", contact="licence@example.com", attribution=True, until="2099-12-31")
SAID = Statements(
    created="trainedAlgorithmicMedia",
    creator=("Test Studio",),
    credit="Photo: Test Studio",
    rights="© 2026 Test Studio",
    usage_terms="ask before you print it",
    licensor=Licensor("Test Studio", url="https://example.com/licences", email="licence@example.com"),
    licence="CC-BY-NC-4.0",
    uses=TrainingMining(ai_training=Use("constrained", "ask first"), ai_generative_training="notAllowed"),
    offers=(OFFER, Offer(("print",), contact="licence@example.com")),
)


def signed(kind: str = "png", statements: Statements = SAID, source: bytes | None = None, **options: Any) -> bytes:
    out = io.BytesIO()
    credkit.sign_file(source or picture(kind), out, statements, signer=SIGNER, **options)
    return out.getvalue()


def read(data: bytes, **options: Any) -> Terms:
    report = credkit.verify_file(data, **options)
    return terms_of(report, metadata=metadata_of(BytesSource(data)))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_said_comes_back_and_agrees_with_itself(kind: str) -> None:
    data = signed(kind)
    found = read(data)
    assert found.state == "Valid"
    assert {entry.use: entry.permission for entry in found.uses} == {
        "ai_training": "constrained",
        "ai_generative_training": "notAllowed",
        "ai_inference": "unsaid",
        "data_mining": "constrained",
        "commercial": "constrained",
        "derivatives": "allowed",
        "redistribution": "allowed",
    }
    assert found.contradictions == ()
    assert found.void == ()
    assert found.remarks == ()
    assert found.use("ai_training").info == ("ask first",)
    assert found.use("commercial").info == ("name the author, pay 4499 CNY; ask licence@example.com",)
    assert {said.text for said in found.creators} == {"Test Studio"}
    assert {said.origin.role for said in found.creators} == {"active", "file"}
    assert [said.text for said in found.credits] == ["Photo: Test Studio"] * 2
    assert found.licensors[0].email == "licence@example.com"
    assert {licence.name for licence in found.licences} == {"CC-BY-NC-4.0"}
    assert [offer.price for offer in found.offers] == ["4499 CNY", None]
    assert peer.read(data, kind).state == "Valid"


def test_without_mirrors_the_manifest_alone_says_it() -> None:
    found = read(signed(mirrors=False))
    assert {statement.origin.role for entry in found.uses for statement in entry.statements} == {"active"}
    assert found.use("ai_generative_training").permission == "notAllowed"


def test_trusted_signers_are_told_apart() -> None:
    data = signed()
    policy = credkit.TrustPolicy.of(pki.root_pem())
    assert read(data, policy=policy).use("derivatives").standing == "trusted"
    assert read(data).use("derivatives").standing == "own word"


def test_metadata_that_the_signature_covers_was_there() -> None:
    found = read(signed())
    assert {said.origin.standing for said in found.creators if said.origin.role == "file"} == {"was there"}


def test_metadata_of_an_unsigned_file_is_nobody_s() -> None:
    source = credkit.strip_file
    out = io.BytesIO()
    source(signed(), out)
    found = read(out.getvalue())
    assert (found.state, found.signers) == ("none", ())
    assert found.use("ai_generative_training").permission == "constrained"
    assert found.use("ai_generative_training").standing == "unprotected"
    told = "AI training: only under conditions (ask first); training of generative AI: not allowed"
    assert found.use("ai_generative_training").info == (told,)
    assert {said.origin.standing for said in found.creators} == {"unprotected"}


def test_a_changed_picture_makes_its_statements_void() -> None:
    data = bytearray(signed("jpg"))
    data[-30] ^= 1
    found = read(bytes(data))
    assert found.state == "Invalid"
    assert "the file was changed after it was signed" in found.void[0]
    assert {said.origin.standing for said in found.creators} == {"void", "unprotected"}
    assert all(not offer.origin.counts for offer in found.offers)
    assert found.use("commercial").permission == "notAllowed"


def test_altered_words_reserve_and_permit_nothing() -> None:
    found = read(altered(signed(mirrors=False), b"constraint_infoiask"))
    assert {use: found.use(use).permission for use in ("ai_training", "ai_generative_training", "derivatives")} == {
        "ai_training": "constrained",
        "ai_generative_training": "notAllowed",
        "derivatives": "unsaid",
    }
    assert found.use("ai_training").standing == "void"
    assert all("it was altered after it was signed" in sentence for sentence in found.void)
    assert any("is taken as a reservation all the same" in sentence for sentence in found.void)
    assert all("which is void" not in contradiction.sentence for contradiction in found.contradictions)


def test_a_reservation_outlives_the_certificate_of_its_signer() -> None:
    """In the picture itself, and in a parent that somebody else painted over."""
    said = uses(ai_training="notAllowed", data_mining="allowed")
    found = read(forged(said, signing=Signing(expired())))
    assert found.state == "Invalid"
    assert (found.use("ai_training").permission, found.use("ai_training").standing) == ("notAllowed", "void")
    assert found.use("data_mining").permission == "unsaid"
    assert found.use("ai_training").statements[0].origin.flaw == "the certificate of its signer had run out"
    found = read(child_of(parent(said, signing=Signing(expired()))))
    assert found.signers[0].origin.standing == "own word"
    assert (found.use("ai_training").permission, found.use("data_mining").permission) == ("notAllowed", "unsaid")
    assert "the certificate of its signer had run out; what it forbids or ties to conditions (AI training)" in found.void[0]


def test_a_redacted_reservation_is_gone() -> None:
    first, updated, out = (
        signed(statements=Statements(created="digitalCreation", do_not_train=True), mirrors=False),
        io.BytesIO(),
        io.BytesIO(),
    )
    assert read(first).use("ai_training").permission == "notAllowed"
    credkit.update_file(first, updated, Statements(title="t"), signer=SIGNER)
    manifest = credkit.verify_file(first).manifests[0].manifest
    uris = [a.uri for a in manifest.assertions if a.label in ("cawg.training-mining", "cawg.metadata")]
    credkit.redact_file(updated.getvalue(), out, uris, reason="c2pa.PII.present", signer=SIGNER)
    assert read(out.getvalue()).use("ai_training").permission == "unsaid"


@pytest.mark.parametrize("kind", KINDS)
def test_a_repaint_cannot_set_free(kind: str) -> None:
    out = io.BytesIO()
    said = Statements(edited="compositeWithTrainedAlgorithmicMedia", uses=TrainingMining.allowed(), licence="CC0-1.0")
    credkit.sign_file(repainted(kind), out, said, signer=SIGNER, parent=signed(kind))
    found = read(out.getvalue())
    assert found.use("ai_generative_training").permission == "notAllowed"
    assert found.use("ai_inference").permission == "allowed"
    assert "parent-against-child" in [c.name for c in found.contradictions]
    assert peer.read(out.getvalue(), kind).state == "Valid"


def test_an_update_adds_an_offer() -> None:
    out = io.BytesIO()
    plain = signed(statements=Statements(created="digitalCapture", creator=("Test Studio",)))
    credkit.update_file(plain, out, Statements(offers=(OFFER,), uses=TrainingMining(ai_training="notAllowed"), credit="TS"), signer=SIGNER)
    found = read(out.getvalue())
    assert [offer.origin.role for offer in found.offers] == ["active"]
    assert found.use("commercial").permission == "constrained"
    assert [said.text for said in found.credits] == ["TS"]
    assert {said.origin.role for said in found.creators} == {"active", "file"}
    assert peer.read(out.getvalue(), "png").state == "Valid"


def test_what_was_redacted_is_told() -> None:
    updated, out = io.BytesIO(), io.BytesIO()
    first = signed(mirrors=False)
    credkit.update_file(first, updated, Statements(title="t"), signer=SIGNER)
    uri = next(a.uri for a in credkit.verify_file(first).manifests[0].manifest.assertions if a.label == "cawg.training-mining")
    credkit.redact_file(updated.getvalue(), out, [uri], reason="c2pa.PII.present", signer=SIGNER)
    found = read(out.getvalue())
    assert found.use("ai_generative_training").standing == "own word"
    assert "cawg.training-mining of generation 1 was removed" in found.remarks[0]


def test_files_of_the_reference() -> None:
    definition = {
        "claim_generator_info": [{"name": "other", "version": "1"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {"action": "c2pa.created", "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"}
                    ]
                },
            },
            {"label": "c2pa.training-mining", "data": {"entries": {"c2pa.ai_training": {"use": "notAllowed"}}}},
            {
                "label": "stds.schema-org.CreativeWork",
                "data": {
                    "@context": "https://schema.org",
                    "@type": "CreativeWork",
                    "author": [{"@type": "Person", "name": "Test Studio"}],
                    "license": "https://creativecommons.org/licenses/by-nd/4.0/",
                    "creditText": "TS",
                    "copyrightNotice": "(c) TS",
                    "usageInfo": "https://example.com/terms",
                },
            },
        ],
    }
    found = read(peer.sign(picture("jpg"), "jpg", definition))
    assert found.use("ai_training").permission == "notAllowed"
    assert found.use("derivatives").permission == "notAllowed"
    assert [said.text for said in (*found.creators, *found.credits, *found.rights)] == ["Test Studio", "TS", "(c) TS"]
    assert found.web_statements[0].text == "https://example.com/terms"


def test_no_manifest_and_no_metadata() -> None:
    found = read(picture("jpg"))
    assert {entry.permission for entry in found.uses} == {"unsaid"}
    assert found.signers == ()


def test_why_a_file_cannot_be_read_is_told() -> None:
    found = read(b"no picture at all")
    assert found.state == "error"
    assert "of no format that credkit reads" in found.remarks[0]


def test_offers_end_at_the_time_that_is_asked_for() -> None:
    data = signed(statements=replace(SAID, licence=None, offers=(replace(OFFER, until="2026-01-31"),)))
    report = credkit.verify_file(data)
    from datetime import UTC, datetime

    early, late = (terms_of(report, at=datetime(2026, month, 1, tzinfo=UTC)) for month in (1, 3))
    assert (early.use("commercial").permission, late.use("commercial").permission) == ("constrained", "unsaid")
    assert [notice.name for notice in late.notices] == ["expired-offer"]
    assert late.contradictions == ()
    assert terms_of(report, at=datetime(2026, 2, 1, 11, tzinfo=UTC)).offers[0].expired is False
    assert terms_of(report, at=datetime(2026, 2, 1, 13, tzinfo=UTC)).offers[0].expired is True


RSL = """<rsl:rsl xmlns:rsl="https://rslstandard.org/rsl"><rsl:content url="/"><rsl:license>
<rsl:permits type="usage">{permits}</rsl:permits><rsl:prohibits type="usage">{prohibits}</rsl:prohibits>{payment}
</rsl:license></rsl:content></rsl:rsl>"""


@pytest.mark.parametrize(
    ("permits", "prohibits", "training", "inference"),
    [
        ("ai-train", "ai-input", "allowed", "notAllowed"),
        ("search", "train-ai,ai-use", "notAllowed", "notAllowed"),
        ("ai-all", "", "allowed", "allowed"),
        ("", "all", "notAllowed", "notAllowed"),
    ],
)
def test_rsl_in_xmp(permits: str, prohibits: str, training: str, inference: str) -> None:
    packet = xmp(RSL.format(permits=permits, prohibits=prohibits, payment=""))
    found = terms(packet, active=Made(says={}))
    assert [found.use(use).permission for use in ("ai_training", "ai_inference")] == [training, inference]


def test_a_price_in_rsl_is_an_offer() -> None:
    amount = '<rsl:amount currency="USD">0.015</rsl:amount>'
    payment = f'<rsl:payment type="training"><rsl:custom>https://example.com/rsl</rsl:custom>{amount}</rsl:payment>'
    found = terms(xmp(RSL.format(permits="ai-train", prohibits="", payment=payment)), active=Made(says={}))
    assert found.use("ai_training").permission == "constrained"
    assert (found.offers[0].price, found.offers[0].contact) == ("0.015 USD", "https://example.com/rsl")
    assert found.use("ai_training").info == ("pay 0.015 USD, payment by training; ask https://example.com/rsl",)


def test_permissions_by_country_are_left_to_the_full_terms() -> None:
    packet = RSL.format(permits="ai-train", prohibits="", payment="").replace('type="usage"', 'type="geo"')
    assert terms(xmp(packet), active=Made(says={})).use("ai_training").permission == "unsaid"


def iptc(*fields: tuple[int, bytes]) -> bytes:
    sets = b"".join(bytes((0x1C, 2, number)) + len(value).to_bytes(2, "big") + value for number, value in fields)
    resource = b"8BIM" + (0x0404).to_bytes(2, "big") + b"\x00\x00" + len(sets).to_bytes(4, "big") + sets
    return b"8BIM\x03\xed\x00\x00\x00\x00\x00\x02ab" + resource + b"\x00" * (len(sets) % 2)


def test_iptc_and_exif() -> None:
    block = iptc((80, b"Test Studio"), (80, "Łódź".encode()), (110, b"TS"), (116, b"\xa9 2026"), (40, b"ask first"), (120, b"a caption"))
    found = terms(FileMetadata(iptc=block, exif=exif_with(None, creator="A; B", copyright="(c) A")), active=Made(says={}))
    assert [said.text for said in found.creators] == ["A", "B", "Test Studio", "Łódź"]
    assert [said.text for said in found.rights] == ["(c) A", "© 2026"]
    assert [said.text for said in (*found.credits, *found.usage_terms)] == ["TS", "ask first"]
    assert found.creators[-1].origin.place == "IPTC of the file (by-line)"


def test_metadata_that_cannot_be_read_is_told() -> None:
    found = terms(FileMetadata(xmp=b"<broken", exif=b"II*\x00", iptc=b"8BIM"), active=Made(says={}))
    assert len(found.remarks) == 2
    assert all("cannot be read" in remark for remark in found.remarks)


def test_damaged_and_doubled_blocks_are_told() -> None:
    assert "was not read" in metadata_of(BytesSource(b"\xff\xd8\xff\xe0\x00")).remarks[0]
    data = credkit_png_with_xmp(2)
    assert metadata_of(BytesSource(data)).remarks == ("The file holds 2 XMP blocks; all were read for its terms.",)


def credkit_png_with_xmp(count: int) -> bytes:
    import zlib

    body = b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + (xmp().xmp or b"")
    chunk = len(body).to_bytes(4, "big") + b"iTXt" + body + zlib.crc32(b"iTXt" + body).to_bytes(4, "big")
    data = picture("png")
    return data[:33] + chunk * count + data[33:]


def test_unprotected_metadata_stays_so_in_a_signed_file() -> None:
    from tests.terms.material import chain

    report = replace(chain(active=Made(says={})), unprotected=("XMP metadata, 300 bytes at 20",))
    found = terms_of(report, metadata=xmp(attributes=f'plus:DataMining="{PLUS}DMI-ALLOWED"'))
    assert found.use("ai_training").standing == "unprotected"


@pytest.mark.parametrize(
    ("label", "value", "creators"),
    [
        ("com.example.metadata", {"@context": {"d": "http://purl.org/dc/elements/1.1/"}, "d:creator": "A"}, ["A"]),
        ("cawg.metadata", {"http://purl.org/dc/elements/1.1/creator": {"@list": ["A", "B"]}}, ["A", "B"]),
        ("cawg.metadata", {"dc:creator": [{"name": "A"}, {"@value": "B"}, 5, None]}, ["A", "B"]),
        ("c2pa.metadata", {"dc:creator": {"x-default": "A"}}, ["A"]),
        ("stds.iptc.photo-metadata", {"dc:creator": ["A"]}, ["A"]),
        ("cawg.metadata.ingredient", {"dc:creator": ["A"]}, []),
        ("org.credkit.training.metadata", {"dc:creator": ["A"]}, []),
        ("c2pa.assertion.metadata", {"dc:creator": ["A"]}, []),
        ("cawg.metadata", ["dc:creator"], []),
    ],
)
def test_forms_of_metadata(label: str, value: Any, creators: list[str]) -> None:
    assert [said.text for said in alone({label: value}).creators] == creators


def test_terms_in_words_that_name_a_licence() -> None:
    found = alone({"cawg.metadata": {"xmpRights:UsageTerms": {"x-default": "CC BY-NC 4.0"}}})
    assert (found.licences[0].name, found.use("commercial").permission) == ("CC-BY-NC-4.0", "notAllowed")
    found = alone({"cawg.metadata": {"civitai:allowCommercialUse": "None", "civitai:allowNoCredit": False}})
    assert (found.licences[0].name, found.use("commercial").permission) == ("Civitai permissions", "notAllowed")
    found = alone({"cawg.metadata": {"plus:Licensor": [{"plus:LicensorEmail": "a@example.com"}, "B"]}})
    assert [(said.text, said.email) for said in found.licensors] == [("a@example.com", "a@example.com"), ("B", None)]


def test_unknown_licences_are_named_and_nothing_follows() -> None:
    found = alone({"cawg.metadata": {"dcterms:license": "LicenseRef-own", "cc:license": "https://example.com/licence"}})
    assert [(item.name, item.known, item.url) for item in found.licences] == [
        ("LicenseRef-own", False, None),
        ("https://example.com/licence", False, "https://example.com/licence"),
    ]
    assert {entry.permission for entry in found.uses} == {"unsaid"}


@pytest.mark.parametrize(
    ("own", "edited", "told"),
    [
        (True, "compositeWithTrainedAlgorithmicMedia", False),
        (False, "humanEdits", False),
        (False, "compositeWithTrainedAlgorithmicMedia", True),
    ],
)
def test_a_repaint_with_ai_of_what_forbids_it(own: bool, edited: str, told: bool) -> None:
    first = signed(statements=Statements(created="digitalCapture", do_not_train=True))
    out = io.BytesIO()
    signer = SIGNER if own else pki.signer("es256")
    credkit.sign_file(repainted("png"), out, Statements(edited=edited), signer=signer, parent=first)
    found = read(out.getvalue())
    assert found.use("ai_inference").permission == "notAllowed"
    assert [c.name for c in found.contradictions] == (["input-forbids"] if told else [])
    if told:
        assert "generation 2" in found.contradictions[0].sentence
        assert found.contradictions[0].sentence.endswith("was made from it with an AI model.")


def test_a_prohibition_counts_in_every_packet() -> None:
    yes, no = (xmp(attributes=f'plus:DataMining="{PLUS}{value}"').xmp or b"" for value in ("DMI-ALLOWED", "DMI-PROHIBITED"))
    mixed = yes.replace(b"</rdf:RDF>", no[no.index(b"<rdf:Description") : no.index(b"</rdf:RDF>")] + b"</rdf:RDF>")
    for found in (FileMetadata(xmp=yes, more_xmp=(no,)), FileMetadata(xmp=mixed)):
        assert terms(found, active=Made(says={})).use("ai_training").permission == "notAllowed"


def test_a_prohibition_counts_in_extended_xmp() -> None:
    packet = xmp(attributes=f'plus:DataMining="{PLUS}DMI-PROHIBITED"').xmp or b""
    body = b"http://ns.adobe.com/xmp/extension/\x00" + b"0" * 32 + len(packet).to_bytes(4, "big") + bytes(4) + packet
    data = picture("jpeg")
    segment = b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body
    found = metadata_of(BytesSource(data[:2] + segment + data[2:]))
    assert found.xmp is None
    assert terms(found, active=Made(says={})).use("ai_training").permission == "notAllowed"
