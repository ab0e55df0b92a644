"""Which assertions credkit writes, and the one door that every payload passes before it is written.

A label that is not listed is written as it is when it stands in a namespace of its own (a reversed domain). Labels of the standard
that are not listed are refused: misspelt ones with the nearest right one, old ones with their successor.
Clause: "Standard assertions" (anchor ``_c2pa_standard_assertions``), "Namespacing" (anchor ``_namespacing``).
"""

from __future__ import annotations

from typing import Any

from credkit.dataclass import dataclass, field
from credkit.errors import DefinitionError
from credkit.manifest.assertions.action_shape import ACTIONS_TYPE
from credkit.manifest.assertions.ai_disclosure import AI_DISCLOSURE_TYPES
from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile, Statement
from credkit.manifest.assertions.bmff_hash import BMFF_HASH_TYPE
from credkit.manifest.assertions.boxes_hash import BOXES_HASH_TYPE
from credkit.manifest.assertions.collection_hash import COLLECTION_HASH_TYPE
from credkit.manifest.assertions.data_hash import DATA_HASH_TYPE
from credkit.manifest.assertions.data_set import DATA_SET_TYPE
from credkit.manifest.assertions.described_assets import ASSET_REFERENCE_TYPE, ASSET_TYPE_TYPE, CLOUD_DATA_TYPE, EXTERNAL_REFERENCE_TYPE
from credkit.manifest.assertions.embedded import EMBEDDED_DATA_TYPE, ICON_TYPE, THUMBNAIL_TYPES
from credkit.manifest.assertions.generation import GENERATION_TYPE
from credkit.manifest.assertions.ingredient_statement import INGREDIENT_TYPE
from credkit.manifest.assertions.metadata import CAWG_METADATA_TYPE, CUSTOM_METADATA, METADATA_TYPE
from credkit.manifest.assertions.multi_asset_hash import MULTI_ASSET_HASH_TYPE
from credkit.manifest.assertions.nearest import quoted, suggestion
from credkit.manifest.assertions.offer import OFFER_TYPE
from credkit.manifest.assertions.segment_hash import SEGMENT_HASH_TYPE
from credkit.manifest.assertions.shape import Anything, described
from credkit.manifest.assertions.soft_binding import SOFT_BINDING_TYPE
from credkit.manifest.assertions.supporting_structures import ASSERTION_METADATA_TYPE
from credkit.manifest.assertions.trained_model import TRAINED_MODEL_TYPE
from credkit.manifest.assertions.training import TRAINING_TYPES
from credkit.manifest.assertions.training_mining import TRAINING_MINING_TYPE
from credkit.manifest.assertions.trust_adjuncts import CERTIFICATE_STATUS_TYPE, TIME_STAMP_TYPE
from credkit.manifest.labels import IDENTITY_LABEL, is_namespaced, valid_assertion_label
from credkit.manifest.store import base_label

__all__ = ["ASSERTIONS", "CheckedStatement", "OpaqueAssertion", "assertion_type", "check_statement"]

ASSERTIONS: dict[str, AssertionType] = {
    entry.label: entry
    for entry in (
        ACTIONS_TYPE,
        INGREDIENT_TYPE,
        DATA_HASH_TYPE,
        BOXES_HASH_TYPE,
        MULTI_ASSET_HASH_TYPE,
        BMFF_HASH_TYPE,
        SEGMENT_HASH_TYPE,
        COLLECTION_HASH_TYPE,
        *THUMBNAIL_TYPES,
        EMBEDDED_DATA_TYPE,
        ICON_TYPE,
        METADATA_TYPE,
        ASSERTION_METADATA_TYPE,
        *AI_DISCLOSURE_TYPES,
        ASSET_TYPE_TYPE,
        ASSET_REFERENCE_TYPE,
        EXTERNAL_REFERENCE_TYPE,
        CLOUD_DATA_TYPE,
        SOFT_BINDING_TYPE,
        TIME_STAMP_TYPE,
        CERTIFICATE_STATUS_TYPE,
        CAWG_METADATA_TYPE,
        TRAINING_MINING_TYPE,
        *TRAINING_TYPES,
        TRAINED_MODEL_TYPE,
        DATA_SET_TYPE,
        GENERATION_TYPE,
        OFFER_TYPE,
    )
}
"""Every assertion that credkit writes and checks, by label."""

_SUCCESSORS = {
    "c2pa.actions": "c2pa.actions.v2",
    "c2pa.ingredient": "c2pa.ingredient.v3",
    "c2pa.ingredient.v2": "c2pa.ingredient.v3",
    "c2pa.training-mining": "cawg.training-mining",
    "c2pa.asset-type": "c2pa.asset-type.v2",
    "c2pa.hash.bmff": "c2pa.hash.bmff.v3",
    "c2pa.hash.bmff.v2": "c2pa.hash.bmff.v3",
    "c2pa.data": "c2pa.embedded-data",
    "stds.exif": "c2pa.metadata",
    "stds.iptc": "c2pa.metadata",
    "stds.iptc.photo-metadata": "c2pa.metadata",
    "stds.schema-org.CreativeWork": "cawg.metadata",
    "stds.schema-org.ClaimReview": "cawg.metadata",
}
_NOT_WRITTEN = (
    "c2pa.repository-receipt",
    "c2pa.linked-resource-integrity",
    "c2pa.environmental-sustainability",
    "c2pa.alternative-content-representation",
    "c2pa.depthmap.GDepth",
    "c2pa.session-keys",
    "c2pa.livevideo.segment",
    "font.info",
)
_RESERVED = ("c2pa.", "cawg.", "stds.", "font.")
_METADATA_ENDINGS = (".metadata", ".metadata.ingredient")


class OpaqueAssertion:
    """Raw data under a label: a payload from a JSON definition, or an assertion of somebody's own.

    ``OpaqueAssertion("com.example.review", {"stars": 5}, content="cbor")``. Where the label decides the content, ``content`` is not
    looked at.
    """

    __slots__ = ("_content", "_payload", "label")

    def __init__(self, label: str, payload: Any, content: Content = "json") -> None:
        self.label = label
        self._payload = payload
        self._content: Content = content

    @property
    def content(self) -> Content:
        """What the label demands, else what was given."""
        base = base_label(self.label)
        if base in ASSERTIONS:
            return ASSERTIONS[base].content
        return "json" if base.endswith(_METADATA_ENDINGS) else self._content

    def payload(self) -> Any:
        """The raw value."""
        return self._payload


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStatement:
    """A statement ready to be written: ``payload`` is a CBOR or JSON value, or an ``EmbeddedFile``. Made only by ``check_statement``."""

    label: str
    """Without an instance."""
    content: Content
    payload: Any = field(repr=False)
    type: AssertionType | None = field(repr=False)
    """The registry's entry; None for an assertion of somebody's own."""

    @property
    def single(self) -> bool:
        """Whether a manifest may hold only one of them."""
        return self.type is not None and self.type.single

    @property
    def created_only(self) -> bool:
        """Whether it must stand among the created assertions."""
        return self.type is not None and self.type.place == "created"

    @property
    def gathered(self) -> bool:
        """Whether it belongs among the gathered assertions."""
        return self.type is not None and self.type.place == "gathered"

    @property
    def in_update(self) -> bool:
        """Whether an update manifest may hold it."""
        return self.type is None or self.type.in_update


def assertion_type(label: str, *, path: str = "") -> AssertionType | None:
    """The registry's entry for a label (an instance number is ignored); None for a label in a namespace of somebody's own.

    ``DefinitionError`` for a label that must not or cannot be written, with the right one where there is one.
    """
    base = base_label(label)
    if base in ASSERTIONS:
        return ASSERTIONS[base]
    _refuse_reserved(base, path)
    if not valid_assertion_label(label) or not is_namespaced(base):
        near = suggestion(base, ASSERTIONS)
        ending = near if near.startswith("; did you mean") else '; labels of your own start with your domain, as in "com.example.review"'
        raise DefinitionError(f"{quoted(label)} is no assertion label{ending}", path=path)
    return None


def _refuse_reserved(base: str, path: str) -> None:
    successor = _SUCCESSORS.get(base)
    if successor is None and base.startswith("c2pa.thumbnail."):
        kind = "ingredient" if base.startswith("c2pa.thumbnail.ingredient") else "claim"
        successor = f"c2pa.thumbnail.{kind}" if base.startswith(f"c2pa.thumbnail.{kind}") else None
    if successor is not None:
        raise DefinitionError(f"{quoted(base)} must no longer be written; use {quoted(successor)}", path=path)
    if base == IDENTITY_LABEL:
        raise DefinitionError(
            f"{quoted(base)} is signed with a key of its own: say who is named (Builder.add_identity, or --actor on the command line)",
            path=path,
        )
    if base in _NOT_WRITTEN:
        raise DefinitionError(f"{quoted(base)} is an assertion of the standard that credkit reads but does not write", path=path)
    if base.startswith("stds."):
        raise DefinitionError(f'{quoted(base)} must no longer be written; use "c2pa.metadata" or "cawg.metadata"', path=path)
    if base.startswith(_RESERVED) or base in ("c2pa", "cawg", "stds"):
        raise DefinitionError(f"{quoted(base)} is no assertion of the standard{suggestion(base, ASSERTIONS)}", path=path)


def check_statement(statement: Statement, *, profile: Profile = "2.4", path: str = "") -> CheckedStatement:
    """The door: what ``statement`` says, checked and in the form in which it is written.

    Typed constructors and raw data (``OpaqueAssertion``) pass the same check. ``profile`` is the edition of the standard to write for.
    ``DefinitionError`` carries ``path`` followed by the JSON Pointer inside the payload.
    """
    if not isinstance(statement.label, str):
        raise DefinitionError(f"the label should be a text, not {described(statement.label)}", path=path)
    known = assertion_type(statement.label, path=path)
    label, payload = base_label(statement.label), statement.payload()
    if payload is None:
        raise DefinitionError(f"the assertion {quoted(label)} has no data", path=path)
    if known is not None:
        return CheckedStatement(label=label, content=known.content, payload=known.check(payload, profile=profile, path=path), type=known)
    if label.endswith(_METADATA_ENDINGS):
        return CheckedStatement(label=label, content="json", payload=CUSTOM_METADATA.check(payload, path), type=None)
    if statement.content not in ("cbor", "json"):
        raise DefinitionError(f'the content of {quoted(label)} must be "cbor" or "json", not {described(statement.content)}', path=path)
    checked = Anything(json=statement.content == "json").check(payload, path)
    if not isinstance(checked, (dict, list)):
        raise DefinitionError(f"the data of {quoted(label)} should be a map, not {described(payload)}", path=path)
    return CheckedStatement(label=label, content=statement.content, payload=checked, type=None)
