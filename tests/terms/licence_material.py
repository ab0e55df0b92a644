"""Signed files whose sources say something of their licences: training pictures in data sets in models in pictures."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from credkit.assets import BytesSource
from credkit.manifest.assertions import (
    BaseModelTerms,
    CawgMetadata,
    TrainingSource,
    TrainingSources,
)
from credkit.sign.builder import Builder
from credkit.sign.ingredients import IngredientHandle
from credkit.sign.signer import Signer
from credkit.terms import LicenceChain, licences_of
from credkit.trust.policy import TrustPolicy
from credkit.verify import verify
from tests.forge import pki
from tests.forge.pictures import picture

__all__ = ["DATA", "MODEL", "another", "chain_of", "dataset", "licensed", "model", "names", "painted", "signed", "work"]

MODEL, DATA = ("c2pa.types.model",), ("c2pa.types.dataset",)


@cache
def another(name: str = "Another Studio") -> Signer:
    """A signer with a certificate of his own."""
    return pki.make_pki("ed25519", key=pki.new_key("ed25519", len(name)), subject=pki.name(name)).signer()


def signed(builder: Builder, *, signer: Signer | None = None, kind: str = "png") -> bytes:
    out = io.BytesIO()
    builder.sign(picture(kind), out, signer or pki.signer())
    return out.getvalue()


def licensed(licence: str | None, *, creator: str | None = "Test Studio", **fields: Any) -> CawgMetadata:
    extra = {"dcterms:license": licence} if licence else {}
    return CawgMetadata(creator=(creator,) if creator else (), extra=extra, **fields)


def work(title: str, *statements: Any, signer: Signer | None = None, parent: bytes | None = None, component: bytes | None = None) -> bytes:
    """A picture, made from nothing unless a parent or component is given."""
    builder = Builder(title=title)
    if parent is not None:
        builder.add_parent(parent)
    else:
        builder.created("digitalCapture")
    if component is not None:
        builder.add_component(component, title="part")
    for statement in statements:
        builder.add(statement)
    return signed(builder, signer=signer)


def dataset(title: str, *members: bytes, statements: tuple[Any, ...] = (), signer: Signer | None = None) -> bytes:
    """A data set with credentials, from pictures."""
    builder = Builder(title=title)
    builder.created("digitalCreation")
    for number, member in enumerate(members, 1):
        builder.add_component(member, title=f"photo {number}")
    for statement in statements:
        builder.add(statement)
    return signed(builder, signer=signer)


def model(
    title: str,
    *,
    data: dict[str, bytes | None] | None = None,
    base: dict[str, bytes | None] | None = None,
    says: dict[str, dict[str, Any]] | None = None,
    named: tuple[TrainingSource, ...] = (),
    statements: tuple[Any, ...] = (),
    signer: Signer | None = None,
) -> bytes:
    """A model with credentials: data sets and base models by title, with their own files or without, and what is said of each of them."""
    builder = Builder(title=title)
    builder.created("trainedAlgorithmicData")
    told = says or {}
    sources = list(named)
    bases: list[BaseModelTerms] = []
    for name, asset in (data or {}).items():
        handle = _taken(builder, name, asset, DATA)
        if name in told:
            sources.append(TrainingSource(name, ingredient=handle.reference.url, **{"licence": None, **told[name]}))
    for name, asset in (base or {}).items():
        handle = _taken(builder, name, asset, MODEL)
        if name in told:
            bases.append(BaseModelTerms(name, ingredient=handle.reference.url, **told[name]))
    if sources or bases:
        builder.add(TrainingSources(tuple(sources), base_models=tuple(bases)))
    for statement in statements:
        builder.add(statement)
    return signed(builder, signer=signer)


def _taken(builder: Builder, name: str, asset: bytes | None, types: tuple[str, ...]) -> IngredientHandle:
    if asset is None:
        return builder.add_input(name, types)
    return builder.add_ingredient(asset, "inputTo", title=name, data_types=types)


def painted(*statements: Any, by: bytes | None = None, named: str | None = None, signer: Signer | None = None) -> bytes:
    """A picture that a model made."""
    builder = Builder(title="picture")
    if by is not None:
        builder.add_ingredient(by, "inputTo", title="model", data_types=MODEL)
    if named is not None:
        builder.add_input(named, MODEL)
    builder.add_input("prompt", ("c2pa.types.generator.prompt",))
    builder.created("trainedAlgorithmicMedia")
    for statement in statements:
        builder.add(statement)
    return signed(builder, signer=signer)


def chain_of(data: bytes, *, trusted: bool = False, **options: Any) -> LicenceChain:
    policy = TrustPolicy.of(pki.root_pem()) if trusted else None
    return licences_of(verify(BytesSource(data), policy=policy, name="picture.png"), **options)


def names(chain: LicenceChain, kind: str | None = None) -> set[str]:
    """Names of the findings."""
    return {found.name for found in chain.findings if kind in (None, found.kind)}
