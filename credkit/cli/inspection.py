"""What ``credkit inspect`` makes of one file: its report, and the text of the form that was asked for."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credkit.cli.asking import fetcher_of
from credkit.dataclass import dataclass
from credkit.provenance import render
from credkit.provenance.text import json_line
from credkit.trust.policy import TrustPolicy

if TYPE_CHECKING:
    from credkit.manifest.store import EmbeddedFile
    from credkit.trust.fetch import Fetcher
    from credkit.verify.report import Report

__all__ = ["Inspection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Whom to trust and what to show."""

    trust: TrustPolicy
    sidecar: Path | None
    at: datetime | None
    profile: str
    online: bool
    form: Any
    """One of the formats of the command."""
    about: str | None
    """``terms``, ``licences``, ``bytes``, or None for all that the report holds."""
    details: bool
    on_screen: bool
    """It is for a person at the console, with its width and colours."""
    many: bool
    """It is one of many files, so that its path is told and not only its name."""

    def of(self, path: Path | str) -> tuple[Report, str]:
        """The report and its text, which ends with a line break; ``AssetError`` for a file that cannot be read."""
        from credkit.api import verify_file

        fetcher = fetcher_of(self.online)
        report = verify_file(
            path,
            sidecar=self.sidecar,
            policy=self.trust,
            at=self.at,
            profile=self.profile,
            fetcher=fetcher,
            name=str(path) if self.many else None,
        )
        if self.form == "jsonl":
            return report, json_line(json.loads(self._text(path, report, "json", fetcher))) + "\n"
        return report, self._text(path, report, self.form, fetcher)

    def unread(self, path: Path | str, problem: str) -> str:
        """What programs are told of a file of which nothing could be read; empty where only its own metadata would tell."""
        if self.about in ("terms", "licences"):
            return ""
        from credkit.cli.judging import unread_report

        report = unread_report(path, problem, trust=self.trust, at=self.at, profile=self.profile)
        text = self._text(path, report, "json", None)
        return json_line(json.loads(text)) if self.form == "jsonl" else text.rstrip("\n")

    def _text(self, path: Path | str, report: Report, form: Any, fetcher: Fetcher | None) -> str:
        from credkit.cli.terminal import rendered
        from credkit.cli.terms_text import licences_document, terms_document

        if self.about == "terms":
            return terms_document(path, form, report, fetcher)
        if self.about == "licences":
            return licences_document(path, form, report, fetcher)
        if self.about == "bytes":
            return _bytes_document(report, form)
        if self.on_screen:
            return rendered(report, form, details=self.details)
        facts = _facts_of_the_file(path, fetcher) if form == "html" else _Facts()
        return render(report, form, sha256=facts.sha256, dimensions=facts.dimensions, preview=facts.preview, details=self.details)


def _bytes_document(report: Report, form: str) -> str:
    from credkit.provenance.byte_account import account_lines, bytes_object
    from credkit.provenance.text import json_text

    return json_text(bytes_object(report)) + "\n" if form == "json" else "\n".join(account_lines(report)) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What lets a page be matched with the file it speaks of."""

    sha256: str | None = None
    dimensions: tuple[int, int] | None = None
    preview: EmbeddedFile | None = None


def _facts_of_the_file(file: Path | str, fetcher: Fetcher | None) -> _Facts:
    """The SHA-256, and width, height and a small picture where they can be had. A fetcher has what it downloaded for the report."""
    import hashlib
    import io
    import warnings

    from PIL import Image

    from credkit.api.reading import download, is_address
    from credkit.assets import open_source
    from credkit.manifest.store import EmbeddedFile
    from credkit.media.thumbnail import make_thumbnail

    asset = download(str(file), fetcher).body if is_address(file) else file
    state = hashlib.sha256()
    with open_source(asset) as source:
        for chunk in source.chunks(0, source.size):
            state.update(chunk)
    with warnings.catch_warnings():
        # Only the header is read here, so a picture that is too large to be decoded needs no warning.
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(asset) if isinstance(asset, bytes) else asset, formats=("JPEG", "PNG", "WEBP")) as picture:
                dimensions = picture.size
        except Exception:
            # Pillow raises whatever its plug-ins do; a page without dimensions is a page all the same.
            dimensions = None
        small = make_thumbnail(asset)
    preview = EmbeddedFile(media_type=small.media_type, data=small.data) if small else None
    return _Facts(sha256=state.hexdigest(), dimensions=dimensions, preview=preview)
