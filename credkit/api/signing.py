"""``sign_file``: a picture, what there is to say about it, and a signer become a signed picture.

The order matters: parent and ingredients are checked first, metadata mirrors are written before the hash is taken, the store
comes last, and what was written is verified before it takes its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from credkit.api.countersigning import asks_for_stamp, chosen_adjuncts
from credkit.api.file_inputs import Intake
from credkit.api.lifted import Lift, Texts, gather_texts
from credkit.api.previews import THUMBNAIL_BUDGET
from credkit.api.reading import name_of, open_with_sidecar
from credkit.api.sealed import PromptPrivacy
from credkit.api.signing_steps import Signing, SignResult
from credkit.api.statements import Statements
from credkit.api.withholding import check_privacy
from credkit.assets import Asset, Source
from credkit.assets.engine import Progress
from credkit.assets.watch import OverlookedError
from credkit.errors import CredkitError, DefinitionError
from credkit.labels import Labels
from credkit.lifting.lifted import Lifted
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import GeneratorInfo
from credkit.sign.builder import Builder
from credkit.sign.definition import Definition
from credkit.sign.named_actor import NamedActor
from credkit.sign.opening import snapshot_of
from credkit.sign.signer import Signer
from credkit.sign.time_stamping import TimeStamper
from credkit.sign.writing import Target
from credkit.trust.fetch import Fetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report

__all__ = ["Binding", "PromptPrivacy", "SignResult", "sign_file"]

Binding = Literal["data", "boxes"]
_BINDINGS = {"data": "c2pa.hash.data", "boxes": "c2pa.hash.boxes"}


def sign_file(
    source: Asset,
    output: Target,
    statements: Statements | None = None,
    *,
    signer: Signer,
    parent: Asset | Report | None = None,
    ingredients: Iterable[Asset | Report] = (),
    definition: Definition | None = None,
    region: Literal["auto"] | None = None,
    thumbnail: bool = False,
    thumbnail_budget: int = THUMBNAIL_BUDGET,
    mirrors: bool = True,
    sidecar: bool = False,
    generator: GeneratorInfo | None = None,
    drop_history: bool = False,
    overwrite: bool = True,
    policy: TrustPolicy | None = None,
    actors: Iterable[NamedActor] = (),
    timestamp: str | TimeStamper | None = None,
    staple: bool = False,
    fetcher: Fetcher | None = None,
    lift: Lift | bool = False,
    lifted: Lifted | None = None,
    prompt: PromptPrivacy = "public",
    openings: str | os.PathLike[str] | None = None,
    labels: Labels | None = None,
    journal: str | os.PathLike[str] | None = None,
    binding: Binding | None = None,
    parts: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> SignResult:
    """Sign ``source`` (path, bytes or seekable stream) into ``output`` (path, also the source's own, or binary stream).

    ``statements`` says what there is to say; ``definition`` is a c2patool manifest definition (path, mapping or JSON text) and
    may stand beside or instead of it. ``parent`` is the picture that this one is a new version of (or the report on it, when it
    was checked before); a source that is signed itself and is not said to be created counts as its own parent. ``ingredients``
    were put into it. ``region="auto"`` compares the pixels with the parent and records where they differ. ``thumbnail`` adds a
    small preview, unless the history has one of the same picture; all previews of a store have ``thumbnail_budget`` bytes
    together, so that later ones get smaller and in the end are left out, which a note tells. ``mirrors`` repeats creator, rights
    and AI statements in XMP and EXIF (before signing). ``sidecar`` leaves the picture alone and writes the manifest store to
    ``output``. ``policy`` decides what is recorded about trust in the signers of ingredients.

    ``actors`` are persons or organizations that sign, each with a key of its own, which statements they stand behind (CAWG identity
    assertions).

    ``timestamp`` has the time of signing attested by a time-stamp authority (its address; that of the definition, ``ta_url``, counts when
    there is none here). ``staple`` also puts the present revocation status of the signer's certificate into the file. Both ask the
    network, through ``fetcher`` (by default an ``HttpFetcher``); without them the network is never used, and when they are asked for and
    cannot be had, nothing is signed.

    A model file that is signed is measured, and its data sets and base models (``statements``) become ingredients. ``progress`` hears of
    the bytes read so far, of models first and then of the source.

    ``lift`` reads what generation tools left in the source (prompt, seed, settings, models), or what the header of a model says, and states
    it; ``Lift`` says more exactly how.
    ``lifted`` is the same, handed over by a program that generated the picture itself. The words of ``statements`` win over both.
    ``prompt`` is ``public``; ``sealed`` to put salted commitments in the place of prompts, seed and every text that could hold them, whose
    openings are kept in the file ``openings`` (by default in the user's data folder) and shown later with ``reveal``; or ``omit`` to leave
    them out. Under both of these, every other place of the picture that holds such a text is cleared, or signing is refused.

    ``labels`` are what the rules of China, the European Union and California ask a generated picture to carry: written into the manifest
    and, also without ``mirrors``, into the picture's own metadata; those that it carries already stay.

    ``journal`` is the author's journal: it is told before and after signing, and the manifest refers to it, so that each can be shown to
    belong to the other. A signing that fails is told there, too.

    ``binding`` ties the manifest to the file as a whole (``data``) or box by box (``boxes``), in formats where both can be done; by default
    as is usual for the format. ``parts`` also binds each part of a file of several apart (a gain map or a film behind a picture), so that
    the picture can still be verified when those behind it were taken away.

    Raises ``DefinitionError``, ``CredentialError``, ``AssetError``, ``HistoryError``, ``FetchError`` or ``OutputError``; after each of them
    every existing file is as it was.
    """
    _check_region(region)
    _check_binding(binding)
    _check_labels(labels, sidecar=sidecar)
    check_privacy(prompt, openings)
    stated, ingredients, actors = statements or Statements(), tuple(ingredients), tuple(actors)
    snapshot = snapshot_of(source)

    def attempt(*, in_one_pass: bool) -> SignResult:
        with open_with_sidecar(source) as (opened, beside), _settling(opened):
            # A second attempt would be written into the journal, and what is sealed is sought in all of the file anyway.
            opened.known.copied_whole = in_one_pass and opened is not source and journal is None and prompt == "public"
            builder = Builder(title=stated.title or name_of(source) or None, generator=generator, limits=limits)
            builder.binding = _BINDINGS[binding] if binding else None
            builder.parts = parts
            signing = Signing(
                source=source,
                opened=opened,
                beside=beside,
                picture=opened,
                output=output,
                builder=builder,
                statements=stated,
                policy=policy,
                thumbnail_budget=thumbnail_budget if thumbnail else None,
                intake=Intake(policy=policy, history=stated.model_history, progress=progress),
            )
            if definition is not None:
                signing.define(definition, generator)
            signing.describe_model(lift=bool(lift), parent=parent, prompt=prompt, drop_history=drop_history)
            texts = Texts()
            if signing.model is None and (lift or lifted or stated.prompt or prompt != "public"):
                texts = gather_texts(opened, signing.path, limits)
            if signing.model is None and (lift or lifted):
                signing.lift(texts, lift, lifted, signing.beginning(parent, drop_history=drop_history))
            sealing = signing.withhold(texts, prompt, Path(openings) if openings is not None else None)
            origin = signing.add_parent(parent, sealing, drop_history=drop_history)
            signing.add_components(ingredients, sealing)
            if region == "auto":
                signing.find_regions(origin)
            signing.state(sealing)
            signing.picture = sealing.cleared(opened, sidecar=sidecar)
            signing.add_actors(actors)
            properties: Mapping[str, str] = {}
            if labels is not None:
                properties = signing.label(labels, stamped=asks_for_stamp(timestamp, definition))
            signing.add_preview()
            adjuncts = chosen_adjuncts(signer, definition, timestamp=timestamp, staple=staple, fetcher=fetcher, limits=limits)
            if not sidecar:
                signing.mirror(properties, wanted=mirrors)
            write = builder.sign_sidecar if sidecar else builder.sign
            with signing.entered(journal, sealing), sealing.kept(output):
                written = write(
                    signing.picture,
                    output,
                    signer,
                    sidecar=beside,
                    overwrite=overwrite,
                    drop_history=drop_history,
                    adjuncts=adjuncts,
                    snapshot=snapshot,
                    last_check=sealing.last_check,
                    progress=signing.intake.of_one_file() if progress else None,
                )
        return signing.result(written, sealing)

    try:
        return attempt(in_one_pass=True)
    except OverlookedError:
        return attempt(in_one_pass=False)


@contextmanager
def _settling(source: Source) -> Iterator[None]:
    """What goes wrong in the block may do so because of something that the scan left to the copy; ``OverlookedError`` then."""
    try:
        yield
    except OverlookedError:
        raise
    except CredkitError:
        if source.known.watch:
            source.known.watch.settle()
        raise


def _check_region(region: str | None) -> None:
    if region not in (None, "auto"):
        raise DefinitionError('"region" is "auto" or left out; regions that are known go into the statements (Statements(regions=...))')


def _check_binding(binding: str | None) -> None:
    if binding is not None and binding not in _BINDINGS:
        raise DefinitionError('"binding" is "data" or "boxes", or left out for what is usual for the format')


def _check_labels(labels: Labels | None, *, sidecar: bool) -> None:
    if labels is not None and sidecar:
        raise DefinitionError("labels stand in the file itself, and with a sidecar it stays as it is: leave out one of the two")
