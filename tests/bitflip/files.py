"""Eight signed files of a few kilobytes, each of another format: between them every kind of binding, and whatever else a store can hold.

Pictures have a few pixels, chains two certificates at most, and nothing is said that need not be: each byte costs eight verifications.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import brotli

from credkit.manifest.store import BOX
from credkit.sign.builder import Builder
from credkit.trust.policy import TrustPolicy
from tests.assets.samples import picture, saved
from tests.assets.samples_bmff import item_picture
from tests.assets.samples_models import safetensors
from tests.assets.samples_svg import svg
from tests.forge import pki
from tests.forge.boxes import Leaf, Node, read_tree
from tests.forge.files import beside, signed, standard
from tests.forge.manifests import Recipe, Ref, Signing, actions, ingredient
from tests.verify.tables.revocation import middle, says, signing, stamper

__all__ = ["FILES", "Signed", "policy", "signed_file"]


@dataclass(frozen=True)
class Signed:
    """A sound file, and the store beside it."""

    name: str
    data: bytes
    sidecar: bytes | None = None

    @property
    def parts(self) -> dict[str, bytes]:
        """What is flipped, by the place that regions name."""
        return {"file": self.data} | ({} if self.sidecar is None else {"store": self.sidecar})

    @property
    def whole(self) -> bytes | tuple[bytes, bytes]:
        """As ``judge`` takes it."""
        return self.data if self.sidecar is None else (self.data, self.sidecar)

    def flipped(self, place: str, offset: int, bit: int) -> bytes | tuple[bytes, bytes]:
        """With one bit changed."""
        data = bytearray(self.parts[place])
        data[offset] ^= 1 << bit
        if self.sidecar is None:
            return bytes(data)
        return (bytes(data), self.sidecar) if place == "file" else (self.data, bytes(data))


@cache
def _pair(algorithm: str) -> pki.Pki:
    """A signer right below the root."""
    return pki.make_pki(algorithm, root=pki.default_pki(algorithm).root)


def _standard(*more: Any, algorithm: str = "ed25519", **options: Any) -> Recipe:
    return standard(*more, signing=options.pop("signing", Signing(_pair(algorithm))), **options)


def _built(asset: bytes, binding: str | None = None) -> bytes:
    builder, out = Builder(), io.BytesIO()
    builder.binding = binding
    builder.created("digitalCapture")
    builder.sign(asset, out, _pair("ed25519").signer())
    return out.getvalue()


def _with_a_parent() -> bytes:
    below = _standard(name="parent").build()
    opened = {"action": "c2pa.opened", "parameters": {"ingredients": [Ref("c2pa.ingredient.v3")]}}
    return signed(_standard(ingredient(below), first=actions(opened), algorithm="es256"), below, asset=_tiny("JPEG"))


def _stamped_and_stapled() -> bytes:
    return signed(standard(signing=signing(lambda: [says()])), asset=_tiny("WEBP"))


def _beside_and_compressed() -> tuple[bytes, bytes]:
    asset, store = beside(_standard(), asset=_tiny("JPEG"))
    tree = read_tree(store)
    tree.children = [Node(BOX.COMPRESSED, inner.label, [Leaf("brob", brotli.compress(inner.encode()))]) for inner in tree.nodes]
    return asset, tree.encode()


def _tiny(kind: str) -> bytes:
    return saved(picture(2, 2), kind)


FILES: dict[str, Callable[[], bytes | tuple[bytes, bytes]]] = {
    "jpeg, with a parent, by ES256": _with_a_parent,
    "png": lambda: signed(_standard(), asset=_tiny("PNG")),
    "webp, with a time-stamp and an OCSP response": _stamped_and_stapled,
    "gif, bound by boxes": lambda: _built(_tiny("GIF"), "c2pa.hash.boxes"),
    "svg, with relative references": lambda: signed(_standard(absolute=False), asset=svg("<g/>")),
    "heif": lambda: _built(item_picture()),
    "safetensors": lambda: signed(_standard(), asset=safetensors()),
    "jpeg, with a compressed manifest beside it": _beside_and_compressed,
}


@cache
def signed_file(name: str) -> Signed:
    """One of ``FILES``, made once in a process: keys are new in each."""
    made = FILES[name]()
    return Signed(name, made) if isinstance(made, bytes) else Signed(name, *made)


@cache
def policy() -> TrustPolicy:
    """Everybody who signed one of them."""
    roots = (pki.root_pem(algorithm) for algorithm in ("ed25519", "es256"))
    return TrustPolicy.of(*roots, middle().pem, tsa=[stamper().root.pem])
