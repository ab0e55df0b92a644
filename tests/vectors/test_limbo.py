"""x509-limbo: hostile and odd chains through certificate profile and path; what is accepted against its expectation has a reason."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from credkit.errors import MalformedError
from credkit.trust.certificate import Certificate
from credkit.trust.lists import TrustList
from credkit.trust.path import check_path
from credkit.trust.pem import pem_blocks
from credkit.trust.profile import check_profile

NOT_APPLICABLE = {
    r"^crl::": "revocation lists; C2PA has OCSP",
    r"^webpki::(san|cn)::|^rfc5280::san::|^cve::cve-2025-61727$": "names of hosts, which mean nothing for a signer",
    r"^rfc5280::nc::(permitted-dns-match-noncritical|invalid-dnsname|nc-permits-invalid|nc-forbids-dnsname-wildcard)": "names of hosts",
    r"^rfc5280::nc::not-allowed-in-ee": "constraints of a certificate that issues nothing",
    r"^webpki::nc::": "an empty constraint constrains nothing",
    r"^pathlen::max-chain-depth": "a depth that the caller sets; ours is the number of certificates (Limits)",
    r"^webpki::(aki|eku)::root|^rfc5280::root-|^rfc5280::aki::cross-signed-root|in-root$": "the form of an anchor, which the user chose",
    r"^rfc5280::eku::ee-wrong-eku$|^webpki::eku::ee-critical-eku$": "purposes: judged by the trust list",
    r"^rfc5280::serial::": "the length of a serial number",
    r"^rfc5280::pc::ica-noncritical-pc$": "a flag of an extension that is processed all the same",
    r"^webpki::malformed-aia$": "where revocation could be asked; the revocation check says what it cannot read",
    r"^webpki::forbidden-rsa-key-not-divisible-by-8-in-leaf$": "a rule of web servers",
}
STRICTER = {
    "crl::issuer-no-keyusage-extension": "an issuer without keyUsage",
    "rfc5280::no-keyusage": "the C2PA profile demands keyUsage",
    "pathlen::validation-ignores-pathlen-in-leaf": "an authority as signer",
    "rfc5280::ca-as-leaf": "an authority as signer",
    "rfc5280::eku::ee-without-eku": "the C2PA profile demands extended key usages",
    "rfc5280::nc::nc-forbids-alternate-chain-ica": "OpenSSL does not try another path",
    "rfc5280::nc::nc-forbids-same-chain-ica": "OpenSSL does not try another path",
}


def _ders(*texts: str) -> tuple[bytes, ...]:
    return tuple(block.der for text in texts for block in pem_blocks(text.encode()))


def _accepted(case: dict[str, Any]) -> bool:
    chain = (*_ders(case["peer_certificate"]), *_ders(*case["untrusted_intermediates"]))
    try:
        leaf = Certificate.parse(chain[0])
    except MalformedError:
        return False
    purposes = frozenset(leaf.extended_key_usages)
    trusted = TrustList.of(*_ders(*case["trusted_certs"]), purposes=purposes)
    at = datetime.fromisoformat(case["validation_time"]) if case["validation_time"] else datetime.now(UTC)
    return check_path(chain, (trusted,), at).trusted and not check_profile(leaf, purposes=purposes)


def test_no_false_accept(limbo: Path) -> None:
    cases = [case for case in json.loads(limbo.read_text("utf-8"))["testcases"] if not case["id"].startswith("bettertls::")]
    assert len(cases) > 150
    accepted = {case["id"] for case in cases if _accepted(case)}
    expected = {case["id"] for case in cases if case["expected_result"] == "SUCCESS"}
    assert {name for name in accepted - expected if not any(re.search(rule, name) for rule in NOT_APPLICABLE)} == set()
    assert expected - accepted == STRICTER.keys()
