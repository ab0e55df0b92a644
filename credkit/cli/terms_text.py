"""``credkit inspect --terms``: the terms of a file for a person, or as JSON."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credkit.terms import Terms
    from credkit.trust.fetch import Fetcher
    from credkit.verify import Report

__all__ = ["terms_document"]

_WIDEST = 100
_NARROWEST = 40


def terms_document(args: argparse.Namespace, report: Report, fetcher: Fetcher | None) -> str:
    """The terms of the file that ``report`` is about, in the form that ``args.format`` asks for; it ends with a line break."""
    from credkit.api.reading import download, is_address
    from credkit.assets import open_source
    from credkit.provenance.text import json_text
    from credkit.terms import metadata_of, terms_of
    from credkit.terms.json_terms import terms_object

    asset = download(str(args.file), fetcher).body if is_address(args.file) else args.file
    with open_source(asset) as source:
        terms = terms_of(report, metadata=metadata_of(source))
    return json_text(terms_object(terms)) + "\n" if args.format == "json" else _text(terms)


def _text(terms: Terms) -> str:
    from credkit.cli.terminal import console, safe
    from credkit.provenance.text import plain_ascii
    from credkit.terms.words import sections

    screen = console()
    width = max(min(screen.width, _WIDEST), _NARROWEST)
    lines = [f"TERMS  {safe(terms.name)}".rstrip()]
    for section in sections(terms):
        lines += ["", section.heading]
        margin = max((len(line.mark) for line in section.lines), default=0)
        for line in section.lines:
            first = "  " + (f"{line.mark:<{margin}}  " if margin else "- ")
            lines += textwrap.wrap(
                line.words, width, initial_indent=first, subsequent_indent=" " * len(first), break_long_words=False, break_on_hyphens=False
            )
    text = "\n".join(lines) + "\n"
    return plain_ascii(text) if screen.options.ascii_only else text
