"""Licence identifiers: SPDX expressions, or ``LicenseRef-...`` for any other licence."""

from __future__ import annotations

import re

from credkit.errors import DefinitionError
from credkit.manifest.assertions.nearest import quoted, suggestion
from credkit.manifest.assertions.shape import Text

__all__ = ["licence_identifier"]


def licence_identifier(value: object, path: str = "", *, others: tuple[str, ...] = ()) -> str:
    """The canonical spelling of an SPDX licence expression (``cc-by-4.0`` becomes ``CC-BY-4.0``); ``LicenseRef-name`` as it is.

    ``DefinitionError`` names the nearest SPDX identifier or one of ``others`` (names that the caller also takes), or how to name a licence
    that SPDX does not know.
    """
    from packaging import licenses

    text = Text(means="a licence identifier", maximum=1000).check(value, path)
    try:
        return str(licenses.canonicalize_license_expression(text))
    except (licenses.InvalidLicenseExpression, ValueError):
        pass
    known = [*others, *(str(entry["id"]) for entry in getattr(licenses, "LICENSES", {}).values())]
    near = suggestion(text, known)
    reference = "LicenseRef-" + (re.sub(r"[^A-Za-z0-9.-]+", "-", text).strip("-") or "name")
    ending = near if near.startswith("; did you mean") else f"; for another licence write {quoted(reference)} and give its address"
    raise DefinitionError(f"{quoted(text)} is no SPDX licence{ending}", path=path)
