"""The claim: what a manifest states over itself and what its signature covers. One reader for versions 1 and 2, one writer
for version 2.

The reader decodes what is stored and asks only for the fields that every claim must have; it never re-encodes, and judging references
and hashes is left to ``verify``. Clauses: "Claims" (anchor ``_claims``), "Claim schema" (anchor ``_schema``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from credkit.codec import cbor
from credkit.codec.fields import Fields
from credkit.dataclass import dataclass, field
from credkit.errors import DefinitionError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.hashed_uri import HashedUri

if TYPE_CHECKING:
    from credkit.manifest.assertions import GeneratorInfo, Profile

__all__ = ["SPEC_VERSIONS", "Claim", "claim_value"]

_CODE = "claim.malformed"
SPEC_VERSIONS: dict[Profile, str] = {"2.4": "2.4.0", "2.5": "2.5.0"}
"""What ``specVersion`` says for each profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim as stored."""

    version: int
    """1 (``c2pa.claim``) or 2 (``c2pa.claim.v2``)."""
    instance_id: str
    claim_generator: str
    """Who made it, for people: name and version, or the user agent text of version 1."""
    generator_info: Mapping[str, Any] | None = field(default=None, repr=False)
    """The generator's map (of several in version 1 the first); None when there is none."""
    signature: str
    """URI of the claim signature, as stored."""
    created: tuple[HashedUri, ...] = ()
    gathered: tuple[HashedUri, ...] = ()
    assertions: tuple[HashedUri, ...] = ()
    """Version 1 only."""
    redacted: tuple[str, ...] = ()
    """URIs of redacted assertions, as stored."""
    alg: str | None = None
    title: str | None = None
    format: str | None = None

    @property
    def all_assertions(self) -> tuple[HashedUri, ...]:
        """Every reference to an assertion, in the order of the claim."""
        return self.created + self.gathered + self.assertions

    @classmethod
    def read(cls, data: bytes, label: str, limits: Limits = DEFAULT_LIMITS) -> Claim:
        """Decode the content of a claim box called ``label``.

        ``MalformedError``: ``claim.cbor.invalid`` when it is not CBOR, ``claim.malformed`` when a required field is missing or of the
        wrong type. Unknown fields are ignored.
        """
        fields = Fields(cbor.decode(data, where=label, code="claim.cbor.invalid", limits=limits), path=label, code=_CODE)
        version = 1 if label == "c2pa.claim" or (label != "c2pa.claim.v2" and "assertions" in fields) else 2
        info = _info_1(fields) if version == 1 else _info_2(fields)
        return cls(
            version=version,
            instance_id=fields.need_text("instanceID"),
            claim_generator=fields.need_text("claim_generator") if version == 1 else _display(info),
            generator_info=info,
            signature=fields.need_text("signature"),
            created=_references(fields, "created_assertions", needed=True) if version == 2 else (),
            gathered=_references(fields, "gathered_assertions") if version == 2 else (),
            assertions=_references(fields, "assertions", needed=True) if version == 1 else (),
            redacted=_redacted(fields),
            alg=fields.text("alg"),
            title=fields.text("dc:title"),
            format=fields.need_text("dc:format") if version == 1 else fields.text("dc:format"),
        )


def _info_1(fields: Fields) -> Mapping[str, Any] | None:
    value = fields.get("claim_generator_info")
    if isinstance(value, list):
        return next((item for item in value if isinstance(item, dict)), None)
    return value if isinstance(value, dict) else None


def _info_2(fields: Fields) -> Mapping[str, Any]:
    info = fields.map("claim_generator_info")
    if info is None:
        raise fields.error("claim_generator_info", "is missing")
    info.need_text("name")
    return info.raw


def _display(info: Mapping[str, Any] | None) -> str:
    texts = (info.get("name"), info.get("version")) if info else ()
    return " ".join(text for text in texts if isinstance(text, str) and text)


def _references(fields: Fields, key: str, *, needed: bool = False) -> tuple[HashedUri, ...]:
    items = fields.need_list(key) if needed else fields.list(key)
    references = [HashedUri.read(item) for item in items or ()]
    if None in references:
        raise fields.error(key, "holds an entry without url")
    return tuple(reference for reference in references if reference is not None)


def _redacted(fields: Fields) -> tuple[str, ...]:
    items = fields.list("redacted_assertions") or []
    if not all(isinstance(item, str) for item in items):
        raise fields.error("redacted_assertions", "holds an entry that is no text")
    return tuple(items)


def claim_value(
    *,
    instance_id: str,
    generator_info: GeneratorInfo,
    signature: str,
    created: tuple[HashedUri, ...],
    gathered: tuple[HashedUri, ...] = (),
    redacted: tuple[str, ...] = (),
    title: str | None = None,
    alg: str = "sha256",
    alg_soft: str | None = None,
    profile: Profile = "2.4",
) -> dict[str, Any]:
    """The value of a ``c2pa.claim.v2``; its deterministic encoding (``cbor.encode``) is exactly what is signed.

    ``signature`` is the absolute URI of the signature box of the same manifest, ``created`` and ``gathered`` the references to its
    assertions in order, absolute ones if the signature is to cover the manifest's label (a hard binding and the actions among the created
    ones are the caller's duty), ``redacted`` absolute URIs into other manifests. The edition of ``profile`` is written as ``specVersion``
    of the generator, unless the generator gives its own of the same edition. ``DefinitionError`` for anything that would not be a valid
    claim.
    """
    from credkit.manifest.claim_rules import checked_claim

    info = {"specVersion": SPEC_VERSIONS[profile]} | generator_info.payload()
    given: dict[str, Any] = {
        "instanceID": instance_id,
        "claim_generator_info": info,
        "signature": signature,
        "created_assertions": list(created),
        "gathered_assertions": list(gathered) or None,
        "dc:title": title,
        "redacted_assertions": list(redacted) or None,
        "alg": alg,
        "alg_soft": alg_soft,
    }
    claim = checked_claim({key: value for key, value in given.items() if value is not None})
    if not info["specVersion"].startswith(f"{profile}."):
        raise DefinitionError(f"the generator's specVersion does not belong to profile {profile}", path="/claim_generator_info/specVersion")
    return claim
