"""A signed picture with a text in any field that a file, a certificate or its metadata can fill.

``made({"title": text})`` has a text in one field and a harmless one in all others; ``EVERYWHERE`` names those that can be hostile together
without one of them hiding another.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from typing import Any
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.x509.oid import NameOID

from credkit.assets import BytesSource, EditedSource, detect
from credkit.codec.cose import Sign1
from credkit.codec.jumbf import valid_label
from credkit.trust.policy import TrustPolicy
from credkit.trust.timestamp import signature_message
from tests.forge import identities, pki, tsa
from tests.forge.files import plain, signed
from tests.forge.manifests import CREATED, Assertion, Manifest, Recipe, Ref, Signing, actions, data_hash, ingredient, label_of

__all__ = ["ALONE", "EVERYWHERE", "FIELDS", "made", "trust", "with_packet"]

CERTIFICATES = ("signer_name", "signer_organization", "issuer_name", "actor_name", "authority_name")
ALONE = (
    "action_name",
    "relationship",
    "label",
    "redacted",
    "assertion_url",
    "algorithm",
    "identity_type",
    "identity_role",
    "thumbnail_url",
)
"""Fields that change what is told of others when they are not as expected."""
EVERYWHERE = (
    *("title", "format", "instance_id", "generator_name", "generator_version", "generator_key", "generator_value"),
    *(
        "action_description",
        "action_reason",
        "action_when",
        "agent_name",
        "agent_version",
        "source_type",
        "parameter_key",
        "parameter_value",
    ),
    *("region_name", "region_description", "region_identifier"),
    *("ingredient_title", "ingredient_description", "ingredient_format", "ingredient_type", "ingredient_url", "ingredient_instance"),
    *("custom_key", "custom_value", "json_key", "json_value", "thumbnail_type", "embedded_type", "prompt"),
    *("creator", "rights", "usage_terms", "web_statement", "licensor_name", "licensor_url", "credit", "metadata_key", "metadata_value"),
    *("training_key", "training_use", "training_note", "model_name", "model_identifier", "oversight"),
    *("data_set_title", "data_set_licence", "data_set_url", "tool", "setting_key", "setting_value", "model_file", "model_role", "weights"),
    *("claimed_hash", "place", "withheld"),
    *("offer_action", "offer_note", "xmp_creator", "xmp_rights", "xmp_terms"),
    *CERTIFICATES,
)
FIELDS = (*EVERYWHERE, *ALONE)
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def _name(common_name: str, organization: str) -> x509.Name:
    """A distinguished name of any content; no authority that checks anything would sign it."""
    pairs = ((NameOID.ORGANIZATION_NAME, organization), (NameOID.COMMON_NAME, common_name))
    return x509.Name([x509.NameAttribute(oid, _encodable(text) or "-", _validate=False) for oid, text in pairs])


def _encodable(text: str) -> str:
    """CBOR, DER and XML know no half characters."""
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def _root() -> pki.Authority:
    return pki.make_root()


@cache
def _issuer(name: str) -> pki.Authority:
    """An issuer of a name that ``pki`` itself would not give."""
    key = pki.new_key("ed25519")
    subject = _name(name, "credkit test")
    builder = (
        x509.CertificateBuilder(subject_name=subject, issuer_name=_root().certificate.subject)
        .public_key(key.public_key())
        .serial_number(2)
        .not_valid_before(pki.NOW - timedelta(days=30))
        .not_valid_after(pki.NOW + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(pki.key_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(_root().key.public_key()), critical=False)
    )
    return pki.Authority(certificate=builder.sign(_root().key, None), key=key, algorithm="ed25519")


@cache
def _signer(name: str, organization: str, issuer: str) -> pki.Pki:
    return pki.make_pki(root=_root(), issuer=_issuer(issuer), subject=_name(name, organization))


@cache
def _actor(name: str) -> pki.Pki:
    return pki.make_pki(root=identities.actor_root(), subject=_name(name, "credkit test"), eku=(pki.DOCUMENT_SIGNING,))


@cache
def _tsa_root() -> pki.Authority:
    return pki.make_root(common_name="credkit test time-stamp root")


@cache
def _authority(name: str) -> tsa.Tsa:
    return tsa.make_tsa("ed25519", root=_tsa_root(), intermediate=False, subject=_name(name, "credkit test"))


def trust() -> TrustPolicy:
    """Everybody who signs these files is trusted, so that every name is shown."""
    return TrustPolicy.of(_root().pem, tsa=(_tsa_root().pem,), identities=(identities.actor_root().pem,))


def made(hostile: Mapping[str, str]) -> bytes:
    """A JPEG whose fields named in ``hostile`` hold its texts, and all others a harmless one of their own."""
    assert set(hostile) <= set(FIELDS), set(hostile) - set(FIELDS)
    text = {field: f"calm {field}" for field in EVERYWHERE} | {field: _encodable(value) for field, value in hostile.items()}
    parent = _recipe(text, "parent").build()
    return signed(_recipe(text, "active", parent), parent, asset=_with_xmp(text))


def _recipe(text: dict[str, str], name: str, below: Manifest | None = None) -> Recipe:
    label = f"org.example.{text['label']}" if "label" in text else "org.example.custom"
    first = text["generator_key"] or "-"
    return Recipe(
        [
            actions({**CREATED, **_action(text)} if below is None else {"action": "c2pa.opened"} | _action(text, opens=True)),
            *_ingredients(text, below),
            *_statements(text),
            Assertion(label if valid_label(label) else "org.example.custom", {text["custom_key"] or "-": text["custom_value"]}),
            Assertion(
                "c2pa.thumbnail.claim", (text["thumbnail_type"].replace("\x00", ""), b"<script>alert(1)</script>"), content="embedded"
            ),
            _identity(text),
            data_hash(**({"alg": text["algorithm"]} if "algorithm" in text else {})),
        ],
        name=name,
        claim=lambda claim: claim.update(
            {
                "dc:title": text["title"],
                "dc:format": text["format"],
                "instanceID": text["instance_id"] or "-",
                "claim_generator_info": {
                    "name": text["generator_name"],
                    "version": text["generator_version"],
                    first: text["generator_value"],
                },
            }
        ),
        redacted=[f"self#jumbf=/c2pa/{label_of('parent')}/c2pa.assertions/{text['redacted']}"] if below and "redacted" in text else [],
        signing=Signing(
            _signer(text["signer_name"], text["signer_organization"], text["issuer_name"]), parts=lambda parts: _stamped(parts, text)
        ),
    )


def _stamped(parts: list[Any], text: dict[str, str]) -> list[Any]:
    bare = Sign1(protected_bytes=parts[0], protected={}, unprotected={}, payload=None, signature=parts[3])
    parts[1] = {**parts[1], "sigTst2": tsa.container(tsa.token(_authority(text["authority_name"]), signature_message(bare)))}
    return parts


def _action(text: dict[str, str], *, opens: bool = False) -> dict[str, Any]:
    shape = {"type": "rectangle", "unit": "percent", "origin": {"x": 1.0, "y": 2.0}, "width": 3.0, "height": 4.0}
    region = {
        "region": [
            {"type": "spatial", "shape": shape},
            {"type": "identified", "item": {"identifier": "x", "value": text["region_identifier"]}},
        ],
        "name": text["region_name"],
    }
    described = {"region": [{"type": "textual", "text": {"selectors": []}}], "description": text["region_description"]}
    found: dict[str, Any] = {
        "description": text["action_description"],
        "reason": text["action_reason"],
        "when": text["action_when"],
        "softwareAgent": {"name": text["agent_name"], "version": text["agent_version"]},
        "digitalSourceType": text["source_type"],
        "changes": [region, described],
        "parameters": {text["parameter_key"] or "-": text["parameter_value"]}
        | ({"ingredients": [Ref("c2pa.ingredient.v3")]} if opens else {}),
    }
    return found | ({"action": f"org.example.{text['action_name']}"} if "action_name" in text else {})


def _ingredients(text: dict[str, str], below: Manifest | None) -> list[Assertion]:
    told: dict[str, Any] = {
        "dc:title": text["ingredient_title"],
        "dc:format": text["ingredient_format"],
        "description": text["ingredient_description"],
        "instanceID": text["ingredient_instance"],
        "informationalURI": text["ingredient_url"],
    }
    typed = {"dataTypes": [{"type": text["ingredient_type"]}]}
    prompt = {"dc:title": "prompt", "data": Ref("c2pa.embedded-data"), "dataTypes": [{"type": "c2pa.types.generator.prompt"}]}
    picture = {"thumbnail": {"url": text["thumbnail_url"], "hash": b"1"}} if "thumbnail_url" in text else {}
    relationship = text.get("relationship", "componentOf")
    return [
        *([ingredient(below, "parentOf", **told, **picture)] if below else []),
        ingredient(relationship=relationship, label="c2pa.ingredient.v3__1", **told, **typed),
        Assertion(
            "c2pa.embedded-data", ("text/plain; " + text["embedded_type"].replace("\x00", ""), text["prompt"].encode()), content="embedded"
        ),
        ingredient(relationship="inputTo", label="c2pa.ingredient.v3__2", **prompt),
        ingredient(relationship="inputTo", label="c2pa.ingredient.v3__3", data={"url": text["ingredient_url"], "hash": b"1"}),
    ]


def _statements(text: dict[str, str]) -> list[Assertion]:
    licensor = {"plus:LicensorName": text["licensor_name"], "plus:LicensorURL": text["licensor_url"]}
    context = {"dc": "http://purl.org/dc/elements/1.1/"}
    metadata = {
        "@context": context,
        "dc:creator": [text["creator"]],
        "dc:rights": {"x-default": text["rights"]},
        "xmpRights:UsageTerms": text["usage_terms"],
        "xmpRights:WebStatement": text["web_statement"],
        "plus:Licensor": [licensor],
        "photoshop:Credit": text["credit"],
        text["metadata_key"] or "-": text["metadata_value"],
    }
    model = {"role": text["model_role"], "name": text["weights"], "claimed": {"autov2": text["claimed_hash"]}}
    generation = {
        "version": 1,
        "tool": {"name": text["tool"]},
        "settings": {text["setting_key"]: text["setting_value"]},
        "models": [model | {"measured": {"sha256": "0" * 64, "size": 1, "file": text["model_file"]}}],
        "sources": [{"format": "a1111", "place": text["place"]}],
        "digestAlgorithm": "sha-256",
        "withheld": [{"field": text["withheld"], "digest": "0" * 43}],
    }
    source = {"@type": "credkit:TrainingSource", "dc:title": text["data_set_title"], "credkit:licence": text["data_set_licence"]}
    rule = {
        "odrl:action": text["offer_action"],
        "odrl:constraint": {"odrl:leftOperand": "odrl:purpose", "odrl:rightOperand": text["offer_note"]},
    }
    return [
        Assertion("cawg.metadata", metadata, content="json"),
        Assertion(
            "cawg.training-mining",
            {"entries": {text["training_key"] or "-": {"use": text["training_use"], "constraint_info": text["training_note"]}}},
        ),
        Assertion(
            "c2pa.ai-disclosure",
            {
                "modelType": "c2pa.types.model",
                "modelName": text["model_name"],
                "modelIdentifier": text["model_identifier"],
                "contentProfile": {"humanOversightLevel": text["oversight"]},
            },
        ),
        Assertion("org.credkit.generation", generation, content="json"),
        Assertion(
            "org.credkit.training.metadata",
            {"@context": context, "credkit:trainingSources": [source | {"dc:source": text["data_set_url"]}]},
            content="json",
        ),
        Assertion("org.credkit.offer.metadata", {"odrl:hasPolicy": {"@type": "odrl:Offer", "odrl:permission": rule}}, content="json"),
        Assertion("org.example.json", {text["json_key"]: text["json_value"]}, content="json"),
    ]


def _identity(text: dict[str, str]) -> Assertion:
    references = [Ref("c2pa.hash.data"), *([Ref("cawg.metadata")] if "assertion_url" not in text else [])]
    return identities.x509(
        _actor(text["actor_name"]),
        references=references,
        roles=(text.get("identity_role", "cawg.creator"),),
        sig_type=text.get("identity_type", identities.X509),
    )


_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"><rdf:Description rdf:about="" xmpRights:WebStatement="{terms}">
<dc:creator><rdf:Seq><rdf:li>{creator}</rdf:li></rdf:Seq></dc:creator>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{rights}</rdf:li></rdf:Alt></dc:rights>
</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>"""


def _with_xmp(text: dict[str, str]) -> bytes:
    fields = {name: _xml(text[f"xmp_{name}"]) for name in ("creator", "rights", "terms")}
    return with_packet(plain(), _XMP.format(**fields).encode())


def _xml(text: str) -> str:
    """``text`` as far as XML knows its characters."""
    kept = "".join(c for c in text if c >= " " and not 0x7F <= ord(c) <= 0x9F and ord(c) & 0xFFFE != 0xFFFE)
    return escape(kept, {'"': "&quot;"})


def with_packet(asset: bytes, packet: bytes) -> bytes:
    """A picture with this XMP packet in it."""
    source = BytesSource(asset)
    found = detect(source)
    assert found is not None
    output = EditedSource(source, found.with_metadata(source, found.scan(source), xmp=packet).pieces)
    return output.read(0, output.size)
