"""The table of status codes for people, ``docs/status-codes.md``.

Made from ``credkit.status`` by ``python -m credkit.provenance.status_codes > docs/status-codes.md``; a test holds the two together.
"""

from __future__ import annotations

import sys

from credkit.status import Kind, StatusCode

__all__ = ["status_codes_page"]

_INTRODUCTION = """# Status codes

What each finding of a verification means for the file. Codes are those of the C2PA specification 2.5 (appendix "Standard Validation Status
Codes"); those that begin with `cawg.` are of the CAWG specification of identity assertions 1.3 and concern the named person or organization
alone, never the file; those that begin with `org.credkit.` are our own. The success and informational codes alone make no file valid, and a
failure of an ingredient that its user put on record does not count against the file.

This page is made from the program: `python -m credkit.provenance.status_codes > docs/status-codes.md`.
"""
_HEADINGS = {Kind.SUCCESS: "Passed", Kind.INFORMATIONAL: "Worth knowing", Kind.FAILURE: "Failed"}


def status_codes_page() -> str:
    """The page in Markdown."""
    return _INTRODUCTION + "".join(_section(kind, heading) for kind, heading in _HEADINGS.items())


def _section(kind: Kind, heading: str) -> str:
    rows = "".join(f"| `{code.value}` | {code.sentence} |\n" for code in StatusCode if code.kind is kind)
    return f"\n## {heading}\n\n| code | what it means |\n| --- | --- |\n{rows}"


if __name__ == "__main__":
    sys.stdout.write(status_codes_page())
