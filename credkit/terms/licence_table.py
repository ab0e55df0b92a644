"""What well-known licences allow, in the uses of ``credkit.terms``: the table, and nothing that is not in their texts.

Creative Commons and software licences do not speak of AI training by name, so it stays unsaid under them, while a dedication to the public
domain gives up every right that could forbid it. Licences of models speak of what may be done with the model and, where they do, of what
may be done with its outputs; both stand in the condition. That a rule is in the table is no legal advice.

Sources: SPDX licence list 3.27, Creative Commons deeds, Open Data Commons, the Community Data License Agreements, the Open RAIL family,
unsplash.com/license and unsplash.com/plus/license, and the licences of the makers of models under the addresses given with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from credkit.dataclass import dataclass, field, replace
from credkit.terms.terms import Permission, Use

__all__ = ["ALIASES", "CORE", "LICENCES", "NO", "USUAL_NAMES", "YES", "KnownLicence", "Rule"]

Rule = tuple[Permission, str | None]
"""What a licence says of a use, and under which condition."""
YES: Rule = ("allowed", None)
NO: Rule = ("notAllowed", None)
CORE: tuple[Use, ...] = ("commercial", "derivatives", "redistribution")
"""The uses that every licence of content or software speaks of."""
_TRAINING: tuple[Use, ...] = ("ai_training", "ai_generative_training")
_AI: tuple[Use, ...] = (*_TRAINING, "ai_inference", "data_mining")
_SAME_LICENCE: Rule = ("constrained", "give changed versions on under the same licence")


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLicence:
    """What one licence allows."""

    name: str
    words: str
    """What it asks for, in a sentence without its end."""
    uses: Mapping[Use, Rule] = field(default_factory=dict)
    """A use that is missing is unsaid."""
    url: str | None = None
    attribution: bool | None = False
    """Whether the author has to be named, be it in a notice that is kept; None where the licence leaves that to be asked."""
    share_alike: bool | None = False
    complete: bool = True
    """False for an expression with a part that is not known here."""


_FREE = KnownLicence(name="", words="no conditions: the author gave up all rights", uses=dict.fromkeys((*CORE, *_AI), YES))
_PERMISSIVE = KnownLicence(
    name="", words="keep the copyright notice and the text of the licence", uses=dict.fromkeys(CORE, YES), attribution=True
)
_COPYLEFT = replace(
    _PERMISSIVE,
    words="keep the notices; changed versions only under the same licence",
    uses={**dict.fromkeys(CORE, YES), "derivatives": _SAME_LICENCE},
    share_alike=True,
)
_RAIL = KnownLicence(
    name="",
    words="free to use except for the uses that its attachment forbids, which have to be passed on",
    uses=dict.fromkeys(CORE, ("constrained", "not for the uses that the licence forbids in its attachment")),
    attribution=True,
)
_UNSPLASH = KnownLicence(
    name="LicenseRef-Unsplash",
    words="free to use and change; not to be sold unchanged or collected for a competing service; machine learning is restricted",
    uses={
        "commercial": YES,
        "derivatives": YES,
        "redistribution": ("constrained", "not to be sold without significant change, nor collected for a similar service"),
        **dict.fromkeys(_TRAINING, ("constrained", "ask Unsplash: https://unsplash.com/data")),
    },
    url="https://unsplash.com/license",
)
_UNSPLASH_PLUS = KnownLicence(
    name="LicenseRef-UnsplashPlus",
    words="for those who subscribe: use and change; not to be given on as it is; no machine learning and no AI",
    uses={"commercial": YES, "derivatives": YES, "redistribution": NO, **dict.fromkeys(_TRAINING, NO), "ai_inference": NO},
    url="https://unsplash.com/plus/license",
)
_RESERVED = KnownLicence(
    name="LicenseRef-all-rights-reserved",
    words="nothing is permitted without asking",
    uses=dict.fromkeys((*CORE, *_AI), ("constrained", "ask the rights holder")),
    attribution=None,
    share_alike=None,
)
_OWN_WORK = KnownLicence(
    name="LicenseRef-own-work",
    words="the speaker's own work: nothing is granted to anybody else by that name",
    attribution=None,
    share_alike=None,
)
_RAIL_ADDRESS = "https://huggingface.co/spaces/CompVis/stable-diffusion-license"


def _open_data() -> Iterator[KnownLicence]:
    yield replace(_FREE, name="PDDL-1.0", url="https://opendatacommons.org/licenses/pddl/1-0/")
    yield KnownLicence(
        name="ODC-By-1.0",
        words="name the source of the data and the licence",
        uses=dict.fromkeys(CORE, YES),
        url="https://opendatacommons.org/licenses/by/1-0/",
        attribution=True,
    )
    yield KnownLicence(
        name="ODbL-1.0",
        words="name the source of the data and the licence, give changed data on under the same licence only",
        uses={**dict.fromkeys(CORE, YES), "derivatives": _SAME_LICENCE},
        url="https://opendatacommons.org/licenses/odbl/1-0/",
        attribution=True,
        share_alike=True,
    )
    yield KnownLicence(
        name="CDLA-Permissive-2.0",
        words="give its text on together with the data; results, models among them, are free",
        uses=dict.fromkeys((*CORE, *_TRAINING, "data_mining"), YES),
        url="https://cdla.dev/permissive-2-0/",
    )
    yield KnownLicence(
        name="CDLA-Permissive-1.0",
        words="keep the credits and give its text on together with the data; results of computation are free",
        uses=dict.fromkeys((*CORE, "data_mining"), YES),
        url="https://cdla.dev/permissive-1-0/",
        attribution=True,
    )
    yield KnownLicence(
        name="CDLA-Sharing-1.0",
        words="keep the credits, and give changed data on under the same licence only; results of computation are free",
        uses={"commercial": YES, "redistribution": YES, "data_mining": YES, "derivatives": _SAME_LICENCE},
        url="https://cdla.dev/sharing-1-0/",
        attribution=True,
        share_alike=True,
    )


def _of_models() -> Iterator[KnownLicence]:
    """Licences that makers of models wrote for them."""
    yield KnownLicence(
        name="LicenseRef-Stability-AI-Community",
        words='free below a yearly revenue of 1,000,000 USD, then ask; show the notice and "Powered by Stability AI"',
        uses={
            "commercial": ("constrained", "free below a yearly revenue of 1,000,000 USD, then ask Stability AI"),
            "derivatives": ("constrained", "pass the licence on with its notice"),
            "redistribution": ("constrained", "pass the licence on with its notice"),
            "ai_generative_training": ("constrained", "neither it nor what it makes may be used for another foundational generative model"),
        },
        url="https://stability.ai/community-license-agreement",
        attribution=True,
    )
    yield KnownLicence(
        name="LicenseRef-FLUX-1-dev-Non-Commercial-License",
        words="the model itself only without commercial purpose; what it makes may be sold, and may not train a competing model",
        uses={
            "commercial": ("constrained", "the model itself only without commercial purpose; what it makes may be sold"),
            "derivatives": ("constrained", "only without commercial purpose, under the same licence"),
            "redistribution": ("constrained", "only without commercial purpose, with the licence"),
            "ai_generative_training": ("constrained", "what it makes may not be used to train a competing model"),
        },
        url="https://huggingface.co/black-forest-labs/FLUX.1-dev/blob/main/LICENSE.md",
        attribution=True,
    )
    llama = KnownLicence(
        name="",
        words="keep to its acceptable use policy and show its notice; above 700 million users a month, ask",
        uses={
            **dict.fromkeys(CORE, ("constrained", "keep to the acceptable use policy and show the notice; above 700 million users, ask")),
            "ai_generative_training": ("constrained", 'a model that was trained with it has to be called "Llama..."'),
        },
        attribution=True,
    )
    closed = {**llama.uses, "ai_generative_training": ("constrained", "neither it nor what it makes may improve another language model")}
    yield replace(llama, name="LicenseRef-llama2", uses=closed, url="https://ai.meta.com/llama/license/")
    yield replace(llama, name="LicenseRef-llama3", uses=closed, url="https://www.llama.com/llama3/license/")
    for version in ("3_1", "3_2", "3_3", "4"):
        address = f"https://www.llama.com/llama{version}/license/"
        yield replace(llama, name=f"LicenseRef-llama{version.replace('_', '.')}", url=address)
    yield KnownLicence(
        name="LicenseRef-Gemma",
        words="keep to its prohibited use policy and pass both on, also to models made from it or from what it makes",
        uses={
            **dict.fromkeys(CORE, ("constrained", "keep to the prohibited use policy and pass the terms on")),
            "ai_generative_training": ("constrained", "a model that was trained with what it makes is bound by the same terms"),
        },
        url="https://ai.google.dev/gemma/terms",
        attribution=True,
    )


def _content_and_software() -> Iterator[KnownLicence]:
    yield replace(_FREE, name="CC0-1.0", url="https://creativecommons.org/publicdomain/zero/1.0/")
    yield replace(_FREE, name="CC-PDDC", words="in the public domain", url="https://creativecommons.org/publicdomain/mark/1.0/")
    for name in ("Unlicense", "0BSD", "MIT-0", "WTFPL"):
        yield replace(_FREE, name=name)
    for name in ("MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "Zlib", "BSL-1.0"):
        yield replace(_PERMISSIVE, name=name)
    for name in ("GPL-2.0", "GPL-3.0", "LGPL-2.1", "LGPL-3.0", "AGPL-3.0"):
        for ending in ("", "-only", "-or-later"):
            yield replace(_COPYLEFT, name=name + ending)
    yield replace(_COPYLEFT, name="MPL-2.0")
    yield replace(_RAIL, name="LicenseRef-CreativeML-OpenRAIL-M", url=_RAIL_ADDRESS)
    for name in ("OpenRAIL", "OpenRAIL-M", "OpenRAIL++-M", "CreativeML-OpenRAIL++-M", "BigScience-OpenRAIL-M"):
        yield replace(_RAIL, name=f"LicenseRef-{name}")
    yield from (_UNSPLASH, _UNSPLASH_PLUS, _RESERVED, _OWN_WORK)


LICENCES: Mapping[str, KnownLicence] = {
    entry.name.casefold(): entry for entries in (_content_and_software(), _open_data(), _of_models()) for entry in entries
}
"""The table, by identifier in lower case; Creative Commons licences are built by rule in ``licences``."""
USUAL_NAMES: Mapping[str, str] = {
    "CC0": "cc0-1.0",
    "public domain": "cc-pddc",
    "PDDL": "pddl-1.0",
    "ODbL": "odbl-1.0",
    "OpenRAIL": "licenseref-openrail",
    "OpenRAIL-M": "licenseref-openrail-m",
    "OpenRAIL++": "licenseref-openrail++-m",
    "OpenRAIL++-M": "licenseref-openrail++-m",
    "CreativeML OpenRAIL-M": "licenseref-creativeml-openrail-m",
    "CreativeML OpenRAIL++-M": "licenseref-creativeml-openrail++-m",
    "LicenseRef-OpenRAIL-plus-plus-M": "licenseref-openrail++-m",
    "LicenseRef-CreativeML-OpenRAIL-plus-plus-M": "licenseref-creativeml-openrail++-m",
    "BigScience OpenRAIL-M": "licenseref-bigscience-openrail-m",
    "Stability AI Community": "licenseref-stability-ai-community",
    "Stability AI Community License": "licenseref-stability-ai-community",
    "stabilityai-ai-community": "licenseref-stability-ai-community",
    "FLUX.1 dev": "licenseref-flux-1-dev-non-commercial-license",
    "FLUX.1 [dev] Non-Commercial License": "licenseref-flux-1-dev-non-commercial-license",
    "flux-1-dev-non-commercial-license": "licenseref-flux-1-dev-non-commercial-license",
    "LicenseRef-FLUX-1-dev": "licenseref-flux-1-dev-non-commercial-license",
    "LicenseRef-FLUX.1-dev": "licenseref-flux-1-dev-non-commercial-license",
    **{f"llama{version}": f"licenseref-llama{version}" for version in ("2", "3", "3.1", "3.2", "3.3", "4")},
    "Gemma": "licenseref-gemma",
    "own work": "licenseref-own-work",
    "Unsplash": "licenseref-unsplash",
    "Unsplash License": "licenseref-unsplash",
    "Unsplash+": "licenseref-unsplashplus",
    "Unsplash+ License": "licenseref-unsplashplus",
    "all rights reserved": "licenseref-all-rights-reserved",
}
"""How people call licences whose identifier is another."""
ALIASES: Mapping[str, str] = {re.sub(r"\s+", "-", name.casefold()): key for name, key in USUAL_NAMES.items()}
