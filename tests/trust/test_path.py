from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.trust.certificate import Certificate, _parse
from credkit.trust.lists import Anchor, TrustList
from credkit.trust.path import PathResult
from credkit.trust.path import check_path as path_of
from credkit.trust.pem import pem_blocks
from credkit.trust.policy import TrustPolicy
from tests.forge import pki

NOW = pki.NOW
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def policy(*anchors: bytes, allowed: tuple[bytes, ...] = ()) -> TrustPolicy:
    return TrustPolicy(signers=(TrustList.of(*anchors),) if anchors else (), allowed=allowed)


def check_path(chain: tuple[bytes, ...], chosen: TrustPolicy, at: datetime, limits: Limits = DEFAULT_LIMITS) -> PathResult:
    return path_of(chain, chosen.signers, at, limits, allowed=chosen.allowed)


@pytest.mark.parametrize("algorithm", pki.ALGORITHMS)
@pytest.mark.parametrize("intermediate", [True, False])
def test_chains_of_every_algorithm(algorithm, intermediate):
    chain = pki.make_pki(algorithm, intermediate=intermediate)
    result = check_path(chain.chain, policy(chain.root.der), NOW)
    assert result.trusted
    assert result.trusted_ignoring_time
    assert result.anchor == Certificate.parse(chain.root.der).subject
    assert result.reason == f"the certificate of the signer leads to the trust anchor {result.anchor}"
    assert result.path == (*chain.chain, chain.root.der)
    assert result.not_before == max(Certificate.parse(der).not_before for der in result.path)
    assert result.not_after == Certificate.parse(chain.leaf).not_after


@pytest.mark.parametrize("leaf", pki.ALGORITHMS[:5])
@pytest.mark.parametrize("issuer", pki.ALGORITHMS[:5])
def test_every_kind_of_issuer_for_every_kind_of_key(leaf, issuer):
    chain = pki.make_pki(leaf, root=pki.make_root(issuer))
    assert check_path(chain.chain, policy(chain.root.der), NOW).trusted


def test_without_anchors_nobody_is_trusted():
    result = check_path(pki.default_pki().chain, TrustPolicy.none(), NOW)
    assert not result.trusted
    assert not result.trusted_ignoring_time
    assert result.anchor is None
    assert result.path == ()
    assert result.reason == "no trust anchors are configured"
    assert result.not_after == Certificate.parse(pki.default_pki().leaf).not_after


def test_another_authority_of_the_same_name_is_not_the_anchor():
    mine, other = pki.make_root(common_name="Twin"), pki.make_root(common_name="Twin")
    result = check_path(pki.make_pki(root=mine).chain, policy(other.der), NOW)
    assert not result.trusted
    assert not result.trusted_ignoring_time


@pytest.mark.parametrize("position", range(5))
def test_among_authorities_of_the_same_name_the_right_one_is_found(position):
    twins = [pki.make_root("es256", common_name="Twin") for _ in range(5)]
    chain = pki.make_pki("es256", root=twins[position])
    result = check_path(chain.chain, policy(*(twin.der for twin in twins)), NOW)
    assert result.trusted
    assert result.path[-1] == twins[position].der


def test_certificates_without_key_identifiers_are_refused():
    root = pki.make_root("es256", key_identifiers=False)
    chain = pki.make_pki("es256", root=root, aki=False)
    assert "not acceptable" in check_path(chain.chain, policy(root.der), NOW).reason


def test_a_root_that_the_signature_brings_is_no_anchor():
    chain = pki.make_pki(intermediate=True)
    brought = (*chain.chain, chain.root.der)
    assert not check_path(brought, policy(pki.make_root().der), NOW).trusted
    assert check_path(brought, policy(chain.root.der), NOW).trusted


def test_a_subordinate_authority_may_be_the_anchor():
    chain = pki.make_pki(intermediate=True)
    assert chain.intermediate is not None
    result = check_path(chain.chain, policy(chain.intermediate.der), NOW)
    assert result.trusted
    assert result.path == chain.chain
    assert check_path((chain.leaf,), policy(chain.intermediate.der), NOW).trusted


def test_a_missing_intermediate_breaks_the_path():
    chain = pki.make_pki(intermediate=True)
    result = check_path((chain.leaf,), policy(chain.root.der), NOW)
    assert not result.trusted
    assert result.reason == "the certificate of the signer leads to none of the trust anchors"


def test_the_certificate_of_a_signer_is_no_anchor_but_may_be_chosen():
    chain = pki.make_pki()
    assert not check_path(chain.chain, policy(chain.leaf), NOW).trusted
    result = check_path(chain.chain, policy(allowed=(chain.leaf,)), NOW)
    assert result.trusted
    assert result.anchor is None
    assert result.path == (chain.leaf,)
    assert "you chose" in result.reason
    assert not check_path(pki.make_pki(root=chain.root).chain, policy(allowed=(chain.leaf,)), NOW).trusted


def test_a_self_signed_signer_is_trusted_only_when_chosen():
    leaf = pki.make_pki(self_signed=True).leaf
    assert not check_path((leaf,), policy(leaf), NOW).trusted
    assert not check_path((leaf,), policy(pki.make_root().der), NOW).trusted
    assert check_path((leaf,), policy(allowed=(leaf,)), NOW).trusted


def test_a_chosen_certificate_issues_nothing():
    middle = pki.make_authority(issuer=pki.make_root())
    chain = pki.make_pki(issuer=middle, root=middle)
    assert not check_path(chain.chain, policy(allowed=(middle.der,)), NOW).trusted


def test_an_end_entity_does_not_issue():
    root = pki.make_root()
    thief = pki.make_pki(root=root)
    certificate = x509.load_der_x509_certificate(thief.leaf)
    forged = pki.make_pki(root=root, issuer=pki.Authority(certificate=certificate, key=thief.key, algorithm="ed25519"))
    result = check_path((forged.leaf, thief.leaf), policy(root.der), NOW)
    assert not result.trusted
    assert not result.trusted_ignoring_time


def test_a_forged_signature_of_the_issuer():
    chain = pki.make_pki()
    forged = chain.leaf[:-1] + bytes((chain.leaf[-1] ^ 1,))
    result = check_path((forged,), policy(chain.root.der), NOW)
    assert not result.trusted_ignoring_time
    assert result.reason == "the signature of an issuer in the certificate chain does not verify"


def test_the_length_of_a_path_can_be_bounded_by_its_authorities():
    root = pki.make_root(path_length=0)
    assert check_path(pki.make_pki(root=root).chain, policy(root.der), NOW).trusted
    result = check_path(pki.make_pki(root=root, intermediate=True).chain, policy(root.der), NOW)
    assert not result.trusted
    assert "not acceptable (path length constraint exceeded)" in result.reason


@pytest.mark.parametrize(
    ("offset", "trusted"),
    [(-2 * DAY, True), (-2 * DAY - SECOND, False), (-DAY, True), (DAY, True), (DAY + SECOND, False), (timedelta(0), True)],
)
def test_trust_is_judged_at_the_reference_time(offset, trusted):
    chain = pki.make_pki(not_before=NOW - 2 * DAY, not_after=NOW + DAY)
    result = check_path(chain.chain, policy(chain.root.der), NOW + offset)
    assert result.trusted is trusted
    assert result.trusted_ignoring_time
    assert result.anchor is not None
    assert (result.not_before, result.not_after) == (NOW - 2 * DAY, NOW + DAY)
    if not trusted:
        assert result.reason == "a certificate on the way from the signer to the trust anchor was not valid at that time"


@pytest.mark.parametrize("spoiled", ["root", "intermediate"])
def test_an_authority_out_of_time(spoiled):
    period = {"not_before": NOW - 20 * DAY, "not_after": NOW - 10 * DAY}
    root = pki.make_root(**(period if spoiled == "root" else {}))
    middle = pki.make_authority(issuer=root, **(period if spoiled == "intermediate" else {}))
    chain = pki.make_pki(root=root, issuer=middle, not_before=NOW - 30 * DAY)
    result = check_path(chain.chain, policy(root.der), NOW)
    assert not result.trusted
    assert result.trusted_ignoring_time
    assert (result.not_before, result.not_after) == (NOW - 20 * DAY, NOW - 10 * DAY)
    assert check_path(chain.chain, policy(root.der), NOW - 15 * DAY).trusted


def test_a_stray_certificate_does_not_shorten_the_period():
    chain = pki.make_pki(intermediate=True)
    stray = pki.make_root(common_name="Stray", not_before=NOW - 20 * DAY, not_after=NOW - 10 * DAY)
    result = check_path((*chain.chain, stray.der), TrustPolicy.none(), NOW)
    assert result.not_after == Certificate.parse(chain.leaf).not_after
    assert check_path((*chain.chain, stray.der), policy(chain.root.der), NOW).trusted


def test_an_untrusted_chain_has_the_period_of_all_that_hangs_together():
    root = pki.make_root()
    middle = pki.make_authority(issuer=root, not_before=NOW - 3 * DAY, not_after=NOW + 3 * DAY)
    chain = pki.make_pki(root=root, issuer=middle)
    result = check_path(chain.chain, TrustPolicy.none(), NOW)
    assert (result.not_before, result.not_after) == (NOW - DAY, NOW + 3 * DAY)


def long_chain(count: int) -> tuple[bytes, tuple[bytes, ...]]:
    """Root and a chain of ``count`` certificates."""
    root = authority = pki.make_root()
    above: list[bytes] = []
    for number in range(count - 1):
        authority = pki.make_authority(issuer=authority, common_name=f"Step {number}")
        above.insert(0, authority.der)
    return root.der, (pki.make_leaf(authority, pki.new_key("ed25519")), *above)


def test_sixteen_certificates_are_allowed_and_no_more():
    root, chain = long_chain(16)
    assert check_path(chain, policy(root), NOW).trusted
    root, chain = long_chain(17)
    result = check_path(chain, policy(root), NOW)
    assert not result.trusted
    assert result.reason == "the signature brings 17 certificates, 16 are allowed"
    assert result.not_after is not None
    assert check_path(chain, policy(root), NOW, Limits(certificates=17)).trusted


def test_authorities_that_issue_each_other_end():
    first_key, second_key = pki.new_key("ed25519"), pki.new_key("ed25519")
    one = pki.make_authority(common_name="One", key=first_key)
    two = pki.make_authority(common_name="Two", key=second_key, issuer=one)
    looped = pki.make_authority(common_name="One", key=first_key, issuer=two)
    chain = pki.make_pki(root=one, issuer=looped)
    result = check_path((chain.leaf, looped.der, two.der, looped.der), policy(pki.make_root().der), NOW)
    assert not result.trusted
    assert check_path((chain.leaf, looped.der, two.der), policy(one.der), NOW).trusted


def test_many_authorities_of_one_name_end():
    twins = [pki.make_authority(common_name="Twin", issuer=pki.make_root(common_name="Twin"), key_identifiers=False) for _ in range(15)]
    leaf = pki.make_leaf(twins[0], pki.new_key("ed25519"))
    assert not check_path((leaf, *(twin.der for twin in twins)), policy(*(twin.der for twin in twins[1:])), NOW).trusted


def test_a_long_list_is_read_once_however_many_signers_ask() -> None:
    root = pki.make_root(common_name="the right one")
    others = [pki.make_root(common_name=f"credkit test root {number}").der for number in range(300)]
    chosen = policy(*others, root.der)
    signers = [pki.make_pki(root=root) for _ in range(3)]
    assert check_path(signers[0].chain, chosen, NOW).trusted
    read = _parse.cache_info().misses
    assert all(check_path(signer.chain, chosen, NOW + SECOND).trusted for signer in signers)
    assert _parse.cache_info().misses - read < 20


def test_policies_of_one_process_know_nothing_of_each_other() -> None:
    root, other = pki.make_root(), pki.make_root("es256")
    chain = pki.make_pki(root=root).chain
    late = TrustPolicy(signers=(TrustList(anchors=(Anchor(der=root.der, not_before=NOW + DAY),)),))
    for _ in range(3):
        found = [check_path(chain, item, NOW).trusted for item in (policy(root.der), policy(other.der), late, policy(allowed=(chain[0],)))]
        assert found == [True, False, False, True]


def test_broken_certificates_in_the_middle_are_left_out():
    chain = pki.make_pki(intermediate=True)
    garbage = (b"", b"\x30\x00", b"garbage", chain.leaf[:-1])
    result = check_path((chain.leaf, *garbage, *chain.chain[1:]), policy(chain.root.der), NOW)
    assert result.trusted
    assert result.path == (*chain.chain, chain.root.der)


@pytest.mark.parametrize("leaf", [b"", b"\x30\x00", b"garbage"])
def test_a_broken_signer_is_not_replaced_by_the_next(leaf):
    chain = pki.make_pki()
    result = check_path((leaf, chain.leaf), policy(chain.root.der, b"", b"garbage"), NOW)
    assert not result.trusted
    assert result.reason == "the certificate of the signer cannot be read"
    assert (result.not_before, result.not_after) == (None, None)


def test_no_certificate_at_all():
    result = check_path((), policy(pki.make_root().der), NOW)
    assert not result.trusted
    assert result.reason == "the signature names no certificate"


def test_anchors_that_cannot_be_read_are_left_out():
    chain = pki.make_pki()
    assert check_path(chain.chain, policy(b"", b"garbage", chain.root.der), NOW).trusted
    assert not check_path(chain.chain, policy(b"garbage"), NOW).trusted


def test_weak_links_are_not_trusted():
    root = pki.make_root("es256")
    old = pki.make_authority("es256", issuer=root, signature_hash=hashes.SHA224())
    short = pki.make_authority("ps256", issuer=root, key=pki.rsa_key(1024))
    curve = pki.make_authority("es256", issuer=root, key=ec.generate_private_key(ec.SECP224R1()))
    for issuer, words in (
        (old, "a certificate was signed by its issuer with an algorithm that is not safe"),
        (short, "an issuer has an RSA key of only 1024 bits"),
        (curve, "an issuer has an elliptic curve key of only 224 bits"),
    ):
        result = check_path(pki.make_pki("es256", root=root, issuer=issuer).chain, policy(root.der), NOW)
        assert not result.trusted
        assert not result.trusted_ignoring_time
        assert result.reason == f"the certificate chain is not acceptable ({words})"


def test_an_unknown_critical_extension_of_an_authority_breaks_the_path():
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    chain = pki.make_pki(extensions=[(unknown, True)])
    result = check_path(chain.chain, policy(chain.root.der), NOW)
    assert not result.trusted
    assert "unhandled critical extension" in result.reason


def test_only_lists_for_a_purpose_of_the_signer_are_asked():
    chain = pki.make_pki(eku=[pki.SERVER_AUTH])
    result = check_path(chain.chain, policy(chain.root.der), NOW)
    assert not result.trusted
    assert result.reason == "no trust list is for the purposes of the signer's certificate"
    other = TrustList.of(chain.root.der, purposes=frozenset({pki.SERVER_AUTH}), name="servers")
    assert path_of(chain.chain, (TrustList.of(chain.root.der), other), NOW).trust_list == other


@pytest.mark.parametrize(("start", "end", "trusted"), [(0, 0, True), (None, 0, True), (0, None, True), (1, None, False), (None, -1, False)])
def test_an_anchor_vouches_within_its_window_alone(start, end, trusted):
    chain = pki.make_pki()
    window = [None if days is None else NOW + days * SECOND for days in (start, end)]
    listed = TrustList(anchors=(Anchor(der=chain.root.der, not_before=window[0], not_after=window[1]),))
    result = path_of(chain.chain, (listed,), NOW)
    assert result.trusted is trusted
    assert result.trusted_ignoring_time
    assert "does not let the trust anchor" in result.reason or trusted


def test_the_answer_does_not_depend_on_repetition():
    chain = pki.make_pki()
    assert check_path(chain.chain, policy(chain.root.der), NOW) == check_path(chain.chain, policy(chain.root.der), NOW)


@pytest.mark.parametrize("version", [0, 1, 3, 10, 127])
def test_an_authority_of_another_version_than_3_is_refused(version):
    """OpenSSL takes every number from 3 on for a certificate with extensions."""
    chain = pki.make_pki("es256", intermediate=True)

    def change(fields):
        fields[0] = pki.tlv(0xA0, pki.tlv(0x02, bytes((version,))))

    middle = pki.resigned(chain.intermediate.der, chain.root.key, change)
    result = check_path((chain.leaf, middle), policy(chain.root.der), NOW)
    assert not result.trusted
    assert f"of X.509 version {version + 1}, not 3)" in result.reason or version < 2
    same = pki.resigned(chain.intermediate.der, chain.root.key, lambda _: None)
    assert check_path((chain.leaf, same), policy(chain.root.der), NOW).trusted


def test_a_flag_that_is_neither_true_nor_false_is_refused():
    """0xEF is true in BER; two readers that disagree about it would disagree about what is critical."""
    chain = pki.make_pki("es256", intermediate=True)

    def change(fields):
        assert b"\x01\x01\xff" in fields[-1]
        fields[-1] = fields[-1].replace(b"\x01\x01\xff", b"\x01\x01\xef")

    middle = pki.resigned(chain.intermediate.der, chain.root.key, change)
    assert not check_path((chain.leaf, middle), policy(chain.root.der), NOW).trusted


def test_a_certificate_within_a_larger_limit():
    limits = replace(DEFAULT_LIMITS, certificate_size=1 << 20)
    extra = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), bytes(100_000))
    chain = pki.make_pki("es256", intermediate=True, extensions=((extra, False),))
    assert check_path(chain.chain, policy(chain.root.der), NOW, limits).trusted
    assert not check_path(chain.chain, policy(chain.root.der), NOW).trusted


GOOD = pki.make_pki("es256", intermediate=True)


@given(st.lists(st.one_of(st.binary(max_size=100), st.sampled_from([*GOOD.chain, GOOD.root.der])), max_size=20), st.booleans())
@settings(max_examples=100, deadline=None)
def test_any_chain_of_any_bytes_has_an_answer(chain, with_anchor):
    result = check_path(tuple(chain), policy(GOOD.root.der) if with_anchor else TrustPolicy.none(), NOW)
    if result.trusted:
        assert with_anchor
        assert chain[0] in GOOD.chain


@given(st.integers(0, 1), st.integers(0, 1000), st.integers(1, 255))
@settings(max_examples=100, deadline=None)
def test_no_changed_byte_of_a_chain_is_trusted(which, position, flip):
    chain = list(GOOD.chain)
    changed = bytearray(chain[which])
    changed[position % len(changed)] ^= flip
    chain[which] = bytes(changed)
    assert not check_path(tuple(chain), policy(GOOD.root.der), NOW).trusted


def test_chains_of_the_reference(corpus):
    anchors = TrustPolicy.of(corpus / "trust" / "c2pa-rs_test_cert_root_bundle.pem")
    official = TrustPolicy.of(corpus / "trust" / "C2PA-TRUST-LIST.pem")
    for path in sorted(corpus.glob("certs/*.pub")):
        chain = tuple(block.der for block in pem_blocks(path.read_bytes()))
        at = Certificate.parse(chain[0]).not_before + DAY
        assert check_path(chain, anchors, at).trusted, path.name
        assert not check_path(chain, official, at).trusted_ignoring_time, path.name
