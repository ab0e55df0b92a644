"""How much a picture grows when it is edited and signed again and again, with a thumbnail of each generation.

Each generation is another picture (something is painted into the one before) and has the signed one before it as its parent.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from benchmarks.comparison import DifferentWorkError
from benchmarks.contenders import CONTENDERS

__all__ = ["Growth", "grow"]

_SIDE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Bytes, by contender."""

    edits: int
    first: int
    """Size of the picture before anybody signed it."""
    grown: dict[str, int]
    """What the signed picture has at the end beyond the pixels of its last generation."""


def grow(folder: Path, edits: int, say: Callable[[str], object]) -> Growth:
    """Sign a picture and so many edits of it; ``DifferentWorkError`` unless the whole history is there in the end and trusted."""
    generations = [_jpeg(picture) for picture in _edited(edits)]
    grown: dict[str, int] = {}
    for name, step in (("credkit", _ours(folder)), ("c2pa-python", _peer(folder))):
        say(f"growth by {edits} edits: {name}")
        signed = b""
        for data in generations:
            signed = step(data, signed)
        grown[name] = len(signed) - len(generations[-1])
        _check(folder, signed, edits + 1, name)
    return Growth(edits=edits, first=len(generations[0]), grown=grown)


def _edited(edits: int) -> Iterator[Image.Image]:
    """Something smooth with a grain, as models paint, and then small changes of it."""
    noise = [Image.effect_noise((_SIDE, _SIDE), spread) for spread in (90, 70, 80)]
    smooth = Image.merge(
        "RGB", [band.filter(ImageFilter.GaussianBlur(24)).point(lambda v: max(0, min(255, (v - 128) * 9 + 128))) for band in noise]
    )
    picture = Image.blend(smooth, Image.merge("RGB", noise), 0.12)
    yield picture.copy()
    for number in range(edits):
        x, y = (number * 97) % (_SIDE - 200), (number * 61) % (_SIDE - 200)
        ImageDraw.Draw(picture).ellipse((x, y, x + 120, y + 160), fill=((number * 31) % 256, (number * 17) % 256, 128))
        yield picture.copy()


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


Step = Callable[[bytes, bytes], bytes]
"""Signs pixels as a new version of a signed picture, or as made when there is none."""


def _ours(folder: Path) -> Step:
    import credkit

    signer = credkit.Signer.from_pem((folder / "chain.pem").read_bytes(), (folder / "key.pem").read_bytes())

    def step(data: bytes, before: bytes) -> bytes:
        statements = credkit.Statements() if before else credkit.Statements(created="trainedAlgorithmicMedia")
        sink = io.BytesIO()
        credkit.sign_file(data, sink, statements, signer=signer, parent=before or None, thumbnail=True)
        return sink.getvalue()

    return step


def _peer(folder: Path) -> Step:
    import c2pa

    settings = {
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
        "trust": {"trust_anchors": (folder / "root.pem").read_text()},
    }
    context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
    info = c2pa.C2paSignerInfo(b"ed25519", (folder / "chain.pem").read_bytes(), (folder / "key.pem").read_bytes(), None)
    signer = c2pa.Signer.from_info(info)

    def step(data: bytes, before: bytes) -> bytes:
        source = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
        first = (
            {"action": "c2pa.opened", "parameters": {"ingredientIds": ["parent"]}}
            if before
            else {"action": "c2pa.created", "digitalSourceType": source}
        )
        definition = {
            "claim_generator_info": [{"name": "benchmark", "version": "1"}],
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [first]}}],
        }
        sink = io.BytesIO()
        with c2pa.Builder(definition, context=context) as builder:
            if before:
                parent = {"title": "before.jpg", "relationship": "parentOf", "label": "parent"}
                builder.add_ingredient(json.dumps(parent), "image/jpeg", io.BytesIO(before))
            builder.sign(signer, "image/jpeg", io.BytesIO(data), sink)
        return sink.getvalue()

    return step


def _check(folder: Path, signed: bytes, manifests: int, name: str) -> None:
    path = folder / "grown.jpg"
    path.write_bytes(signed)
    for reader in ("credkit", "c2pa-python"):
        found = CONTENDERS[reader](folder).verify(path, manifests)
        if found != {"state": "Trusted", "manifests": manifests}:
            raise DifferentWorkError(f"{reader} says {found} of what {name} signed, and {manifests} trusted generations were due")
    path.unlink()
