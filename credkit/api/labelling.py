"""``sign_file(labels=...)``: what is known of a signing becomes labels, in the manifest and for the file's own metadata.

Decides what may be labelled and which system, version and time the labels name; what a label consists of is decided in
``credkit.labels``, how it gets into XMP in ``credkit.api.mirrors``. Nothing here ever takes a label away.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from credkit.api.statements import Statements
from credkit.assets import Source
from credkit.dataclass import dataclass
from credkit.errors import DefinitionError
from credkit.labels import Labels
from credkit.labels.aigc import AigcLabel
from credkit.labels.content import AI_SOURCE_TYPES, LabelContent
from credkit.labels.existing import settled_label
from credkit.labels.marks import labels_among
from credkit.limits import Limits
from credkit.manifest.assertions import Action, GeneratorInfo
from credkit.manifest.assertions.source_types import source_type_name
from credkit.media.texts import read_texts
from credkit.sign.builder import Builder
from credkit.sign.inception import CREATED

__all__ = ["Labelled", "labelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """What labelling makes of a picture that is about to be signed."""

    source: Source
    """The picture, with the visible mark where one was asked for."""
    properties: Mapping[str, str]
    """Properties of XMP, by the fields of ``XmpMirror``."""
    notes: tuple[str, ...] = ()
    """Sentences for people: a label that was kept."""


def labelled(source: Source, labels: Labels, statements: Statements, builder: Builder, *, stamped: bool, limits: Limits) -> Labelled:
    """State the labels in ``builder``, draw the mark, and say what the file's metadata is to hold.

    ``stamped`` says that the signature will bear a time-stamp. ``DefinitionError`` when nothing that is stated was made by AI, when a
    regime asks for what is not known here, or when the picture carries a label that cannot be carried on; ``AssetError`` when a mark
    cannot be drawn.
    """
    if "eu" in labels.regimes and not stamped:
        raise DefinitionError(
            "the European code asks for a signed time: name a time-stamp authority too (--timestamp URL), or leave eu out of --label"
        )
    content = _content(labels, statements, builder)
    blocks = read_texts(source, limits=limits)
    aigc: AigcLabel | None = None
    notes: tuple[str, ...] = ()
    if "cn" in labels.regimes:
        aigc, notes = settled_label(labels_among(blocks, source, limits=limits), content.aigc)
    if labels.visible:
        from credkit.labels.visible import mark_of, with_mark

        mark = mark_of(labels, is_generated=content.is_generated)
        source, region = with_mark(source, mark, limits=limits)
        builder.add_action(
            Action(
                "c2pa.addedText",
                digital_source_type="algorithmicMedia",
                when=content.time,
                description=f'The visible label "{mark.text}" was drawn on the picture.',
                changes=(region,),
            )
        )
    builder.add(content.metadata(aigc))
    if not builder.states("c2pa.ai-disclosure"):
        builder.add(content.disclosure)
    properties = content.xmp(aigc)
    if statements.when is None and any(block.kind == "xmp" and block.keyword == "xmp:CreateDate" for block in blocks):
        # The tool that made the picture knew the time better than the clock at signing.
        properties.pop("create_date", None)
    return Labelled(source=source, properties=properties, notes=notes)


def _content(labels: Labels, statements: Statements, builder: Builder) -> LabelContent:
    action = next((action for action in builder.actions if source_type_name(action.digital_source_type) in AI_SOURCE_TYPES), None)
    if action is None:
        raise DefinitionError(
            "labels say that a picture was made or changed by AI, and nothing that is stated here was: say --created "
            "trainedAlgorithmicMedia or --edited compositeWithTrainedAlgorithmicMedia, or leave out --label; labels that it carries "
            "already stay as they are"
        )
    system, version = _system(labels, statements, builder)
    return LabelContent(
        labels=labels,
        manifest=builder.settle_label(),
        source_type=source_type_name(action.digital_source_type) or "",
        is_new=action.action == CREATED,
        time=_time(action),
        system=system,
        system_version=version,
    )


def _time(action: Action) -> datetime:
    when = datetime.fromisoformat(action.when) if isinstance(action.when, str) else action.when
    return when or datetime.now(UTC).replace(microsecond=0)


def _system(labels: Labels, statements: Statements, builder: Builder) -> tuple[str | None, str | None]:
    """Name and version of the system: as said, else the first that is known with its version, else the first that is known."""
    if labels.system:
        return labels.system, labels.system_version
    known = [(name, version) for name, version in _systems(statements, builder) if name]
    return next((pair for pair in known if pair[1]), known[0] if known else (None, None))


def _systems(statements: Statements, builder: Builder) -> Iterator[tuple[str | None, str | None]]:
    generation = statements.generation
    if generation:
        yield generation.tool, generation.tool_version
    yield from ((model.name, model.version) for model in statements.models)
    if generation:
        yield from ((model.name, model.version) for model in generation.models)
    agents: list[GeneratorInfo | None] = [statements.software, *(action.software_agent for action in builder.actions)]
    yield from ((agent.name, agent.version) for agent in agents if agent)
