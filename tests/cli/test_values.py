"""Forms of option values, times and exit codes, without any command."""

from __future__ import annotations

import argparse
import contextlib
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.cli.exits import ExitCode, exit_code_of, worst_verdict
from credkit.cli.parsers import moment
from credkit.cli.terminal import safe
from credkit.cli.values import parse_generator, parse_licensor, parse_region, parse_software, text_value
from credkit.errors import (
    AssetError,
    CredentialError,
    CredkitError,
    DefinitionError,
    HistoryError,
    MalformedError,
    OutputError,
    TrustError,
)


def test_licensor_forms() -> None:
    forms = {
        "My Studio": ("My Studio", None, None),
        "My Studio,https://example.com": ("My Studio", "https://example.com", None),
        "My Studio, Ltd., https://example.com, ask@example.com": ("My Studio, Ltd.", "https://example.com", "ask@example.com"),
        "My Studio,ask@example.com": ("My Studio", None, "ask@example.com"),
    }
    for text, (name, url, email) in forms.items():
        found = parse_licensor(text)
        assert (found.name, found.url, found.email) == (name, url, email)


@pytest.mark.parametrize("text", ["", ",", "https://example.com", ",https://example.com,ask@example.com"])
def test_licensor_without_a_name(text: str) -> None:
    with pytest.raises(DefinitionError, match="NAME,URL,EMAIL"):
        parse_licensor(text)


def test_software_forms() -> None:
    assert (parse_software("My Exporter").name, parse_software("My Exporter").version) == ("My Exporter", None)
    assert (parse_software("a/b/1.2").name, parse_software("a/b/1.2").version) == ("a/b", "1.2")
    assert parse_software("My Exporter/1.2").spec_version is None
    assert parse_generator("My Exporter/1.2").spec_version == "2.4.0"
    for text in ("", "/1", "name/", " / "):
        with pytest.raises(DefinitionError, match="NAME/VERSION"):
            parse_software(text)


@given(st.tuples(*[st.integers(0, 100)] * 2, *[st.integers(1, 100)] * 2))
@settings(max_examples=30)
def test_regions_in_pixels_and_percent(numbers: tuple[int, ...]) -> None:
    for sign, unit in (("", "pixel"), ("%", "percent")):
        (shape,) = (r["shape"] for r in parse_region(",".join(f"{n}{sign}" for n in numbers)).ranges)
        assert shape["unit"] == unit
        assert (shape["origin"]["x"], shape["origin"]["y"], shape["width"], shape["height"]) == numbers


@given(st.text(max_size=30))
@settings(max_examples=60)
def test_any_text_is_a_region_or_refused(text: str) -> None:
    with contextlib.suppress(DefinitionError):
        assert len(parse_region(text).ranges) == 1


def test_text_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "text.txt"
    file.write_bytes("\ufeffzwei\nZeilen, Straße\r\n".encode())
    assert text_value(f"@{file}") == "zwei\nZeilen, Straße"
    assert text_value("plain") == "plain"
    assert text_value("@@handle") == "@handle"
    assert text_value(None) is None
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(AssetError, match="UTF-8"):
        text_value(f"@{file}")
    file.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(AssetError, match="too large"):
        text_value(f"@{file}")
    with pytest.raises(AssetError, match="cannot be read"):
        text_value(f"@{tmp_path}")


def test_moments_say_their_offset() -> None:
    assert moment("2026-01-31T12:00:00Z") == datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert moment("2026-01-31T13:00:00+01:00") == datetime(2026, 1, 31, 12, tzinfo=UTC)
    for text in ("2026-01-31T12:00:00", "2026-01-31", "noon", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            moment(text)


def test_exit_codes_of_errors() -> None:
    unreadable = (AssetError("x"), MalformedError("x"), TrustError("x"))
    refused = (DefinitionError("x"), HistoryError("x"), CredentialError("x"), OutputError("x"), CredkitError("x"))
    assert {exit_code_of(error) for error in unreadable} == {3}
    assert {exit_code_of(error) for error in refused} == {1}


def test_worst_verdict() -> None:
    fine, none, not_met, unreadable = ExitCode.OK, ExitCode.NO_CREDENTIALS, ExitCode.NOT_MET, ExitCode.UNREADABLE
    assert worst_verdict([]) == fine
    assert worst_verdict([fine, none]) == none
    assert worst_verdict([not_met, none, fine]) == not_met
    assert worst_verdict([not_met, unreadable, none]) == unreadable


@given(st.text(max_size=60))
@settings(max_examples=80)
def test_sentences_never_steer_a_terminal(text: str) -> None:
    assert not {unicodedata.category(c) for c in safe(text)} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
