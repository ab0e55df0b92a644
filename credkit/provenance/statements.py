"""What a manifest states besides actions: creator, rights, uses, model, training sources, licences - in words, by topic.

Sources: "Metadata" (anchor ``_metadata``), CAWG training and data mining, "AI disclosure"; our own labels under ``org.credkit.``. None of
it is proven by the signature: it is what the signer says. Texts are as stored and have to pass ``shown``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from credkit.dataclass import dataclass
from credkit.limits import DEFAULT_LIMITS, Limits
from credkit.manifest.store import Assertion, Manifest
from credkit.provenance.values import assertion_value, text_of
from credkit.provenance.vocabulary import USES, asset_kind_words, source_type_words

__all__ = ["Statement", "dimensions", "ingredient_statements", "statements"]

_MOST = 50  # Entries of one list; more would bury the page and are in the JSON report.


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing said: ``topic`` is a plain word (``creator``), ``words`` what is said."""

    topic: str
    words: str
    assertion: str
    """Absolute URI of the assertion that says it."""


def statements(manifest: Manifest, limits: Limits = DEFAULT_LIMITS) -> tuple[Statement, ...]:
    """What the manifest's assertions say, in file order, repetitions dropped."""
    found: dict[tuple[str, str], Statement] = {}
    for assertion in manifest.assertions:
        for topic, words in _said(assertion, limits):
            found.setdefault((topic, words), Statement(topic=topic, words=words, assertion=assertion.uri))
    return tuple(found.values())


def ingredient_statements(value: object, uri: str) -> tuple[Statement, ...]:
    """What a decoded ingredient assertion says of a thing without credentials: kind, description, source, and the digest of a file."""
    if not isinstance(value, dict):
        return ()
    kinds = value.get("dataTypes", value.get("data_types"))
    said = [
        ("kind", _kind_words(kind["type"]))
        for kind in (kinds if isinstance(kinds, list) else [])[:_MOST]
        if isinstance(kind, dict) and text_of(kind.get("type"))
    ]
    said += [(topic, str(value[key])) for topic, key in _INGREDIENT_FIELDS if text_of(value.get(key))]
    metadata = value.get("metadata")
    measured = metadata.get("org.credkit.file") if isinstance(metadata, dict) else None
    if isinstance(measured, dict) and isinstance(measured.get("sha256"), bytes):
        said.append(("file", f"{' '.join(_texts(measured.get('name')))} SHA-256 {measured['sha256'].hex()}".strip()))
    claimed = metadata.get("org.credkit.claimed") if isinstance(metadata, dict) else None
    for kind, digest in list(claimed.items())[:_MOST] if isinstance(claimed, dict) else ():
        said += [("claimed hash", f"{kind} {digest}, which nobody measured")] if text_of(digest) else []
    return tuple(Statement(topic=topic, words=words, assertion=uri) for topic, words in said)


def _kind_words(name: str) -> str:
    words = asset_kind_words((name,))
    return f"{words} ({name})" if words else name


_INGREDIENT_FIELDS = (("description", "description"), ("found at", "informationalURI"), ("digital source", "digitalSourceType"))


def dimensions(manifest: Manifest, limits: Limits = DEFAULT_LIMITS) -> tuple[int, int] | None:
    """Width and height in pixels as the manifest states them; None when it does not."""
    for assertion in manifest.assertions:
        generated = assertion.base_label == "org.credkit.generation"
        # Most assertions say nothing of it, and some are large.
        if not generated and not any(width.encode() in assertion.box.raw for width, _ in _SIZE_KEYS):
            continue
        value = assertion_value(assertion, limits)
        if not isinstance(value, dict):
            continue
        if generated and isinstance(value.get("size"), list):
            pair = tuple(value["size"])
        else:
            pair = next(((value[w], value[h]) for w, h in _SIZE_KEYS if w in value and h in value), ())
        if len(pair) == 2 and (size := _pixels(pair[0], pair[1])):
            return size
    return None


_SIZE_KEYS = (("exif:PixelXDimension", "exif:PixelYDimension"), ("tiff:ImageWidth", "tiff:ImageLength"))


def _pixels(width: object, height: object) -> tuple[int, int] | None:
    numbers = [
        int(v)
        for v in (width, height)
        if (isinstance(v, int) and not isinstance(v, bool)) or (isinstance(v, str) and v.isdecimal() and len(v) < 10)
    ]
    return (numbers[0], numbers[1]) if len(numbers) == 2 and all(0 < n < 1_000_000 for n in numbers) else None


def _said(assertion: Assertion, limits: Limits) -> Iterator[tuple[str, str]]:
    reader = _reader(assertion.base_label)
    value = assertion_value(assertion, limits) if reader else None
    if reader and isinstance(value, dict):
        yield from reader(value)


def _reader(label: str) -> Callable[[dict[Any, Any]], Iterator[tuple[str, str]]] | None:
    if label in _READERS:
        return _READERS[label]
    plain = label.removesuffix(".ingredient")
    return _metadata if plain.endswith(".metadata") or plain == "stds.iptc.photo-metadata" else None


def _texts(value: object) -> Iterator[str]:
    """All texts of a JSON-LD value: a text, a language map, a list of either, or things with a name."""
    if isinstance(value, list):
        for item in value[:_MOST]:
            yield from _texts(item)
    elif isinstance(value, dict):
        inner = next((value[key] for key in _NAME_KEYS if key in value), None)
        yield from _texts(inner) if inner is not None else (v for v in list(value.values())[:1] if isinstance(v, str))
    elif text_of(value) or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        yield str(value)


_NAME_KEYS = ("name", "@value", "@list", "@id", "x-default", "plus:LicensorName", "Iptc4xmpExt:AISystemUsed", "dc:title")
_FIELDS = (
    ("creator", ("dc:creator", "Iptc4xmpExt:Creator")),
    ("credit", ("photoshop:Credit",)),
    ("rights", ("dc:rights", "photoshop:Copyright", "plus:CopyrightOwner")),
    ("terms of use", ("xmpRights:UsageTerms", "plus:OtherConstraints")),
    (
        "licence",
        ("xmpRights:WebStatement", "cc:license", "dc:license", "dcterms:license", "schema:license", "license", "licence", "plus:Licensor"),
    ),
    ("AI provider", ("schema:provider",)),
    ("AI system", ("Iptc4xmpExt:AISystemUsed",)),
    ("AI system version", ("Iptc4xmpExt:AISystemVersionUsed",)),
    ("prompt", ("Iptc4xmpExt:AIPromptInformation",)),
    ("prompt writer", ("Iptc4xmpExt:AIPromptWriterName",)),
    ("description", ("dc:description",)),
)


def _metadata(value: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    for topic, keys in _FIELDS:
        for key in keys:
            for words in _texts(value.get(key)):
                yield topic, words
    for uri in _texts(value.get("Iptc4xmpExt:DigitalSourceType")):
        meaning, name = source_type_words(uri)
        yield "digital source", f"{meaning} ({name})" if meaning != name else name
    for uri in _texts(value.get("plus:DataMining")):
        yield "training and data mining", _data_mining(uri)
    yield from _offers(value.get("odrl:hasPolicy"))
    model = value.get("credkit:model")
    if isinstance(model, dict) and text_of(model.get("credkit:name")):
        yield "AI model", " ".join([str(model["credkit:name"]), *_texts(model.get("credkit:version"))])
    for source in _training_sources(value, "credkit:trainingSources"):
        yield "training source", source
    for source in _training_sources(value, "credkit:baseModels"):
        yield "base model", source


def _data_mining(uri: str) -> str:
    name = uri.rpartition("/")[2]
    return {
        "DMI-ALLOWED": "data mining: allowed",
        "DMI-PROHIBITED": "data mining: not allowed",
        "DMI-PROHIBITED-AIMLTRAINING": "training of AI: not allowed",
        "DMI-PROHIBITED-GENAIMLTRAINING": "training of generative AI: not allowed",
        "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING": "data mining: not allowed, except for search engines",
        "DMI-PROHIBITED-SEECONSTRAINT": "data mining: only under conditions, which stand beside it",
        "DMI-UNSPECIFIED": "not said",
    }.get(name, f"data mining restricted ({name})")


def _training_sources(value: dict[Any, Any], key: str) -> Iterator[str]:
    """Of ``org.credkit.training.metadata``: each source with creator, licence, number of items and whether training was permitted."""
    sources = value.get(key)
    for source in sources[:_MOST] if isinstance(sources, list) else []:
        if isinstance(source, dict):
            told = [f"{word} {text}" for word, key in _SOURCE_FIELDS for text in _texts(source.get(key))]
            name = " ".join([*_texts(source.get("credkit:name")), *_texts(source.get("credkit:version"))])
            yield ", ".join([next(_texts(source.get("dc:title")), name or "untitled source"), *told])


_SOURCE_FIELDS = (
    ("by", "dc:creator"),
    ("from", "dc:source"),
    ("licence", "credkit:licence"),
    ("licence at", "credkit:licenceURL"),
    ("items:", "credkit:itemCount"),
    ("retrieved", "credkit:retrieved"),
    ("training permitted:", "credkit:aiTrainingPermitted"),
    ("evidence:", "credkit:evidence"),
)


def _training_and_mining(value: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    """Uses under the same rule share a line."""
    entries = value.get("entries")
    rules: dict[str, list[str]] = {}
    for key, entry in (entries if isinstance(entries, dict) else value).items():
        use = entry.get("use") if isinstance(entry, dict) else None
        if isinstance(key, str) and isinstance(use, str):
            limit = text_of(entry.get("constraint_info"))
            words = {"allowed": "allowed", "notAllowed": "not allowed", "constrained": "only under conditions"}.get(use, use)
            rules.setdefault(words + (f" ({limit})" if limit else ""), []).append(USES.get(key.rpartition(".")[2], key))
    for words, uses in rules.items():
        yield "training and data mining", f"{', '.join(uses)}: {words}"


def _ai_disclosure(value: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    name, identifier, kind = (text_of(value.get(key)) for key in ("modelName", "modelIdentifier", "modelType"))
    words = name or identifier or kind
    if words:
        yield "AI model", words + (f" ({identifier})" if identifier and identifier != words else "")
    profile = value.get("contentProfile")
    level = text_of(profile.get("humanOversightLevel")) if isinstance(profile, dict) else None
    if level:
        yield "human oversight", level.replace("_", " ")


def _creative_work(value: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    for topic, keys in (
        ("creator", ("author", "creator")),
        ("rights", ("copyrightNotice", "copyrightHolder")),
        ("licence", ("license",)),
        ("credit", ("creditText",)),
    ):
        for key in keys:
            for words in _texts(value.get(key)):
                yield topic, words


def _asset_reference(value: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    for item in value.get("references", [])[:_MOST] if isinstance(value.get("references"), list) else []:
        reference = item.get("reference") if isinstance(item, dict) else None
        if isinstance(reference, dict) and text_of(reference.get("uri")):
            yield "also found at", str(reference["uri"])


def _model_file(value: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    """Of ``org.credkit.model``: by which name and hashes the file was known before it was signed."""
    before = value.get("beforeSigning")
    before = before if isinstance(before, dict) else {}
    name = " ".join(filter(None, (text_of(value.get("name")), text_of(value.get("modelVersion")))))
    role = text_of(value.get("role"))
    told = [name or text_of(before.get("file")) or "unnamed", *([role.replace("-", " ")] if role else [])]
    told += [f"{words} {before[key]}" for words, key in _MODEL_HASHES if text_of(before.get(key))]
    yield "AI model file", ", ".join(told)


_MODEL_HASHES = (("SHA-256 before signing", "sha256"), ("SHA-256 of the tensors", "tensors"))


def _collection(value: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    members = value.get("uris")
    if isinstance(members, list):
        yield "files", f"{len(members):,} files, each with its hash" if len(members) != 1 else "1 file, with its hash"


def _data_set(value: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    """Of ``org.credkit.dataset``: which of its files speak of training."""
    rights = value.get("rights")
    for key, words in (("trainingNotAllowed", "not allowed"), ("trainingConstrained", "only under conditions")):
        counted = rights.get(key) if isinstance(rights, dict) else None
        if isinstance(counted, dict) and isinstance(counted.get("count"), int):
            named = ", ".join(list(_texts(counted.get("files")))[:3])
            yield "training and data mining", f"training of AI: {words}, say {counted['count']:,} of its files ({named})"


def _offers(value: object) -> Iterator[tuple[str, str]]:
    from credkit.manifest.assertions.offer_view import offer_words, read_offers

    for offer in read_offers(value):
        yield "offer", offer_words(offer)


def _generation(value: dict[Any, Any]) -> Iterator[tuple[str, str]]:
    from credkit.provenance.generation import generation_words

    return generation_words(value)


_READERS: dict[str, Callable[[dict[Any, Any]], Iterator[tuple[str, str]]]] = {
    "c2pa.ai-disclosure": _ai_disclosure,
    "c2pa.ai-disclosure.ingredient": _ai_disclosure,
    "c2pa.asset-ref": _asset_reference,
    "c2pa.hash.collection.data": _collection,
    "c2pa.training-mining": _training_and_mining,
    "cawg.training-mining": _training_and_mining,
    "org.credkit.dataset": _data_set,
    "org.credkit.generation": _generation,
    "org.credkit.model": _model_file,
    "stds.schema-org.CreativeWork": _creative_work,
}
