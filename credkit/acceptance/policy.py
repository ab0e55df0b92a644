"""Acceptance policies: which rules a file has to meet, read from JSON (``schemas/policy.schema.json``) or made in Python.

This file decides what may be asked for and how it is written. What each rule looks at is decided beside it (``standing``, ``times``,
``origin``, ``permissions``), in which order in ``judging``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal

from credkit.codec.json_text import decode
from credkit.dataclass import dataclass, field
from credkit.errors import DefinitionError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.references import MEDIA_TYPE
from credkit.manifest.assertions.shape import Boolean, Choice, Float, Schema, Shape, Text, pointer
from credkit.manifest.assertions.shape_map import ListOf, Map
from credkit.trust.policy import TrustPolicy
from credkit.trust.saved import checked_did

__all__ = ["POLICY", "RULES", "TRAINING_USES", "AcceptancePolicy", "Rule", "SignerRule", "read_policy"]

TRAINING_USES = ("ai_generative_training", "ai_training", "ai_inference", "data_mining")
"""Uses that ``cawg.training-mining`` speaks of, without ``cawg.``; all of them where a policy says ``true``."""
_NAME = Text(maximum=500)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Fingerprint(Shape):
    """SHA-256 in hexadecimal digits of either case, with or without colons."""

    def check(self, value: Any, path: str = "") -> str:
        """64 digits in lower case."""
        text = Text(maximum=100).check(value, path).replace(":", "").lower()
        if not _FINGERPRINT.fullmatch(text):
            raise DefinitionError(f"{quoted(str(value))} is no SHA-256 of a certificate: 64 hexadecimal digits", path=path)
        return text

    def schema(self, definitions: dict[str, Schema]) -> Schema:  # noqa: ARG002
        """A string of digits."""
        return {"type": "string", "pattern": "^([0-9A-Fa-f]{2}:?){31}[0-9A-Fa-f]{2}$"}


@dataclass(frozen=True, slots=True)
class _OnOr(Shape):
    """``true`` for the whole rule, ``false`` for none, or the rule's own form."""

    form: Shape

    def check(self, value: Any, path: str = "") -> Any:
        """The truth value, or what the form makes of it."""
        return value if isinstance(value, bool) else self.form.check(value, path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """Either of both."""
        return {"anyOf": [{"type": "boolean"}, self.form.schema(definitions)]}


@dataclass(frozen=True, slots=True)
class _Days(Shape):
    """A number of days, not negative."""

    def check(self, value: Any, path: str = "") -> float:
        """The number."""
        return Float(minimum=0).check(value, path)

    def schema(self, definitions: dict[str, Schema]) -> Schema:
        """A number."""
        return Float(minimum=0).schema(definitions)


_SIGNER = Map(
    means="the rule about the signer",
    optional={
        "common_name": ListOf(_NAME),
        "organization": ListOf(_NAME),
        "subject": ListOf(_NAME),
        "certificate_sha256": ListOf(_Fingerprint()),
        "did": ListOf(_NAME),
    },
    minimum=1,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule that a policy may have."""

    shape: Shape
    means: str
    """What it asks for, for the schema and the documentation."""


RULES: dict[str, Rule] = {
    "state": Rule(
        shape=Choice(names=("valid", "trusted", "valid_or_none"), means="state that a file has to be in"),
        means="valid (the default): nothing was changed since it was signed; trusted: and the signer is on a trust list; "
        "valid_or_none: a file without credentials passes as well.",
    ),
    "signer": Rule(
        shape=_SIGNER,
        means="Who must have signed: one of those listed is enough. Names count only of signers on a trust list; the SHA-256 of a "
        "certificate stands for itself; a DID is that of an identity, or of whoever attested it, in a trusted identity assertion.",
    ),
    "ancestors": Rule(
        shape=Choice(names=("valid", "trusted"), means="state of the ancestors"),
        means="Every earlier generation and every component must be valid, or also signed by somebody on a trust list. Of one that came "
        "without credentials nothing is said.",
    ),
    "ai": Rule(
        shape=Choice(names=("declared", "forbidden", "required"), means="rule about artificial intelligence"),
        means="declared: signed statements say how it was made, and where anything points to a trained model, that one took part; "
        "forbidden: nothing may point to a trained model; required: a signed statement must say that one took part.",
    ),
    "training_allowed": Rule(
        shape=_OnOr(ListOf(Choice(names=TRAINING_USES, means="use in training"))),
        means="These uses must be allowed; true stands for all four.",
    ),
    "commercial_use_allowed": Rule(shape=Boolean(), means="Commercial use must be allowed."),
    "derivatives_allowed": Rule(shape=Boolean(), means="Making derivatives must be allowed."),
    "redistribution_allowed": Rule(shape=Boolean(), means="Passing it on must be allowed."),
    "licence": Rule(
        shape=ListOf(_NAME),
        means="One of these licences must be named in a signed statement about this picture: an SPDX identifier, or an address as it is "
        "stated.",
    ),
    "creator_named": Rule(
        shape=_OnOr(ListOf(_NAME)),
        means="A signed statement about this picture must name a creator; a list says which, and one of them is enough.",
    ),
    "no_contradictions": Rule(
        shape=Boolean(), means="What the file says about its use must not contradict itself; faults of spelling and ended offers are none."
    ),
    "no_unprotected_bytes": Rule(
        shape=Boolean(),
        means="The hard binding must fit and must leave out nothing but the manifest store, and nothing may follow the end of the picture.",
    ),
    "time_stamp": Rule(shape=Boolean(), means="A time-stamp authority on a trust list must attest the time of signing."),
    "maximal_time_stamp_age_days": Rule(shape=_Days(), means="There must be such a time-stamp, and it must not be older than that."),
    "maximal_signature_age_days": Rule(
        shape=_Days(),
        means="The signature must not be older than that. A time that only the signer states counts where unsaid is accept.",
    ),
    "revocation_known": Rule(shape=Boolean(), means="It must be known that the signer's certificate was not revoked when it signed."),
    "no_redactions": Rule(shape=Boolean(), means="Nothing may have been removed from the credentials, not even on record."),
    "formats": Rule(shape=ListOf(MEDIA_TYPE), means="The file must be of one of these media types; its content tells."),
    "labels": Rule(
        shape=ListOf(Choice(names=("cn", "eu", "ca"), means="regime of labels")),
        means="The file must meet what these regimes ask of the labels of generated pictures.",
    ),
}
"""Every rule, in the order of results."""

_PATHS = ListOf(_NAME, minimum=0)
_TRUST = Map(
    means="the trust lists of a policy",
    optional={"signers": _PATHS, "tsa": _PATHS, "identities": _PATHS, "identity_issuers": _PATHS, "allowed": _PATHS},
)
_CHOICES = ("refuse", "accept")
POLICY = Map(
    means="an acceptance policy",
    required={"rules": Map(means="the rules of a policy", optional={name: rule.shape for name, rule in RULES.items()})},
    optional={
        "$schema": _NAME,
        "name": _NAME,
        "description": Text(),
        "unsaid": Choice(names=_CHOICES, means="answer to what nobody said"),
        "constrained": Choice(names=_CHOICES, means="answer to what is allowed under conditions"),
        "trust": _TRUST,
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerRule:
    """Who must have signed; one value of any of the lists is enough."""

    common_name: tuple[str, ...] = ()
    organization: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    """Distinguished names, RFC 4514, as reports have them."""
    certificate_sha256: tuple[str, ...] = ()
    """Of the DER certificate, hexadecimal."""
    did: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptancePolicy:
    """The rules that a file has to meet; None and False ask for nothing. ``DefinitionError`` for values that no rule knows.

    Each field from ``state`` on is the rule of that name in ``RULES``.
    """

    name: str = ""
    trust: TrustPolicy | None = field(default=None, repr=False)
    """Whom to trust where the caller does not say."""
    unsaid: Literal["refuse", "accept"] = "refuse"
    """What becomes of a file that does not speak of what a rule is about: nobody's word is no permission, unless this says ``accept``."""
    constrained: Literal["refuse", "accept"] = "refuse"
    """What becomes of a use that is allowed under conditions, which a person has to read."""
    state: Literal["valid", "trusted", "valid_or_none"] = "valid"
    signer: SignerRule | None = None
    ancestors: Literal["valid", "trusted"] | None = None
    ai: Literal["declared", "forbidden", "required"] | None = None
    training_allowed: tuple[str, ...] = ()
    commercial_use_allowed: bool = False
    derivatives_allowed: bool = False
    redistribution_allowed: bool = False
    licence: tuple[str, ...] = ()
    creator_named: bool | tuple[str, ...] = False
    no_contradictions: bool = False
    no_unprotected_bytes: bool = False
    time_stamp: bool = False
    maximal_time_stamp_age_days: float | None = None
    maximal_signature_age_days: float | None = None
    revocation_known: bool = False
    no_redactions: bool = False
    formats: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("unsaid", "constrained"):
            Choice(names=_CHOICES, means=f"value of {name}").check(getattr(self, name), f"/{name}")
        for name, value in self.asked.items():
            plain = {f.name: getattr(value, f.name) for f in fields(value) if getattr(value, f.name)} if name == "signer" else value
            RULES[name].shape.check(plain, pointer("/rules", name))

    @property
    def asked(self) -> dict[str, Any]:
        """The rules that this policy has, by name, with what they ask for."""
        values = {name: getattr(self, name) for name in RULES}
        return {name: value for name, value in values.items() if value is not None and value is not False and value != ()}

    @classmethod
    def of(cls, definition: Mapping[str, Any], *, folder: Path | None = None) -> AcceptancePolicy:
        """The policy in a JSON object; trust lists are looked for in ``folder``.

        ``DefinitionError`` names the place in the object, and for an unknown rule the nearest one; ``TrustError`` for a trust list that
        cannot be used.
        """
        found = POLICY.check(definition)
        rules = {name: _python_value(name, value) for name, value in found["rules"].items() if value is not False}
        trust = _trust(found["trust"], folder or Path()) if "trust" in found else None
        options = {name: found[name] for name in ("name", "unsaid", "constrained") if name in found}
        return cls(**options, **rules, trust=trust)


def read_policy(source: str | os.PathLike[str] | Mapping[str, Any], *, limits: Limits = DEFAULT_LIMITS) -> AcceptancePolicy:
    """The policy in a JSON file (its trust lists are named relative to it), or in a JSON object.

    ``DefinitionError`` when the file cannot be read or holds no policy; ``TrustError`` as for ``AcceptancePolicy.of``.
    """
    if isinstance(source, Mapping):
        return AcceptancePolicy.of(source)
    path = Path(source)
    try:
        with path.open("rb") as file:
            data = file.read(limits.policy_size + 1)
    except (OSError, ValueError) as error:
        raise DefinitionError(f'the policy "{path}" cannot be read: {getattr(error, "strerror", None) or error}') from None
    if len(data) > limits.policy_size:
        raise DefinitionError(f'"{path}" is too large for a policy: {limits.policy_size:,} bytes are allowed')
    try:
        value = decode(data.removeprefix(b"\xef\xbb\xbf"), where=f'the policy "{path}"', limits=limits)
    except MalformedError as error:
        raise DefinitionError(str(error)) from None
    try:
        return AcceptancePolicy.of(value, folder=path.parent)
    except DefinitionError as error:
        raise DefinitionError(f'the policy "{path}" cannot be used: {error}') from None


def _python_value(name: str, value: Any) -> Any:
    if name == "signer":
        return SignerRule(**{key: tuple(item) for key, item in value.items()})
    if name == "training_allowed" and value is True:
        return TRAINING_USES
    return tuple(value) if isinstance(value, list) else value


def _trust(given: Mapping[str, Any], folder: Path) -> TrustPolicy:
    def paths(name: str) -> list[Path]:
        return [folder / text for text in given.get(name, ())]

    return TrustPolicy.of(
        *paths("signers"),
        tsa=paths("tsa"),
        identities=paths("identities"),
        identity_issuers=[checked_did(text) for text in given.get("identity_issuers", ())],
        allowed=paths("allowed"),
    )
