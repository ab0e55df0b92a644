"""Assertions: typed constructors, the registry of what is written, and readers for what files hold.

Names are loaded when they are asked for: verification needs the readers only, and the rules of writing take time to build.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.manifest.assertions.action_statements import Action, Actions
    from credkit.manifest.assertions.actions import ActionView, read_actions
    from credkit.manifest.assertions.ai_disclosure import AiDisclosure
    from credkit.manifest.assertions.assertion_types import AssertionType, Content, Profile, Statement
    from credkit.manifest.assertions.bmff_hash import BmffHash
    from credkit.manifest.assertions.collection_hash import CollectionHash, CollectionMember
    from credkit.manifest.assertions.data_hash import DataHash
    from credkit.manifest.assertions.data_set import DataSetFindings, RightsFound
    from credkit.manifest.assertions.described_assets import AssetType, ExternalReference
    from credkit.manifest.assertions.embedded import EmbeddedData, Thumbnail
    from credkit.manifest.assertions.generation import Generation, GenerationInput, GenerationModel, GenerationSource, Withheld
    from credkit.manifest.assertions.generator_info import GeneratorInfo
    from credkit.manifest.assertions.ingredient import IngredientView, read_ingredient
    from credkit.manifest.assertions.ingredient_statement import Ingredient, Relationship
    from credkit.manifest.assertions.metadata import AssetMetadata, CawgMetadata, Licensor
    from credkit.manifest.assertions.offer import Offer
    from credkit.manifest.assertions.region import Region
    from credkit.manifest.assertions.registry import ASSERTIONS, CheckedStatement, OpaqueAssertion, assertion_type, check_statement
    from credkit.manifest.assertions.segment_hash import SegmentHash
    from credkit.manifest.assertions.soft_binding import SoftBinding
    from credkit.manifest.assertions.source_types import SOURCE_TYPES, digital_source_type, source_type_name
    from credkit.manifest.assertions.trained_model import TrainedModel
    from credkit.manifest.assertions.training import BaseModelTerms, ModelReference, TrainingSource, TrainingSources
    from credkit.manifest.assertions.training_mining import TrainingMining, Use
    from credkit.manifest.assertions.validation_results import RecordedDelta, RecordedResults

_HOMES = {
    "ASSERTIONS": "registry",
    "Action": "action_statements",
    "ActionView": "actions",
    "Actions": "action_statements",
    "AiDisclosure": "ai_disclosure",
    "AssertionType": "assertion_types",
    "AssetMetadata": "metadata",
    "AssetType": "described_assets",
    "BaseModelTerms": "training",
    "BmffHash": "bmff_hash",
    "CawgMetadata": "metadata",
    "CheckedStatement": "registry",
    "CollectionHash": "collection_hash",
    "CollectionMember": "collection_hash",
    "Content": "assertion_types",
    "DataHash": "data_hash",
    "DataSetFindings": "data_set",
    "EmbeddedData": "embedded",
    "ExternalReference": "described_assets",
    "Generation": "generation",
    "GenerationInput": "generation",
    "GenerationModel": "generation",
    "GenerationSource": "generation",
    "GeneratorInfo": "generator_info",
    "Ingredient": "ingredient_statement",
    "IngredientView": "ingredient",
    "Licensor": "metadata",
    "ModelReference": "training",
    "Offer": "offer",
    "OpaqueAssertion": "registry",
    "Profile": "assertion_types",
    "RecordedDelta": "validation_results",
    "RecordedResults": "validation_results",
    "Region": "region",
    "Relationship": "ingredient_statement",
    "RightsFound": "data_set",
    "SOURCE_TYPES": "source_types",
    "SegmentHash": "segment_hash",
    "SoftBinding": "soft_binding",
    "Statement": "assertion_types",
    "Thumbnail": "embedded",
    "TrainedModel": "trained_model",
    "TrainingMining": "training_mining",
    "TrainingSource": "training",
    "TrainingSources": "training",
    "Use": "training_mining",
    "Withheld": "generation",
    "assertion_type": "registry",
    "check_statement": "registry",
    "digital_source_type": "source_types",
    "read_actions": "actions",
    "read_ingredient": "ingredient",
    "source_type_name": "source_types",
}

__all__ = [
    "ASSERTIONS",
    "SOURCE_TYPES",
    "Action",
    "ActionView",
    "Actions",
    "AiDisclosure",
    "AssertionType",
    "AssetMetadata",
    "AssetType",
    "BaseModelTerms",
    "BmffHash",
    "CawgMetadata",
    "CheckedStatement",
    "CollectionHash",
    "CollectionMember",
    "Content",
    "DataHash",
    "DataSetFindings",
    "EmbeddedData",
    "ExternalReference",
    "Generation",
    "GenerationInput",
    "GenerationModel",
    "GenerationSource",
    "GeneratorInfo",
    "Ingredient",
    "IngredientView",
    "Licensor",
    "ModelReference",
    "Offer",
    "OpaqueAssertion",
    "Profile",
    "RecordedDelta",
    "RecordedResults",
    "Region",
    "Relationship",
    "RightsFound",
    "SegmentHash",
    "SoftBinding",
    "Statement",
    "Thumbnail",
    "TrainedModel",
    "TrainingMining",
    "TrainingSource",
    "TrainingSources",
    "Use",
    "Withheld",
    "assertion_type",
    "check_statement",
    "digital_source_type",
    "read_actions",
    "read_ingredient",
    "source_type_name",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
