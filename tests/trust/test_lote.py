from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS
from credkit.trust.anchor import Anchor
from credkit.trust.lists import is_json
from credkit.trust.lote import SCHEMES, parse_lote
from credkit.trust.profile import CLAIM_SIGNING, TIME_STAMPING
from tests.forge import pki
from tests.forge.lists import SIGNERS, TRUSTED, TSA, UNTRUSTED, lote, lote_bytes, service, simple_list, state

A, B, C = (pki.make_root(common_name=f"credkit test root {name}").der for name in "abc")
MOMENTS = [f"20{year}-06-01T00:00:00Z" for year in range(10, 30)]


def time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def windows(*services: dict[str, Any]) -> list[tuple[bytes, int | None, int | None]]:
    """Certificates and the years between which they vouch."""
    found = parse_lote(lote_bytes(*services)).anchors
    return [(one.der, one.not_before and one.not_before.year, one.not_after and one.not_after.year) for one in found]


def at(year: int, *certificates: bytes, status: str = TRUSTED) -> dict[str, Any]:
    return state(*certificates, status=status, start=f"{year}-06-01T00:00:00Z")


# What a list says.


def test_a_list_of_c2pa():
    found = parse_lote(simple_list([A, B], number=7))
    assert (found.scheme_name, found.sequence_number, found.issued) == (SIGNERS, 7, time("2026-08-05T00:11:39Z"))
    assert found.anchors == tuple(Anchor(der=der, not_before=time("2025-01-01T00:00:00Z")) for der in (A, B))
    assert found.remarks == ()


@pytest.mark.parametrize(
    ("name", "uri", "purpose"),
    [(SIGNERS, "https://c2pa.org/trustlist", CLAIM_SIGNING), (TSA, "https://c2pa.org/trustlist-tsa", TIME_STAMPING)],
)
def test_the_name_of_the_scheme_tells_what_it_is_for(name: str, uri: str, purpose: str):
    scheme = parse_lote(simple_list([A], name)).scheme
    assert scheme is not None
    assert (scheme.uri, scheme.purposes) == (uri, {purpose})
    assert SCHEMES[name] == scheme


@pytest.mark.parametrize("name", ["Another List", "c2pa trust list", None])
def test_other_schemes_do_not_say_it(name: str | None):
    assert parse_lote(simple_list([A], name)).scheme is None


def test_text_before_the_list_and_its_first_character():
    assert parse_lote(b"\xef\xbb\xbf \n" + simple_list([A])).anchors
    assert is_json(b"\xef\xbb\xbf\r\n {")
    assert not is_json(b"-----BEGIN CERTIFICATE-----")
    assert not is_json(b"")


def test_base64_in_lines():
    text = lote(service(state(A)))
    item = text["LoTE"]["TrustedEntitiesList"][0]["TrustedEntityServices"][0]["ServiceInformation"]["ServiceDigitalIdentity"]
    value = item["X509Certificates"][0]["val"]
    item["X509Certificates"][0]["val"] = "\n".join(value[start : start + 64] for start in range(0, len(value), 64))
    assert parse_lote(json.dumps(text).encode()).anchors[0].der == A


def test_times_with_an_offset_are_turned_to_utc():
    found = parse_lote(lote_bytes(service(state(A, start="2025-01-01T02:00:00+02:00")))).anchors[0].not_before
    assert found == datetime(2025, 1, 1, tzinfo=UTC)
    assert found.utcoffset() is not None
    assert found.tzinfo is UTC


# Windows.


def test_a_trusted_service_vouches_from_its_starting_time_on():
    assert windows(service(at(2025, A))) == [(A, 2025, None)]
    assert windows(service(state(A, start=None))) == [(A, None, None)]


def test_an_untrusted_status_ends_the_window():
    assert windows(service(at(2026, A, status=UNTRUSTED), at(2024, A)), service(at(2025, B))) == [(A, 2024, 2026), (B, 2025, None)]


def test_the_order_in_which_states_are_written_does_not_matter():
    # The schema of C2PA shows an example in which the history holds the later state.
    assert windows(service(at(2024, A), at(2026, A, status=UNTRUSTED))) == [(A, 2024, 2026)]


def test_a_service_that_is_trusted_again_has_two_windows():
    states = (at(2027, A), at(2026, A, status=UNTRUSTED), at(2024, A))
    assert windows(service(*states)) == [(A, 2024, 2026), (A, 2027, None)]


def test_a_repeated_status_changes_nothing():
    assert windows(service(at(2027, A), at(2024, A))) == [(A, 2024, None)]
    assert windows(service(at(2028, A, status=UNTRUSTED), at(2027, A, status=UNTRUSTED), at(2024, A))) == [(A, 2024, 2027)]


def test_a_status_that_is_not_known_ends_the_window():
    assert windows(service(at(2026, A, status="http://example.com/suspended"), at(2024, A))) == [(A, 2024, 2026)]


def test_of_two_states_at_one_moment_the_untrusted_one_counts():
    for states in ((at(2024, A), at(2024, A, status=UNTRUSTED)), (at(2024, A, status=UNTRUSTED), at(2024, A))):
        assert windows(service(*states), service(at(2025, B))) == [(B, 2025, None)]
        assert windows(service(states[0]), service(states[1]), service(at(2025, B))) == [(B, 2025, None)]


def test_a_certificate_that_a_service_gives_up_vouches_no_longer():
    assert windows(service(at(2026, B), at(2024, A))) == [(A, 2024, 2026), (B, 2026, None)]
    assert windows(service(at(2026, A, B), at(2024, A))) == [(A, 2024, None), (B, 2026, None)]


def test_states_of_two_services_with_one_certificate_count_together():
    assert windows(service(at(2024, A)), service(at(2026, A, status=UNTRUSTED))) == [(A, 2024, 2026)]


def test_a_history_without_certificates_speaks_of_the_same_service():
    former = state(status=TRUSTED, start="2024-06-01T00:00:00Z", X509SKIs=["AA=="])
    assert windows(service(at(2026, A, status=UNTRUSTED), former)) == [(A, 2024, 2026)]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(MOMENTS), st.booleans()), min_size=1, max_size=8, unique_by=lambda one: one[0]))
def test_at_each_moment_the_last_state_counts(states: list[tuple[str, bool]]):
    line = [state(A, status=TRUSTED if trusted else UNTRUSTED, start=start) for start, trusted in states]
    anchors = [anchor for anchor in parse_lote(lote_bytes(service(*line), service(state(B)))).anchors if anchor.der == A]
    for year in range(2010, 2031):
        moment = datetime(year, 12, 1, tzinfo=UTC)
        before = [trusted for start, trusted in sorted(states) if time(start) <= moment]
        assert any(anchor.vouches_at(moment) for anchor in anchors) is bool(before and before[-1])


# What is left out.


def test_an_authority_without_a_certificate_is_left_out_with_a_remark():
    named = state(X509SubjectNames=["CN=credkit test"], PublicKeyValues=[{"kty": "EC"}])
    found = parse_lote(lote_bytes(service(named), service(state(A))))
    assert [anchor.der for anchor in found.anchors] == [A]
    place = "/LoTE/TrustedEntitiesList/0/TrustedEntityServices/0/ServiceInformation"
    assert found.remarks == (f"{place} is left out: it names an authority without its certificate",)


def test_a_service_without_status_is_left_out_with_a_remark():
    found = parse_lote(lote_bytes(service(state(A)), service(state(B, status=None))))
    assert [anchor.der for anchor in found.anchors] == [A]
    assert found.remarks == ("/LoTE/TrustedEntitiesList/0/TrustedEntityServices/1/ServiceInformation is left out: it has no ServiceStatus",)


# Faults.

SERVICE = "/LoTE/TrustedEntitiesList/0/TrustedEntityServices/0"
INFORMATION = f"{SERVICE}/ServiceInformation"
CERTIFICATE = f"{INFORMATION}/ServiceDigitalIdentity/X509Certificates/0"


def spoiled(**options: Any) -> bytes:
    return lote_bytes(service(state(A)), **options)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{\n  nothing", "not valid JSON: expecting property name enclosed in double quotes in line 2, column 3"),
        (b'{"LoTE": {}, "LoTE": {}}', 'the key "LoTE" stands twice in one map'),
        (b'{"a":\n"\xff"\n\n}', "the text is not UTF-8 in line 2"),
        (b"{" + b'"a":{' * 100_000, "nested too deep"),
        (b'{"a":' + b"9" * 5_000 + b"}", "not valid JSON"),
        (b"{}", 'the JSON is no list of trusted entities: it has no object "LoTE"'),
        (b'{"LoTE": {}}', 'field "ListAndSchemeInformation" is missing in /LoTE'),
        (b"[]", "the JSON is no list of trusted entities"),
        (spoiled(number="1"), 'field "LoTESequenceNumber" should be integer in /LoTE/ListAndSchemeInformation'),
        (spoiled(number=True), 'field "LoTESequenceNumber" should be integer'),
        (spoiled(issued=None), 'field "ListIssueDateTime" is missing in /LoTE/ListAndSchemeInformation'),
        (spoiled(issued="yesterday"), 'field "ListIssueDateTime" should be a time such as 2026-01-31T12:00:00Z'),
        (spoiled(issued="2026-01-31T12:00:00"), 'field "ListIssueDateTime" should be a time such as'),
        (spoiled(issued="0001-01-01T00:00:00+23:00"), 'field "ListIssueDateTime" should be a time such as'),
        (lote_bytes({}), f'field "ServiceInformation" is missing in {SERVICE}'),
        (lote_bytes(service(state(A, start="?"))), f"should be a time such as 2026-01-31T12:00:00Z in {INFORMATION}"),
        (lote_bytes(service(state(A, start=None), state(A))), f"is missing, so that the order of the states is unknown in {INFORMATION}"),
        (lote_bytes(service(state(A), state(A, start=None))), f"unknown in {SERVICE}/ServiceHistory/0"),
        (lote_bytes(service(state(A), state(A, status=None))), f'field "ServiceStatus" is missing in {SERVICE}/ServiceHistory/0'),
        (lote_bytes(service(state(b"\x30\x00"))), 'field "val" holds no usable certificate'),
        (lote_bytes(service(state(b""))), f"in {CERTIFICATE}"),
        (lote_bytes(service(state(A))).replace(b'"val": "', b'"val": "*'), f'field "val" is not base64 in {CERTIFICATE}'),
        (lote_bytes(service(state(A))).replace(b'"val": "', b'"val": 5, "x": "'), f'field "val" should be text in {CERTIFICATE}'),
        (lote_bytes(service({**state(A), "ServiceDigitalIdentity": []})), f'field "ServiceDigitalIdentity" should be map in {INFORMATION}'),
        (lote_bytes(), "the list trusts no certificate in /LoTE/TrustedEntitiesList"),
        (lote_bytes(service(state(A, status=UNTRUSTED))), "the list trusts no certificate"),
    ],
)
def test_faults_name_the_place(data: bytes, words: str):
    with pytest.raises(MalformedError) as caught:
        parse_lote(data)
    assert words in str(caught.value)


def test_size_and_count_at_the_limit_and_one_past_it():
    data = lote_bytes(service(state(A, B)), service(state(C)))
    for name, least in (("trust_list_size", len(data)), ("trust_anchors", 3)):
        assert len(parse_lote(data, replace(DEFAULT_LIMITS, **{name: least})).anchors) == 3
        with pytest.raises(MalformedError, match="allowed|more than 2"):
            parse_lote(data, replace(DEFAULT_LIMITS, **{name: least - 1}))


def test_states_count_as_well():
    data = lote_bytes(service(state(A), *(state(start=f"20{year}-01-01T00:00:00Z") for year in range(10, 20))))
    assert parse_lote(data, replace(DEFAULT_LIMITS, trust_anchors=11)).anchors
    with pytest.raises(MalformedError, match="more than 10 certificates and states"):
        parse_lote(data, replace(DEFAULT_LIMITS, trust_anchors=10))


def test_services_that_are_left_out_count_as_well():
    data = lote_bytes(*(service(state(X509SKIs=["AA=="])) for _ in range(4)), service(state(A)))
    assert len(parse_lote(data, replace(DEFAULT_LIMITS, trust_anchors=5)).remarks) == 4
    with pytest.raises(MalformedError, match="more than 4 certificates and states"):
        parse_lote(data, replace(DEFAULT_LIMITS, trust_anchors=4))


SAMPLE = lote_bytes(service(at(2026, A, status=UNTRUSTED), at(2024, A)), service(state(B)))


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_spoiled_lists_raise_nothing_else(data: st.DataObject):
    text = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    with suppress(MalformedError):
        parse_lote(bytes(text))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SAMPLE) - 1))
def test_truncated_lists_raise_nothing_else(end: int):
    with pytest.raises(MalformedError):
        parse_lote(SAMPLE[:end])


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["LoTE", "X509Certificates", "val"]), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        [
            "ServiceInformation",
            "ServiceHistory",
            "ServiceDigitalIdentity",
            "X509Certificates",
            "ServiceStatus",
            "StatusStartingTime",
            "TrustedEntitiesList",
            "TrustedEntityServices",
            "ListAndSchemeInformation",
            "SchemeName",
            "NextUpdate",
        ]
    ),
    VALUES,
)
def test_values_of_other_kinds_raise_nothing_else(key: str, value: Any):
    def replaced(node: Any) -> Any:
        if isinstance(node, dict):
            return {name: value if name == key else replaced(inner) for name, inner in node.items()}
        return [replaced(inner) for inner in node] if isinstance(node, list) else node

    with suppress(MalformedError):
        parse_lote(json.dumps(replaced(json.loads(SAMPLE))).encode("utf-8"))
