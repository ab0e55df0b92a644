"""``--binding`` and ``--parts`` of ``credkit sign``, and formats that are tied to their credentials box by box."""

from __future__ import annotations

import pytest

from credkit.assets import BytesSource
from credkit.cli.exits import ExitCode
from credkit.verify import verify
from tests.assets.samples_font import font
from tests.assets.samples_jxl import BARE, RESTORABLE
from tests.cli.shell import Shell
from tests.forge.phones import GAIN_MAP, ultra_hdr
from tests.forge.pictures import picture

CREATED = ("--created", "digitalCapture")


def bindings(shell: Shell, name: str) -> list[str]:
    report = verify(BytesSource((shell.folder / name).read_bytes()))
    assert report.active is not None
    return [item.label for item in report.active.manifest.assertions if item.label.startswith("c2pa.hash.")]


@pytest.fixture
def studio(shell: Shell) -> Shell:
    shell.write("a.jpg", picture("jpg"))
    shell.write("a.jxl", BARE)
    shell.write("hdr.jpg", ultra_hdr())
    shell.write("a.ttf", font())
    return shell.inside


@pytest.mark.parametrize(("name", "usual"), [("a.jpg", "data"), ("a.jxl", "boxes"), ("portrait.png", "data")])
def test_the_binding_is_a_choice(name: str, usual: str, studio: Shell) -> None:
    for chosen in (None, "data", "boxes"):
        studio.ok("sign", name, "-o", f"out-{name}", *CREATED, "--force", *(("--binding", chosen) if chosen else ()))
        assert bindings(studio, f"out-{name}") == [f"c2pa.hash.{chosen or usual}"]
        assert "TRUSTED" in studio.ok("verify", f"out-{name}").out


def test_parts_can_be_taken_away(studio: Shell) -> None:
    studio.ok("sign", "hdr.jpg", "-o", "out.jpg", *CREATED, "--parts")
    assert bindings(studio, "out.jpg") == ["c2pa.hash.data.part", "c2pa.hash.data.part__1", "c2pa.hash.multi-asset", "c2pa.hash.data"]
    made = (studio.folder / "out.jpg").read_bytes()
    studio.write("cut.jpg", made.removesuffix(GAIN_MAP))
    said = " ".join(studio.ok("verify", "cut.jpg").out.split())
    assert "what is left of the file was not changed since" in said
    assert "part 2 of the file, which the signer marked as optional, is not there" in said


def test_what_cannot_be_bound_so_is_refused(studio: Shell) -> None:
    assert "one part only" in studio.refused(ExitCode.UNREADABLE, "sign", "a.jpg", "-o", "out.jpg", *CREATED, "--parts")
    studio.write("tail.jpg", picture("jpg") + b"behind the end")
    line = ("sign", "tail.jpg", "-o", "out.jpg", *CREATED, "--binding", "boxes")
    assert "does not consist of boxes alone" in studio.refused(ExitCode.UNREADABLE, *line)


def test_the_metadata_a_jpeg_is_restored_with_is_not_touched(studio: Shell) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta>'
    box = (8 + len(xmp)).to_bytes(4, "big") + b"xml " + xmp
    studio.write("restorable.jxl", RESTORABLE[:32] + box + RESTORABLE[32:])
    line = ("sign", "restorable.jxl", "-o", "out.jxl", *CREATED, "--creator", "Test Studio")
    assert "--no-mirrors" in studio.refused(ExitCode.UNREADABLE, *line)
    studio.ok(*line, "--no-mirrors")


def test_a_font_keeps_its_credentials_beside_it(studio: Shell) -> None:
    assert "--sidecar" in studio.refused(ExitCode.UNREADABLE, "sign", "a.ttf", "-o", "out.ttf", *CREATED)
    studio.ok("sign", "a.ttf", "--sidecar", *CREATED)
    assert "TRUSTED" in studio.ok("verify", "a.ttf").out
