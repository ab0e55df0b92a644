"""What the verdict tables' reports hold besides the sentences of ``sentences.txt``: successes and their places, who signed, what each
manifest and ingredient is called, and which kinds of bytes the file consists of, in their order.

``python -m tests.verify.verdicts > tests/verify/verdicts.txt`` writes all of it anew; whoever changes it reads the difference. Cases of
which the same is to be said stand above one block. A region is ``h``ashed, ``S``igned, ``s``tructural or (``!``) unbound, and ``=`` stands
for headers and descriptions of boxes.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from credkit.status import Status
from credkit.verify import IngredientReport, ManifestReport, Report, ResultMap
from credkit.verify.report import IdentityReport
from tests.verify.case import Case
from tests.verify.tables import TABLES

__all__ = ["FILE", "blocks", "read"]

FILE = Path(__file__).with_name("verdicts.txt")
_LABEL = re.compile(r"urn:c2pa:[0-9a-f-]{36}")
_KEY = re.compile(r"did:jwk:[\w-]+")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?\b")
_MOST = 6
"""Manifests, deltas and places that are written."""
_USUAL = (
    *("credkit test signer", "credkit test", "credkit test intermediate", "CN=credkit test signer,O=credkit test"),
    *("CN=credkit test intermediate,O=credkit test", 2),
)
_SHORT = {
    "signingCredential.trusted": "trusted",
    "claimSignature.insideValidity": "in time",
    "claimSignature.validated": "verified",
    "assertion.hashedURI.match": "as listed",
    "assertion.dataHash.match": "content",
}
_KINDS = {"hashed": "h", "signed": "S", "structural": "s", "unbound": "!"}
_NUMBER = re.compile(r"\d[\d,]{3,}")


def blocks(case: Case) -> tuple[str, str]:
    """What the report on a case says about the verdict, and about the bytes."""
    report = case.verify()
    texts = ("\n".join(_verdict(report)), "\n".join(_bytes(report)))
    names = {label: f"<{number}>" for number, label in enumerate(dict.fromkeys(_LABEL.findall("".join(texts))))}
    verdict, account = (_LABEL.sub(lambda found: names[found[0]], text).replace("self#jumbf=/c2pa/", "") for text in texts)
    return verdict.encode("unicode_escape").decode("ascii").replace("\\n", "\n"), account


def _verdict(report: Report) -> Iterator[str]:
    size = "" if report.size else f", size {report.size}"
    yield f"{report.state}, {report.location} in {report.media_type}{size}, edition {report.profile}, intact: {report.content_intact}"
    lists = [(use.uri, use.type, use.identifier) for use in report.trust_lists]
    if (report.trust_configured, report.online, lists) != (True, False, []):
        yield f"anchors: {report.trust_configured}, online: {report.online}, lists: {lists}"
    if report.failure or report.problem:
        yield f"{report.failure and _place(report.failure)} {report.failure and report.failure.explanation} {report.problem}"
    yield from (f"unprotected: {words}" for words in report.unprotected)
    yield from (f"remark: {_DATE.sub('<date>', words)}" for words in report.remarks)
    for manifest in report.manifests[-_MOST:]:
        yield from _manifest(manifest)
    for delta in report.ingredient_deltas[:_MOST]:
        yield f"below {delta.ingredient_assertion_uri}: {_codes(delta.validation_deltas)}".replace("c2pa.assertions/", "")


def _manifest(report: ManifestReport) -> Iterator[str]:
    words = ("reached", "well_formed", "valid", "trusted", "altered")
    signer = report.signature
    yield f"{report.label}: generation {report.generation} {' '.join(word for word in words if getattr(report, word))}"
    if signer:
        names = (signer.common_name, signer.organization, signer.issuer_common_name, signer.subject, signer.issuer, len(signer.chain))
        known = (signer.serial_number or "").isdigit() and signer.not_before and signer.not_after and signer.not_before < signer.not_after
        stamp = signer.time_stamp and (signer.time_stamp.authority, len(signer.time_stamp.chain), signer.time == signer.time_stamp.time)
        state = (signer.verified, signer.trusted, stamp, signer.revocation)
        by = "the usual signer" if names == _USUAL else names
        yield f" {signer.algorithm} by {by}{'' if known else ', never'} {'as usual' if state == (True, True, None, None) else state}"
    yield f" {'; '.join(list(_joined(report.results.success))[:_MOST])}".replace(f"{report.label}/", "")
    yield from (f" {line}".replace(f"{report.label}/", "") for ingredient in report.ingredients for line in _ingredient(ingredient))
    yield from (f" {_identity(identity)}".replace(f"{report.label}/", "") for identity in report.identities)


def _ingredient(one: IngredientReport) -> Iterator[str]:
    said = (one.relationship, one.title, one.format, one.description, one.data_types, one.thumbnail)
    yield f"{one.label} at {one.uri}: {said}, manifest {one.manifest}, intact: {one.intact}"
    if one.recorded is not None or one.unreproduced:
        yield f" recorded: {one.recorded and _codes(one.recorded)}; not found again: {_codes(one.unreproduced)}"


def _identity(one: IdentityReport) -> str:
    said = (one.sig_type, one.roles, one.references, one.standing, one.name, one.organization, one.issuer)
    people = [(person.name, person.username, person.uri) for person in one.identities]
    return _KEY.sub(
        "did:jwk:<key>", f"{one.label} at {one.uri}: {said}, {people}, stamped: {one.time is not None}, {len(one.chain)} certificates"
    )


def _codes(results: ResultMap) -> str:
    return "; ".join(list(_joined([found for found in results if found.code != "org.credkit.unbound"]))[:_MOST])


def _joined(statuses: Iterable[Status]) -> Iterator[str]:
    """By place, with short words for the most frequent codes."""
    for place, found in groupby(statuses, lambda one: one.url or one.resource_url):
        yield f"{str(place).replace('c2pa.assertions/', '')}: {', '.join(_SHORT.get(one.code, one.code) for one in found)}"


def _place(found: Status) -> str:
    return f"{found.code} @ {found.url or found.resource_url}"


def _bytes(report: Report) -> Iterator[str]:
    regions = report.regions[: 10 * _MOST] if report.state in ("Trusted", "Valid") else ()
    for place, kinds in groupby(regions, lambda region: region.place):
        yield f"{place}: " + "; ".join(f"{_KINDS[region.kind]} {_NUMBER.sub('#', region.what)}" for region in kinds).replace(
            "s headers and descriptions of boxes", "="
        )


def read() -> dict[str, tuple[str, str]]:
    """What is written of each case."""
    found: dict[str, list[str]] = defaultdict(list)
    for block in FILE.read_text("ascii").removesuffix("\n").split("\n\n"):
        lines = block.split("\n")
        text = "\n".join(line for line in lines if not line.startswith("# "))
        for line in lines:
            if line.startswith("# "):
                found[line.removeprefix("# ")].append(text)
    return {name: (one[0], one[1] if len(one) > 1 else "") for name, one in found.items()}


def _written() -> Iterator[str]:
    for part in range(2):
        same: dict[str, list[str]] = defaultdict(list)
        for table, cases in TABLES.items():
            for case in cases:
                same[_known(table, case)[part]].append(name_of(table, case))
        for text, names in same.items():
            if text:
                yield "\n".join([*(f"# {name}" for name in names), text])


_all: dict[str, tuple[str, str]] = {}


def _known(table: str, case: Case) -> tuple[str, str]:
    name = name_of(table, case)
    if name not in _all:
        _all[name] = blocks(case)
    return _all[name]


def name_of(table: str, case: Case) -> str:
    return f"{table}: {case.name}".encode("unicode_escape").decode("ascii")


if __name__ == "__main__":
    sys.stdout.write("\n\n".join(_written()) + "\n")
