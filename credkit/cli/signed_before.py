"""What can still be told of a file that was signed by a run which was killed before it told so: what the file itself says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from credkit.cli.signed_words import signed_object
from credkit.errors import CredkitError

if TYPE_CHECKING:
    from credkit.sign.signer import Signer
    from credkit.verify.report import IngredientReport, Report

__all__ = ["found_signed"]

_NOTE = "an earlier run signed it and was ended before it told so; what that run noted besides is not known any more"


def found_signed(asset: Path, store: Path | None, output: Path, signer: Signer, root: Path | None) -> dict[str, Any] | None:
    """As ``signed_object`` about ``output``, read from ``asset`` and the manifest store beside it; None when these are no valid credentials
    by this signer.
    """
    from credkit.api import SignResult, verify_file
    from credkit.api.countersigning import stated_time
    from credkit.sealing.openings import kept_openings

    try:
        report = verify_file(asset, sidecar=store)
        if not _is_by(report, signer):
            return None
        label = report.active_manifest or ""
        openings = kept_openings(label)
        result = SignResult(
            label=label,
            store=b"",
            report=report,
            ingredients=(),
            stamped=stated_time(report),
            openings=openings if openings.is_file() else None,
            notes=(_NOTE,),
        )
    except CredkitError:
        return None
    ingredients = report.active.ingredients if report.active else ()
    return signed_object(result, output, signer, root) | {"ingredients": [_as_recorded(one) for one in ingredients]}


def _is_by(report: Report, signer: Signer) -> bool:
    signature = report.active.signature if report.active else None
    return report.state in ("Valid", "Trusted") and signature is not None and signature.chain[:1] == signer.chain[:1]


def _as_recorded(ingredient: IngredientReport) -> dict[str, str]:
    """What the check of an ingredient found at the time of signing, as far as it is on record."""
    recorded = ingredient.recorded
    return {"name": ingredient.title or "", "state": "none" if recorded is None else "Invalid" if recorded.failure else "Valid"}
