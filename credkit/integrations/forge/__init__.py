"""The core of the extension for AUTOMATIC1111's web UI and Forge in ``integrations/forge-credkit``.

Pictures that the program saves are signed when it says that they are saved. Pictures that it only hands over by its HTTP interface never
touch the disk, and no callback tells of them, so that the answers themselves are signed on their way out (``SignedAnswers``).
"""

from __future__ import annotations

from credkit.integrations.forge.answers import SignedAnswers
from credkit.integrations.forge.extension import PRIVACY, Extension

__all__ = ["PRIVACY", "Extension", "SignedAnswers"]
