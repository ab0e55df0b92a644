"""``credkit inspect --terms`` and ``--licences``: the terms of a file, and every licence that reaches it, for a person or as JSON."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from credkit.terms.metadata import FileMetadata
    from credkit.terms.words import Section
    from credkit.trust.fetch import Fetcher
    from credkit.verify import Report

__all__ = ["licences_document", "terms_document"]

_WIDEST = 100
_NARROWEST = 40


def terms_document(file: Path | str, form: str, report: Report, fetcher: Fetcher | None) -> str:
    """The terms of the file that ``report`` is about, in the form ``text`` or ``json``; it ends with a line break."""
    from credkit.provenance.text import json_text
    from credkit.terms import terms_object, terms_of

    terms = terms_of(report, metadata=_metadata(file, fetcher))
    if form == "json":
        return json_text(terms_object(terms)) + "\n"
    from credkit.terms.words import sections

    return _text("TERMS", terms.name, sections(terms))


def licences_document(file: Path | str, form: str, report: Report, fetcher: Fetcher | None) -> str:
    """The licences that reach the file that ``report`` is about, in the form ``text`` or ``json``; it ends with a line break."""
    from credkit.provenance.text import json_text
    from credkit.terms import licences_object, licences_of

    chain = licences_of(report, metadata=_metadata(file, fetcher))
    if form == "json":
        return json_text(licences_object(chain)) + "\n"
    from credkit.terms.chain.words import licence_sections

    return _text("LICENCES", chain.name, licence_sections(chain))


def _metadata(file: Path | str, fetcher: Fetcher | None) -> FileMetadata:
    from credkit.api.reading import download, is_address
    from credkit.assets import open_source
    from credkit.terms import metadata_of

    asset = download(str(file), fetcher).body if is_address(file) else file
    with open_source(asset) as source:
        return metadata_of(source)


def _text(title: str, name: str, sections: Iterable[Section]) -> str:
    from credkit.cli.terminal import console, safe
    from credkit.provenance.text import plain_ascii

    screen = console()
    width = max(min(screen.width, _WIDEST), _NARROWEST)
    lines = [f"{title}  {safe(name)}".rstrip()]
    for section in sections:
        lines += ["", section.heading]
        margin = max((len(line.mark) for line in section.lines), default=0)
        for line in section.lines:
            first = "  " + (f"{line.mark:<{margin}}  " if margin else "- ")
            lines += textwrap.wrap(
                line.words, width, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False, break_on_hyphens=False
            )
    text = "\n".join(lines) + "\n"
    return plain_ascii(text) if screen.options.ascii_only else text
