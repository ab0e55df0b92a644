"""Signs and colours for a terminal: every sign also reads without colour, and as ASCII where the screen knows no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from credkit.provenance.text import plain_ascii
from credkit.provenance.verdict import Tone

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = ["Signs"]

_SIGNS: dict[Tone, tuple[str, str]] = {"good": ("✓", "[ok]"), "warn": ("!", "[!]"), "bad": ("✗", "[X]"), "plain": ("·", "-")}
_STYLES: dict[Tone, str] = {"good": "green", "warn": "yellow", "bad": "bold red", "plain": ""}


class Signs:
    """How one console shows tones. rich itself drops colours when ``NO_COLOR`` is set or the output is no terminal."""

    __slots__ = ("unicode",)

    def __init__(self, console: Console) -> None:
        self.unicode = not console.options.ascii_only

    def sign(self, tone: Tone) -> str:
        """The mark of a tone: ``✓`` or ``[ok]``."""
        return _SIGNS[tone][0 if self.unicode else 1]

    def text(self, words: str, tone: Tone = "plain", style: str | None = None) -> Text:
        """``words`` in the colour of the tone; never read as markup."""
        from rich.text import Text

        return Text(words if self.unicode else plain_ascii(words), style=_STYLES[tone] if style is None else style)

    def marked(self, words: str, tone: Tone) -> Text:
        """The mark and the words."""
        return self.text(f"{self.sign(tone)} {words}", tone)
