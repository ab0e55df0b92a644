"""The files that the commands of ``verbs`` work on, laid out in a folder ``work`` with the configuration of the case in force."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import credkit
from credkit.sign.identity import create_identity
from tests.forge import bmff, pki
from tests.forge.generated import PROMPT, a1111_text, sample
from tests.forge.pictures import picture

__all__ = [
    "PASSPHRASE",
    "credentialed",
    "dataset",
    "film",
    "generated",
    "grown_list",
    "kept_list",
    "large",
    "listed",
    "model",
    "noted",
    "noted_picture",
    "nothing",
    "one_identity",
    "plain",
    "replacing",
    "sealed",
    "signed",
    "signed_dataset",
    "torn",
    "watched",
    "with_parts",
    "with_sidecar",
]

PASSPHRASE = "a passphrase for the crash tests"
_SIZE = (48, 32)


def signed(data: bytes, **options: Any) -> bytes:
    out = io.BytesIO()
    statements = credkit.Statements(created="digitalCreation", creator=("My Studio",))
    credkit.sign_file(data, out, statements, signer=pki.signer(), mirrors=False, **options)
    return out.getvalue()


def nothing(work: Path) -> None:
    """No files but the keys."""


def plain(*names: str) -> Callable[[Path], None]:
    def prepare(work: Path) -> None:
        for name in names:
            (work / name).write_bytes(picture(name.rpartition(".")[2], *_SIZE))

    return prepare


def large(work: Path) -> None:
    _write(work / "a.png", picture("png", 400, 300))


def credentialed(name: str) -> Callable[[Path], None]:
    return lambda work: _write(work / name, signed(picture(name.rpartition(".")[2], *_SIZE)))


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def with_parts(work: Path) -> None:
    """A picture with a thumbnail and a parent that has credentials as well."""
    _write(work / "parent.png", signed(picture("png", *_SIZE)))
    said = credkit.Statements(edited="digitalCapture", creator=("My Studio",))
    _write(work / "edited.png", picture("png", 60, 40))
    options: dict[str, Any] = {"parent": work / "parent.png", "thumbnail": True, "mirrors": False}
    credkit.sign_file(work / "edited.png", work / "a.png", said, signer=pki.signer(), **options)


def with_sidecar(work: Path) -> None:
    plain("a.png")(work)
    statements = credkit.Statements(created="digitalCreation", creator=("My Studio",))
    credkit.sign_file(work / "a.png", work / "a.png.c2pa", statements, signer=pki.signer(), sidecar=True)


def replacing(work: Path) -> None:
    plain("a.png")(work)
    _write(work / "out.png", signed(picture("png", 30, 30)))


def film(work: Path) -> None:
    sound = bmff.box("trak", bmff.box("tkhd", bytes(12)), bmff.box("mdia", bmff.box("minf", bmff.box("stbl", bmff.box("stco", bytes(8))))))
    boxes = [
        bmff.box("ftyp", b"isom\0\0\2\0isom"),
        bmff.box("mdat", bytes(range(256)) * 800),
        bmff.box("moov", bmff.box("mvhd", bytes(8)), sound),
    ]
    _write(work / "a.mp4", b"".join(boxes))


def model(work: Path) -> None:
    import numpy
    from safetensors.numpy import save_file

    save_file({"weight": numpy.arange(40_000, dtype="float32"), "bias": numpy.ones(7, dtype="float16")}, work / "a.safetensors")


def generated(work: Path) -> None:
    _write(work / "a.png", sample("a1111", "png").data)
    (work / "a.txt").write_text(a1111_text(), "utf-8")


def one_identity(work: Path) -> None:
    create_identity("First One", passphrase=PASSPHRASE)


def watched(work: Path) -> None:
    one_identity(work)
    (work / "in").mkdir()
    for name in ("a.png", "b.jpg"):
        _write(work / "in" / name, picture(name.rpartition(".")[2], *_SIZE))


def listed(work: Path) -> None:
    _write(work / "list.pem", pki.root_pem())


def kept_list(work: Path) -> None:
    from datetime import UTC, datetime

    from credkit.trust.saved import describe_list, save_list

    listed(work)
    origin = str(work / "list.pem")
    save_list(describe_list("Partners", pki.root_pem(), kind="signers", origin=origin, fetched=datetime(2026, 1, 1, tzinfo=UTC)))


def grown_list(work: Path) -> None:
    kept_list(work)
    _write(work / "list.pem", pki.root_pem() + pki.root_pem("es256"))


def noted(work: Path) -> None:
    from credkit.journal.entries import Note
    from credkit.journal.writing import append

    append(work / "journal.jsonl", Note(text="the first words"))


def torn(work: Path) -> None:
    noted(work)
    with (work / "journal.jsonl").open("ab") as file:
        file.write(b'{"sequence": 3, "time": "2026-')


def noted_picture(work: Path) -> None:
    noted(work)
    plain("a.png")(work)


def dataset(work: Path) -> None:
    (work / "set").mkdir()
    for name in ("one.jpg", "two.png"):
        _write(work / "set" / name, picture(name.rpartition(".")[2], *_SIZE))
    (work / "set" / "words.txt").write_text("a caption", "utf-8")


def signed_dataset(work: Path) -> None:
    dataset(work)
    credkit.sign_dataset(work / "set", None, credkit.Statements(creator=("Before",)), signer=pki.signer())


def sealed(work: Path) -> None:
    data = sample("a1111", "png").data
    statements = credkit.Statements(created="trainedAlgorithmicMedia", prompt=PROMPT)
    credkit.sign_file(data, work / "a.png", statements, signer=pki.signer(), prompt="sealed", lift=True, openings=work / "kept.json")
