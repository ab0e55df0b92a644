"""Lines and what they say: every entry goes there and back, nothing else is taken for one, and the published schema fits."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from credkit.errors import MalformedError
from credkit.journal.entries import (
    Area,
    Candidate,
    Content,
    Entry,
    Final,
    Made,
    Note,
    Opening,
    Outcome,
    Preview,
    Recovery,
    Selection,
    UsedFile,
    entry_line,
    read_entry,
)
from tests.journal.material import lines, studio

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "journal.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)

text = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)
sizes = st.integers(0, 1 << 40)
maybe = st.none() | text
numbers = st.floats(0, 1e6) | st.integers(0, 10**6)
previews = st.builds(
    Preview, media_type=st.sampled_from(["image/jpeg", "image/png"]), width=sizes, height=sizes, sha256=digests, data=st.binary(min_size=1)
)
candidates = st.builds(
    Candidate,
    name=text,
    sha256=digests,
    size=sizes,
    kept=st.none() | st.booleans(),
    media_type=maybe,
    width=st.none() | sizes,
    height=st.none() | sizes,
    seed=maybe,
    preview=st.none() | previews,
)
used = st.builds(
    UsedFile, role=st.sampled_from(["mask", "initial-image"]), name=text, sha256=digests, size=sizes, preview=st.none() | previews
)
areas = st.builds(Area, x=numbers, y=numbers, width=numbers, height=numbers, unit=st.sampled_from(["pixel", "percent"]))
digest_or_none, size_or_none = st.none() | digests, st.none() | sizes
outcomes = st.builds(
    Outcome, manifest=text, signed=st.booleans(), name=st.just("") | text, sha256=digest_or_none, size=size_or_none, reason=maybe
)
settings_of_a_tool = st.recursive(text | numbers | st.booleans(), lambda inner: st.dictionaries(text, inner), max_leaves=4)


def some(items: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(items, max_size=3).map(tuple)


contents: st.SearchStrategy[Content] = st.one_of(
    st.builds(Opening, journal=text, software=text),
    st.builds(Note, text=text),
    st.builds(Selection, candidates=some(candidates), note=maybe),
    st.builds(Final, manifest=text, name=text, sha256=digests, size=sizes, title=maybe),
    outcomes,
    st.builds(Recovery, name=text, sha256=digests, size=sizes),
    st.builds(
        Made,
        prompt=maybe,
        negative_prompt=maybe,
        seed=maybe,
        generation=st.dictionaries(text, settings_of_a_tool),
        used=some(used),
        areas=some(areas),
        candidates=some(candidates),
        note=maybe,
        remarks=some(text),
    ),
)  # fmt: skip
entries = st.builds(
    Entry,
    sequence=st.integers(0, 10**9),
    time=st.datetimes(datetime(2024, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
    previous=digests,
    salt=st.binary(min_size=16, max_size=16).map(bytes.hex),
    content=contents,
)


@settings(max_examples=100, deadline=None)
@given(entries)
def test_there_and_back(entry: Entry) -> None:
    line = entry_line(entry)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    # A selection of nothing has no list, which is no entry that is ever written.
    if not isinstance(entry.content, Selection) or entry.content.candidates:
        assert read_entry(line) == entry
        assert entry_line(read_entry(line)) == line


@settings(max_examples=100, deadline=None)
@given(entries, st.data())
def test_a_damaged_line_is_malformed_or_says_something_else(entry: Entry, data: st.DataObject) -> None:
    line = bytearray(entry_line(entry))
    place = data.draw(st.integers(0, len(line) - 1))
    line[place] ^= data.draw(st.integers(1, 255))
    with suppress(MalformedError):
        assert read_entry(bytes(line)) != entry


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes(data: bytes) -> None:
    with pytest.raises(MalformedError):
        read_entry(data)


def test_every_truncation(tmp_path: Path) -> None:
    line = lines(studio(tmp_path / "s") / "journal.jsonl")[0]
    for end in range(len(line)):
        with pytest.raises(MalformedError):
            read_entry(line[:end])


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('"kind":"note"', '"kind":"poem"', "no entry"),
        ('"kind":"note"', '"kind":["note"]', "no entry"),
        ('"text":', '"more":1,"text":', "no such entry has"),
        ('"text":', '"":', "no such entry has"),
        ('"text":"hello"', '"text":5', "should be a text"),
        ('"text":"hello"', '"text": "hello"', "not in the form"),
        ('"text":"hello"', '"text":"hello","text":"b"', "twice"),
        ("2026-01-01T", "2026-13-01T", "time"),
        ('"sequence":1', '"sequence":01', "JSON"),
        ('"sequence":1', '"sequence":-1', "no entry"),
    ],
)
def test_what_is_no_entry(old: str, new: str, words: str) -> None:
    entry = Entry(sequence=1, time=datetime(2026, 1, 1, tzinfo=UTC), previous="0" * 64, salt="0" * 32, content=Note(text="hello"))
    line = entry_line(entry).decode()
    assert old in line
    with pytest.raises(MalformedError, match=words):
        read_entry(line.replace(old, new).encode())


def test_half_characters_are_replaced() -> None:
    entry = Entry(sequence=1, time=datetime(2026, 1, 1, tzinfo=UTC), previous="0" * 64, salt="0" * 32, content=Note(text="a\udcffb\u2028"))
    assert read_entry(entry_line(entry)).content == Note(text="a?b\u2028")


def test_a_deep_line_is_malformed() -> None:
    entry = Entry(sequence=1, time=datetime(2026, 1, 1, tzinfo=UTC), previous="0" * 64, salt="0" * 32, content=Note(text="x"))
    deep = entry_line(entry).replace(b'"text":"x"', b'"text":' + b"[" * 10_000 + b"]" * 10_000)
    with pytest.raises(MalformedError, match="deeper"):
        read_entry(deep)


def test_the_schema_is_sound() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "https://credkit.org/schemas/journal.schema.json"
    for example in SCHEMA["examples"]:
        VALIDATOR.validate(example)


def test_every_line_fits_the_schema(tmp_path: Path) -> None:
    folder = studio(tmp_path / "s")
    kinds = set()
    for line in lines(folder / "journal.jsonl"):
        value = json.loads(line)
        VALIDATOR.validate(value)
        kinds.add(value.get("kind", "checkpoint"))
    assert kinds == {"opening", "generation", "note", "selection", "final", "outcome", "checkpoint"}


@settings(max_examples=60, deadline=None)
@given(entries.filter(lambda entry: not isinstance(entry.content, Selection) or bool(entry.content.candidates)))
def test_what_is_written_fits_the_schema(entry: Entry) -> None:
    VALIDATOR.validate(json.loads(entry_line(entry)))


def test_the_schema_refuses_what_is_none() -> None:
    good = json.loads(
        entry_line(Entry(sequence=1, time=datetime(2026, 1, 1, tzinfo=UTC), previous="0" * 64, salt="0" * 32, content=Note(text="x")))
    )
    for change in ({"kind": "poem"}, {"text": 3}, {"previous": "zz"}, {"more": 1}, {"sequence": -1}):
        assert list(VALIDATOR.iter_errors(good | change)), change
