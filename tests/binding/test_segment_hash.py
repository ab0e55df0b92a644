"""Segment hashes: files of lines with checkpoints, sound and with one fault each, judged as a whole.

Shown here: assertion.segmentHash.match, assertion.segmentHash.malformed, assertion.segmentHash.mismatch,
assertion.segmentHash.partialCoverage, assertion.segmentHash.predecessorMismatch, manifest.appendOnlyText.noSentinel.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.assets import BytesSource, detect
from credkit.assets.json_lines import JsonLinesFormat, checkpoint_line, checkpoint_store, lines_backwards
from credkit.binding.segment_hash import read_segment
from credkit.errors import AssetError, DefinitionError, MalformedError
from credkit.load import load_store
from credkit.manifest.assertions import SegmentHash, check_statement
from credkit.manifest.assertions.assertion_types import Statement
from credkit.sign.builder import Builder
from credkit.sign.seal import Seal
from credkit.verify import Profile, Report, verify
from tests.forge import pki
from tests.forge.pictures import picture

Payload = dict[str, Any]
MATCH, MALFORMED, MISMATCH, COVERAGE, PREDECESSOR = (
    f"assertion.segmentHash.{name}" for name in ("match", "malformed", "mismatch", "partialCoverage", "predecessorMismatch")
)


def payload_for(data: bytes, before: tuple[int, int] | None = None) -> Payload:
    """The sound assertion of a checkpoint that comes behind ``data``; ``before`` is start and length of the line of the last one."""
    start = sum(before) if before else 0
    value: Payload = {
        "version": 1,
        "alg": "sha256",
        "hash": hashlib.sha256(data[start:]).digest(),
        "segmentStart": start,
        "segmentEnd": len(data),
    }
    if before:
        value["predecessorSentinel"] = {
            "start": before[0],
            "length": before[1],
            "hash": hashlib.sha256(data[before[0] : start]).digest(),
        }
    return value


def checkpoint(value: Payload, parent: Report | None = None, *, label: str = "c2pa.hash.segment") -> bytes:
    """The line of a checkpoint with that assertion, whatever it says."""
    builder = Builder(title="log")
    if parent:
        builder.add_parent(parent, title="log")
    else:
        builder.created("dataDrivenMedia")
    binding = cast("Statement", SimpleNamespace(label=label, content="cbor", payload=lambda: value))
    draft = builder.draft()
    return checkpoint_line(draft.assemble(Seal(signer=pki.signer()), draft.bind(binding), signed=True))


def judged(data: bytes) -> Report:
    return verify(BytesSource(data), profile=Profile.V2_5)


def failures(report: Report) -> set[str]:
    assert report.active
    return {s.code for s in report.active.results.failure} - {"signingCredential.untrusted"}


def signed(data: bytes, edit: Callable[[Payload], object] = lambda value: None) -> bytes:
    value = payload_for(data)
    edit(value)
    return data + checkpoint(value)


def twice(edit: Callable[[Payload], object] = lambda value: None, *, first: bytes = b"", between: bytes = b'{"c":3}\n') -> bytes:
    """Two segments, each with its checkpoint; ``edit`` changes the assertion of the second."""
    one = first or signed(b'{"a":1}\n{"b":2}\n')
    start = one.rindex(b'{"c2pa:checkpoint"')
    data = one + between
    value = payload_for(data, (start, len(one) - start))
    edit(value)
    return data + checkpoint(value, judged(one) if not first else None)


ONE = b'{"a":1}\n{"b":2}\n'


@pytest.mark.parametrize("data", [ONE, b'{"a":1}\r\n{"b":2}\r\n', b'{"a":1}\n\n\n', b'{"a":"' + b"x" * 600_000 + b'"}\n'])
def test_a_sound_file(data: bytes) -> None:
    report = judged(signed(data))
    assert (report.state, failures(report), report.content_intact) == ("Valid", set(), True)
    assert report.active
    assert MATCH in {s.code for s in report.active.results.success}


def test_a_sound_chain() -> None:
    report = judged(twice())
    assert (report.state, failures(report), report.content_intact) == ("Valid", set(), True)
    assert len(report.manifests) == 2


def removing(*keys: str) -> Callable[[Payload], object]:
    return lambda value: [value.pop(key) for key in keys]


def setting(**fields: Any) -> Callable[[Payload], object]:
    return lambda value: value.update(fields)


SECOND_LINE = setting(segmentStart=8, hash=hashlib.sha256(ONE[8:]).digest())


def before(**fields: Any) -> Callable[[Payload], object]:
    return lambda value: value["predecessorSentinel"].update(fields)


CASES: dict[str, tuple[Callable[[], bytes], str]] = {
    "version absent": (lambda: signed(ONE, removing("version")), MALFORMED),
    "version unknown": (lambda: signed(ONE, setting(version=2)), MALFORMED),
    "version true": (lambda: signed(ONE, setting(version=True)), MALFORMED),
    "hash absent": (lambda: signed(ONE, removing("hash")), MALFORMED),
    "hash is text": (lambda: signed(ONE, setting(hash="x")), MALFORMED),
    "start absent": (lambda: signed(ONE, removing("segmentStart")), MALFORMED),
    "end absent": (lambda: signed(ONE, removing("segmentEnd")), MALFORMED),
    "end before start": (lambda: signed(ONE, setting(segmentStart=5, segmentEnd=4)), MALFORMED),
    "negative": (lambda: signed(ONE, setting(segmentStart=-1)), MALFORMED),
    "length of an inline line": (lambda: signed(ONE, setting(sentinelLength=10)), MALFORMED),
    "predecessor without hash": (lambda: twice(lambda v: v["predecessorSentinel"].pop("hash")), MALFORMED),
    "predecessor of no length": (lambda: twice(before(length=0)), MALFORMED),
    "predecessor is a list": (lambda: twice(setting(predecessorSentinel=[1])), MALFORMED),
    "end elsewhere": (lambda: signed(ONE, setting(segmentEnd=8)), MISMATCH),
    "end behind the file": (lambda: signed(ONE, setting(segmentEnd=1 << 40)), MISMATCH),
    "another hash": (lambda: signed(ONE, setting(hash=bytes(32))), MISMATCH),
    "changed byte": (lambda: signed(ONE).replace(b'"a"', b'"b"', 1), MISMATCH),
    "line put in": (lambda: b'{"z":1}\n' + signed(ONE), MISMATCH),
    "line taken out": (lambda: signed(ONE)[8:], MISMATCH),
    "line appended": (lambda: signed(ONE) + b'{"z":1}\n', COVERAGE),
    "half a line appended": (lambda: signed(ONE) + b"{", COVERAGE),
    "start not at 0": (lambda: signed(ONE, SECOND_LINE), COVERAGE),
    "gap behind the predecessor": (lambda: twice(before(length=5)), COVERAGE),
    "another predecessor": (lambda: twice(before(hash=bytes(32))), PREDECESSOR),
    "first segment changed": (lambda: twice().replace(b'"a"', b'"z"', 1), MISMATCH),
    "first checkpoint changed": (lambda: twice().replace(b"base64,A", b"base64,B", 1), PREDECESSOR),
    "first checkpoint partly covers": (lambda: twice(first=signed(ONE, SECOND_LINE)), COVERAGE),
    "first checkpoint is malformed": (lambda: twice(first=signed(ONE, removing("hash"))), MALFORMED),
    "first checkpoint has no segment hash": (lambda: twice(first=ONE + checkpoint(payload_for(ONE), label="c2pa.hash.boxes")), COVERAGE),
    "first checkpoint is no store": (lambda: twice(first=ONE + checkpoint_line(b"no store")), MALFORMED),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_fault(name: str) -> None:
    make, code = CASES[name]
    report = judged(make())
    assert failures(report) == {code}, [s.explanation for s in report.active.results.failure] if report.active else None
    assert report.state == "Invalid"
    assert report.content_intact is not True


def test_an_algorithm_that_is_none() -> None:
    assert failures(judged(signed(ONE, setting(alg="md5")))) == {"algorithm.unsupported"}


@pytest.mark.parametrize("algorithm", ["sha384", "sha512", None])
def test_other_algorithms(algorithm: str | None) -> None:
    value = payload_for(ONE)
    value["hash"] = hashlib.new(algorithm or "sha256", ONE).digest()
    value.pop("alg") if algorithm is None else value.update(alg=algorithm)
    assert failures(judged(ONE + checkpoint(value))) == set()


def test_a_predecessor_that_is_kept_elsewhere_is_told() -> None:
    line = b'{"c2pa:checkpoint":"https://example.com/1.c2pa"}\n'
    report = judged(twice(first=ONE + line))
    assert failures(report) == set()
    assert any("kept elsewhere" in remark for remark in report.remarks)


def test_lines_without_checkpoint() -> None:
    for data in (
        ONE,
        b'{"a":1}',
        b'{"x":"c2pa:checkpoint"}\n',
        b'{"c2pa:checkpoint":5}\n',
        b'{"c2pa:checkpoint":"data:text/plain;base64,AAAA"}\n',
    ):
        located = load_store(BytesSource(data))
        assert located.store is None
        assert located.failure
        assert located.failure.code == "manifest.appendOnlyText.noSentinel"
        assert judged(data).state == "none"


def test_a_last_checkpoint_that_is_kept_elsewhere_is_told() -> None:
    report = judged(signed(ONE) + b'{"c2pa:checkpoint":"https://example.com/2.c2pa"}\n')
    assert report.state == "none"
    assert any("kept elsewhere" in remark for remark in report.remarks)


def test_the_store_of_a_log_beside_it_or_in_a_picture_binds_nothing() -> None:
    whole = signed(ONE)
    store = checkpoint_store(whole[len(ONE) :])
    assert store
    for asset in (ONE, picture("png")):
        report = verify(BytesSource(asset), sidecar=BytesSource(store), profile=Profile.V2_5)
        assert failures(report) == {MISMATCH}


def test_pretty_json_is_no_log() -> None:
    assert detect(BytesSource(b'{\n  "a": 1\n}\n')) is None
    assert isinstance(detect(BytesSource(ONE)), JsonLinesFormat)


def test_no_edit_is_offered() -> None:
    log, source = JsonLinesFormat(), BytesSource(ONE)
    layout = log.scan(source)
    for edit in (lambda: log.embed(source, layout, b""), lambda: log.with_metadata(source, layout), lambda: log.with_texts(source, ())):
        with pytest.raises(AssetError, match="appending"):
            edit()
    assert list(log.boxes(source, layout)) == []
    assert list(log.texts(source)) == []


@settings(max_examples=100, deadline=None)
@given(st.lists(st.binary(max_size=30) | st.just(b"x" * 300_000), max_size=8).map(b"\n".join))
def test_lines_backwards(data: bytes) -> None:
    whole = data[: data.rfind(b"\n") + 1]
    spans = list(lines_backwards(BytesSource(data)))
    assert [data[s.start : s.end] for s in reversed(spans)] == [line + b"\n" for line in whole.split(b"\n")[:-1]]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_random_files_scan(start: bytes, end: bytes) -> None:
    layout = JsonLinesFormat().scan(BytesSource(start + b'\n{"c2pa:checkpoint":"data:application/c2pa;base64,' + end + b'"}\n'))
    assert layout.size


def test_every_truncation_is_judged() -> None:
    whole = signed(ONE)
    for end in range(0, len(whole), 7):
        assert judged(whole[:end]).state in ("none", "error")


def test_damaged_base64() -> None:
    located = load_store(BytesSource(b'{"a":1}\n{"c2pa:checkpoint":"data:application/c2pa;base64,AAA"}\n'))
    assert located.broken
    assert "Base64" in (located.problem or "")


@pytest.mark.parametrize(("text", "store"), [(b"AAA=", b"\0\0"), (b"AAB=", None), (b"AB==", None)])
def test_base64_whose_last_letter_says_more_than_it_can(text: bytes, store: bytes | None) -> None:
    assert checkpoint_store(b'{"c2pa:checkpoint":"data:application/c2pa;base64,' + text + b'"}\n') == store


def test_the_statement() -> None:
    good = SegmentHash(bytes(32), start=0, end=12)
    assert check_statement(good).created_only
    assert good.payload() == {"version": 1, "alg": "sha256", "hash": bytes(32), "segmentStart": 0, "segmentEnd": 12}
    for fields in ({"start": 5, "end": 4}, {"start": 3, "end": 4}, {"start": 3, "end": 9, "predecessor": (1, 1, bytes(32))}):
        with pytest.raises(DefinitionError, match="segment"):
            SegmentHash(bytes(32), **fields)
    with pytest.raises(MalformedError):
        read_segment([])


def test_the_vectors_of_the_specification() -> None:
    """Anchor ``_append_only_text_test_vectors``: the hashes of the two segments and of the first line."""
    crlf = b"alpha\r\nbravo\r\n"
    line = b"-----BEGIN C2PA CHECKPOINT----- https://northwindtraders.com/provenance/chk1.c2pa -----END C2PA CHECKPOINT-----\r\n"
    data = crlf + line + b"charlie\r\ndelta\r\n"
    value = payload_for(data, (14, 113))
    assert (value["segmentStart"], value["segmentEnd"]) == (127, 143)
    assert value["hash"] == base64.b64decode("axfDsyQ12xTN4nWbwIPzKx/rxSLSC1UQhasygsqD4Ls=")
    assert value["predecessorSentinel"]["hash"] == base64.b64decode("52VROEjEl9C7I15jXoXVjuO9LzZvsBVf04bXeubHuM8=")
    assert payload_for(b"alpha\nbravo\n")["hash"] == base64.b64decode("Hsg2fWyLWendDHpPRyFNuNLnbr0s1b9BVVCMsnJj3S8=")
