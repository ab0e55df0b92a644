"""``credkit verify`` on many files: what is told of each, in a line or as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from credkit.cli.exits import ExitCode
from credkit.cli.judging import Judging
from credkit.cli.many_results import Told
from credkit.dataclass import dataclass
from credkit.verify.report import Report

if TYPE_CHECKING:
    from credkit.acceptance import Judgement
    from credkit.api.found_files import FoundFile
    from credkit.api.many_files import FileOutcome

__all__ = ["WORDS", "JudgingMany"]

WORDS = {"Trusted": "trusted", "Valid": "valid", "Invalid": "invalid", "none": "without credentials", "error": "unreadable"}
"""The states of a report, for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgingMany:
    """The task of ``credkit verify`` on many files."""

    judging: Judging
    form: str
    label: ClassVar[str] = "verifying"
    results: ClassVar[dict[str, str]] = dict(zip(WORDS.values(), ("green", "green", "red", "", "red"), strict=True))

    def __call__(self, file: FoundFile) -> Told:
        """Judge it."""
        report, judgement = self.judging.judged(file.path)
        return self._told(report, judgement, self.judging.code(report, judgement))

    def failed(self, outcome: FileOutcome[Told]) -> Told:
        """No verdict."""
        report, judgement = self.judging.unread(outcome.file.path, outcome.problem or "")
        return self._told(report, judgement, ExitCode.FAULT if outcome.cause == "fault" else ExitCode.UNREADABLE)

    def _told(self, report: Report, judgement: Judgement | None, code: ExitCode) -> Told:
        why = "; ".join(self._reasons(report, judgement)) if self.form == "text" else ""
        return Told(result=WORDS[report.state], code=code, why=why, document=self._document(report, judgement, code))

    def _document(self, report: Report, judgement: Judgement | None, code: ExitCode) -> str:
        if self.form not in ("json", "jsonl"):
            return ""
        from credkit.provenance.text import json_line, json_text

        found = self.judging.document(report, judgement) | {"exit_code": int(code)}
        return json_text(found) if self.form == "json" else json_line(found)

    def _reasons(self, report: Report, judgement: Judgement | None) -> list[str]:
        """Why it is no better, each the end of a sentence."""
        from credkit.provenance import provenance_graph
        from credkit.provenance.byte_account import unbound_words
        from credkit.provenance.verdict import verdict

        reasons = []
        if report.state == "Invalid":
            reasons.append(verdict(report, provenance_graph(report)).reasons[0])
        elif report.state == "error" or (report.state == "none" and report.failure):
            reasons.append(report.problem or "its credentials cannot be read")
        if self.judging.lacks_trust(report):
            reasons.append("not trusted, as --require trusted asks")
        if self.judging.is_too_loose(report, judgement):
            reasons.append(f"not as --strict asks: {unbound_words(report.unbound)}")
        return reasons + [f"policy: {result.sentence}" for result in (judgement.failed if judgement else ())]
