"""The NIST public key interoperability test suite: certificate paths through ``credkit.trust.path.search``.

Every message of the suite brings its chain. Revocation lists are left out, as C2PA has OCSP in their place.
"""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from asn1crypto import cms

from credkit.trust.path import search

AT = datetime(2026, 6, 1, tzinfo=UTC)
_ONLY_REVOCATION_LISTS_TELL = re.compile(
    r"CRL|cRL|Revoked|distributionPoint|onlySomeReasons|onlyContains"
    r"|BasicSelfIssuedNewWithOldTest5|BasicSelfIssuedOldWithNewTest2|LongSerialNumberTest18|NegativeSerialNumberTest15"
)
_STRICTER = {
    "ValidDSASignaturesTest4": "DSA is no algorithm of C2PA",
    "ValidDSAParameterInheritanceTest5": "DSA is no algorithm of C2PA",
    "ValidNameChainingUIDsTest6": "asn1crypto, which takes the message apart here, writes the unique identifier anew",
    **dict.fromkeys(
        (
            "ValidPolicyMappingTest1",
            "ValidPolicyMappingTest3",
            "ValidPolicyMappingTest5",
            "ValidPolicyMappingTest6",
            "ValidPolicyMappingTest9",
            "ValidPolicyMappingTest11",
            "ValidPolicyMappingTest12",
            "ValidPolicyMappingTest13",
            "ValidPolicyMappingTest14",
            "ValidRequireExplicitPolicyTest4",
            "ValidSelfIssuedinhibitAnyPolicyTest7",
            "ValidSelfIssuedinhibitAnyPolicyTest9",
            "ValidSelfIssuedinhibitPolicyMappingTest7",
            "ValidinhibitAnyPolicyTest2",
            "ValidinhibitPolicyMappingTest2",
            "ValidinhibitPolicyMappingTest4",
        ),
        "a chain that demands an explicit policy is refused, since pyOpenSSL cannot say which policies are acceptable",
    ),
}


@cache
def _chain(path: Path) -> tuple[bytes, ...]:
    """Signer first, then what else the message brings."""
    message = email.message_from_bytes(path.read_bytes())
    part = next(p for p in message.walk() if not p.is_multipart() and p.get_content_type().endswith("pkcs7-signature"))
    signed = cms.ContentInfo.load(part.get_payload(decode=True))["content"]
    signer = signed["signer_infos"][0]["sid"].chosen
    certificates = [item.chosen for item in signed["certificates"]]
    wanted = (signer["issuer"].dump(), signer["serial_number"].native)
    leaf = next(c for c in certificates if (c.issuer.dump(), c.serial_number) == wanted)
    return tuple(item.dump() for item in sorted(signed["certificates"], key=lambda item: item.chosen is not leaf))


def _cases(pkits: Path) -> Iterator[tuple[str, bool]]:
    """Name, and whether a path is found."""
    anchor = (pkits / "certs" / "TrustAnchorRootCertificate.crt").read_bytes()
    for path in sorted((pkits / "smime").glob("Signed*.eml")):
        yield path.stem.removeprefix("Signed"), bool(search(_chain(path), (anchor,), AT).path)


def test_no_false_accept_and_every_stricter_answer_has_its_reason(pkits: Path) -> None:
    found = dict(_cases(pkits))
    invalid = {name for name in found if name.startswith("Invalid") and not _ONLY_REVOCATION_LISTS_TELL.search(name)}
    valid = {name for name in found if name.startswith("Valid")}
    assert len(invalid) > 60
    assert len(valid) > 80
    assert {name for name in invalid if found[name]} == set()
    assert {name for name in valid if not found[name]} == _STRICTER.keys()
