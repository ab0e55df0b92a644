"""Every status code has a generated case that shows exactly it, so that no code is there which nobody has ever seen given.

"Exactly" means: of a failure, that it is the only failure of the case; of a remark, that it is the only one and nothing fails; of a
success, that nothing fails. Codes that other test files show stand in ``ELSEWHERE``, codes that nothing can show in ``UNREACHABLE``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import credkit
from credkit.status import Kind, StatusCode
from tests.binding.bmff_tables import BMFF_HASH_CASES
from tests.binding.tables import BOX_HASH_CASES
from tests.verify.case import Case
from tests.verify.tables import ALL

ROOT = Path(__file__).resolve().parents[2]
_SOURCES = [Path(credkit.__file__).parent / place for place in ("verify", "binding", "trust", "load.py")]

ELSEWHERE = {
    "org.credkit.unbound": "tests/verify/test_coverage.py",  # it stands beside other remarks
    "manifest.inaccessible": "tests/test_load.py",  # a store on the network is no verdict on a manifest
    "manifest.inaccessible.malformed": "tests/test_load.py",  # nor is a store that cannot be read
    "manifest.inaccessible.encrypted": "tests/assets/test_pdf.py",
    "assertion.segmentHash.": "tests/binding/test_segment_hash.py",  # a file that grows is no picture
    "manifest.appendOnlyText.": "tests/binding/test_segment_hash.py",
    "assertion.collectionHash.match": "tests/binding/test_collection_hash.py",  # a folder is no picture either
    "assertion.collectionHash.mismatch": "tests/binding/test_collection_hash.py",
    "assertion.collectionHash.malformed": "tests/binding/test_collection_hash.py",
    "assertion.collectionHash.invalidURI": "tests/binding/test_collection_hash.py",
    "cawg.identity.well-formed": "tests/verify/test_identity.py",  # always beside the failure that nobody vouches for the name
}
"""Code, or beginning of several up to a dot, to the test file in which it is written out."""

UNREACHABLE = {
    "algorithm.deprecated": "the specification's list of deprecated algorithms is empty",
    "assertion.accessible": "stands in the table of codes, and no rule gives it",
    "assertion.inaccessible": "stands in the table of codes, and no rule gives it: data that cannot be fetched are no fault",
    "assertion.alternativeContentRepresentation.missing": "stands in the table of codes, and no rule gives it",
    "assertion.external-reference.created": "stands in the table of codes; the text allows what it would forbid",
    "livevideo.assertion.invalid": "live video is not judged",
    "livevideo.continuityMethod.invalid": "live video is not judged",
    "livevideo.init.invalid": "live video is not judged",
    "livevideo.manifest.invalid": "live video is not judged",
    "livevideo.segment.invalid": "live video is not judged",
    "cawg.identity.credential_revoked": "issuers are not asked about certificates of identities",
    "cawg.x509.ocsp.not_revoked": "issuers are not asked about certificates of identities",
    "cawg.x509.ocsp.inaccessible": "issuers are not asked about certificates of identities",
    "cawg.x509.ocsp.unknown": "issuers are not asked about certificates of identities",
    "cawg.x509.time_of_signing.": "the time that an actor states is not compared, as the specification leaves open",
    "cawg.ica.credential.": "status lists of credentials are not read",
    "cawg.ica.revocation.unavailable": "status lists of credentials are not read",
}
"""Code, or beginning of several up to a dot, to the reason why no file can show it."""

COMPANIONS = {
    "timeStamp.credentialInvalid": {"timeStamp.untrusted"},
    "cawg.x509.time_stamp.credential_invalid": {"cawg.x509.time_stamp.untrusted"},
    "cawg.x509.signature.outside_validity": {"cawg.x509.credential.untrusted"},
}
"""Codes that the specification gives only beside another."""


def listed(code: str, where: dict[str, str]) -> str | None:
    """What a table says of a code: by itself, or by its longest beginning."""
    found = [key for key in where if code == key or (key.endswith(".") and code.startswith(key))]
    return where[max(found, key=len)] if found else None


def shows(line: Case, code: StatusCode) -> bool:
    """Whether a case shows this code and no other of its weight."""
    failing, wanted = line.failures | line.deltas, {code.value} | COMPANIONS.get(code.value, set())
    if code.kind is Kind.FAILURE:
        return failing == wanted
    return not failing and (line.informs == wanted if code.kind is Kind.INFORMATIONAL else code.value in line.says)


def binding_shows(codes: frozenset[str], code: StatusCode) -> bool:
    """The same of a case that is about a hard binding alone; beside a remark the binding may fit."""
    return {found for found in codes if StatusCode(found).kind is not Kind.SUCCESS or found == code.value} == {code.value}


@pytest.mark.parametrize("code", StatusCode)
def test_every_code_is_shown(code: StatusCode) -> None:
    here = any(shows(line, code) for line in ALL) or any(binding_shows(line.codes, code) for line in (*BOX_HASH_CASES, *BMFF_HASH_CASES))
    places = [here, listed(code.value, ELSEWHERE) is not None, listed(code.value, UNREACHABLE) is not None]
    assert sum(places) == 1, "a code is shown by a case, or listed in ELSEWHERE or UNREACHABLE, and only one of these"


@pytest.mark.parametrize("code", [code for code in StatusCode if listed(code.value, ELSEWHERE)])
def test_other_files_show_what_they_are_said_to(code: StatusCode) -> None:
    place = ROOT / (listed(code.value, ELSEWHERE) or "")
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place]
    assert any(re.search(rf"{re.escape(code.value)}\b(?![.])|\b{code.name}\b", file.read_text("utf-8")) for file in files)


@pytest.mark.parametrize("code", [code for code in StatusCode if listed(code.value, UNREACHABLE)])
def test_what_cannot_be_reached_is_not_in_the_code(code: StatusCode) -> None:
    files = [file for place in _SOURCES for file in ([place] if place.is_file() else sorted(place.rglob("*.py")))]
    assert not [file.name for file in files if re.search(rf"StatusCode\.{code.name}\b", file.read_text("utf-8"))]


def test_every_line_of_the_lists_is_about_a_code() -> None:
    assert all(any(listed(code.value, {key: ""}) is not None for code in StatusCode) for key in (*ELSEWHERE, *UNREACHABLE))


def test_every_code_of_the_cases_exists() -> None:
    given = {code for line in ALL for code in line.failures | line.deltas | line.says | line.lacks | (line.informs or set())}
    assert given <= {code.value for code in StatusCode}
