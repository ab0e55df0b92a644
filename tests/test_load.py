"""Where a manifest store is found, which of several wins, and what is said when there is none."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from credkit.assets import BytesSource, EditedSource, detect
from credkit.errors import FetchError
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.load import Located, load_store, sidecar_candidates, sidecar_of
from credkit.trust.fetch import Request, Response
from credkit.trust.http import HttpFetcher
from credkit.verify import Report, verify
from tests.forge.files import beside, embed, plain, signed, standard
from tests.forge.manifests import Assertion
from tests.forge.web import PUBLIC, Server, Wires, client_context, ok
from tests.no_network import run_offline
from tests.verify.case import judge, policy

KINDS = ("jpg", "png")
MALFORMED = "manifest.inaccessible.malformed"


def load(data: bytes, sidecar: bytes | None = None, limits: Limits = DEFAULT_LIMITS) -> Located:
    return load_store(BytesSource(data), sidecar=None if sidecar is None else BytesSource(sidecar), limits=limits)


def store() -> bytes:
    """A store that belongs beside ``plain()``."""
    return beside(standard())[1]


def with_xmp(kind: str, xmp: str) -> bytes:
    source = BytesSource(plain(kind))
    found = detect(source)
    assert found is not None
    output = EditedSource(source, found.with_metadata(source, found.scan(source), xmp=xmp.encode()).pieces)
    return output.read(0, output.size)


def segmented() -> tuple[bytes, int, int]:
    """A signed JPEG whose store needs two segments, with the starts of both."""
    file = signed(standard(Assertion("org.test.note", {"pad": bytes(70_000)})))
    first = file.find(b"\xff\xeb")
    return file, first, first + 2 + int.from_bytes(file[first + 2 : first + 4], "big")


def jumbf_segment(instance: int) -> bytes:
    """An APP11 segment with a JUMBF box that is no manifest store."""
    body = b"JP" + instance.to_bytes(2, "big") + (1).to_bytes(4, "big") + b"\0\0\0\x10free" + bytes(8)
    return b"\xff\xeb" + (2 + len(body)).to_bytes(2, "big") + body


def doubled(kind: str, *, first: bool) -> bytes:
    """A second store in front of the right one, or behind it."""
    file = signed(standard(), kind=kind)
    foreign = signed(standard(name="foreign"), kind=kind)
    source = BytesSource(foreign)
    found = detect(source)
    assert found is not None
    layout = found.scan(source)
    assert layout.store is not None
    frame = layout.store.frame[0]
    data = source.read(frame.start, frame.length)
    if kind == "jpg":
        data = data[:6] + b"\x7f\x7f" + data[8:]
    here = BytesSource(file)
    own = found.scan(here).store
    assert own is not None
    at = own.frame[0].start if first else own.frame[0].end
    return file[:at] + data + file[at:]


@pytest.mark.parametrize("kind", KINDS)
def test_embedded(kind: str) -> None:
    located = load(signed(standard(), kind=kind))
    assert (located.location, located.standalone, located.failure, located.problem, located.broken) == (
        "embedded",
        False,
        None,
        None,
        False,
    )
    assert located.store is not None
    assert located.store[4:8] == b"jumb"


def test_nothing() -> None:
    located = load(plain())
    assert (located.store, located.location, located.failure, located.broken) == (None, None, None, False)
    assert located.problem == "The file carries no Content Credentials."
    assert judge(plain()).state == "none"


def test_beside() -> None:
    asset, data = beside(standard())
    located = load(asset, data)
    assert (located.store, located.location, located.standalone) == (data, "sidecar", False)
    report = judge((asset, data), policy=policy())
    assert (report.state, report.location, report.content_intact) == ("Trusted", "sidecar", True)


@pytest.mark.parametrize("kind", KINDS)
def test_embedded_beats_beside(kind: str) -> None:
    asset = signed(standard(name="inside"), kind=kind)
    report = judge((asset, store()), policy=policy())
    assert (report.location, report.active_manifest) == ("embedded", standard(name="inside").label)
    located = load(asset, b"garbage")
    assert located.location == "embedded"


def test_an_embedded_store_that_is_damaged_is_not_replaced_by_one_beside() -> None:
    file = bytearray(signed(standard()))
    file[file.find(b"JP") + 7] ^= 4  # the sequence number of the first segment
    located = load(bytes(file), store())
    assert (located.store, located.broken) == (None, True)
    assert located.failure is not None
    assert located.failure.code == MALFORMED


def test_the_store_alone() -> None:
    located = load(store())
    assert (located.standalone, located.location) == (True, "embedded")
    report = judge(store(), policy=policy())
    assert (report.state, report.content_intact, report.size) == ("Trusted", None, None)


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("kind", KINDS)
def test_two_stores_count_as_none_and_are_said_aloud(kind: str, first: bool) -> None:
    file = doubled(kind, first=first)
    located = load(file)
    assert (located.store, located.broken) == (None, True)
    assert "2 manifest stores" in (located.problem or "")
    report = judge((file, store()), policy=policy())
    assert (report.state, report.manifests, report.active) == ("error", (), None)


def test_segments_of_a_store() -> None:
    file, first, second = segmented()
    assert judge(file, policy=policy()).state == "Trusted"
    # In another order, or numbered wrongly: there is no store that could be read.
    end = second + 2 + int.from_bytes(file[second + 2 : second + 4], "big")
    swapped = file[:first] + file[second:end] + file[first:second] + file[end:]
    assert judge(swapped, policy=policy()).state not in ("Trusted", "Valid")
    renumbered = bytearray(file)
    renumbered[second + 11] = 3
    report = judge(bytes(renumbered), policy=policy())
    assert (report.state, report.failure and report.failure.code) == ("error", MALFORMED)


@pytest.mark.parametrize("instance", [0x0211, 9])
def test_something_between_the_segments_of_a_store(instance: int) -> None:
    file, _, second = segmented()
    report = judge(file[:second] + jumbf_segment(instance) + file[second:], policy=policy())
    assert report.state in ("Invalid", "error")


def test_sidecar_names() -> None:
    assert sidecar_candidates("folder.d/image.tar.jpg") == ("folder.d/image.tar.jpg.c2pa", "folder.d/image.tar.c2pa")
    assert sidecar_candidates(Path("folder.d/image")) == (str(Path("folder.d/image.c2pa")),) * 2
    assert sidecar_candidates(".image") == (".image.c2pa", ".image.c2pa")
    assert sidecar_of("x" * 250) is None


REMOTE = "https://example.org/manifests/1?a=b"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "statement",
    [
        f'<rdf:Description dcterms:provenance="{REMOTE}"/>',
        f"<rdf:Description dcterms:provenance='{REMOTE}'/>",
        f'<rdf:Description dcterms:provenance = "{REMOTE}"/>',
        f"<dcterms:provenance>{REMOTE}</dcterms:provenance>",
        f'<dcterms:provenance rdf:datatype="x">\n {REMOTE}\n</dcterms:provenance>',
    ],
)
def test_a_store_on_the_network_is_named_and_not_fetched(kind: str, statement: str) -> None:
    located = load(with_xmp(kind, f"<x:xmpmeta>{statement}</x:xmpmeta>"))
    assert located.store is None
    assert located.failure is not None
    assert located.failure.code == "manifest.inaccessible"
    assert REMOTE in (located.problem or "")
    assert not located.broken


def test_the_network_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "remote.jpg"
    path.write_bytes(with_xmp("jpg", f'<a dcterms:provenance="{REMOTE}"/>'))
    run_offline(
        """
from credkit.assets import open_source
from credkit.verify import verify
with open_source(sys.argv[1]) as source:
    assert verify(source).failure.code == "manifest.inaccessible"
""",
        path,
    )


def test_the_remote_store_of_a_report() -> None:
    report = judge(with_xmp("jpg", f'<a dcterms:provenance="{REMOTE}"/>'))
    assert (report.state, report.failure and report.failure.code) == ("none", "manifest.inaccessible")


def test_a_store_beside_comes_before_one_on_the_network() -> None:
    asset, data = beside(standard(), asset=with_xmp("jpg", f'<a dcterms:provenance="{REMOTE}"/>'))
    assert judge((asset, data), policy=policy()).state == "Trusted"


def test_xmp_that_says_nothing() -> None:
    assert load(with_xmp("jpg", '<a dcterms:provenance=""/>')).failure is None
    assert load(with_xmp("jpg", f'<a dcterms:provenance="{"x" * 3000}"/>')).failure is None


def test_xmp_beyond_the_limit_is_not_read() -> None:
    asset = with_xmp("jpg", f'<a dcterms:provenance="{REMOTE}"/>')
    assert load(asset, limits=replace(DEFAULT_LIMITS, metadata_size=10)).failure is None


@pytest.mark.parametrize("data", [b"", b"x", b"<html/>", b"GIF89a", b"%!PS-Adobe", b"\xff\xd8", b"\x89PNG", b"PK"])
def test_what_is_no_picture(data: bytes) -> None:
    located = load(data)
    assert (located.format, located.store, located.broken) == (None, None, True)
    assert "JPEG, PNG" in (located.problem or "")
    assert judge(data).state == "error"


@pytest.mark.parametrize(
    "data", [b"\xff\xd8\xff", b"\xff\xd8\xff\xe0\0", b"\x89PNG\r\n\x1a\n", b"\x89PNG\r\n\x1a\n" + bytes(20), b"%PDF-1.7", b"PK\3\4"]
)
def test_broken_pictures(data: bytes) -> None:
    located = load(data)
    assert (located.store, located.broken) == (None, True)
    assert "cannot be read" in (located.problem or "")
    assert judge(data).state == "error"


@pytest.mark.parametrize("data", [b"", b"garbage", bytes(40), b"\0\0\0\x08jumb", b"\0\0\0\x40jumb" + bytes(56)])
def test_garbage_beside(data: bytes) -> None:
    report = judge((plain(), data), policy=policy())
    assert report.state == "error"
    assert report.failure is not None
    assert report.failure.code == MALFORMED
    assert "cannot be read" in (report.problem or "")


@pytest.mark.parametrize("kind", KINDS)
def test_garbage_inside(kind: str) -> None:
    data = store()
    spoiled = data[:40] + b"\xff" * 60 + data[100:]
    report = judge(embed(plain(kind), spoiled)[0])
    assert (report.state, report.store) == ("error", None)
    assert report.failure is not None


def test_a_picture_beside_a_picture() -> None:
    assert judge((plain(), signed(standard()))).state == "error"


def test_a_store_without_manifests() -> None:
    empty = signed(standard(), spoil=lambda tree: tree.children.clear())
    report = judge(empty)
    assert (report.state, report.failure and report.failure.code) == ("error", "claim.missing")


@pytest.mark.parametrize("kind", KINDS)
def test_size_limit_embedded(kind: str) -> None:
    file = signed(standard(), kind=kind)
    data = load(file).store
    assert data is not None
    assert load(file, limits=replace(DEFAULT_LIMITS, store_size=len(data))).store == data
    located = load(file, limits=replace(DEFAULT_LIMITS, store_size=len(data) - 1))
    assert (located.store, located.failure and located.failure.code, located.broken) == (None, MALFORMED, True)


def test_size_limit_beside() -> None:
    asset, data = beside(standard())
    assert load(asset, data, replace(DEFAULT_LIMITS, store_size=len(data))).store == data
    located = load(asset, data, replace(DEFAULT_LIMITS, store_size=len(data) - 1))
    assert (located.store, located.failure and located.failure.code, located.broken) == (None, MALFORMED, True)


def test_a_store_behind_a_wrong_checksum_is_not_believed() -> None:
    file = bytearray(signed(standard(), kind="png"))
    end = file.find(b"IDAT") - 8
    file[end] ^= 1
    report = judge(bytes(file), policy=policy())
    assert (report.state, report.failure and report.failure.code) == ("error", MALFORMED)
    assert "checksum" in (report.problem or "")


@given(st.binary(max_size=300))
def test_random_bytes(data: bytes) -> None:
    load(data)
    load(plain(), data)
    judge((plain(), data))


@given(st.integers(0, 2500))
def test_truncated_anywhere(length: int) -> None:
    for kind in KINDS:
        file = signed_once(kind)
        report = judge(file[: min(length, len(file) - 1)], policy=policy())
        assert report.state in ("Invalid", "none", "error")


@cache
def signed_once(kind: str) -> bytes:
    return signed(standard(), kind=kind)


def remote_asset(text: str = REMOTE) -> bytes:
    """A picture that says where its store is, as the signer bound it."""
    return with_xmp("jpg", f'<a dcterms:provenance="{text}"/>')


@dataclass
class Given:
    """A fetcher that has some answers and says no to everything else."""

    answers: dict[str, bytes | Response] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)

    def fetch(self, request: Request) -> Response:
        self.requests.append(request)
        answer = self.answers.get(request.url)
        if answer is None:
            raise FetchError(f"{request.what} cannot be had from there: it answered 404 (Not Found)")
        return answer if isinstance(answer, Response) else typed(answer, request.url)


def typed(body: bytes, url: str = REMOTE, media_type: str | None = "application/c2pa") -> Response:
    return Response(url=url, body=body, headers={} if media_type is None else {"content-type": media_type})


def online(data: bytes, fetcher: Given, *, sidecar: bytes | None = None, links: tuple[str, ...] = (), url: str | None = None) -> Report:
    beside = None if sidecar is None else BytesSource(sidecar)
    return verify(BytesSource(data), sidecar=beside, policy=policy(), fetcher=fetcher, links=links, url=url)


def test_a_remote_store_is_judged_like_one_beside() -> None:
    asset, data = beside(standard(), asset=remote_asset())
    fetcher = Given({REMOTE: data})
    report = online(asset, fetcher)
    assert (report.state, report.location, report.content_intact, report.online) == ("Trusted", "remote", True, True)
    assert f"the manifest store came from the network, {REMOTE}" in report.remarks
    (request,) = fetcher.requests
    assert (request.origin, request.most, request.plain_http, request.body) == ("file", DEFAULT_LIMITS.store_size, False, None)
    assert request.accept is not None
    assert request.accept.startswith("application/c2pa, ")


def test_a_remote_store_that_belongs_to_another_file() -> None:
    _, data = beside(standard())
    report = online(remote_asset("https://example.org/other"), Given({"https://example.org/other": data}))
    assert (report.state, report.location, report.content_intact) == ("Invalid", "remote", False)
    assert "assertion.dataHash.mismatch" in {status.code for status in report.active.results.failure} if report.active else False


def test_a_remote_store_that_was_signed_inside_of_a_file() -> None:
    """Its exclusion speaks of a store in the file, and there is none."""
    located = load(signed(standard()))
    assert located.store is not None
    assert online(remote_asset(), Given({REMOTE: located.store})).state == "Invalid"


@pytest.mark.parametrize("media_type", ["application/c2pa", "application/x-c2pa-manifest-store", "application/octet-stream", None])
def test_media_types_of_a_remote_store(media_type: str | None) -> None:
    asset, data = beside(standard(), asset=remote_asset())
    assert online(asset, Given({REMOTE: typed(data, media_type=media_type)})).state == "Trusted"


@pytest.mark.parametrize("media_type", ["text/html", "image/jpeg", "application/json", "application/c2pa-not"])
def test_a_page_is_no_store(media_type: str) -> None:
    asset, data = beside(standard(), asset=remote_asset())
    report = online(asset, Given({REMOTE: typed(data, media_type=media_type)}))
    assert (report.state, report.failure and report.failure.code) == ("none", "manifest.inaccessible")
    assert media_type in (report.problem or "")


def test_a_remote_store_that_cannot_be_had() -> None:
    report = online(remote_asset(), Given())
    assert (report.state, report.location, report.failure and report.failure.code) == ("none", None, "manifest.inaccessible")
    assert report.problem == (
        f"The file says that its credentials are kept at {REMOTE}, and the manifest store cannot be had from there: "
        "it answered 404 (Not Found)."
    )
    assert report.online


@pytest.mark.parametrize("data", [b"", b"garbage", bytes(40), b"\0\0\0\x08jumb", b"\0\0\0\x40jumb" + bytes(56)])
def test_a_remote_store_that_is_none(data: bytes) -> None:
    report = online(remote_asset(), Given({REMOTE: data}))
    assert (report.state, report.location, report.failure and report.failure.code) == ("error", "remote", MALFORMED)
    assert report.online


def test_an_embedded_store_is_never_fetched() -> None:
    fetcher = Given({REMOTE: store()})
    report = online(signed(standard()), fetcher, links=(f"<{REMOTE}>; rel=c2pa-manifest",))
    assert (report.location, fetcher.requests) == ("embedded", [])


def test_the_link_comes_first_then_xmp_then_the_store_beside() -> None:
    asset, data = beside(standard(), asset=remote_asset())
    first, link = "https://example.org/first", ("<https://example.org/first>; rel=c2pa-manifest",)
    fetcher = Given({first: data, REMOTE: data})
    report = online(asset, fetcher, sidecar=data, links=link)
    assert (report.state, report.location, [r.url for r in fetcher.requests]) == ("Trusted", "remote", [first])
    assert "the manifest store beside the file was not used" in report.remarks
    fetcher = Given({REMOTE: data})
    report = online(asset, fetcher, sidecar=data, links=link)
    assert (report.state, report.location, [r.url for r in fetcher.requests]) == ("Trusted", "remote", [first, REMOTE])
    assert any("the server of the file says" in remark and "404" in remark for remark in report.remarks)
    fetcher = Given()
    report = online(asset, fetcher, sidecar=data, links=link)
    assert (report.state, report.location, len(fetcher.requests)) == ("Trusted", "sidecar", 2)
    assert "the manifest store beside the file was used" in report.remarks


def test_a_store_beside_serves_offline_and_says_so() -> None:
    asset, data = beside(standard(), asset=remote_asset())
    report = judge((asset, data), policy=policy())
    assert (report.state, report.location, report.online) == ("Trusted", "sidecar", False)
    assert f"the file says that its credentials are kept at {REMOTE}, and the network was not asked" in report.remarks


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("store.c2pa", "https://example.org/a/store.c2pa"),
        ("/store.c2pa", "https://example.org/store.c2pa"),
        ("//elsewhere.example/x", "https://elsewhere.example/x"),
        ("https://elsewhere.example/x#jumbf=c2pa", "https://elsewhere.example/x"),
    ],
)
def test_links_are_relative_to_the_file(target: str, asked: str) -> None:
    asset, data = beside(standard())
    fetcher = Given({asked: data})
    report = online(asset, fetcher, links=(f"<{target}>; rel=c2pa-manifest",), url="https://example.org/a/b.jpg")
    assert (report.state, report.location) == ("Trusted", "remote")
    assert fetcher.requests[0].origin == ("user" if "example.org" in asked else "file")


def test_a_link_into_the_file_itself() -> None:
    fetcher = Given()
    report = online(plain(), fetcher, links=("<b.jpg#jumbf=c2pa>; rel=c2pa-manifest",), url="https://example.org/a/b.jpg")
    assert "that is the file itself" in (report.problem or "")
    assert "https://example.org/a/b.jpg" not in [request.url for request in fetcher.requests]


@pytest.mark.parametrize("text", ["image.c2pa", "/image.c2pa", "//example.org/x", "../x", "#jumbf=c2pa", "https://[x", "//[x"])
def test_references_that_are_not_followed(text: str) -> None:
    fetcher = Given()
    report = online(remote_asset(text), fetcher, url=None)
    assert (report.state, report.failure and report.failure.code) == ("none", "manifest.inaccessible")
    assert [request.url for request in fetcher.requests] == []
    online(plain(), fetcher, links=(f"<{text}>; rel=c2pa-manifest",))


def test_a_reference_to_the_store_inside_when_there_is_none() -> None:
    report = online(remote_asset("self#jumbf=/c2pa/urn:c2pa:x"), Given())
    assert (report.state, report.failure, report.problem) == ("none", None, "The file carries no Content Credentials.")


def test_entities_in_an_address() -> None:
    fetcher = Given()
    online(remote_asset("https://example.org/?a=1&amp;b=&lt;2&amp;amp;"), fetcher)
    assert fetcher.requests[0].url == "https://example.org/?a=1&b=<2&amp;"


def test_addresses_are_shown_on_one_line_and_cut() -> None:
    report = online(remote_asset("https://example.org/\u202e" + "x" * 500), Given())
    assert "\\u202e" in (report.problem or "")
    assert len(report.problem or "") < 400


def test_the_store_beside_a_downloaded_file() -> None:
    asset, data = beside(standard())
    url = "https://example.org/a/image.jpg?size=1"
    for name in ("image.jpg.c2pa", "image.c2pa"):
        report = online(asset, Given({f"https://example.org/a/{name}": data}), url=url)
        assert (report.state, report.location) == ("Trusted", "remote")
    fetcher = Given({"https://example.org/a/image.jpg.c2pa": b"<html>"})
    report = online(asset, fetcher, url=url)
    assert (report.state, report.failure, report.problem) == ("none", None, "The file carries no Content Credentials.")
    assert [(r.url[20:], r.origin) for r in fetcher.requests] == [("a/image.jpg.c2pa", "user"), ("a/image.c2pa", "user")]


def test_no_store_is_looked_for_beside_a_folder() -> None:
    fetcher = Given()
    assert online(plain(), fetcher, url="https://example.org/").state == "none"
    assert fetcher.requests == []


def test_size_limit_remote() -> None:
    asset, data = beside(standard(), asset=remote_asset())
    with Server({"/manifests/1?a=b": ok(data)}) as server:
        for size, state in ((len(data), "Trusted"), (len(data) - 1, "none")):
            wires = Wires(server, names={"example.org": (PUBLIC,)})
            fetcher = HttpFetcher(resolve=wires.resolve, connect=wires.connect, context=named_context())
            limits = replace(DEFAULT_LIMITS, store_size=size)
            report = verify(BytesSource(asset), policy=policy(), fetcher=fetcher, limits=limits)
            assert report.state == state
            assert wires.connections == [(PUBLIC, 443)]
    assert "more than" in (report.problem or "")


def named_context() -> ssl.SSLContext:
    """For a name that the server's certificate does not have."""
    context = client_context()
    context.check_hostname = False
    return context


@given(st.text(max_size=40), st.binary(max_size=60))
def test_any_reference_and_any_answer(text: str, body: bytes) -> None:
    class Always:
        def fetch(self, request: Request) -> Response:
            return typed(body, request.url)

    for url in (None, "https://example.org/a.jpg"):
        report = verify(BytesSource(plain()), fetcher=Always(), links=(f"<{text}>; rel=c2pa-manifest",), url=url)
        assert report.state in ("none", "error")
