"""The verbs for callers: sign, update, verify, read, extract, reveal, judge, lint. Each takes paths, bytes or streams.

``signing``, ``reading``, ``extraction``, ``updating``, ``revealing``, ``accepting``, ``linting`` and ``stripping`` hold a verb each,
``datasets`` (with ``dataset_files``) those for folders, ``many_files`` those for many files, which ``found_files`` seeks in ``folders``
and ``workers`` hand to processes; ``finished_files`` keeps what such a run has done. What can be said is in ``statements``, with
``rights``, ``inputs``, ``model_credentials`` and ``training_file``; ``exporter`` keeps what a hook says about every picture. The others are
steps of ``sign_file``, which takes them in this order: ``model_description`` or ``lifted`` with ``named_models``, ``withholding``,
``sealed`` with ``surroundings``, ``previews``, ``labelling``, ``countersigning``, ``mirrors``, ``journalled``.

Names are loaded when they are asked for: a program that only verifies loads nothing of what signing needs.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from credkit.api.accepting import judge_file
    from credkit.api.datasets import sign_dataset, verify_dataset
    from credkit.api.exporter import Exporter
    from credkit.api.extraction import Extraction, extract_file
    from credkit.api.found_files import FoundFile, find_files
    from credkit.api.lifted import Lift
    from credkit.api.linting import lint_file
    from credkit.api.many_files import FileOutcome, each_file, verify_files
    from credkit.api.model_credentials import BaseModel, DataSetUse
    from credkit.api.reading import open_with_sidecar, read_licences, read_store, read_terms, verify_file
    from credkit.api.revealing import Revealed, reveal
    from credkit.api.signing import SignResult, sign_file
    from credkit.api.statements import Licensor, Statements
    from credkit.api.stripping import strip_file
    from credkit.api.updating import place_of_store, redact_file, redactable_in, time_stamp_file, update_file

__all__ = [
    "BaseModel",
    "DataSetUse",
    "Exporter",
    "Extraction",
    "FileOutcome",
    "FoundFile",
    "Licensor",
    "Lift",
    "Revealed",
    "SignResult",
    "Statements",
    "each_file",
    "extract_file",
    "find_files",
    "judge_file",
    "lint_file",
    "open_with_sidecar",
    "place_of_store",
    "read_licences",
    "read_store",
    "read_terms",
    "redact_file",
    "redactable_in",
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

_HOMES = {
    "BaseModel": "model_credentials",
    "DataSetUse": "model_credentials",
    "Exporter": "exporter",
    "Extraction": "extraction",
    "FileOutcome": "many_files",
    "FoundFile": "found_files",
    "Licensor": "statements",
    "Lift": "lifted",
    "Revealed": "revealing",
    "SignResult": "signing",
    "Statements": "statements",
    "each_file": "many_files",
    "extract_file": "extraction",
    "find_files": "found_files",
    "judge_file": "accepting",
    "lint_file": "linting",
    "open_with_sidecar": "reading",
    "place_of_store": "updating",
    "read_licences": "reading",
    "read_store": "reading",
    "read_terms": "reading",
    "redact_file": "updating",
    "redactable_in": "updating",
    "reveal": "revealing",
    "sign_dataset": "datasets",
    "sign_file": "signing",
    "strip_file": "stripping",
    "time_stamp_file": "updating",
    "update_file": "updating",
    "verify_dataset": "datasets",
    "verify_file": "reading",
    "verify_files": "many_files",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
