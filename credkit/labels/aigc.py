"""The label of GB 45438-2025, Annex E: one JSON object with seven texts. Written in one form, read in all that were met with.

Decides what the text of a label is and what is wrong with a given one; where labels stand in a file is decided in ``marks``, what a fault
means for the rule in ``lint``.

Sources: GB 45438-2025 Annex E and TC260-PG-20259A, clause 6 and Annex B, both known through writers that quote them (``docs/labels.md``).
"""

from __future__ import annotations

import base64
import binascii
import html
import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal

from credkit.codec import json_text
from credkit.dataclass import dataclass, field, replace
from credkit.errors import DefinitionError, MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["AIGC_KEYS", "PRODUCTION_KEYS", "AigcFault", "AigcLabel", "AigcReading", "FaultKind", "is_plain_value", "read_aigc"]

AIGC_KEYS = ("Label", "ContentProducer", "ProduceID", "ReservedCode1", "ContentPropagator", "PropagateID", "ReservedCode2")
"""The keys, in their order."""
PRODUCTION_KEYS = AIGC_KEYS[:3]
"""Those that say what the content is, who made it and under which number; they are never empty."""
FaultKind = Literal["json", "form", "keys", "order", "values"]
"""``json``: it cannot be read at all; ``form``: it is no plain JSON object, but holds one; ``keys``: missing, unknown or misspelt ones;
``order``: not the standard's; ``values``: no text, or one with other characters than printable ASCII."""

_PLAIN = re.compile(r"[\x21-\x7e]*")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_MISSPELT = {
    "ReserveCode1": "ReservedCode1",
    "ReserveCode2": "ReservedCode2",
    "Propagator": "ContentPropagator",
    "PropatorID": "PropagateID",
    "PropagatorID": "PropagateID",
    "Producer": "ContentProducer",
    "ProducerID": "ProduceID",
    "ServiceProvider": "ContentProducer",
}
"""Keys of writers that are known to err, and what they mean; the last is that of files from Tencent."""


def is_plain_value(text: str) -> bool:
    """Whether a text may stand in a label: printable ASCII without spaces."""
    return _PLAIN.fullmatch(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AigcLabel:
    """A label to be written. ``DefinitionError`` for a value that may not stand in one."""

    label: str = "1"
    """``1``: generated; ``2``: may be; ``3``: suspected to be."""
    content_producer: str
    produce_id: str
    reserved_code1: str = ""
    """Data that the producer protects content and label with."""
    content_propagator: str = ""
    propagate_id: str = ""
    reserved_code2: str = ""

    def __post_init__(self) -> None:
        for name, text in zip(AIGC_KEYS, self.values, strict=True):
            if not is_plain_value(text):
                raise DefinitionError(f'{name} of the Chinese label is "{text}", but may hold printable ASCII without spaces alone')
        if not all(self.values[:3]):
            raise DefinitionError("Label, ContentProducer and ProduceID of the Chinese label may not be empty")

    @property
    def values(self) -> tuple[str, ...]:
        """In the order of ``AIGC_KEYS``."""
        return tuple(getattr(self, entry.name) for entry in fields(self))

    @property
    def text(self) -> str:
        """The JSON text, without spaces, with the keys in their order."""
        return json.dumps(dict(zip(AIGC_KEYS, self.values, strict=True)), separators=(",", ":"))

    def carried_on(self, propagator: str, number: str, code: str) -> AigcLabel:
        """The same label with our propagation information; production information is never touched."""
        return replace(self, content_propagator=propagator, propagate_id=number, reserved_code2=code)


@dataclass(frozen=True, slots=True, kw_only=True)
class AigcFault:
    """Something wrong with a label, in a sentence without a full stop."""

    kind: FaultKind
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AigcReading:
    """A label as read. Texts are as stored, whatever they claim."""

    values: Mapping[str, str] | None
    """By the standard's keys where the keys are right or known misspellings; None when it cannot be read."""
    faults: tuple[AigcFault, ...] = ()
    stored: str = field(default="", repr=False)

    def has(self, *kinds: FaultKind) -> bool:
        """Whether there is a fault of one of these kinds."""
        return any(fault.kind in kinds for fault in self.faults)

    def value(self, key: str) -> str:
        """The text under a key; empty where there is none."""
        return (self.values or {}).get(key, "")

    @property
    def label(self) -> AigcLabel | None:
        """The label, when it is one that could have been written by the rules."""
        if self.values is None or self.faults:
            return None
        try:
            return AigcLabel(**{entry.name: self.value(key) for entry, key in zip(fields(AigcLabel), AIGC_KEYS, strict=True)})
        except DefinitionError:
            return None


def read_aigc(text: str, *, wrapped: bool = False, limits: Limits = DEFAULT_LIMITS) -> AigcReading:
    """A label from a text in any form that writers use; never raises.

    ``wrapped`` says that the place has ``{"AIGC": {...}}`` or the bare object, as EXIF and PNG texts do; elsewhere only the bare object
    is right.
    """
    faults: list[AigcFault] = []
    found = _object(text.strip(), faults, limits)
    if isinstance(found, dict) and list(found) == ["AIGC"]:
        if not wrapped:
            faults.append(AigcFault(kind="form", words='it is wrapped in {"AIGC": ...}, which this place does not have'))
        inner = found["AIGC"]
        found = _object(inner, faults, limits) if isinstance(inner, str) else inner
    if not isinstance(found, dict):
        words = "it is no JSON object" if found is not None else "it is no JSON that can be read"
        return AigcReading(values=None, faults=(*faults, AigcFault(kind="json", words=words)), stored=text)
    faults += _key_faults(found)
    faults += _value_faults(found)
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in found.items()}
    values = {_MISSPELT[key]: value for key, value in texts.items() if key in _MISSPELT} | texts
    return AigcReading(values=values, faults=tuple(faults), stored=text)


def _object(text: str, faults: list[AigcFault], limits: Limits) -> Any:
    """What the text holds after each wrapping was taken off; None when that is no JSON."""
    text = text.removeprefix("AIGC").strip()
    if "&quot;" in text and '"' not in text:
        faults.append(AigcFault(kind="form", words="its quotation marks are escaped twice"))
        text = html.unescape(text)
    if _BASE64.fullmatch(text):
        faults.append(AigcFault(kind="form", words="it is in Base64, and the standard has plain JSON"))
        text = _from_base64(text)
    value = _json(text, limits)
    if isinstance(value, str):
        faults.append(AigcFault(kind="form", words="it is JSON inside of a JSON text, encoded twice"))
        value = _json(value, limits)
    return value


def _from_base64(text: str) -> str:
    try:
        data = base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_") + "=" * (-len(text) % 4))
        return data.decode("utf-8")
    except (binascii.Error, ValueError):
        return ""


def _json(text: str, limits: Limits) -> Any:
    try:
        return json_text.decode(text.encode("utf-8", "surrogatepass"), where="AIGC label", limits=limits)
    except MalformedError:
        return None


def _key_faults(found: Mapping[str, Any]) -> list[AigcFault]:
    faults = []
    for key in found:
        if key not in AIGC_KEYS:
            known = _MISSPELT.get(key)
            words = f'"{key:.60}" is written for "{known}"' if known else f'it has a key "{key:.60}" that the standard does not know'
            faults.append(AigcFault(kind="keys", words=words))
    present = {_MISSPELT.get(key, key) for key in found}
    if missing := [key for key in AIGC_KEYS if key not in present]:
        faults.append(AigcFault(kind="keys", words=f"it lacks {', '.join(missing)}"))
    known_keys = [key for key in found if key in AIGC_KEYS]
    if known_keys != sorted(known_keys, key=AIGC_KEYS.index):
        faults.append(AigcFault(kind="order", words=f"its keys stand in the order {', '.join(known_keys)}"))
    return faults[:10]


def _value_faults(found: Mapping[str, Any]) -> list[AigcFault]:
    faults = []
    for key in AIGC_KEYS:
        value = found.get(key, "")
        if not isinstance(value, str):
            faults.append(AigcFault(kind="values", words=f"{key} is no text"))
        elif not is_plain_value(value):
            faults.append(AigcFault(kind="values", words=f"{key} holds other characters than printable ASCII without spaces"))
    return faults
