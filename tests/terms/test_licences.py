"""What well-known licences allow, and by which names they are known."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import DefinitionError
from credkit.terms.licences import civitai_licence, known_licence, stated_licence
from credkit.terms.terms import USES


def permission(name: str, use: str) -> str:
    found = known_licence(name)
    assert found is not None, name
    return found.uses.get(use, ("unsaid", None))[0]  # type: ignore[call-overload, no-any-return]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CC-BY-4.0", "CC-BY-4.0"),
        ("cc by 4.0", "CC-BY-4.0"),
        ("CC BY-NC-SA 3.0", "CC-BY-NC-SA-3.0"),
        ("cc-by-nc-nd-2.0-de", "CC-BY-NC-ND-2.0-DE"),
        ("https://creativecommons.org/licenses/by-nd/4.0/deed.de", "CC-BY-ND-4.0"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("https://www.creativecommons.org/publicdomain/mark/1.0", "CC-PDDC"),
        ("https://spdx.org/licenses/MIT.html", "MIT"),
        ("https://opensource.org/license/mit", "MIT"),
        ("CC0", "CC0-1.0"),
        ("Unsplash", "LicenseRef-Unsplash"),
        ("https://unsplash.com/license", "LicenseRef-Unsplash"),
        ("Unsplash+ License", "LicenseRef-UnsplashPlus"),
        ("creativeml openrail-m", "LicenseRef-CreativeML-OpenRAIL-M"),
        ("All rights reserved", "LicenseRef-all-rights-reserved"),
        ("GPL-3.0-or-later WITH Classpath-exception-2.0", "GPL-3.0-or-later"),
        ("MIT OR CC-BY-NC-4.0", "MIT OR CC-BY-NC-4.0"),
    ],
)
def test_names(text: str, name: str) -> None:
    found = known_licence(text)
    assert found is not None
    assert found.name == name
    assert found.words


@pytest.mark.parametrize(
    "text", ["", " ", "LicenseRef-own", "https://example.com/licence", "CC-BY-ND-SA-4.0", "MIT OR nothing", "x" * 10_000]
)
def test_others_are_not_known(text: str) -> None:
    assert known_licence(text) is None


@pytest.mark.parametrize(
    ("name", "commercial", "derivatives", "redistribution", "training"),
    [
        ("CC0-1.0", "allowed", "allowed", "allowed", "allowed"),
        ("CC-BY-4.0", "allowed", "allowed", "allowed", "unsaid"),
        ("CC-BY-SA-4.0", "allowed", "constrained", "allowed", "unsaid"),
        ("CC-BY-NC-4.0", "notAllowed", "allowed", "allowed", "unsaid"),
        ("CC-BY-ND-4.0", "allowed", "notAllowed", "allowed", "unsaid"),
        ("CC-BY-NC-ND-4.0", "notAllowed", "notAllowed", "allowed", "unsaid"),
        ("MIT", "allowed", "allowed", "allowed", "unsaid"),
        ("AGPL-3.0-only", "allowed", "constrained", "allowed", "unsaid"),
        ("OpenRAIL", "constrained", "constrained", "constrained", "unsaid"),
        ("Unsplash", "allowed", "allowed", "constrained", "constrained"),
        ("Unsplash+", "allowed", "allowed", "notAllowed", "notAllowed"),
        ("all rights reserved", "constrained", "constrained", "constrained", "constrained"),
        ("MIT OR CC-BY-NC-4.0", "allowed", "allowed", "allowed", "unsaid"),
        ("MIT AND CC-BY-NC-ND-4.0", "notAllowed", "notAllowed", "allowed", "unsaid"),
        ("CC0-1.0 AND CC-BY-4.0", "allowed", "allowed", "allowed", "unsaid"),
        ("CC0-1.0 OR CC-BY-4.0", "allowed", "allowed", "allowed", "allowed"),
    ],
)
def test_what_they_allow(name: str, commercial: str, derivatives: str, redistribution: str, training: str) -> None:
    told = [permission(name, use) for use in ("commercial", "derivatives", "redistribution", "ai_training")]
    assert told == [commercial, derivatives, redistribution, training]


def test_attribution_and_share_alike() -> None:
    by, free, alike = (known_licence(name) for name in ("CC-BY-4.0", "CC0-1.0", "CC-BY-SA-4.0"))
    assert by is not None
    assert free is not None
    assert alike is not None
    assert (by.attribution, free.attribution, alike.share_alike, by.share_alike) == (True, False, True, False)


@pytest.mark.parametrize(
    ("flags", "commercial", "derivatives"),
    [
        ({"allowCommercialUse": "None"}, "notAllowed", "unsaid"),
        ({"allowCommercialUse": []}, "notAllowed", "unsaid"),
        ({"allowCommercialUse": ["Image", "Rent"], "allowDerivatives": False}, "constrained", "notAllowed"),
        ({"allowCommercialUse": "{Image,Sell}", "allowDerivatives": True, "allowDifferentLicense": False}, "constrained", "constrained"),
        ({"allowDerivatives": True}, "unsaid", "allowed"),
    ],
)
def test_civitai(flags: dict[str, object], commercial: str, derivatives: str) -> None:
    found = civitai_licence(flags)
    assert found is not None
    assert [found.uses.get(use, ("unsaid", None))[0] for use in ("commercial", "derivatives")] == [commercial, derivatives]  # type: ignore[call-overload]


def test_civitai_credit() -> None:
    found = civitai_licence({"allowNoCredit": False})
    assert found is not None
    assert found.attribution
    assert civitai_licence({"other": 1}) is None


@pytest.mark.parametrize(
    ("text", "name", "url"),
    [
        ("cc-by-4.0", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC BY 4.0", "CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("Unsplash+", "LicenseRef-UnsplashPlus", "https://unsplash.com/plus/license"),
        ("LicenseRef-own", "LicenseRef-own", None),
        ("mit or apache-2.0", "MIT OR Apache-2.0", None),
        ("https://example.com/licence", "https://example.com/licence", "https://example.com/licence"),
    ],
)
def test_what_is_written(text: str, name: str, url: str | None) -> None:
    made = stated_licence(text)
    assert (made.name, made.url) == (name, url)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("unsplsh", 'did you mean "Unsplash"'),
        ("MIIT", 'did you mean "MIT"'),
        ("CC-BY-5.0", 'did you mean "CC-BY-4.0"'),
        ("CC BY", '"CC-BY-4.0"'),
        ("our house rules", '"LicenseRef-our-house-rules"'),
        ("https://example.com/a b", "white space"),
        ("", "empty"),
    ],
)
def test_unknown_words_name_the_nearest(text: str, message: str) -> None:
    with pytest.raises(DefinitionError, match=message.replace("(", r"\(")):
        stated_licence(text)


@settings(max_examples=100)
@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    found = known_licence(text)
    assert found is None or set(found.uses) <= set(USES)


@pytest.mark.parametrize(
    ("text", "commercial", "training", "attribution"),
    [
        ("(CC0-1.0 OR MIT) AND CC-BY-NC-4.0", "notAllowed", "unsaid", True),
        ("CC-BY-NC-4.0 AND (MIT OR CC0-1.0)", "notAllowed", "unsaid", True),
        ("(MIT OR CC0-1.0)", "allowed", "allowed", False),
        ("CC0-1.0 OR MIT AND CC-BY-NC-4.0", "allowed", "allowed", False),
        ("CC-BY-NC-4.0 and LicenseRef-house", "notAllowed", "unsaid", True),
        ("CC-BY-4.0 AND LicenseRef-house", "unsaid", "unsaid", True),
        ("CC-BY-4.0 OR LicenseRef-house", "allowed", "unsaid", None),
        ("GPL-2.0-only WITH Classpath-exception-2.0 AND MIT", "allowed", "unsaid", True),
        ("(LicenseRef-a OR DocumentRef-b:LicenseRef-c) AND CC0-1.0", "unsaid", "unsaid", None),
    ],
)
def test_expressions(text: str, commercial: str, training: str, attribution: bool | None) -> None:
    found = known_licence(text)
    assert found is not None
    assert [permission(text, use) for use in ("commercial", "ai_training")] == [commercial, training]
    assert found.attribution is attribution
    assert found.complete == ("LicenseRef-" not in text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "MIT OR",
            "OR MIT",
            "(MIT",
            "MIT)",
            "MIT AND OR CC0-1.0",
            "()",
            "MIT WITH",
            "MIT WITH (",
            "MIT OR ask me",
            "CC0 or something like it",
        ),
        *("(" * 9 + "MIT" + ")" * 9, " OR ".join(["MIT"] * 40), "LicenseRef-a OR LicenseRef-b"),
    ],
)
def test_what_is_no_expression_or_holds_nothing_known(text: str) -> None:
    assert known_licence(text) is None


@pytest.mark.parametrize("text", ["(" * 100 + "MIT", "MIT" + ")" * 200, "((MIT) AND" * 20])
def test_hostile_expressions(text: str) -> None:
    assert known_licence(text) is None


@pytest.mark.parametrize(
    ("name", "commercial", "derivatives", "training", "generative", "attribution", "alike"),
    [
        ("PDDL-1.0", "allowed", "allowed", "allowed", "allowed", False, False),
        ("ODbL-1.0", "allowed", "constrained", "unsaid", "unsaid", True, True),
        ("ODC-By-1.0", "allowed", "allowed", "unsaid", "unsaid", True, False),
        ("CDLA-Permissive-2.0", "allowed", "allowed", "allowed", "allowed", False, False),
        ("CDLA-Sharing-1.0", "allowed", "constrained", "unsaid", "unsaid", True, True),
        ("Stability AI Community License", "constrained", "constrained", "unsaid", "constrained", True, False),
        ("flux-1-dev-non-commercial-license", "constrained", "constrained", "unsaid", "constrained", True, False),
        ("llama3.1", "constrained", "constrained", "unsaid", "constrained", True, False),
        ("Gemma", "constrained", "constrained", "unsaid", "constrained", True, False),
        ("LicenseRef-OpenRAIL-plus-plus-M", "constrained", "constrained", "unsaid", "unsaid", True, False),
        ("GPL-3.0", "allowed", "constrained", "unsaid", "unsaid", True, True),
        ("LicenseRef-own-work", "unsaid", "unsaid", "unsaid", "unsaid", None, None),
        ("all rights reserved", "constrained", "constrained", "constrained", "constrained", None, None),
    ],
)
def test_licences_of_data_and_models(
    name: str, commercial: str, derivatives: str, training: str, generative: str, attribution: bool | None, alike: bool | None
) -> None:
    uses = ("commercial", "derivatives", "ai_training", "ai_generative_training")
    assert [permission(name, use) for use in uses] == [commercial, derivatives, training, generative]
    found = known_licence(name)
    assert found is not None
    assert (found.attribution, found.share_alike) == (attribution, alike)
