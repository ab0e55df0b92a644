"""Collections of files, and manifest stores about them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

from credkit.manifest.assertions.assertion_types import Statement
from credkit.manifest.member_uri import member_uri
from credkit.sign.builder import Builder
from credkit.sign.seal import Seal
from tests.forge import pki

__all__ = ["LABEL", "collection_hash", "store_about"]

LABEL = "c2pa.hash.collection.data"


def collection_hash(files: Mapping[str, bytes], **more: Any) -> dict[str, Any]:
    """The sound assertion about these files, as a claim holds it."""
    uris = [{"uri": member_uri(name), "hash": hashlib.sha256(data).digest()} for name, data in files.items()]
    return {"alg": "sha256", "uris": uris} | more


def store_about(value: Any, label: str = LABEL) -> bytes:
    """A signed manifest store whose hard binding is ``value``, whatever it says."""
    builder = Builder(title="pictures")
    builder.created("dataDrivenMedia")
    binding = cast("Statement", SimpleNamespace(label=label, content="cbor", payload=lambda: value))
    draft = builder.draft()
    return draft.assemble(Seal(signer=pki.signer()), draft.bind(binding), signed=True)
