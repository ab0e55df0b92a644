"""The sound files that mutants are made of: what is in each manifest, from the oldest to the active one, as plain recipes.

A change is made to one recipe before the next is built upon it, so that the hashes and signatures above it are right again.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from credkit.sign.builder import Builder
from tests.assets.catalogue import SAMPLES
from tests.forge import pki
from tests.forge.files import standard
from tests.forge.manifests import CREATED, Assertion, Manifest, Recipe, Ref, Signing, actions, ingredient, label_of, thumbnail
from tests.verify.tables.revocation import root as revocable_root
from tests.verify.tables.revocation import says, stamper, stapled

__all__ = ["FILES", "SEEDS", "Seed", "anchors", "finished"]

V3 = "c2pa.ingredient.v3"
NOTE = "org.test.note"


@dataclass(frozen=True)
class Seed:
    """How to make one file; ``recipes`` go from the oldest manifest to the active one, each made of those that were built before."""

    name: str
    recipes: tuple[Callable[[tuple[Manifest, ...]], Recipe], ...]
    kind: str = "jpg"
    options: dict[str, Any] = field(default_factory=dict)
    """Of ``signed``."""


def _note(**options: Any) -> Assertion:
    return Assertion(NOTE, {"text": "a note", "count": 3, "list": [1, {"a": b"x"}]}, **options)


def _many(_: tuple[Manifest, ...]) -> Recipe:
    edited = {"action": "c2pa.edited", "softwareAgent": {"name": "credkit test"}, "parameters": {"description": "brighter"}}
    bound = {"action": "c2pa.watermarked.bound", "parameters": {"description": "mark"}}
    soft = Assertion("c2pa.soft-binding", {"alg": "org.test.mark", "blocks": [{"scope": {}, "value": b"mark"}], "pad": b""})
    licence = Assertion("cawg.training-mining", {"entries": {"cawg.ai_generative_training": {"use": "notAllowed"}}})
    metadata = Assertion("c2pa.metadata", {"@context": {"dc": "http://purl.org/dc/elements/1.1/"}, "dc:title": "title"}, content="json")
    kept = Assertion("c2pa.external-reference", {"location": {"url": "https://credkit.test/x", "alg": "sha256", "hash": bytes(32)}})
    return standard(thumbnail(), soft, licence, metadata, kept, _note(place="gathered"), first=actions(CREATED, edited, bound))


def _old(_: tuple[Manifest, ...]) -> Recipe:
    return standard(thumbnail(), _note(), name="parent")


def _opened(below: tuple[Manifest, ...]) -> Recipe:
    opened = {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(V3)]}}
    return standard(
        ingredient(below[-1], thumbnail=Ref("c2pa.thumbnail.ingredient")), thumbnail("c2pa.thumbnail.ingredient"), first=actions(opened)
    )


def _placed(below: tuple[Manifest, ...]) -> Recipe:
    placed = {"action": "c2pa.placed", "parameters": {"ingredients": [Ref(V3), Ref(f"{V3}__1")]}}
    parts = ingredient(below[-1], "componentOf"), ingredient(None, "componentOf", label=f"{V3}__1")
    return standard(*parts, _note(), first=actions(CREATED, placed))


def _middle(below: tuple[Manifest, ...]) -> Recipe:
    return standard(ingredient(below[-1], "inputTo"), _note(), name="middle")


def _redacting(below: tuple[Manifest, ...]) -> Recipe:
    uri = below[-1].assertion_uri(NOTE)
    opened = {"action": "c2pa.opened", "parameters": {"ingredients": [Ref(V3)]}}
    done = {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": uri}}
    return standard(ingredient(below[-1]), first=actions(opened, done), redacted=[uri])


def _first_version(below: tuple[Manifest, ...]) -> Recipe:
    part = ingredient(below[-1], version=2)
    opened = {"action": "c2pa.opened", "parameters": {"ingredient": Ref(part.label)}}
    return standard(part, _note(), first=actions(opened, version=1), version=1)


def _by(algorithm: str) -> Callable[[tuple[Manifest, ...]], Recipe]:
    return lambda _: standard(signing=Signing(pki.default_pki(algorithm)))


SEEDS = (
    Seed("short", (lambda _: standard(),)),
    Seed("many statements", (_many,)),
    Seed("opened", (_old, _opened)),
    Seed("composed", (_old, _placed), kind="png"),
    Seed("three generations", (_old, _middle, _opened)),
    Seed("redacted", (_old, _redacting), options={"spoil": lambda tree: tree.drop(f"{label_of('parent')}/c2pa.assertions/{NOTE}")}),
    Seed("first version", (lambda _: standard(_note(), version=1, name="parent"), _first_version)),
    Seed("relative", (lambda _: standard(thumbnail(), absolute=False),), kind="webp"),
    Seed("es256", (_by("es256"),)),
    Seed("ps256", (_by("ps256"),), kind="png"),
)

FILES: dict[str, str] = {
    "jpg": "jpeg", "png": "png", "webp": "webp", "gif": "gif", "tif": "tiff", "svg": "svg", "mp4": "mp4", "heic": "heif", "jxl": "jxl",
    "wav": "wav", "avi": "avi", "mp3": "mp3", "flac": "flac", "m4a": "m4a", "mov": "mov", "dng": "dng",
}  # fmt: skip
"""Kinds that the reference reads and we write, with the sample that is signed."""


@cache
def finished(kind: str) -> bytes:
    """A signed file of that kind, as the library itself writes it."""
    builder, out = Builder(title="mutant"), io.BytesIO()
    builder.created("digitalCapture")
    name = FILES[kind] if FILES[kind] in SAMPLES else next(name for name in SAMPLES if name.startswith(FILES[kind]))
    builder.sign(SAMPLES[name].data, out, pki.signer())
    return out.getvalue()


@cache
def stamped_and_stapled() -> bytes:
    """A file with a time-stamp and an OCSP response in its signature."""
    return stapled(says)()


@cache
def anchors() -> bytes:
    """Everybody whom both sides trust, in PEM."""
    roots = b"".join(pki.root_pem(algorithm) for algorithm in ("ed25519", "es256", "ps256"))
    return roots + revocable_root().pem + stamper().root.pem
