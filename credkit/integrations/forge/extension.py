"""The extension as one object: its options, what it does when the program starts and when a picture is saved.

Options of the program stand in its ``config.json`` and can be read by its HTTP interface, so nothing secret is one: who signs and what
is stated comes from the export settings. The program swallows what a callback raises; therefore every failure is told on the error stream,
with the name of the picture that stays unsigned.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from credkit.api.exporter import Exporter
from credkit.dataclass import replace
from credkit.errors import CredkitError
from credkit.integrations.forge.answers import SignedAnswers
from credkit.integrations.forge.saved import files_of, is_generated, parent_of
from credkit.integrations.kept_exporter import KeptExporter
from credkit.integrations.notices import one_line
from credkit.integrations.pillow import follow

__all__ = ["PRIVACY", "Extension"]

PRIVACY = ("as set", "public", "sealed", "omit")


class Extension:
    """``options`` gives the options of the program at the time when it is asked (``shared.opts``)."""

    def __init__(self, options: Callable[[], Any]) -> None:
        self._options = options
        self._kept = KeptExporter()

    def settings(self, section: tuple[str, str], option: Callable[..., Any], radio: Any) -> dict[str, Any]:
        """What the program's settings page shows; ``option`` is its ``OptionInfo``, ``radio`` the component for a choice."""
        choices = {"choices": list(PRIVACY)}
        return {
            "credkit_saved": option(True, "Sign pictures that are saved (Content Credentials)", section=section),
            "credkit_api": option(True, "Sign pictures that the API hands over", section=section),
            "credkit_prompt": option("as set", "Prompts in signed pictures (as set: export.toml decides)", radio, choices, section=section),
        }

    def app_started(self, _: Any, app: Any) -> None:
        """Follow signed pictures that are opened, and stand in the way of the answers of the HTTP interface."""
        from starlette.middleware import Middleware

        follow()
        if not any(entry.cls is SignedAnswers for entry in app.user_middleware):
            # The last one is the innermost: behind compression. Rebuilt when the next question comes, as the program itself does it.
            app.user_middleware.append(Middleware(SignedAnswers, exporter=self._for_answers, tell=self.tell))
            app.middleware_stack = None
        try:
            self._kept.get()
        except CredkitError as error:
            self.tell(f"nothing will be signed: {error}")

    def image_saved(self, params: Any) -> None:
        """Sign the file that was just saved, and the smaller copy that the program makes of it."""
        if not getattr(self._options(), "credkit_saved", True) or not is_generated(params):
            return
        files = files_of(params, self._options())
        try:
            exporter, parent = self._exporter(), parent_of(params)
        except CredkitError as error:
            self._lament(files, error)
            return
        for path in files:
            try:
                result = exporter.sign(path, path, parent=parent)
            except CredkitError as error:
                self._lament([path], error)
            except Exception as error:
                self._lament([path], f"a fault in credkit itself ({type(error).__name__})")
            else:
                for note in result.notes:
                    print(one_line(f"[credkit] {path.name}: {note}"))

    def tell(self, sentence: str) -> None:
        """One line on the error stream, where the program's own messages go."""
        print(one_line(f"*** credkit: {sentence}"), file=sys.stderr, flush=True)

    def _lament(self, files: list[Path], reason: object) -> None:
        for path in files:
            self.tell(f"{path} was NOT signed: {reason}")

    def _for_answers(self) -> Exporter | None:
        return self._exporter() if getattr(self._options(), "credkit_api", True) else None

    def _exporter(self) -> Exporter:
        found = self._kept.get().for_models()
        privacy: Any = getattr(self._options(), "credkit_prompt", PRIVACY[0])
        return replace(found, prompt=privacy) if privacy in PRIVACY[1:] else found
