"""What an exporter asks to be labelled: for which rules, in whose name, made with which system, and whether people are to see it.

Decides what may be asked for together; what the label of each regime consists of is left to ``credkit.labels.content``, how it gets into
the file to ``credkit.api.mirrors``.

Sources: GB 45438-2025 Annex E (China), the Code of Practice under Article 50 of Regulation (EU) 2024/1689, California Business and
Professions Code § 22757.3. ``docs/labels.md`` says which of them were read at first hand.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from credkit.dataclass import dataclass
from credkit.errors import DefinitionError

__all__ = ["REGIMES", "VISIBLE_LABEL", "Corner", "Labels", "Regime", "VisibleLabel"]

Regime = Literal["cn", "eu", "ca"]
"""``cn`` China, ``eu`` European Union, ``ca`` California."""
VisibleLabel = Literal["auto", "cn", "en", "both"]
"""Language of the mark drawn on the picture; ``auto`` takes what the regimes ask for."""
Corner = Literal["bottom-right", "bottom-left", "top-right", "top-left"]

VISIBLE_LABEL = "org.credkit.visible-label"
"""Identifier of the region that a mark on the picture covers, so that a reader finds it again."""
REGIMES: tuple[Regime, ...] = get_args(Regime)
_CODE = re.compile(r"[\x21-\x7e]+")
"""The characters of a value in the label of GB 45438-2025: printable, in ASCII, no space."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """One set of labels. ``DefinitionError`` for what cannot be asked for together.

    The provider is whoever offers the system that made the picture; for a person who runs an open model at home, that person.
    """

    regimes: tuple[Regime, ...]
    provider: str | None = None
    """Name of the provider, in any script; asked for by ``ca``, and by ``cn`` when there is no code."""
    provider_code: str | None = None
    """Code of the provider (``ContentProducer``), printable ASCII without spaces; for ``cn`` it stands in place of the name."""
    system: str | None = None
    """Name of the system; by default the tool or the first model that the statements name."""
    system_version: str | None = None
    visible: VisibleLabel | None = None
    """The mark to draw on the picture before it is signed; None leaves the pixels alone."""
    corner: Corner = "bottom-right"

    def __post_init__(self) -> None:
        if not isinstance(self.regimes, tuple) or not self.regimes:
            raise DefinitionError('"regimes" takes several values: write ("cn",) for a single one')
        if unknown := [name for name in self.regimes if name not in REGIMES]:
            raise DefinitionError(f'"{unknown[0]}" is no regime that credkit labels for: cn, eu and ca are')
        for name, text in (("provider", self.provider), ("provider code", self.provider_code), ("system", self.system)):
            if text is not None and not text.strip():
                raise DefinitionError(f"an empty {name} says nothing: leave it out")
        if self.visible not in (None, *get_args(VisibleLabel)):
            raise DefinitionError(f'"{self.visible}" is no visible label: auto, cn, en and both are')
        if self.corner not in get_args(Corner):
            raise DefinitionError(f'"{self.corner}" is no corner: {", ".join(get_args(Corner))} are')
        if self.system_version and not self.system:
            raise DefinitionError("a version belongs to a system: name the system too (--label-system NAME/VERSION)")
        self._refuse_unnamed_provider()

    def _refuse_unnamed_provider(self) -> None:
        if self.provider_code is not None and not _CODE.fullmatch(self.provider_code):
            raise DefinitionError(
                f'the provider code "{self.provider_code}" may hold printable ASCII characters without spaces alone '
                "(--label-provider-code CODE)"
            )
        if "cn" in self.regimes and not _CODE.fullmatch(self.producer or ""):
            raise DefinitionError(
                f"{self._unfit_name}: give the provider's code (--label-provider-code CODE, such as 001, 1, the 18 characters of the "
                "unified social credit code and 5 more)"
            )
        if "ca" in self.regimes and not self.provider:
            raise DefinitionError("the label of California names the provider: say --label-provider NAME")

    @property
    def _unfit_name(self) -> str:
        if not self.provider:
            return "the Chinese label names the provider"
        return f'the name "{self.provider}" cannot stand in the Chinese label, whose values are printable ASCII without spaces'

    @property
    def producer(self) -> str | None:
        """``ContentProducer``: the code, else the name when that may stand there."""
        return self.provider_code or self.provider
