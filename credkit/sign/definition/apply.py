"""Everything that a definition says, put into a ``Builder``.

Decided here: the order (ingredients, other assertions, actions, because the latter refer to the former), and what this version
cannot do. Such a field is an error that says what to do instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from credkit.errors import DefinitionError
from credkit.manifest.assertions import OpaqueAssertion, Thumbnail, assertion_type, check_statement
from credkit.manifest.assertions.nearest import quoted
from credkit.manifest.assertions.shape import described
from credkit.manifest.assertions.source_types import digital_source_type
from credkit.manifest.store import base_label
from credkit.sign.builder import Builder
from credkit.sign.definition.actions import add_actions
from credkit.sign.definition.files import media_type, read_file
from credkit.sign.definition.former import ACTIONS_LABELS, present_form
from credkit.sign.definition.ingredients import add_ingredients
from credkit.sign.definition.reading import Definition, Loaded, load_definition
from credkit.sign.definition.references import References
from credkit.sign.definition.software import software, user_agent
from credkit.sign.update import UpdateBuilder
from credkit.trust.policy import TrustPolicy

__all__ = ["apply_definition"]

_INCEPTIONS = ("c2pa.created", "c2pa.opened")
_REFUSED = {
    "remote_url": "a manifest on the network is not written in this version: leave the field out, sign into a file of its own (--sidecar), "
    "and publish it",
    "timestamp_manifest_labels": "time-stamps of manifests that exist are made by an update (credkit timestamp): leave the field out",
    "redactions": "assertions are redacted by an update (credkit redact, or credkit update --manifest): leave the field out",
    "no_embed": 'whether the manifest goes into a file of its own is said when signing ("--sidecar"): leave the field out',
    "credentials": 'verifiable credentials left the standard: leave the field out; who made the picture is stated in "cawg.metadata"',
    "metadata": "metadata of the claim left the standard: put it into the assertion that it is about",
    "resources": 'files are not kept inside of a definition: put them beside it and name them by "identifier"',
}
"""Fields that hold something this version does not do and that changes what is stated; empty ones mean nothing and are allowed."""
_MADE_ELSEWHERE = {
    "c2pa.hash.": "the binding to the picture is made when it is signed: leave the assertion out",
    "c2pa.ingredient": 'ingredients stand under "ingredients" of the definition, or "ingredient_paths"',
}


def apply_definition(
    builder: Builder, definition: Definition, *, base: Path | None = None, policy: TrustPolicy | None = None
) -> tuple[str, ...]:
    """Put everything of ``definition`` (path, JSON text, or mapping) into ``builder``; sentences about what is done otherwise than it asks.

    ``base`` is the folder from which file names count: that of the definition's own file by default, else the working folder. A
    parent that the builder has already is what ``c2pa.opened`` refers to. ``policy`` decides what is recorded about trust in the
    signers of ingredients. Title, generator and the like of the definition go before those of the builder; ``private_key``,
    ``sign_cert`` and ``alg`` are left to ``definition_signer``, ``ta_url`` to ``definition_time_stamp``.

    ``DefinitionError`` with a JSON Pointer into the definition for everything that is not a valid statement or cannot be done.
    """
    loaded = load_definition(definition, base)
    _refuse(loaded.fields, updating=isinstance(builder, UpdateBuilder))
    _describe(builder, loaded)
    references = References()
    add_ingredients(builder, loaded, references, policy)
    actions = _add_assertions(builder, loaded, references)
    if actions is not None:
        add_actions(builder, actions[0], actions[1], loaded.base, references)
    if isinstance(builder, UpdateBuilder):
        _check_redactions(builder, loaded.fields.get("redactions", ()))
    _apply_intent(builder, loaded.fields.get("intent"), actions)
    return tuple(_differences(loaded.fields))


def _refuse(fields: Mapping[str, Any], *, updating: bool) -> None:
    for key, sentence in _REFUSED.items():
        if fields.get(key) and not (updating and key == "redactions"):
            raise DefinitionError(sentence, path=f"/{key}")
    version = fields.get("claim_version", 2)
    if version not in (1, 2):
        raise DefinitionError(f"claims are written in version 2, not {version}: leave the field out", path="/claim_version")


def _differences(fields: Mapping[str, Any]) -> Iterator[str]:
    """What leaves every statement as it is, so that definitions made for the reference can be signed as they stand."""
    if fields.get("claim_version") == 1:
        yield "The definition asks for a claim of version 1, which is no longer written; the claim is of version 2."


def _describe(builder: Builder, loaded: Loaded) -> None:
    fields = loaded.fields
    builder.title = fields.get("title", builder.title)
    builder.instance_id = fields.get("instance_id", builder.instance_id)
    builder.label = fields.get("label", builder.label)
    builder.vendor = fields.get("vendor", builder.vendor)
    if "format" in fields:
        media_type(fields["format"], "/format")
    if fields.get("claim_generator_info"):
        builder.generator = software(fields["claim_generator_info"][0], loaded.base, "/claim_generator_info/0", builder)
    elif "claim_generator" in fields:
        builder.generator = user_agent(fields["claim_generator"])
    thumbnail = fields.get("thumbnail")
    if thumbnail and thumbnail["format"] != "none":
        data = read_file(loaded.base, thumbnail, "/thumbnail", builder.limits)
        builder.add(Thumbnail(data, media_type(thumbnail["format"], "/thumbnail/format")))


def _add_assertions(builder: Builder, loaded: Loaded, references: References) -> tuple[Any, str] | None:
    """Add all assertions but the actions; the data of these with their place is given back."""
    actions: tuple[Any, str] | None = None
    for index, fields in enumerate(loaded.fields.get("assertions", ())):
        path = f"/assertions/{index}"
        if base_label(fields["label"]) in ACTIONS_LABELS:
            if actions is not None:
                raise DefinitionError("a second list of actions: put all actions into the first one", path=path)
            if fields.get("created") is False:
                raise DefinitionError("actions are stated by the signer: leave the field out, or set it to true", path=f"{path}/created")
            actions = fields["data"], f"{path}/data"
        else:
            _add_assertion(builder, fields, path, references)
    return actions


def _add_assertion(builder: Builder, fields: Mapping[str, Any], path: str, references: References) -> None:
    given = fields["label"]
    for start, sentence in _MADE_ELSEWHERE.items():
        if given.startswith(start):
            raise DefinitionError(sentence, path=f"{path}/label")
    label, data = present_form(given, fields["data"], f"{path}/data")
    statement = OpaqueAssertion(label, data, "json" if fields.get("kind") == "Json" else "cbor")
    if label == given and "kind" in fields and statement.content != fields["kind"].lower():
        raise DefinitionError(f"{quoted(label)} is always written as {statement.content}; leave the field out", path=f"{path}/kind")
    gathered = None if "created" not in fields else not fields["created"]
    assertion_type(label, path=f"{path}/label")
    check_statement(statement, path=f"{path}/data")
    try:
        box = builder.add(statement, gathered=gathered)
    except DefinitionError as error:
        raise DefinitionError(error.message, path=path) from None
    references.add_assertion(box, given)


def _check_redactions(builder: UpdateBuilder, uris: Iterable[str]) -> None:
    """Each redaction has its action, which took it over and says why."""
    for index, uri in enumerate(uris):
        if uri not in builder.redactions:
            raise DefinitionError(
                'no reason is given: add an action "c2pa.redacted" with a "reason" and with this URI as its parameter "redacted"',
                path=f"/redactions/{index}",
            )


def _apply_intent(builder: Builder, intent: Any, actions: tuple[Any, str] | None) -> None:
    updating = isinstance(builder, UpdateBuilder)
    if intent is None or intent == ("update" if updating else "edit"):
        return
    if intent == "update" or updating:
        wanted = '"update"' if updating else '"edit" or a creation; updates are made by "credkit update"'
        raise DefinitionError(f"should be {wanted}, or left out", path="/intent")
    if not isinstance(intent, Mapping) or list(intent) != ["create"]:
        found = described(intent)
        raise DefinitionError(f'should be "edit" or {{"create": "trainedAlgorithmicMedia"}}, not {found}', path="/intent")
    source_type = digital_source_type(intent["create"], "/intent/create")
    stated = actions[0]["actions"] if actions else []
    if not any(action.get("action") in _INCEPTIONS for action in stated):
        builder.created(source_type)
