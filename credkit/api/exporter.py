"""``Exporter``: what somebody who exports many pictures decides once, and the one way in which every export hook signs.

A hook (Pillow, diffusers, ComfyUI, Forge, a watched folder) knows the picture and what it was made from; the exporter knows the key, what
there is to say, and what may be shown. Signing itself is ``sign_file``. What a settings file may hold is decided in
``credkit.api.export_settings``.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from credkit.api.export_options import ExportOptions
from credkit.api.lifted import NOTHING_LIFTED, Lift
from credkit.api.previews import THUMBNAIL_BUDGET
from credkit.api.reading import has_store, name_of
from credkit.api.signing import Binding, PromptPrivacy, SignResult, sign_file
from credkit.api.statements import Statements
from credkit.assets import Asset
from credkit.configuration import make_private_folder
from credkit.dataclass import dataclass, field, replace
from credkit.errors import DefinitionError, OutputError
from credkit.lifting.lifted import Lifted
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.assertions import GeneratorInfo
from credkit.sign.named_actor import NamedActor
from credkit.sign.signer import Signer
from credkit.sign.time_stamping import TimeStamper
from credkit.sign.writing import Target
from credkit.trust.fetch import Fetcher
from credkit.trust.policy import TrustPolicy
from credkit.verify import Report

if TYPE_CHECKING:
    from credkit.labels.labels import Labels

__all__ = ["Exporter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporter:
    """Everything but ``signer`` may be left out; the signer's key is in memory from then on, so nobody is asked for it again."""

    signer: Signer = field(repr=False)
    statements: Statements = field(default_factory=Statements)
    """May hold both ``created``, for pictures made here, and ``edited``, for those that come from a signed file: each picture takes the one
    that is true of it."""
    lift: Lift | bool = True
    """Whether what a generation tool left in the picture is stated; see ``sign_file``."""
    prompt: PromptPrivacy = "public"
    openings: Path | None = None
    """Folder for the openings of what is sealed, one file for each picture; by default in the user's data folder."""
    labels: Labels | None = None
    journal: Path | None = None
    """Authorship journal that every picture is entered in."""
    timestamp: str | TimeStamper | None = None
    staple: bool = False
    thumbnail: bool = False
    thumbnail_budget: int = THUMBNAIL_BUDGET
    """Bytes of all thumbnails in the manifests of a picture together; see ``sign_file``."""
    mirrors: bool = True
    binding: Binding | None = None
    """``data`` or ``boxes``; see ``sign_file``."""
    generator: GeneratorInfo | None = None
    actors: tuple[NamedActor, ...] = ()
    policy: TrustPolicy | None = None
    """Decides what is recorded about trust in the signers of parents and ingredients."""
    fetcher: Fetcher | None = None
    limits: Limits = DEFAULT_LIMITS

    @classmethod
    def from_settings(cls, path: str | os.PathLike[str] | None = None, *, passphrase: str | None = None) -> Exporter:
        """The exporter that a settings file describes (``export.toml`` in the configuration folder by default).

        The passphrase is never in the file: it is ``passphrase``, else it comes from ``CREDKIT_PASSPHRASE``, from the file that
        ``CREDKIT_PASSPHRASE_FILE`` names, or from the person at the terminal. ``DefinitionError`` for what is no valid setting,
        ``CredentialError`` for a key that cannot be used.
        """
        from credkit.api.export_settings import read_settings

        return cls(**read_settings(Path(path) if path is not None else None).options(passphrase))

    def with_options(self, **options: Unpack[ExportOptions]) -> Exporter:
        """The same with other settings."""
        return replace(self, **options)

    def for_models(self) -> Exporter:
        """The exporter for pictures that a model makes: those that come from a signed file are partly made by it, unless it is said
        otherwise.
        """
        edited = self.statements.edited or "compositeWithTrainedAlgorithmicMedia"
        return replace(self, statements=replace(self.statements, edited=edited))

    def sign(
        self,
        source: Asset,
        output: Target,
        *,
        statements: Statements | None = None,
        parent: Asset | Report | None = None,
        ingredients: Iterable[Asset | Report] = (),
        lifted: Lifted | None = None,
        overwrite: bool = True,
    ) -> SignResult:
        """Sign one picture as ``sign_file`` does. ``statements`` replaces those of the exporter; ``lifted`` is handed over by a program
        that made the picture itself.

        Without ``parent``, a source that carries credentials is its own parent. ``DefinitionError`` when nobody said how such a picture
        came to be (``created``, or ``edited`` for one with a parent); other errors as ``sign_file``. Nothing is written then.
        """
        ancestor = parent if parent is not None else source if has_store(source, limits=self.limits) else None
        stated = self._stated(statements or self.statements, ancestor, lifted)
        if not stated.title and self.prompt == "public":
            # Otherwise ``sign_file`` looks first whether the file name tells what is to be kept private.
            stated = replace(stated, title=_file_name(output))
        result = sign_file(
            source,
            output,
            stated,
            signer=self.signer,
            parent=parent,
            ingredients=ingredients,
            thumbnail=self.thumbnail,
            thumbnail_budget=self.thumbnail_budget,
            mirrors=self.mirrors,
            binding=self.binding,
            generator=self.generator,
            overwrite=overwrite,
            policy=self.policy,
            actors=self.actors,
            timestamp=self.timestamp,
            staple=self.staple,
            fetcher=self.fetcher,
            lift=self.lift,
            lifted=lifted,
            prompt=self.prompt,
            openings=self._openings_for(output),
            labels=self.labels,
            journal=self.journal,
            limits=self.limits,
        )
        # Here lifting is the rule and not a wish, so that a picture without texts is nothing to tell of.
        return replace(result, notes=tuple(note for note in result.notes if note != NOTHING_LIFTED))

    def _stated(self, statements: Statements, ancestor: Asset | Report | None, lifted: Lifted | None) -> Statements:
        """With that one of ``created`` and ``edited`` that is true of the picture."""
        if ancestor is None:
            if not statements.created and not self.lift and lifted is None:
                raise DefinitionError(
                    "the picture does not come from a signed file: say how it was made "
                    '(created="trainedAlgorithmicMedia", "digitalCreation", ...)'
                )
            return replace(statements, edited=None)
        if not statements.edited and lifted is None:
            name = (ancestor.name if isinstance(ancestor, Report) else name_of(ancestor)) or ""
            origin = f'"{name}"' if name else "a file"
            raise DefinitionError(
                f"the picture comes from {origin} with Content Credentials, so it is an edit: say of what kind "
                '(edited="compositeWithTrainedAlgorithmicMedia", "humanEdits", ...), or that nothing of the original is left'
            )
        return replace(statements, created=None)

    def _openings_for(self, output: Target) -> Path | None:
        """A file of its own in the folder; the time of its making is not in its name, so that a folder shows nothing but titles."""
        if self.openings is None or self.prompt != "sealed":
            return None
        try:
            make_private_folder(self.openings)
        except OSError as error:
            raise OutputError(f'the folder for openings "{self.openings}" cannot be made: {error.strerror or error}') from None
        stem = _file_name(output) or "picture"
        return self.openings / f"{stem}.{secrets.token_hex(4)}.openings.json"


def _file_name(output: Target) -> str | None:
    """The name of a file that is written; None for a stream."""
    return name_of(output) or None if isinstance(output, str | os.PathLike) else None
