"""How ``credkit verify`` judges a file: report, judgement, exit code, and both as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from credkit.cli.asking import fetcher_of
from credkit.cli.exits import ExitCode
from credkit.dataclass import dataclass, replace

if TYPE_CHECKING:
    from pathlib import Path

    from credkit.acceptance import AcceptancePolicy, Judgement
    from credkit.trust.policy import TrustPolicy
    from credkit.verify.report import Report

__all__ = ["Judging", "unread_report"]


def unread_report(path: Path | str, problem: str, *, trust: TrustPolicy, at: datetime | None, profile: str) -> Report:
    """The report on a file of which nothing could be read."""
    from credkit.assets import BytesSource
    from credkit.verify import Profile, verify

    nothing = verify(BytesSource(b""), policy=trust, at=at, profile=Profile(profile), name=str(path))
    return replace(nothing, problem=problem, size=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Whom to trust, what to ask for, and when."""

    trust: TrustPolicy
    policy: AcceptancePolicy | None
    sidecar: Path | None
    fragments: tuple[str, ...]
    at: datetime | None
    profile: str
    online: bool
    require: str | None
    strict: bool

    def judged(self, path: Path | str) -> tuple[Report, Judgement | None]:
        """The report on a file, and with a policy the judgement; ``AssetError`` for a file that cannot be read."""
        from credkit.api import verify_file

        options: dict[str, Any] = {
            "sidecar": self.sidecar,
            "fragments": self.fragments,
            "at": self.at,
            "profile": self.profile,
            "fetcher": fetcher_of(self.online),
            "name": str(path),
        }
        if self.policy is None:
            return verify_file(path, policy=self.trust, **options), None
        from credkit.api import judge_file

        judgement = judge_file(path, self.policy, trust=self.trust, **options)
        return judgement.report, judgement

    def unread(self, path: Path | str, problem: str) -> tuple[Report, Judgement | None]:
        """A report for a file that cannot be opened, so that lists for programs have an entry for each file."""
        report = unread_report(path, problem, trust=self.trust, at=self.at, profile=self.profile)
        if self.policy is None:
            return report, None
        from credkit.acceptance import judge

        return report, judge(report, self.policy)

    def code(self, report: Report, judgement: Judgement | None) -> ExitCode:
        """The exit code for this file alone."""
        return ExitCode.NOT_MET if self.is_too_loose(report, judgement) else self._code(report, judgement)

    def _code(self, report: Report, judgement: Judgement | None) -> ExitCode:
        """A policy that accepts files without credentials has them pass; where it does not, they are told apart as ever."""
        if report.state == "error":
            return ExitCode.UNREADABLE
        if judgement is not None and self.require is None:
            met = judgement.result("state").passed
        else:
            met = report.state == "Trusted" or (report.state == "Valid" and self.require != "trusted")
        if not met:
            return ExitCode.NO_CREDENTIALS if report.state == "none" else ExitCode.NOT_MET
        return ExitCode.OK if judgement is None or judgement.passed else ExitCode.NOT_MET

    def lacks_trust(self, report: Report) -> bool:
        """Whether nothing but trust in its signer is missing."""
        return report.state == "Valid" and self.require == "trusted"

    def is_too_loose(self, report: Report, judgement: Judgement | None) -> bool:
        """Whether it would do if ``--strict`` had not been asked."""
        return self.strict and bool(report.unbound) and self._code(report, judgement) is ExitCode.OK

    def document(self, report: Report, judgement: Judgement | None) -> dict[str, Any]:
        """Both for programs."""
        from credkit.provenance.json_report import json_report

        found = json_report(report)
        if judgement is not None:
            from credkit.acceptance import judgement_object

            found["policy"] = judgement_object(judgement)
        return found
