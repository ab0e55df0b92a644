"""One file held against the requirements of the regimes that were asked for."""

from __future__ import annotations

from collections.abc import Iterable

from credkit.assets import Source, detect
from credkit.errors import AssetError, DefinitionError
from credkit.labels.labels import REGIMES, Regime
from credkit.labels.lint.california import CALIFORNIA
from credkit.labels.lint.china import CHINA
from credkit.labels.lint.consistency import CONSISTENCY
from credkit.labels.lint.europe import EUROPE
from credkit.labels.lint.evidence import Evidence
from credkit.labels.lint.requirement import Finding, LintReport, Rule
from credkit.labels.marks import marks_of
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.verify.report import Report

__all__ = ["RULES", "lint"]

RULES: dict[str, tuple[Rule, ...]] = {"cn": CHINA, "eu": EUROPE, "ca": CALIFORNIA, "marks": CONSISTENCY}
"""All requirements, by regime; ``marks`` are held against every file."""
_LABELLED = ("image/", "audio/", "video/")
"""What the regimes speak of; other files have no place for labels."""


def lint(source: Source, report: Report, regimes: Iterable[Regime] = REGIMES, *, limits: Limits = DEFAULT_LIMITS) -> LintReport:
    """What the file has of that which ``regimes`` ask for; ``report`` is the verdict on the same file.

    ``DefinitionError`` for an unknown regime, ``AssetError`` when the file cannot be read; whatever is in it becomes findings.
    """
    wanted = tuple(dict.fromkeys(regimes))
    if unknown := [name for name in wanted if name not in REGIMES]:
        raise DefinitionError(f'"{unknown[0]}" is no regime that credkit knows: cn, eu and ca are')
    form = detect(source)
    if form is None or not form.writable or not any(kind.startswith(_LABELLED) for kind in form.media_types):
        raise AssetError(
            f'"{report.name}" is no picture, film or sound whose metadata can be read: give one of a format that can be signed (JPEG, PNG, '
            "WebP, GIF, TIFF, AVIF, MP4, WAV, MP3 ...)"
        )
    evidence = Evidence(report=report, marks=marks_of(source, limits=limits), limits=limits)
    rules = [rule for name in (*wanted, "marks") for rule in RULES[name]]
    findings = tuple(Finding(requirement=rule.requirement, answer=rule.check(evidence)) for rule in rules)
    return LintReport(name=report.name, regimes=wanted, state=report.state, findings=findings)
