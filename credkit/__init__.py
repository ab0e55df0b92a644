"""credkit: Content Credentials (C2PA) for Python.

Sign pictures at export, verify them on download, inspect the chain of edits::

    import credkit

    credkit.sign_file("portrait.png", "signed.png", credkit.Statements(created="trainedAlgorithmicMedia"), signer=signer)
    report = credkit.verify_file("signed.png")
    print(report.state)

Names are loaded when they are first used, so that ``import credkit`` costs little.
"""

from __future__ import annotations

from importlib import import_module

from credkit.version import __version__

# As in ``typing``, which takes as long to load as Python takes to start.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from credkit.acceptance import AcceptancePolicy
    from credkit.api.accepting import judge_file
    from credkit.api.datasets import DatasetCheck, DatasetResult, sign_dataset, verify_dataset
    from credkit.api.exporter import Exporter
    from credkit.api.extraction import Extraction, extract_file
    from credkit.api.found_files import FoundFile, find_files
    from credkit.api.lifted import Lift
    from credkit.api.linting import lint_file
    from credkit.api.many_files import FileOutcome, each_file, verify_files
    from credkit.api.model_credentials import BaseModel, DataSetUse
    from credkit.api.reading import read_licences, read_store, read_terms, verify_file
    from credkit.api.revealing import Revealed, reveal
    from credkit.api.signing import SignResult, sign_file
    from credkit.api.statements import Licensor, Statements
    from credkit.api.stripping import strip_file
    from credkit.api.updating import redact_file, time_stamp_file, update_file
    from credkit.errors import (
        AssetError,
        CredentialError,
        CredkitError,
        DefinitionError,
        FetchError,
        HistoryError,
        MalformedError,
        NoCredentialsError,
        OpeningError,
        OutputError,
        TrustError,
    )
    from credkit.labels import Labels
    from credkit.limits import Limits
    from credkit.manifest.assertions import Action, ModelReference, Region, TrainingSource
    from credkit.provenance import render
    from credkit.provenance.resources import Resource, Resources, list_resources
    from credkit.sign.builder import Builder
    from credkit.sign.named_actor import NamedActor
    from credkit.sign.signer import Signer
    from credkit.sign.update import UpdateBuilder
    from credkit.trust.policy import TrustPolicy
    from credkit.verify.report import Report

_HOMES = {
    "AcceptancePolicy": "credkit.acceptance",
    "Action": "credkit.manifest.assertions",
    "AssetError": "credkit.errors",
    "BaseModel": "credkit.api.model_credentials",
    "Builder": "credkit.sign.builder",
    "CredentialError": "credkit.errors",
    "CredkitError": "credkit.errors",
    "DataSetUse": "credkit.api.model_credentials",
    "DatasetCheck": "credkit.api.datasets",
    "DatasetResult": "credkit.api.datasets",
    "DefinitionError": "credkit.errors",
    "Exporter": "credkit.api.exporter",
    "Extraction": "credkit.api.extraction",
    "FetchError": "credkit.errors",
    "FileOutcome": "credkit.api.many_files",
    "FoundFile": "credkit.api.found_files",
    "HistoryError": "credkit.errors",
    "Labels": "credkit.labels",
    "Licensor": "credkit.api.statements",
    "Lift": "credkit.api.lifted",
    "Limits": "credkit.limits",
    "MalformedError": "credkit.errors",
    "NamedActor": "credkit.sign.named_actor",
    "NoCredentialsError": "credkit.errors",
    "ModelReference": "credkit.manifest.assertions",
    "OpeningError": "credkit.errors",
    "OutputError": "credkit.errors",
    "Region": "credkit.manifest.assertions",
    "Report": "credkit.verify.report",
    "Resource": "credkit.provenance.resources",
    "Resources": "credkit.provenance.resources",
    "Revealed": "credkit.api.revealing",
    "SignResult": "credkit.api.signing",
    "Signer": "credkit.sign.signer",
    "Statements": "credkit.api.statements",
    "TrainingSource": "credkit.manifest.assertions",
    "TrustError": "credkit.errors",
    "TrustPolicy": "credkit.trust.policy",
    "UpdateBuilder": "credkit.sign.update",
    "each_file": "credkit.api.many_files",
    "extract_file": "credkit.api.extraction",
    "find_files": "credkit.api.found_files",
    "judge_file": "credkit.api.accepting",
    "lint_file": "credkit.api.linting",
    "list_resources": "credkit.provenance.resources",
    "read_licences": "credkit.api.reading",
    "read_store": "credkit.api.reading",
    "read_terms": "credkit.api.reading",
    "redact_file": "credkit.api.updating",
    "render": "credkit.provenance",
    "reveal": "credkit.api.revealing",
    "sign_dataset": "credkit.api.datasets",
    "sign_file": "credkit.api.signing",
    "strip_file": "credkit.api.stripping",
    "time_stamp_file": "credkit.api.updating",
    "update_file": "credkit.api.updating",
    "verify_dataset": "credkit.api.datasets",
    "verify_file": "credkit.api.reading",
    "verify_files": "credkit.api.many_files",
}

__all__ = [
    "AcceptancePolicy",
    "Action",
    "AssetError",
    "BaseModel",
    "Builder",
    "CredentialError",
    "CredkitError",
    "DataSetUse",
    "DatasetCheck",
    "DatasetResult",
    "DefinitionError",
    "Exporter",
    "Extraction",
    "FetchError",
    "FileOutcome",
    "FoundFile",
    "HistoryError",
    "Labels",
    "Licensor",
    "Lift",
    "Limits",
    "MalformedError",
    "ModelReference",
    "NamedActor",
    "NoCredentialsError",
    "OpeningError",
    "OutputError",
    "Region",
    "Report",
    "Resource",
    "Resources",
    "Revealed",
    "SignResult",
    "Signer",
    "Statements",
    "TrainingSource",
    "TrustError",
    "TrustPolicy",
    "UpdateBuilder",
    "__version__",
    "each_file",
    "extract_file",
    "find_files",
    "judge_file",
    "lint_file",
    "list_resources",
    "read_licences",
    "read_store",
    "read_terms",
    "redact_file",
    "render",
    "reveal",
    "sign_dataset",
    "sign_file",
    "strip_file",
    "time_stamp_file",
    "update_file",
    "verify_dataset",
    "verify_file",
    "verify_files",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(import_module(_HOMES[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
