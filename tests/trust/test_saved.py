from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from credkit import configuration
from credkit.errors import CredentialError, CredkitError, FetchError, OutputError, TrustError
from credkit.limits import Limits
from credkit.resources import read_schema
from credkit.trust import saved
from credkit.trust.lists import TSA_PURPOSES
from credkit.trust.origins import OFFICIAL, is_address, official_lists, origin_of, read_origin, update_saved
from credkit.trust.policy import IDENTITY_PURPOSES, TrustPolicy
from credkit.trust.profile import CLAIM_SIGNING, DEFAULT_PURPOSES, EMAIL_PROTECTION
from credkit.trust.saved import (
    SavedList,
    checked_did,
    describe_list,
    list_saved,
    load_saved,
    remove_saved,
    save_list,
    saved_policy,
    trust_directory,
)
from tests.forge import pki
from tests.forge.lists import SIGNERS, TSA, FakeNetwork, lote_bytes, service, simple_list, state

A, B, C = (pki.make_root(common_name=f"credkit test root {name}") for name in "abc")
LEAF = pki.make_pki().leaf
NOW = datetime(2026, 11, 23, 12, 0, 0, 123, tzinfo=UTC)
ADDRESS = "https://example.com/list"
DID = "did:web:example.com"
posix = pytest.mark.skipif(os.name != "posix", reason="file modes of this kind exist on POSIX only")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "configuration"


def made(data: bytes = A.pem, name: str = "A list", kind: Any = "signers", origin: str = ADDRESS, **more: Any) -> SavedList:
    return describe_list(name, data, kind=kind, origin=origin, fetched=NOW, **more)


def kept(folder: Path, *arguments: Any, **options: Any) -> SavedList:
    item = made(*arguments, **options)
    save_list(item, folder)
    return item


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(trust_directory(folder).iterdir())}


# Describing.


def test_what_is_kept_of_a_list():
    item = made()
    assert item.describe() == {
        "version": 1,
        "name": "A list",
        "kind": "signers",
        "purposes": sorted(DEFAULT_PURPOSES),
        "origin": ADDRESS,
        "fetched": "2026-11-23T12:00:00Z",
        "sha256": sha256(A.pem).hexdigest(),
        "edition": None,
        "issued": None,
        "uri": None,
    }


def test_an_official_list_says_its_kind_edition_and_purpose():
    signers = made(simple_list([A.der], number=3), kind=None)
    assert (signers.kind, signers.purposes, signers.edition, signers.uri) == (
        "signers",
        (CLAIM_SIGNING,),
        "3",
        "https://c2pa.org/trustlist",
    )
    assert signers.describe()["issued"] == "2026-08-05T00:11:39Z"
    assert made(simple_list([A.der], TSA), kind=None).kind == "tsa"


def test_a_list_that_does_not_say_its_kind_needs_one():
    for data in (A.pem, simple_list([A.der], "Another List")):
        with pytest.raises(TrustError, match=f"{ADDRESS} does not say what it is for: choose its kind, which is one of signers, tsa,"):
            made(data, kind=None)


@pytest.mark.parametrize(
    ("kind", "data", "policy"),
    [
        ("signers", A.pem, TrustPolicy.of(A.pem)),
        ("tsa", A.pem, TrustPolicy.of(tsa=[A.pem])),
        ("identities", A.pem, TrustPolicy.of(identities=[A.pem])),
        ("allowed", LEAF, TrustPolicy.of(allowed=[LEAF])),
        ("identity-issuer", DID.encode(), TrustPolicy.of(identity_issuers=[DID])),
    ],
)
def test_each_kind_is_trusted_for_what_it_is(folder, kind, data, policy):
    item = kept(folder, data, kind=kind, origin=DID if kind == "identity-issuer" else ADDRESS)
    (read,) = list_saved(folder)
    assert read == replace(item, data=data)
    found = read.policy()
    for name in ("signers", "time_stamps", "identities"):
        assert [one.anchors for one in getattr(found, name)] == [one.anchors for one in getattr(policy, name)]
        assert [one.purposes for one in getattr(found, name)] == [one.purposes for one in getattr(policy, name)]
        assert all(one.name == "A list" for one in getattr(found, name))
    assert (found.allowed, found.identity_issuers) == (policy.allowed, policy.identity_issuers)
    assert found.is_configured is (kind in ("signers", "allowed"))


def test_purposes_that_the_user_chose(folder):
    kept(folder, purposes=frozenset({EMAIL_PROTECTION}))
    assert list_saved(folder)[0].anchors.purposes == {EMAIL_PROTECTION}
    with pytest.raises(TrustError, match="speaks for claimSigning alone"):
        made(simple_list([A.der]), purposes=frozenset({EMAIL_PROTECTION}))
    with pytest.raises(TrustError, match="purposes go with lists of authorities"):
        made(LEAF, kind="allowed", purposes=frozenset({EMAIL_PROTECTION}))
    assert made(kind="tsa").purposes == tuple(TSA_PURPOSES)
    assert set(made(kind="identities").purposes) == IDENTITY_PURPOSES


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\nb", "a\x1b[31m"])
def test_unfit_names(name):
    with pytest.raises(TrustError, match="1 to 80 printable characters"):
        made(name=name)


def test_the_longest_name_and_one_that_has_no_latin_letter(folder):
    assert made(name=" " + "x" * 80 + " ").name == "x" * 80
    item = kept(folder, name="署名者")
    assert item.slug.startswith("list-")
    assert set(files(folder)) == {f"{item.slug}.json", f"{item.slug}.{item.sha256}.list"}
    assert load_saved("署名者", folder) == item


@pytest.mark.parametrize("data", [b"", b"nothing", b"{", A.der[:-1], A.pem[:-30]])
@pytest.mark.parametrize("kind", ["signers", "allowed"])
def test_bytes_that_cannot_be_used_are_refused_with_their_origin(data, kind):
    with pytest.raises(TrustError, match=ADDRESS):
        made(data, kind=kind)


@pytest.mark.parametrize("text", ["did:web:example.com", "did:jwk:eyJrdHkiOiJFQyJ9", "did:web:localhost%3A8443:issuer"])
def test_dids(text):
    assert checked_did(text) == text


@pytest.mark.parametrize(
    "text", ["", "did:", "did:web:", "did:WEB:x", "web:example.com", "did:web:a b", "did:web:a\n", "did:web:" + "a" * 2048]
)
def test_texts_that_are_no_dids(text):
    with pytest.raises(TrustError, match="is no DID such as did:web:example.com"):
        checked_did(text)
    with pytest.raises(TrustError, match="is no DID"):
        made(text.encode(), kind="identity-issuer", origin=text)


# Keeping.


def test_descriptions_follow_the_schema(folder):
    schema = json.loads(read_schema("saved-list.schema.json"))
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    jsonschema.Draft202012Validator.check_schema(schema)
    kept(folder, simple_list([A.der]), name="1", kind=None)
    kept(folder, name="2")
    kept(folder, LEAF, name="3", kind="allowed")
    kept(folder, DID.encode(), name="4", kind="identity-issuer", origin=DID)
    described = [json.loads(data) for name, data in files(folder).items() if name.endswith(".json")]
    assert len(described) == 4
    for one in described:
        validator.validate(one)
        assert set(one) | {"certificates"} == set(schema["properties"])
    assert not validator.is_valid({**described[0], "kind": "others"})


def test_a_list_is_kept_as_it_came(folder):
    item = kept(folder, name="Zoë's Partners")
    assert files(folder) == {
        "zoe-s-partners.json": json.dumps(item.describe(), indent=2, ensure_ascii=False).encode() + b"\n",
        f"zoe-s-partners.{item.sha256}.list": A.pem,
    }
    assert load_saved("Zoë's Partners", folder) == load_saved("zoe-s-partners", folder) == list_saved(folder)[0]


@posix
def test_only_the_user_can_read_it(folder):
    kept(folder)
    for path in (trust_directory(folder), *trust_directory(folder).iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_a_name_that_is_taken_is_refused(folder):
    kept(folder)
    before = files(folder)
    with pytest.raises(OutputError, match='a trust list "A list" is kept already'):
        kept(folder, B.pem)
    assert files(folder) == before


def test_a_list_in_the_place_of_another(folder):
    kept(folder)
    item = made(B.pem)
    save_list(item, folder, replacing=True)
    assert set(files(folder)) == {"a-list.json", f"a-list.{item.sha256}.list"}
    assert load_saved("A list", folder).certificates == (B.der,)


def test_removing(folder):
    kept(folder)
    kept(folder, B.pem, name="A list 2")
    remove_saved("A list", folder)
    assert [item.name for item in list_saved(folder)] == ["A list 2"]
    assert len(files(folder)) == 2
    with pytest.raises(TrustError, match='no trust list "A list" is kept; there are: "A list 2"'):
        remove_saved("A list", folder)
    with pytest.raises(TrustError, match="there are: none yet"):
        load_saved("A list", folder / "elsewhere")


def test_nothing_is_kept_at_first(folder):
    assert list_saved(folder) == ()
    assert saved_policy(list_saved(folder)) == TrustPolicy.none()


def test_a_user_without_a_home_folder_keeps_nothing(monkeypatch):
    def none() -> Path:
        raise CredentialError("there is no home folder")

    monkeypatch.setattr(saved, "configuration_directory", none)
    assert list_saved() == ()
    with pytest.raises(CredentialError):
        save_list(made())


def test_the_configuration_folder_is_the_place(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    save_list(made())
    assert trust_directory() == tmp_path / "credkit" / "trust"
    assert [item.name for item in list_saved()] == ["A list"]


def test_a_policy_of_several_lists():
    policy = saved_policy([made(), made(B.pem, name="B"), made(C.pem, kind="tsa"), made(LEAF, kind="allowed")])
    assert [item.name for item in policy.signers] == ["A list", "B"]
    assert [item.anchors[0].der for item in policy.time_stamps] == [C.der]
    assert policy.allowed == (LEAF,)


@pytest.mark.parametrize("step", ["data", "description"])
def test_a_disk_that_fails_leaves_the_old_list(folder, monkeypatch, step):
    item = kept(folder)
    before = files(folder)
    real = configuration.write_private_file

    def failing(path: Path, data: bytes) -> None:
        if (data[:1] == b"{") is (step == "description"):
            raise OSError(28, "No space left on device")
        real(path, data)

    monkeypatch.setattr(configuration, "write_private_file", failing)
    with pytest.raises(OutputError, match="cannot be written to .*: No space left on device"):
        save_list(made(B.pem), folder, replacing=True)
    assert load_saved("A list", folder) == item
    assert files(folder) == before


# Reading back.


def damage(folder: Path, **changes: Any) -> Path:
    kept(folder)
    path = trust_directory(folder) / "a-list.json"
    described = json.loads(path.read_bytes()) | changes
    path.write_text(json.dumps({key: value for key, value in described.items() if value != "gone"}))
    return path


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 2}, 'field "version" should be 1'),
        ({"version": "gone"}, 'field "version" is missing'),
        ({"kind": "others"}, 'field "kind" should be one of signers,'),
        ({"sha256": "../../secret"}, 'field "sha256" should be 64 hexadecimal digits'),
        ({"sha256": 5}, 'field "sha256" should be text'),
        ({"purposes": [5]}, 'field "purposes" should be texts'),
        ({"fetched": "gone"}, 'field "fetched" is missing'),
        ({"fetched": "2026-11-23"}, 'field "fetched" should be a time'),
        ({"issued": "?"}, 'field "issued" should be a time'),
        ({"name": None}, 'field "name" is missing'),
        ({"edition": "two"}, 'field "edition" should be a number in decimal digits'),
        ({"edition": "-1"}, 'field "edition" should be a number in decimal digits'),
        ({"edition": "1" * 41}, 'field "edition" should be a number in decimal digits'),
        ({"edition": 2}, 'field "edition" should be text'),
    ],
)
def test_damaged_descriptions(folder, changes, words):
    path = damage(folder, **changes)
    with pytest.raises(TrustError) as caught:
        list_saved(folder)
    for part in (str(path), "is damaged", words, 'remove it with "credkit trust remove a-list"'):
        assert part in str(caught.value)
    remove_saved("a-list", folder)
    assert list_saved(folder) == ()


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000, b"5", b" " * (65 << 10)])
def test_descriptions_that_are_none(folder, data):
    damage(folder).write_bytes(data)
    with pytest.raises(TrustError, match="is damaged"):
        list_saved(folder)


def test_changed_bytes_are_noticed(folder):
    item = kept(folder)
    (trust_directory(folder) / f"a-list.{item.sha256}.list").write_bytes(A.pem + B.pem)
    with pytest.raises(TrustError, match="was changed since it was fetched"):
        list_saved(folder)


def test_missing_bytes_are_noticed(folder):
    item = kept(folder)
    (trust_directory(folder) / f"a-list.{item.sha256}.list").unlink()
    with pytest.raises(TrustError, match="cannot be read"):
        list_saved(folder)


def test_a_list_that_is_replaced_while_it_is_read(folder, monkeypatch):
    kept(folder)
    real, calls = saved._described, []

    def slow(path: Path) -> SavedList:
        found = real(path)
        if not calls:
            save_list(made(B.pem), folder, replacing=True)
        calls.append(path)
        return found

    monkeypatch.setattr(saved, "_described", slow)
    assert load_saved("A list", folder).certificates == (B.der,)


# Origins.


@pytest.mark.parametrize("source", ["http://example.com/x", "ftp://example.com/x", "HTTP://example.com"])
def test_addresses_without_https_are_refused(source):
    assert is_address(source)
    with pytest.raises(TrustError, match="is no https address"):
        origin_of(source)


def test_how_sources_are_pinned(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert origin_of(ADDRESS) == ADDRESS
    assert origin_of(DID) == DID
    assert origin_of("list.pem") == str(tmp_path / "list.pem")


def test_reading_origins(tmp_path):
    (tmp_path / "list.pem").write_bytes(A.pem)
    assert read_origin(str(tmp_path / "list.pem"), None) == A.pem
    assert read_origin(DID, None) == DID.encode()
    network = FakeNetwork({ADDRESS: B.pem})
    assert read_origin(ADDRESS, network) == B.pem
    (request,) = network.asked
    assert (request.origin, request.most, request.plain_http, request.what) == ("user", 16 << 20, False, "the trust list")
    with pytest.raises(FetchError, match="is on the network"):
        read_origin(ADDRESS, None)
    with pytest.raises(TrustError, match="cannot be read"):
        read_origin(str(tmp_path / "none.pem"), None)
    few = Limits(trust_list_size=len(A.pem) - 1)
    with pytest.raises(TrustError, match="too large"):
        read_origin(str(tmp_path / "list.pem"), None, few)
    read_origin(ADDRESS, network, few)
    assert network.asked[-1].most == len(A.pem) - 1


@pytest.mark.parametrize(("error", "words"), [(OSError(5, "Input/output error"), "Input/output error"), (OSError("odd"), "odd")])
def test_a_folder_that_cannot_be_read(folder, monkeypatch, error, words):
    kept(folder)
    monkeypatch.setattr(Path, "iterdir", lambda _: (_ for _ in ()).throw(error))
    with pytest.raises(TrustError) as caught:
        list_saved(folder)
    assert str(caught.value) == f"the folder {trust_directory(folder)} cannot be read: {words}"


def official(**changed: bytes) -> FakeNetwork:
    answers = {"signers": simple_list([A.der, B.der]), "tsa": simple_list([C.der], TSA)} | changed
    return FakeNetwork(dict(zip(OFFICIAL.values(), (answers["signers"], answers["tsa"]), strict=True)))


def test_the_official_lists():
    signers, tsa = official_lists(official(), NOW)
    assert (signers.name, signers.kind, signers.purposes, len(signers.certificates)) == (SIGNERS, "signers", (CLAIM_SIGNING,), 2)
    assert (tsa.name, tsa.kind, tsa.purposes) == (TSA, "tsa", tuple(TSA_PURPOSES))
    assert {item.origin for item in (signers, tsa)} == set(OFFICIAL.values())
    assert all(item.origin.startswith("https://") for item in (signers, tsa))
    assert signers.policy().signers[0].uri == "https://c2pa.org/trustlist"
    assert tsa.policy().time_stamps[0].uri == "https://c2pa.org/trustlist-tsa"


@pytest.mark.parametrize(
    "network",
    [
        official(signers=simple_list([C.der], TSA)),
        official(tsa=simple_list([C.der])),
        official(tsa=C.pem),
        official(signers=simple_list([A.der], "Another List")),
        official(signers=b"<html>"),
        FakeNetwork(),
    ],
)
def test_something_else_at_the_official_address_is_refused(network):
    with pytest.raises(CredkitError):
        official_lists(network, NOW)


# Updating.

LATER = NOW + timedelta(days=30)


def updated(folder: Path, item: SavedList, data: bytes):
    return update_saved(item, FakeNetwork({ADDRESS: data}), folder, now=LATER)


def test_an_update_tells_who_came_and_went(folder):
    item = kept(folder, simple_list([A.der, B.der]), kind=None)
    windowed = lote_bytes(service(state(B.der, start="2026-01-01T00:00:00Z")), service(state(C.der)), issued="2026-09-01T00:00:00Z")
    changes = updated(folder, item, windowed)
    for name, group in (("c", changes.came), ("a", changes.went), ("b", changes.changed)):
        assert group == (f"CN=credkit test root {name},O=credkit test",)
    assert not changes.is_same
    assert load_saved("A list", folder) == changes.after
    assert (changes.after.fetched, changes.after.origin, changes.after.issued) == (
        LATER.replace(microsecond=0),
        ADDRESS,
        datetime(2026, 9, 1, tzinfo=UTC),
    )
    assert len(files(folder)) == 2


def test_an_update_with_nothing_new_notes_the_date(folder):
    changes = updated(folder, kept(folder), A.pem)
    assert changes.is_same
    assert (changes.came, changes.went, changes.changed) == ((), (), ())
    assert load_saved("A list", folder).fetched == LATER.replace(microsecond=0)


def test_an_update_from_a_file_and_of_single_certificates(folder, tmp_path):
    path = tmp_path / "list.pem"
    path.write_bytes(B.pem)
    changes = update_saved(kept(folder, A.pem, kind="allowed", origin=str(path)), None, folder, now=LATER)
    assert (len(changes.came), len(changes.went)) == (1, 1)
    assert load_saved("A list", folder).policy().allowed == (B.der,)


def test_chosen_purposes_outlive_an_update(folder):
    item = kept(folder, purposes=frozenset({EMAIL_PROTECTION}))
    assert updated(folder, item, B.pem).after.purposes == (EMAIL_PROTECTION,)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html>nothing here</html>", "holds no certificate"),
        (simple_list([A.der])[:-9], "not valid JSON"),
        (simple_list([A.der], TSA), "speaks for timeStamping alone"),
        (simple_list([A.der], "Another List"), 'no longer holds the list that was kept as "A list"'),
        (A.pem, "no longer holds the list"),
        (
            simple_list([A.der], issued="2026-08-04T00:00:00Z"),
            "holds an older edition than the kept one .3 of 2026-08-04 instead of 3 of 2026-08-05",
        ),
        (simple_list([A.der], number=2, issued="2026-09-01T00:00:00Z"), "holds an older edition"),
        (lote_bytes(), "trusts no certificate"),
        (None, "is not at https://example.com/list"),
    ],
)
def test_the_old_list_is_kept_when_anything_is_wrong(folder, data, words):
    item = kept(folder, simple_list([A.der, B.der], number=3), kind=None)
    before = files(folder)
    if data is not None and b'"LoTESequenceNumber": 1' in data:
        data = data.replace(b'"LoTESequenceNumber": 1', b'"LoTESequenceNumber": 3')
    with pytest.raises(CredkitError, match=words):
        update_saved(item, FakeNetwork({} if data is None else {ADDRESS: data}), folder, now=LATER)
    assert files(folder) == before
    assert load_saved("A list", folder) == item


def test_a_list_in_json_is_not_replaced_by_one_without_an_edition(folder):
    item = kept(folder, simple_list([A.der], "Another List"))
    with pytest.raises(TrustError, match="one that does not say its edition"):
        updated(folder, item, A.pem)
    assert updated(folder, kept(folder, A.pem, name="Other"), simple_list([A.der], "Another List")).after.edition == "1"


@pytest.mark.parametrize(
    ("kept_edition", "new_edition", "older"),
    [
        ((3, 5), (3, 5), False),
        ((3, 5), (3, 6), False),
        ((3, 5), (3, 4), True),
        ((3, 5), (4, 4), False),
        ((3, 5), (2, 6), True),
        ((10, 5), (9, 5), True),
        ((9, 5), (10, 5), False),
        ((None, 5), (1, 4), False),
        ((None, 5), (None, 4), True),
        ((1, 5), (None, 6), True),
        ((3, 5), (3, None), True),
        ((3, None), (3, 5), False),
        ((3, None), (2, None), False),
    ],
)
def test_which_edition_is_older(folder, monkeypatch, kept_edition, new_edition, older):
    def edition(item, number, day):
        return replace(item, edition=number and str(number), issued=day and datetime(2026, 8, day, tzinfo=UTC))

    item = edition(made(), *kept_edition)
    save_list(item, folder)
    monkeypatch.setattr("credkit.trust.origins.describe_list", lambda *_, **__: edition(made(B.pem), *new_edition))
    if older:
        with pytest.raises(TrustError, match="holds an older edition"):
            updated(folder, item, B.pem)
    else:
        assert updated(folder, item, B.pem).after.certificates == (B.der,)


def test_a_disk_that_fails_during_an_update(folder, monkeypatch):
    item = kept(folder)
    monkeypatch.setattr(saved, "replace_private_file", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
    with pytest.raises(OutputError, match="Read-only file system"):
        updated(folder, item, B.pem)
    assert load_saved("A list", folder) == item
