"""Which licence a text names: identifiers, the ways in which people name licences, addresses, SPDX expressions.

Only what a licence says by itself is in the table (``credkit.terms.licence_table``); a licence that is not listed (any ``LicenseRef-`` of
somebody's own) is named and nothing is concluded from it.

Sources: SPDX licence list 3.27 and its expressions, Creative Commons deeds, the permissions that Civitai keeps for a model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.manifest.assertions.licences import licence_identifier
from credkit.terms.licence_expressions import NoExpressionError, licence_of_expression
from credkit.terms.licence_table import ALIASES, CORE, LICENCES, NO, USUAL_NAMES, YES, KnownLicence, Rule
from credkit.terms.terms import Use

__all__ = ["KnownLicence", "StatedLicence", "civitai_licence", "known_licence", "stated_licence"]

_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedLicence:
    """A licence as it is written into a manifest."""

    name: str
    """SPDX identifier or expression, ``LicenseRef-...``, or a web address."""
    url: str | None = None
    """Where it can be read, as far as that is known."""
    creative_commons: str | None = None
    """Address of the deed, for ``cc:license``."""


def stated_licence(text: str) -> StatedLicence:
    """What somebody typed, as it is written; ``DefinitionError`` with the nearest known name for a word that is no licence.

    Taken are SPDX expressions, ``LicenseRef-...``, web addresses, and the usual names of licences in the table (``CC BY 4.0``,
    ``Unsplash``).
    """
    if re.match(r"https?://", text):
        if re.search(r"\s", text):
            raise DefinitionError("the address of the licence holds white space: remove it")
        found = known_licence(text)
        name = found.name if found else text
        return StatedLicence(name=name, url=text, creative_commons=found.url if found and _is_deed(found.url) else None)
    found = known_licence(text)
    if found is not None and found.name.startswith("CC-BY") and not re.search(r"\d", found.name):
        raise DefinitionError(f'"{found.name}" comes in several versions: say which, as in "{found.name}-4.0"')
    # An expression of several is spelt by the rules of SPDX.
    name = found.name if found is not None and " " not in found.name else licence_identifier(text, others=tuple(USUAL_NAMES))
    url = found.url if found is not None else None
    return StatedLicence(name=name, url=url, creative_commons=url if _is_deed(url) else None)


def _is_deed(url: str | None) -> bool:
    return url is not None and url.startswith("https://creativecommons.org/")


def known_licence(text: str) -> KnownLicence | None:
    """The licence that ``text`` names: identifier, usual name, address, or an SPDX expression of those; None for all others.

    Of an expression the conclusions hold that hold whatever its unknown parts say: what one of several licences that are to be kept
    together forbids is forbidden, and what one of several to choose from allows is allowed.
    """
    plain = " ".join(text.split()) if len(text) <= _LONGEST else ""
    if not plain:
        return None
    if not re.search(r"[\s)](?:OR|AND|WITH)[\s(]|[()]", plain, re.IGNORECASE):
        return _single(plain)
    return licence_of_expression(plain, _part)


def _part(text: str) -> KnownLicence | None:
    """A licence in an expression: a known one, or another that is written as SPDX has it; words that are no licence make no expression."""
    found = _single(text)
    if found is None and not re.fullmatch(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+", text):
        try:
            licence_identifier(text)
        except DefinitionError:
            raise NoExpressionError from None
    return found


def _single(text: str) -> KnownLicence | None:
    if re.match(r"https?://", text, re.IGNORECASE):
        return _by_address(text)
    key = re.sub(r"[\s_]+", "-", text.strip(" ()").casefold())
    return LICENCES.get(ALIASES.get(key, key)) or _creative_commons(key)


def _by_address(url: str) -> KnownLicence | None:
    path = re.sub(r"^https?://(www\.)?", "", url.casefold()).rstrip("/")
    match = re.fullmatch(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)/([0-9.]+)(?:/.*)?", path)
    if match is not None:
        key = {"zero": "cc0-1.0", "mark": "cc-pddc"}.get(match[1], f"cc-{match[1]}-{match[2]}")
        return LICENCES.get(key) or _creative_commons(key)
    if spdx := re.fullmatch(r"(?:spdx\.org/licenses|opensource\.org/licenses?)/([a-z0-9.+-]+?)(?:\.html|\.json)?", path):
        return _single(spdx[1])
    return next((licence for licence in LICENCES.values() if licence.url and path == _plain_address(licence.url)), None)


def _plain_address(url: str) -> str:
    return re.sub(r"^https?://(www\.)?", "", url.casefold()).rstrip("/")


_CC = re.compile(
    r"cc-by(?P<nc>-nc)?(?P<nd>-nd)?(?P<sa>-sa)?(?:-(?P<version>[1-4]\.[05])(?P<port>-[a-z]{2,3})?)?(?:-international|-unported)?"
)


def _creative_commons(key: str) -> KnownLicence | None:
    match = _CC.fullmatch(key)
    if match is None or (match["nd"] and match["sa"]):
        return None
    kind = "by" + (match["nc"] or "") + (match["nd"] or "") + (match["sa"] or "")
    version = match["version"]
    uses: dict[Use, Rule] = dict.fromkeys(CORE, YES)
    words = ["name the author and the licence, and say what was changed"]
    if match["nc"]:
        uses["commercial"] = NO
        words.append("no commercial use")
    if match["nd"]:
        uses["derivatives"] = NO
        words.append("changed versions may not be given on")
    if match["sa"]:
        uses["derivatives"] = ("constrained", "give changed versions on under the same licence")
        words.append("changed versions only under the same licence")
    return KnownLicence(
        name=f"CC-{kind.upper()}" + (f"-{version}{(match['port'] or '').upper()}" if version else ""),
        words=", ".join(words),
        uses=uses,
        url=f"https://creativecommons.org/licenses/{kind}/{version}/" if version else None,
        attribution=True,
        share_alike=bool(match["sa"]),
    )


def civitai_licence(flags: Mapping[str, object]) -> KnownLicence | None:
    """The permissions that Civitai keeps (``allowNoCredit``, ``allowDerivatives``, ``allowDifferentLicense``, ``allowCommercialUse``);
    None when none of them is there.
    """
    known = ("allowNoCredit", "allowDerivatives", "allowDifferentLicense", "allowCommercialUse")
    given = {name: flags[name] for name in known if name in flags}
    if not given:
        return None
    uses: dict[Use, Rule] = {}
    if "allowCommercialUse" in given:
        value = given["allowCommercialUse"]
        kinds = [str(kind) for kind in (value if isinstance(value, list) else str(value).strip("{}").split(","))[:10]]
        limited = [kind.strip() for kind in kinds if kind.strip() and kind.strip().casefold() != "none"]
        uses["commercial"] = ("constrained", f"only as: {', '.join(limited)}") if limited else NO
    if isinstance(given.get("allowDerivatives"), bool):
        uses["derivatives"] = YES if given["allowDerivatives"] else NO
        if given["allowDerivatives"] and given.get("allowDifferentLicense") is False:
            uses["derivatives"] = ("constrained", "give changed versions on under the same licence")
    return KnownLicence(
        name="Civitai permissions",
        words="; ".join(f"{name} {_flag(value)}" for name, value in given.items()),
        uses=uses,
        attribution=given.get("allowNoCredit") is False,
        share_alike=given.get("allowDifferentLicense") is False,
    )


def _flag(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(str(item) for item in value[:10]) if isinstance(value, list) else str(value)
