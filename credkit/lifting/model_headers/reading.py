"""Read what a model file says about itself: SafeTensors, ONNX, Parquet and GGUF.

This file finds the fields; what they mean is ``claims``, what they give away ``leaks``. Nothing of it was measured, and nothing
in it makes signing fail: only a file whose structure is broken is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from credkit.assets import Source, detect, onnx, parquet, safetensors
from credkit.errors import AssetError
from credkit.lifting.model_headers import gguf
from credkit.lifting.model_headers.claims import Claims
from credkit.lifting.model_headers.header import ModelHeader
from credkit.lifting.model_headers.leaks import find_leaks
from credkit.lifting.wording import cleaned, shown, whole_text
from credkit.limits import DEFAULT_LIMITS, Limits

__all__ = ["read_model_header"]

_GGUF = "GGUF"
_FIELDS = 1_000
_FIELD = 4_000
_Fields = Iterable[tuple[str, str | None]]


_READERS: dict[str, Callable[[Source, Limits], _Fields]] = {
    "SafeTensors": safetensors.metadata_of,
    "ONNX": onnx.fields_of,
    "Parquet": parquet.fields_of,
    _GGUF: gguf.fields_of,
}


def read_model_header(source: Source, limits: Limits = DEFAULT_LIMITS) -> ModelHeader:
    """The header of a model file (or of a Parquet data set), interpreted.

    ``AssetError`` for a file of another format, ``MalformedError`` for one whose structure is broken.
    """
    name = _format(source)
    remarks: list[str] = []
    fields = _gathered(_READERS[name](source, limits), remarks, limits)
    claims = Claims(fields, limits)
    tensors, contradicting = claims.tensors()
    if contradicting:
        remarks.append("The header claims two different hashes of the tensors.")
    data_sets = claims.data_sets()
    learned = [entry.items for entry in data_sets if not entry.regularisation and entry.items is not None]
    return ModelHeader(
        format=name,
        title=claims.title,
        version=claims.version,
        architecture=claims.architecture,
        author=claims.author,
        licence=claims.licence,
        date=claims.date,
        description=claims.description,
        usage_hint=claims.usage_hint,
        trigger_phrase=claims.trigger_phrase,
        tags=claims.tags,
        base_models=claims.base_models(),
        merged_from=claims.merged_from(),
        data_sets=data_sets,
        items=sum(learned) if learned else None,
        tensors=tensors,
        training=claims.training,
        tool=claims.tool,
        fields=tuple((cleaned(key, 200), cleaned(text, _FIELD)) for key, text in fields.items()),
        leaks=find_leaks(fields.items(), limits),
        remarks=tuple(remarks),
    )


def _format(source: Source) -> str:
    if source.size >= 4 and source.read(0, 4) == _GGUF.encode():
        return _GGUF
    found = detect(source)
    if found is None or found.name not in _READERS:
        raise AssetError("the file is of no model format whose header is read (SafeTensors, ONNX, GGUF, Parquet)")
    return found.name


def _gathered(found: _Fields, remarks: list[str], limits: Limits) -> dict[str, str]:
    """The fields by key, the first of each; those that are too large or too many are told and left out."""
    fields: dict[str, str] = {}
    room = limits.texts_size
    for key, text in found:
        name = whole_text(key)[0]
        if text is None or len(text) > room:
            remarks.append(f'The field "{shown(name, limits)}" of the header is too large and was not read.')
        elif len(fields) >= _FIELDS:
            remarks.append(f"Fields behind the first {_FIELDS:,} of the header were not read.")
            break
        elif name not in fields:
            fields[name] = whole_text(text)[0]
            room -= len(text)
    return fields
