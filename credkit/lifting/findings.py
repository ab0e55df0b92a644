"""What is gathered from the texts of one tool until it is whole: the one place where values of strangers become a ``Lifted``.

Every reader of a format fills one ``Findings``. What an assertion could not hold is cut or cleaned here, and a remark says so, so that no
text of a file makes lifting fail.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from credkit.dataclass import dataclass, field, replace
from credkit.lifting.lifted import Document, Lifted
from credkit.lifting.wording import cleaned, file_name, hash_kind, number, shown, whole_text
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions.generation import Generation, GenerationInput, GenerationModel, GenerationSource
from credkit.media.texts import TextBlock

__all__ = ["Findings"]

_SETTINGS = 1_000
_SETTINGS_TEXT = 100_000
_VALUE = 10_000
_ENTRIES = 500
_MENTIONS = 5_000
"""Places of a text that name a model; the largest workflows have some hundred."""
_REMARKS = 50
_BLOCKS = 50
_NAME = 1_000
_LABEL = 200
_SIDE = 1 << 24
_SEED = re.compile(r"-?[0-9]{1,40}")
_SOURCE_TYPES = {
    "text-to-image": "trainedAlgorithmicMedia",
    "image-to-image": "compositeWithTrainedAlgorithmicMedia",
    "inpaint": "compositeWithTrainedAlgorithmicMedia",
    "outpaint": "compositeWithTrainedAlgorithmicMedia",
}


@dataclass(slots=True, kw_only=True)
class Findings:
    """What the texts of one tool say, as far as it was read."""

    format: str
    blocks: tuple[TextBlock, ...]
    """The texts it is read from, the most telling first."""
    limits: Limits = DEFAULT_LIMITS
    tool: str | None = None
    tool_version: str | None = None
    mode: str | None = None
    size: tuple[int, int] | None = None
    prompt: str | None = None
    negative_prompt: str | None = None
    seed: str | None = None
    source_type: str | None = None
    """Where a text states it, or it does not follow from the mode."""
    settings: dict[str, str | int | float | bool] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    """Titles of the raw texts by keyword, where the tool has more than one."""
    documents: tuple[Document, ...] | None = None
    """What is kept on request; None for each text as it was stored."""
    _room: int = _SETTINGS_TEXT
    _mentions: int = 0
    _models: dict[tuple[str, str], GenerationModel] = field(default_factory=dict)
    _inputs: dict[GenerationInput, None] = field(default_factory=dict)

    def remark(self, sentence: str) -> None:
        """Tell people something, once."""
        if sentence not in self.remarks and len(self.remarks) < _REMARKS:
            self.remarks.append(sentence)

    def set(self, name: str, value: Any) -> None:
        """One setting; empty ones say nothing, and a list or map is noted as text."""
        if value is None or value == "" or isinstance(value, (dict, list)):
            return
        if len(self.settings) >= _SETTINGS:
            if name not in self.settings:
                self.remark(f"Only the first {_SETTINGS:,} settings are kept.")
            return
        key = cleaned(name, _LABEL)
        if not key or key in self.settings:
            return
        self._keep(key, value)

    def _keep(self, key: str, value: Any) -> None:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
            value = str(value)[:_VALUE]
        if isinstance(value, (bool, int)):
            self.settings[key] = value
        elif isinstance(value, float):
            if math.isfinite(value):
                self.settings[key] = value
        else:
            text = cleaned(str(value)[: _VALUE + 1], _VALUE)
            if len(str(value)) > _VALUE or "\ufffd" in text:
                self.remark(
                    f'The setting "{shown(key, self.limits)}" is cut or cleaned: it is too long, or has characters that cannot be signed.'
                )
            if len(text) > self._room:
                self.remark(f"The settings have more than {_SETTINGS_TEXT:,} characters together; some are left out.")
            elif text:
                self._room -= len(text)
                self.settings[key] = text

    def apply(self, values: Mapping[str, Any], names: Mapping[str, str], *, without: Iterable[str] = ()) -> None:
        """Settings that a JSON object holds: known ones under our ``names``, plain others under the tool's own.

        Numbers that the tool wrote as text become numbers; a list of plain values is noted as one text.
        """
        left = frozenset(without)
        for key, value in values.items():
            if key not in left:
                self.set(names.get(key, key), number(value) if isinstance(value, str) else _one_text(value))

    def set_seed(self, value: Any) -> None:
        """The seed, as decimal text; a whole float counts as the number it is."""
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        text = str(value).strip() if isinstance(value, (int, str)) and not isinstance(value, bool) else ""
        if _SEED.fullmatch(text):
            self.seed = text
        elif value not in (None, ""):
            self.remark(f'The seed "{shown(value, self.limits)}" is no whole number; it is left out.')

    def set_size(self, width: Any, height: Any) -> None:
        """Width and height, where both are sensible."""
        sides = [_whole(width), _whole(height)]
        if sides[0] and sides[1]:
            self.size = (sides[0], sides[1])

    def add_model(
        self,
        name: Any,
        *,
        role: str,
        weight: Any = None,
        version: Any = None,
        claimed: Iterable[Any] = (),
    ) -> None:
        """A model by the file name in its path; the same one twice is one. ``claimed`` are hashes of any kind, as they were written."""
        self._mentions += 1
        if self._mentions > _MENTIONS:
            self.remark(f"Only the first {_MENTIONS:,} places that name a model are looked at.")
            return
        known = cleaned(file_name(name), _NAME) if isinstance(name, str) else ""
        if not known or known in ("None", "none", "undefined"):
            return
        hashes = dict(filter(None, (hash_kind(digits, of_lora=role == "lora") for digits in claimed if isinstance(digits, str))))
        model = GenerationModel(known, role=role, weight=_weight(weight), version=_label(version), claimed=hashes)
        key = (role, known)
        if key in self._models:
            self._models[key] = _joined(self._models[key], model)
        elif len(self._models) < _ENTRIES:
            self._models[key] = model
        else:
            self.remark(f"Only the first {_ENTRIES} models are kept.")

    @property
    def models(self) -> tuple[GenerationModel, ...]:
        """The models so far; that which makes the picture first."""
        return tuple(sorted(self._models.values(), key=lambda model: model.role not in ("checkpoint", "diffusion-model")))

    def add_input(self, role: str, name: Any = None) -> None:
        """A picture that the model was given."""
        known = cleaned(file_name(name), _NAME) if isinstance(name, str) else ""
        item = GenerationInput(role, known or None)
        if item in self._inputs or len(self._inputs) < _ENTRIES:
            self._inputs[item] = None
        else:
            self.remark(f"Only the first {_ENTRIES} inputs are kept.")

    def finish(self) -> Lifted:
        """Everything that was found."""
        for block in self.blocks:
            if block.damage:
                self.remark(f"{_sentence(block.place, self.limits)} is damaged: {shown(block.damage, self.limits)}.")
        prompt, negative_prompt = (self._whole(text) for text in (self.prompt, self.negative_prompt))
        return Lifted(
            format=self.format,
            place=_place(self.blocks[0]),
            generation=self._generation(),
            prompt=prompt,
            negative_prompt=negative_prompt,
            seed=self.seed,
            source_type=self.source_type or _SOURCE_TYPES.get(self.mode or ""),
            documents=tuple(map(self._document, self.blocks[:_BLOCKS])) if self.documents is None else self.documents,
            remarks=tuple(self.remarks),
        )

    def _whole(self, text: str | None) -> str | None:
        if text is None or not text.strip():
            return None
        whole, replaced = whole_text(text)
        if replaced:
            self.remark("The prompt has halves of characters that cannot be written; each is replaced by U+FFFD.")
        return whole

    def _generation(self) -> Generation:
        return Generation(
            tool=_label(self.tool),
            tool_version=_label(self.tool_version) if self.tool else None,
            mode=self.mode,
            size=self.size,
            settings=self.settings,
            models=self.models,
            inputs=tuple(self._inputs),
            sources=tuple(self._source(block) for block in self.blocks[:_BLOCKS]),
        )

    def _source(self, block: TextBlock) -> GenerationSource:
        return GenerationSource(format=self.format, place=_place(block), sha256=_digest(block.text))

    def keep_together(self, title: str, texts: Mapping[str, Any]) -> None:
        """Keep texts that belong together as one document: a JSON object."""
        text, _ = whole_text(json.dumps(texts, ensure_ascii=False, indent=1))
        self.documents = (Document(title=title, media_type="application/json", text=text),)

    def _document(self, block: TextBlock) -> Document:
        text, _ = whole_text(block.text)
        kind = "application/json" if text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[") else "text/plain"
        title = self.titles.get(block.keyword) or f"{self.tool or self.format} text"
        return Document(title=cleaned(title, _LABEL), media_type=kind, text=text)


def _one_text(value: Any) -> Any:
    """A list of plain values as one text; anything else as it is."""
    if isinstance(value, list) and value and all(isinstance(item, (str, int, float)) for item in value):
        return ", ".join(str(item)[:_VALUE] for item in value[:_SETTINGS])
    return value


def _place(block: TextBlock) -> str:
    return cleaned(block.place, _LABEL) or "a text of the file"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sentence(place: str, limits: Limits) -> str:
    text = shown(place, limits)
    return text[:1].upper() + text[1:]


def _whole(value: Any) -> int | None:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,8}", value.strip()):
        value = int(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= _SIDE else None


def _weight(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        weight = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return weight if math.isfinite(weight) else None


def _label(value: Any) -> str | None:
    return (cleaned(str(value), _LABEL) or None) if isinstance(value, (str, int, float)) else None


def _joined(first: GenerationModel, second: GenerationModel) -> GenerationModel:
    """One entry of two about the same model; what was said first holds."""
    return replace(
        first,
        weight=second.weight if first.weight is None else first.weight,
        version=first.version or second.version,
        claimed={**second.claimed, **first.claimed},
    )
