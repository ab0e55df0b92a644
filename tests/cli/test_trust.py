"""``credkit trust``, and whom the other commands trust."""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from credkit.cli.parsers import add_trust_options
from credkit.cli.trusting import Trust, named_policy, trust_of
from credkit.trust.origins import OFFICIAL
from credkit.trust.saved import SavedList, describe_list, list_saved, load_saved, save_list
from tests.cli.shell import Shell
from tests.forge import pki
from tests.forge.lists import SIGNERS, TSA, FakeNetwork, lote_bytes, service, simple_list, state

A, B, C = (pki.make_root(common_name=f"credkit test root {name}") for name in "abc")
ADDRESS = "https://example.com/list.pem"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> FakeNetwork:
    """What the commands find on the network."""
    found = FakeNetwork(dict(zip(OFFICIAL.values(), (simple_list([A.der, B.der]), simple_list([C.der], TSA)), strict=True)))
    monkeypatch.setattr("credkit.trust.http.HttpFetcher", lambda: found)
    return found


@pytest.fixture
def user(stranger: Shell) -> Shell:
    """Somebody with signed files, without an identity, and with three lists at hand."""
    stranger.write("a.pem", A.pem)
    stranger.write("b.json", simple_list([B.der]))
    stranger.write("c.der", C.der)
    return stranger.inside


def root_of(shell: Shell) -> Path:
    return shell.configuration / "credkit" / "identities" / "my-studio" / "root.pem"


def kept(user: Shell) -> list[str]:
    return [item.name for item in list_saved(user.configuration / "credkit")]


def saved(user: Shell, name: str) -> SavedList:
    return load_saved(name, user.configuration / "credkit")


# Adding and showing.


def test_the_official_lists_are_one_command_away(user: Shell, network: FakeNetwork) -> None:
    out = user.ok("trust", "add", "official").out
    assert out == '"C2PA Trust List" is kept: 2 anchors, for claimSigning.\n"C2PA TSA Trust List" is kept: 1 anchor, for timeStamping.\n'
    assert [request.url for request in network.asked] == list(OFFICIAL.values())
    assert kept(user) == [SIGNERS, TSA]
    assert "kept already: C2PA" in user.refused(1, "trust", "add", "official")
    assert len(network.asked) == 2


def test_neither_official_list_is_kept_when_one_is_not_to_be_had(user: Shell, network: FakeNetwork) -> None:
    network.answers = dict(list(network.answers.items())[:1])
    assert "the trust list is not at" in user.refused(1, "trust", "add", "official")
    assert kept(user) == []


@pytest.mark.parametrize("option", [("--name", "x"), ("--kind", "tsa"), ("--purpose", "claimSigning")])
def test_the_official_lists_bring_everything_with_them(user: Shell, network: FakeNetwork, option: tuple[str, ...]) -> None:
    assert "leave out --name, --kind and --purpose" in user.refused(2, "trust", "add", "official", *option)
    assert network.asked == []


def test_lists_of_ones_own(user: Shell, network: FakeNetwork) -> None:
    network.answers = {ADDRESS: A.pem + B.pem}
    for line in (
        ("a.pem", "--name", "Partners", "--kind", "signers", "--purpose", "emailProtection", "--purpose", "1.2.3"),
        ("b.json", "--name", "JSON"),
        (ADDRESS, "--name", "Far", "--kind", "tsa"),
        ("c.der", "--name", "One", "--kind", "allowed"),
        ("a.pem", "--name", "People", "--kind", "identities"),
        ("did:web:example.com", "--name", "Issuer"),
    ):
        user.ok("trust", "add", *line)
    assert kept(user) == ["Far", "Issuer", "JSON", "One", "Partners", "People"]
    assert set(saved(user, "Partners").purposes) == {pki.EMAIL_PROTECTION, "1.2.3"}
    assert saved(user, "Partners").origin == str(user.folder / "a.pem")
    assert saved(user, "JSON").kind == "signers"
    assert (saved(user, "Far").kind, saved(user, "Far").origin) == ("tsa", ADDRESS)
    assert saved(user, "Issuer").kind == "identity-issuer"
    shown = json.loads(user.ok("trust", "list", "--format", "json").out)
    assert [(one["name"], one["certificates"]) for one in shown] == [
        *(("Far", 2), ("Issuer", 0), ("JSON", 1)),
        *(("One", 1), ("Partners", 1), ("People", 1)),
    ]
    text = user.ok("trust", "list").out
    for words in ("2 anchors", "timeStamping", f"Far: from {ADDRESS}", "edition 1 of 2026-08-05", "1 certificate ", "did:web:example.com"):
        assert words in text


def test_what_is_left_out_of_a_list_is_told(user: Shell) -> None:
    user.write("partly.json", lote_bytes(service(state(X509SKIs=["AA=="])), service(state(A.der))))
    assert "  note: /LoTE/" in user.ok("trust", "add", "partly.json", "--name", "Partly").out


def test_names_cannot_steer_the_terminal(user: Shell) -> None:
    user.write("a\x1b[31m.pem", A.pem)
    user.ok("trust", "add", "a\x1b[31m.pem", "--name", "x", "--kind", "signers")
    assert "\x1b" not in user.ok("trust", "list").out


def test_nothing_is_kept_at_first(user: Shell) -> None:
    assert "credkit trust add official" in user.ok("trust", "list").out
    assert json.loads(user.ok("trust", "list", "--format", "json").out) == []
    assert "no trust list to bring up to date" in user.ok("trust", "update").out


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (("a.pem", "--kind", "signers"), 2, "--name"),
        (("a.pem", "--name", "x"), 3, "choose its kind"),
        (("a.pem", "--name", "x", "--kind", "signers", "--purpose", "everything"), 3, "is no extended key usage"),
        (("a.pem", "--name", "x", "--kind", "allowed", "--purpose", "emailProtection"), 3, "purposes go with lists"),
        (("b.json", "--name", "x", "--kind", "tsa"), 3, "speaks for claimSigning alone"),
        (("missing.pem", "--name", "x", "--kind", "signers"), 3, "missing.pem"),
        (("http://example.com/x", "--name", "x", "--kind", "signers"), 3, "is no https address"),
        ((ADDRESS, "--name", "x", "--kind", "signers"), 1, "the trust list is not at"),
        (("did:web:", "--name", "x"), 3, "is no DID"),
        (("did:web:example.com", "--name", "x", "--kind", "tsa"), 2, "leave out --kind"),
        (("a.pem", "--name", "", "--kind", "signers"), 3, "1 to 80 printable characters"),
        (("a.pem", "--name", "x", "--kind", "others"), 2, "--kind"),
    ],
)
def test_lists_that_cannot_be_kept(user: Shell, network: FakeNetwork, line: tuple[str, ...], code: int, words: str) -> None:
    assert words in user.refused(code, "trust", "add", *line)
    assert kept(user) == []


def test_removing(user: Shell) -> None:
    user.ok("trust", "add", "a.pem", "--name", "Partners", "--kind", "signers")
    assert "kept already" in user.refused(1, "trust", "add", "b.json", "--name", "Partners")
    assert '"Partners" is trusted no longer' in user.ok("trust", "remove", "Partners").out
    assert kept(user) == []
    assert 'no trust list "Partners" is kept' in user.refused(3, "trust", "remove", "Partners")


# Updating.


def test_an_update_tells_what_changed(user: Shell, network: FakeNetwork) -> None:
    user.ok("trust", "add", "official")
    network.answers = {**network.answers, OFFICIAL[SIGNERS]: simple_list([B.der, C.der], issued="2026-09-01T00:00:00Z")}
    out = user.ok("trust", "update").out
    assert '"C2PA Trust List" is new: 2 anchors; 1 came, 1 went, 0 vouch for another time.' in out
    assert "+ CN=credkit test root c,O=credkit test" in out
    assert "- CN=credkit test root a,O=credkit test" in out
    assert '"C2PA TSA Trust List" is as it was.' in out
    assert saved(user, SIGNERS).certificates == (B.der, C.der)
    assert user.ok("trust", "update", TSA).out == '"C2PA TSA Trust List" is as it was.\n'


def test_a_failed_update_keeps_the_old_list_and_goes_on(user: Shell, network: FakeNetwork) -> None:
    user.ok("trust", "add", "official")
    user.ok("trust", "add", "did:web:example.com", "--name", "Issuer")
    before = saved(user, SIGNERS)
    network.answers = {OFFICIAL[SIGNERS]: b"<html>", OFFICIAL[TSA]: simple_list([A.der], TSA)}
    done = user.run("trust", "update")
    assert done.code == 3
    assert f'"C2PA Trust List" stays as it was fetched on {before.fetched:%Y-%m-%d}' in done.sentence
    assert '"C2PA TSA Trust List" is new' in done.out
    assert saved(user, SIGNERS) == before
    network.answers = {OFFICIAL[TSA]: simple_list([A.der], TSA)}
    assert user.run("trust", "update").code == 1
    assert "no trust list" in user.refused(3, "trust", "update", "Nobody")


# Whom verify trusts.


def test_a_kept_list_counts(shell: Shell, user: Shell) -> None:
    user.ok("trust", "add", root_of(shell), "--name", "The studio", "--kind", "signers")
    out = user.ok("verify", "--require", "trusted", "signed.png").out
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert f'Trust list: "The studio" (fetched on {today}) (leave your own out with --no-own-trust).' in out
    assert user.run("verify", "-q", "--require", "trusted", "--no-own-trust", "signed.png").code == 1


def test_where_a_list_is_named_only_named_ones_count(shell: Shell, user: Shell) -> None:
    user.ok("trust", "add", root_of(shell), "--name", "The studio", "--kind", "signers")
    for named in (("--trust-list", "a.pem"), ("--tsa-list", "a.pem"), ("--allow", "a.pem"), ("--identity-issuer", "did:web:example.com")):
        assert user.run("verify", "-q", "--require", "trusted", "signed.png", *named).code == 1
        assert shell.inside.run("verify", "-q", "--require", "trusted", "signed.png", *named).code == 1
    assert user.run("verify", "-q", "--require", "trusted", "signed.png", "--trust-list", root_of(shell), "--tsa-list", "a.pem").code == 0
    out = user.ok("verify", "signed.png", "--tsa-list", "a.pem").out
    assert "Trust list: a.pem (time-stamps). None of it is for signers, so no signer can be called trusted." in out


def test_the_list_of_c2pa_is_named_in_the_report(user: Shell, network: FakeNetwork) -> None:
    one = pki.make_pki("es256", eku=(pki.CLAIM_SIGNING,))
    user.write("key.pem", user.keep_secret(one.key_pem), 0o600)
    user.write("chain.pem", one.chain_pem)
    user.ok("sign", "portrait.png", "-o", "own.png", "--created", "digitalCapture", "--key", "key.pem", "--certs", "chain.pem", "-q")
    network.answers = {**network.answers, OFFICIAL[SIGNERS]: simple_list([one.root.der], number=42)}
    user.ok("trust", "add", "official")
    assert user.run("verify", "-q", "--require", "trusted", "own.png").code == 0
    report = json.loads(user.ok("inspect", "own.png", "--format", "crjson").out)
    (used,) = _values(report, "trustListUris")
    assert used == [{"uri": "https://c2pa.org/trustlist", "type": "c2pa.trustList", "identifier": "42"}]


def _values(node: object, key: str) -> list[object]:
    """All values under a key, however deep."""
    if isinstance(node, dict):
        return [value for name, inner in node.items() for value in ([inner] if name == key else _values(inner, key))]
    return [value for inner in node for value in _values(inner, key)] if isinstance(node, list) else []


def test_exactly_the_certificates_of_allow(shell: Shell, user: Shell) -> None:
    chain = root_of(shell).with_name("chain.pem")
    assert user.run("verify", "-q", "--require", "trusted", "signed.png", "--allow", chain).code == 0
    assert user.run("verify", "-q", "--require", "trusted", "signed.png", "--allow", root_of(shell)).code == 1
    user.ok("trust", "add", chain, "--name", "The studio", "--kind", "allowed")
    assert user.run("verify", "-q", "--require", "trusted", "signed.png").code == 0


@pytest.mark.parametrize("option", ["--trust-list", "--tsa-list", "--allow", "--identity-list"])
def test_files_that_cannot_be_used_give_no_verdict(user: Shell, option: str) -> None:
    assert "missing.pem" in user.refused(3, "verify", "signed.png", option, "missing.pem")
    user.write("bad.json", b'{\n"LoTE": ]')
    assert "bad.json" in (sentence := user.refused(3, "verify", "signed.png", option, "bad.json"))
    assert "line 2, column 9" in sentence or option == "--allow"


def test_a_list_never_stands_in_for_another(user: Shell) -> None:
    assert "speaks for claimSigning alone" in user.refused(3, "verify", "signed.png", "--tsa-list", "b.json")
    assert "is no DID" in user.refused(3, "verify", "signed.png", "--identity-issuer", "example.com")


def test_a_damaged_list_gives_no_verdict_but_a_way_out(shell: Shell, user: Shell) -> None:
    user.ok("trust", "add", "a.pem", "--name", "Partners", "--kind", "signers")
    item = saved(user, "Partners")
    (user.configuration / "credkit" / "trust" / f"partners.{item.sha256}.list").write_bytes(B.pem)
    sentence = user.refused(3, "verify", "signed.png")
    assert "was changed since it was fetched" in sentence
    assert "--no-own-trust" in sentence
    assert user.run("verify", "-q", "signed.png", "--no-own-trust").code == 0
    assert user.run("verify", "-q", "signed.png", "--trust-list", root_of(shell), "--require", "trusted").code == 0
    user.ok("trust", "remove", "partners")
    assert user.run("verify", "-q", "signed.png").code == 0


def test_the_old_names_are_gone(user: Shell) -> None:
    for option in ("--trust", "--tsa-trust"):
        assert f"unrecognized arguments: {option}" in user.refused(3, "verify", "signed.png", option, "a.pem")


# In words.


def arguments(*line: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_trust_options(parser)
    return parser.parse_args(line)


def test_words_for_what_is_named(user: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(user.folder)
    line = (
        "--trust-list",
        "a.pem",
        "--tsa-list",
        "a.pem",
        "--allow",
        "c.der",
        "--identity-list",
        "a.pem",
        "--identity-issuer",
        "did:web:x.y",
    )
    found = trust_of(arguments(*line))
    assert found.words == (
        "Trust list: a.pem, a.pem (time-stamps), c.der (single certificates), a.pem (identities) and did:web:x.y (identities)."
    )
    assert found.policy == named_policy(arguments(*line))
    assert [len(group) for group in (found.policy.signers, found.policy.time_stamps, found.policy.identities)] == [1, 1, 1]
    assert (found.policy.identity_issuers, found.policy.allowed) == (("did:web:x.y",), (C.der,))
    assert named_policy(arguments()) is None
    assert trust_of(arguments("--no-own-trust")).words.startswith("Trust list: empty, so no signer can be called trusted; name one with")


@pytest.mark.parametrize(("days", "is_told"), [(0, False), (90, False), (91, True), (400, True)])
def test_old_lists_are_told(tmp_path: Path, days: int, is_told: bool) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    items = [
        describe_list(kind, A.pem if kind != "identity-issuer" else b"did:web:x.y", kind=kind, origin="did:web:x.y", fetched=now)
        for kind in ("signers", "allowed", "identity-issuer")
    ]
    for item in items:
        save_list(item, tmp_path)
    kept = list_saved(tmp_path)
    trust = Trust(policy=kept[-1].policy(), own=("My Studio",), kept=kept, now=now + timedelta(days=days))
    assert trust.words.startswith(
        'Trust list: your own identity "My Studio", "allowed" (single certificates, fetched on 2026-11-23), '
        '"identity-issuer" (did:web:x.y, kept on 2026-11-23) and "signers" (fetched on 2026-11-23) (leave your own out'
    )
    told = f' "signers" was fetched {days:,} days ago: bring it up to date with "credkit trust update".'
    assert (told in trust.words) is is_told
    assert trust.words.count("days ago") == is_told
