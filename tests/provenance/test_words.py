"""Verdict and story: what a person reads in the first ten seconds."""

from __future__ import annotations

import io
import re
from dataclasses import replace

import pytest
from rich.console import Console

from credkit.provenance import provenance_graph, render
from credkit.provenance.facts import facts
from credkit.provenance.verdict import Verdict, verdict
from credkit.trust.policy import TrustPolicy
from tests.provenance.material import cases
from tests.verify.case import judge
from tests.verify.test_time_stamps import policy, stamped

STUDIO = '"My Studio" of "credkit test studio"'
DESK = '"News Desk" of "credkit test newsroom"'


def words(case: str) -> Verdict:
    return verdict(cases()[case], provenance_graph(cases()[case]))


def unwrapped(case: str) -> str:
    return " ".join(render(cases()[case], "story").split())


@pytest.mark.parametrize(
    ("case", "state", "headline", "reason"),
    [
        ("trusted", "Trusted", "Trusted", f"Signed by {DESK} (verified, on your trust list); nothing was changed since."),
        (
            "earlier-untrusted",
            "Valid",
            "Valid, signer not on your trust list",
            f"Signed by {DESK} (verified, NOT on your trust list); nothing was changed since. Nobody on your list vouches for that name.",
        ),
        (
            "no-trust-list",
            "Valid",
            "Valid, but no trust list was given",
            f"Signed by {DESK} (verified, but no trust list was given); nothing was changed since."
            " Whether the signer's name is real was not checked.",
        ),
        (
            "ancestor-altered",
            "Invalid",
            "Invalid",
            f"Generation 1, signed by {STUDIO} (verified, on your trust list), was altered after signing:"
            " A statement was changed after it was signed (cawg.metadata).",
        ),
        (
            "content-changed",
            "Invalid",
            "Invalid",
            f"The content of the file is not what was signed by {DESK} (verified, on your trust list): it was changed afterwards.",
        ),
        ("none", "none", "No Content Credentials", None),
        ("error", "error", "Content Credentials cannot be read", None),
    ],
)
def test_headline_and_first_reason(case: str, state: str, headline: str, reason: str | None) -> None:
    found = words(case)
    assert (found.state, found.headline) == (state, headline)
    if reason:
        assert found.reasons[0] == reason
        assert " ".join(reason.split()) in unwrapped(case)
    assert headline.upper() in unwrapped(case)


def test_the_story_is_told_oldest_first_with_who_what_and_intact() -> None:
    story = unwrapped("trusted")
    places = [
        story.index(part)
        for part in (
            f'1 ✓ generation 1, "portrait.jpg": signed by {STUDIO} (verified, on your trust list) with Image Maker 1.4',
            "created by an AI model (trainedAlgorithmicMedia)",
            f'2 ✓ generation 2, "portrait-repaint.jpg": signed by {DESK} (verified, on your trust list) with Repaint Desk 2.1',
            "region 20,30 60x60",
            'made from: component "moon.jpg", without credentials',
            "credentials and content are unchanged since signing",
        )
    ]
    assert places == sorted(places)


def test_what_the_verdict_does_not_cover_is_said() -> None:
    story = unwrapped("trusted")
    assert story.count("Revocation of the signer's certificate cannot be checked: it names no way to ask.") == 2
    assert "When it was signed is attested by nobody" in story
    assert "A signature proves who said something and that it was not changed since, not that it is true." in story
    assert story.index("Revocation") < story.index("What happened")


def test_what_was_noticed_ends_with_one_full_stop() -> None:
    report = replace(judge(stamped()), remarks=("a remark that is part of a sentence", "A remark that is a sentence."))
    noticed = [line for line in verdict(report, provenance_graph(report)).uncovered if line.startswith("Noticed")]
    assert noticed == [
        "Noticed, and not judged: a remark that is part of a sentence.",
        "Noticed, and not judged: A remark that is a sentence.",
    ]


def _of_time(data: bytes, policy: TrustPolicy) -> list[str]:
    report = judge(data, policy=policy)
    return [line for line in verdict(report, provenance_graph(report)).uncovered if line.startswith("When it was signed")]


def test_a_time_stamp_that_does_not_count_is_not_passed_over() -> None:
    assert _of_time(stamped(), policy(listed=False)) == [
        "When it was signed is told by a time-stamp that does not count, because its authority is not one that you trust."
    ]
    assert _of_time(stamped(over=b"something else"), policy()) == [
        "When it was signed is not known: the file holds a time-stamp that cannot be accepted."
    ]
    assert _of_time(stamped(), policy()) == []


def test_claimed_time_is_marked_as_the_signers_word() -> None:
    assert "claimed 2026-09-20T08:00:00Z, the signer's own word" in unwrapped("trusted")


def test_what_an_invalid_generation_says_is_not_attributed() -> None:
    story = unwrapped("ancestor-altered")
    assert "Not valid: what it says cannot be attributed to the signer." in story
    assert "rights: (c) 2" in story
    assert "My Studio (ALTERED)" in story


@pytest.mark.parametrize("case", sorted(cases()))
@pytest.mark.parametrize("format_name", ["story", "tree", "html", "mermaid"])
def test_no_output_vouches_for_the_content(case: str, format_name: str) -> None:
    text = render(cases()[case], format_name).lower()  # type: ignore[arg-type]
    assert "authentic" not in text
    assert not re.search(r"(?<!not that it )\bis true\b", text)


@pytest.mark.parametrize("case", sorted(set(cases()) - {"none", "error"}))
def test_a_signer_is_never_named_without_standing(case: str) -> None:
    graph = provenance_graph(cases()[case])
    for node in graph.nodes:
        for fact in facts(node, graph):
            if "signed by" in fact.words:
                assert re.search(
                    r"\((UNVERIFIED|verified, on your trust list|verified, NOT on your trust list|verified, but no trust list was given)\)",
                    fact.words,
                )


def test_a_console_without_unicode_gets_words_for_signs() -> None:
    console = Console(width=90, color_system=None, file=io.TextIOWrapper(io.BytesIO(), encoding="ascii"))
    for format_name in ("story", "tree"):
        text = render(cases()["ancestor-altered"], format_name, console=console)  # type: ignore[arg-type]
        assert text.isascii()
        assert text.startswith("[X] I")


def test_colours_only_where_the_console_has_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = render(cases()["trusted"], "story", console=Console(force_terminal=True, color_system="standard", width=90))
    assert "\x1b[" in coloured
    monkeypatch.setenv("NO_COLOR", "1")
    plain = render(cases()["trusted"], "story", console=Console(force_terminal=True, width=90))
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", plain)


@pytest.mark.parametrize("width", [24, 40, 200])
def test_lines_fit_the_console(width: int) -> None:
    text = render(cases()["ancestor-altered"], "story", console=Console(width=width, color_system=None))
    assert all(len(line) <= max(width, 34) for line in text.splitlines() if line[:1] == " ")
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_the_tree_is_short_and_names_what_failed() -> None:
    tree = " ".join(render(cases()["ancestor-altered"], "tree").replace("│", " ").split())
    assert "assertion.hashedURI.mismatch" in tree
    assert "parentOf: generation 1" in tree
    assert "assertions: " not in tree


def test_a_tree_of_many_generations_keeps_its_width() -> None:
    report = cases()["trusted"]
    assert report.active is not None
    tree = render(report, "tree", console=Console(width=60, color_system=None))
    assert max(len(line) for line in tree.splitlines()) <= 60


def test_the_tree_with_details_shows_assertions_checks_and_ingredients() -> None:
    tree = " ".join(render(cases()["ancestor-altered"], "tree", details=True).replace("│", " ").split())
    for part in (
        "assertions: ",
        "cawg.metadata",
        "c2pa.thumbnail.claim",
        "image/jpeg, ",
        "checks: ",
        "assertion.hashedURI.mismatch",
        "parentOf: generation 1",
    ):
        assert part in tree


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="story, tree, json, crjson, c2patool, mermaid, html"):
        render(cases()["none"], "pdf")  # type: ignore[arg-type]
