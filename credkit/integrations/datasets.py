"""Judge the pictures of a Hugging Face dataset and keep their bytes.

::

    from datasets import load_dataset
    from credkit.integrations.datasets import accepted, with_credentials
    from credkit.integrations.receiving import Receiver

    judged = with_credentials(load_dataset("imagefolder", data_dir="downloads"), Receiver(policy="policy.json"), num_proc=4)
    kept = judged.filter(accepted)

Columns are added, pictures stay as they are: a picture that the library decodes and saves anew has lost its credentials, so the column is
read with ``Image(decode=False)``. The receiver's ``on_failure`` plays no part, because the rows stay in the dataset.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from credkit.acceptance.evidence import Evidence
from credkit.acceptance.judgement import Judgement
from credkit.assets import BytesSource
from credkit.dataclass import dataclass
from credkit.errors import AssetError, DefinitionError
from credkit.integrations.receiving import Receiver
from credkit.labels.content import AI_SOURCE_TYPES
from credkit.provenance.text import shown

__all__ = ["COLUMNS", "CredentialsOf", "accepted", "with_credentials"]

COLUMNS = (
    "credentials_state",
    "credentials_signer",
    "credentials_ai",
    "credentials_training_allowed",
    "credentials_accepted",
    "credentials_reason",
)
"""What is added to each row.

State of the credentials (``Trusted``, ``Valid``, ``Invalid``, ``none``, ``error``); name of the signer as far as the signature is
verified, else None; whether signed statements say that a trained model took part (None where they do not say how it was made); whether
training of generative models is allowed (``allowed`` when a signed statement says so, ``notAllowed``, ``constrained``, ``unsaid``); whether
the policy accepts the picture; and if not, why.
"""
_DatasetT = TypeVar("_DatasetT")


def with_credentials(dataset: _DatasetT, receiver: Receiver, *, column: str = "image", **options: Any) -> _DatasetT:
    """``dataset`` (a ``Dataset``, ``IterableDataset``, or a dictionary of them) with ``COLUMNS``; ``options`` are those of its ``map``.

    The picture column stays read with ``Image(decode=False)``: cast it back when the pictures are to be decoded.
    """
    from datasets import Image

    kept: Any = dataset.cast_column(column, Image(decode=False))  # type: ignore[attr-defined]
    judged: _DatasetT = kept.map(CredentialsOf(receiver=receiver, column=column), **options)
    return judged


def accepted(row: Mapping[str, Any]) -> bool:
    """For ``dataset.filter``: whether the policy accepts the picture of a row."""
    return bool(row["credentials_accepted"])


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsOf:
    """For ``dataset.map``: the values of ``COLUMNS`` for one row. It travels to other processes as it is."""

    receiver: Receiver
    column: str = "image"

    def __call__(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """``DefinitionError`` for a picture that was decoded already; nothing in a picture raises."""
        try:
            data = _data(row[self.column], self.column)
            if data is None:
                return _values(None, "The row holds no picture.")
            judgement = self.receiver.judge(data)
        except AssetError as error:
            return _values(None, str(error))
        if judgement is None:
            return _values(None, "What the row holds is no picture.")
        return _values(judgement, " ".join(judgement.sentences), Evidence(report=judgement.report, source=BytesSource(data)))


def _data(value: Any, column: str) -> bytes | None:
    """The bytes of a picture as ``Image(decode=False)`` gives it."""
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if value is None:
        return None
    if not isinstance(value, Mapping) or not {"bytes", "path"} & set(value):
        raise DefinitionError(
            f'the column "{column}" holds decoded pictures, which have no credentials any more: '
            f'cast it first with cast_column("{column}", Image(decode=False))'
        )
    if value.get("bytes") is not None:
        return bytes(value["bytes"])
    if value.get("path") is None:
        return None
    try:
        with open(value["path"], "rb") as file:
            return file.read()
    except OSError as error:
        raise AssetError(f'"{value["path"]}" cannot be read: {error.strerror or error}') from None


def _values(judgement: Judgement | None, reason: str, evidence: Evidence | None = None) -> dict[str, Any]:
    if judgement is None or evidence is None:
        found: tuple[Any, ...] = ("error", None, None, "unsaid", False, reason)
    else:
        report = judgement.report
        signature = report.active.signature if report.active else None
        name = shown(signature.common_name) if signature and signature.verified and signature.common_name else None
        found = (report.state, name, _ai(evidence), _training(evidence), judgement.passed, reason)
    return dict(zip(COLUMNS, found, strict=True))


def _training(evidence: Evidence) -> str:
    """A prohibition counts wherever it stands, a permission only when somebody signed it."""
    found = evidence.terms.use("ai_generative_training")
    is_signed = found.standing in ("trusted", "own word")
    return "unsaid" if found.permission == "allowed" and not is_signed else found.permission


def _ai(evidence: Evidence) -> bool | None:
    # An empty canvas says nothing of what was put on it.
    said = [word for word in evidence.declarations if word != "empty"]
    return any(word in AI_SOURCE_TYPES or word.startswith("c2pa.") for word in said) if said else None
