"""What well-known licences allow, in the uses of ``credkit.terms``: a table, and the ways in which people name what is in it.

Only what a licence says by itself is in the table: Creative Commons and software licences do not speak of AI training by name, so it stays
unsaid under them, while a dedication to the public domain gives up every right that could forbid it. A licence that is not listed (any
``LicenseRef-`` of somebody's own) is named and nothing is concluded from it. That a rule is in the table is no legal advice.

Sources: SPDX licence list 3.27, Creative Commons deeds, the Open RAIL family, unsplash.com/license and unsplash.com/plus/license, the
permissions that Civitai keeps for a model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from credkit.errors import DefinitionError
from credkit.manifest.assertions.licences import licence_identifier
from credkit.terms.terms import Permission, Use

__all__ = ["KnownLicence", "StatedLicence", "civitai_licence", "known_licence", "stated_licence"]

_Rule = tuple[Permission, str | None]
_YES: _Rule = ("allowed", None)
_NO: _Rule = ("notAllowed", None)
_CORE: tuple[Use, ...] = ("commercial", "derivatives", "redistribution")
_TRAINING: tuple[Use, ...] = ("ai_training", "ai_generative_training")
_AI: tuple[Use, ...] = (*_TRAINING, "ai_inference", "data_mining")
_LONGEST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLicence:
    """What one licence allows."""

    name: str
    words: str
    """What it asks for, in a sentence without its end."""
    uses: Mapping[Use, _Rule] = field(default_factory=dict)
    """A use that is missing is unsaid."""
    url: str | None = None
    attribution: bool = False
    share_alike: bool = False


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
    name = found.name if found is not None and " " not in found.name else licence_identifier(text, others=tuple(_USUAL_NAMES))
    url = found.url if found is not None else None
    return StatedLicence(name=name, url=url, creative_commons=url if _is_deed(url) else None)


def _is_deed(url: str | None) -> bool:
    return url is not None and url.startswith("https://creativecommons.org/")


def known_licence(text: str) -> KnownLicence | None:
    """The licence that ``text`` names: identifier, usual name, address, or a flat SPDX expression of those; None for all others."""
    plain = " ".join(text.split()) if len(text) <= _LONGEST else ""
    if not plain or re.search(r"[()]", plain):
        return None
    for word, pick in ((" OR ", min), (" AND ", max)):
        parts = re.split(word, plain, flags=re.IGNORECASE)
        if 1 < len(parts) <= 8:
            found = [known_licence(part) for part in parts]
            licences = [licence for licence in found if licence is not None]
            return _joined(plain, licences, pick is min) if len(licences) == len(found) else None
    return _single(re.sub(r"\s+WITH\s+.*", "", plain, flags=re.IGNORECASE))


def _joined(name: str, licences: list[KnownLicence], lenient: bool) -> KnownLicence:
    """Of alternatives the more lenient rule counts for each use, of licences that hold together the stricter one."""
    order = ("allowed", "constrained", "notAllowed")
    uses: dict[Use, _Rule] = {}
    for use in {use for licence in licences for use in licence.uses}:
        rules = [licence.uses[use] for licence in licences if use in licence.uses]
        if lenient or len(rules) == len(licences) or any(rule[0] != "allowed" for rule in rules):
            uses[use] = sorted(rules, key=lambda rule: order.index(rule[0]))[0 if lenient else -1]
    pick = all if lenient else any
    words = (" or: " if lenient else " and: ").join(licence.words for licence in licences)
    return KnownLicence(
        name=name,
        words=words,
        uses=uses,
        attribution=pick(licence.attribution for licence in licences),
        share_alike=pick(licence.share_alike for licence in licences),
    )


def _single(text: str) -> KnownLicence | None:
    if re.match(r"https?://", text, re.IGNORECASE):
        return _by_address(text)
    key = re.sub(r"[\s_]+", "-", text.strip(" ()").casefold())
    return _TABLE.get(_ALIASES.get(key, key)) or _creative_commons(key)


def _by_address(url: str) -> KnownLicence | None:
    path = re.sub(r"^https?://(www\.)?", "", url.casefold()).rstrip("/")
    match = re.fullmatch(r"creativecommons\.org/(?:licenses|publicdomain)/([a-z-]+)/([0-9.]+)(?:/.*)?", path)
    if match is not None:
        key = {"zero": "cc0-1.0", "mark": "cc-pddc"}.get(match[1], f"cc-{match[1]}-{match[2]}")
        return _TABLE.get(key) or _creative_commons(key)
    if spdx := re.fullmatch(r"(?:spdx\.org/licenses|opensource\.org/licenses?)/([a-z0-9.+-]+?)(?:\.html|\.json)?", path):
        return _single(spdx[1])
    return next((licence for licence in _TABLE.values() if licence.url and path == _plain_address(licence.url)), None)


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
    uses: dict[Use, _Rule] = dict.fromkeys(_CORE, _YES)
    words = ["name the author and the licence, and say what was changed"]
    if match["nc"]:
        uses["commercial"] = _NO
        words.append("no commercial use")
    if match["nd"]:
        uses["derivatives"] = _NO
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
    uses: dict[Use, _Rule] = {}
    if "allowCommercialUse" in given:
        value = given["allowCommercialUse"]
        kinds = [str(kind) for kind in (value if isinstance(value, list) else str(value).strip("{}").split(","))[:10]]
        limited = [kind.strip() for kind in kinds if kind.strip() and kind.strip().casefold() != "none"]
        uses["commercial"] = ("constrained", f"only as: {', '.join(limited)}") if limited else _NO
    if isinstance(given.get("allowDerivatives"), bool):
        uses["derivatives"] = _YES if given["allowDerivatives"] else _NO
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


_FREE = KnownLicence(name="", words="no conditions: the author gave up all rights", uses=dict.fromkeys((*_CORE, *_AI), _YES))
_PERMISSIVE = KnownLicence(
    name="", words="keep the copyright notice and the text of the licence", uses=dict.fromkeys(_CORE, _YES), attribution=True
)
_COPYLEFT = replace(
    _PERMISSIVE,
    words="keep the notices; changed versions only under the same licence",
    uses={**dict.fromkeys(_CORE, _YES), "derivatives": ("constrained", "give changed versions on under the same licence")},
    share_alike=True,
)
_RAIL = KnownLicence(
    name="",
    words="free to use except for the uses that its attachment forbids, which have to be passed on",
    uses=dict.fromkeys(_CORE, ("constrained", "not for the uses that the licence forbids (its attachment lists them)")),
)
_UNSPLASH = KnownLicence(
    name="LicenseRef-Unsplash",
    words="free to use and change; not to be sold unchanged or collected for a competing service; machine learning is restricted",
    uses={
        "commercial": _YES,
        "derivatives": _YES,
        "redistribution": ("constrained", "not to be sold without significant change, nor collected for a similar service"),
        **dict.fromkeys(_TRAINING, ("constrained", "ask Unsplash: https://unsplash.com/data")),
    },
    url="https://unsplash.com/license",
)
_UNSPLASH_PLUS = KnownLicence(
    name="LicenseRef-UnsplashPlus",
    words="for those who subscribe: use and change; not to be given on as it is; no machine learning and no AI",
    uses={"commercial": _YES, "derivatives": _YES, "redistribution": _NO, **dict.fromkeys(_TRAINING, _NO), "ai_inference": _NO},
    url="https://unsplash.com/plus/license",
)
_RESERVED = KnownLicence(
    name="LicenseRef-all-rights-reserved",
    words="nothing is permitted without asking",
    uses=dict.fromkeys((*_CORE, *_AI), ("constrained", "ask the rights holder")),
)
_RAIL_ADDRESS = "https://huggingface.co/spaces/CompVis/stable-diffusion-license"


def _table() -> dict[str, KnownLicence]:
    entries = [
        replace(_FREE, name="CC0-1.0", url="https://creativecommons.org/publicdomain/zero/1.0/"),
        replace(_FREE, name="CC-PDDC", words="in the public domain", url="https://creativecommons.org/publicdomain/mark/1.0/"),
        *(replace(_FREE, name=name) for name in ("Unlicense", "0BSD", "MIT-0", "WTFPL")),
        *(replace(_PERMISSIVE, name=name) for name in ("MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "BSL-1.0")),
        *(
            replace(_COPYLEFT, name=f"{name}-{ending}")
            for name in ("GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0", "AGPL-3.0")
            for ending in ("only", "or-later")
        ),
        replace(_COPYLEFT, name="MPL-2.0"),
        replace(_RAIL, name="LicenseRef-CreativeML-OpenRAIL-M", url=_RAIL_ADDRESS),
        *(replace(_RAIL, name=f"LicenseRef-{name}") for name in ("OpenRAIL", "OpenRAIL-M", "OpenRAIL++-M", "BigScience-OpenRAIL-M")),
        _UNSPLASH,
        _UNSPLASH_PLUS,
        _RESERVED,
    ]
    return {entry.name.casefold(): entry for entry in entries}


_TABLE = _table()
_USUAL_NAMES: dict[str, str] = {
    "CC0": "cc0-1.0",
    "public domain": "cc-pddc",
    "OpenRAIL": "licenseref-openrail",
    "OpenRAIL-M": "licenseref-openrail-m",
    "OpenRAIL++": "licenseref-openrail++-m",
    "CreativeML OpenRAIL-M": "licenseref-creativeml-openrail-m",
    "BigScience OpenRAIL-M": "licenseref-bigscience-openrail-m",
    "Unsplash": "licenseref-unsplash",
    "Unsplash License": "licenseref-unsplash",
    "Unsplash+": "licenseref-unsplashplus",
    "Unsplash+ License": "licenseref-unsplashplus",
    "all rights reserved": "licenseref-all-rights-reserved",
}
"""How people call licences whose identifier is another."""
_ALIASES = {re.sub(r"\s+", "-", name.casefold()): key for name, key in _USUAL_NAMES.items()}
