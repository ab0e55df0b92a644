"""Targets: metadata of media and what tools write into it, headers of models, and documents of users."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import Any

from credkit.acceptance.policy import read_policy
from credkit.assets import BytesSource
from credkit.assets.pdf.packed import Budget, unpack
from credkit.errors import AssetError, DefinitionError, MalformedError, OpeningError, OutputError, TrustError
from credkit.journal.following import Memory, follow
from credkit.journal.verifying import verify_journal
from credkit.labels.aigc import read_aigc
from credkit.lifting import lift_texts
from credkit.lifting.model_headers.reading import read_model_header
from credkit.limits import DEFAULT_LIMITS
from credkit.media.exif import exif_with, read_exif
from credkit.media.texts import read_texts, without_texts
from credkit.media.texts.iptc import iptc_texts, iptc_without
from credkit.media.xmp import mirror_of, read_xmp, xmp_with
from credkit.sealing.commitments import commit, read_disclosure
from credkit.sealing.openings import read_openings, write_openings
from credkit.sign.definition.reading import load_definition, load_ingredient
from credkit.terms import metadata_of
from credkit.terms.iptc import iptc_texts as terms_in_iptc
from tests.fuzz import inputs
from tests.fuzz.blocks import parted
from tests.fuzz.items import mutated_json
from tests.fuzz.registry import NOW, document, narrow, one_of, stored, target

__all__: list[str] = []


@target("xmp", inputs.packets)
def xmp(data: bytes) -> None:
    """XMP packets."""
    with suppress(AssetError):
        _ = read_xmp(data).do_not_train
        read_xmp(xmp_with(data, mirror_of(title="a title")))
    with suppress(AssetError):
        read_xmp(data, limits=narrow(data, "xml_nodes", "xml_depth", "metadata_size"))
    title = data[:99].decode("utf-8", "replace")
    with suppress(DefinitionError):
        assert read_xmp(xmp_with(None, mirror_of(title=title, creator=(title, "b")))).title in (title, None)


@target("exif", inputs.exif_blocks)
def exif(data: bytes) -> None:
    """EXIF blocks, and new ones made of them."""
    with suppress(AssetError):
        read_exif(data)
        read_exif(exif_with(data, creator="a creator", software="b", taken=NOW))
        assert read_exif(exif_with(data)) == read_exif(data)
    with suppress(AssetError):
        exif_with(data, creator="a", limits=narrow(data, "metadata_size"))
    text = data[:99].decode("utf-8", "surrogateescape")
    with suppress(DefinitionError):
        read_exif(exif_with(None, creator=text, modified=NOW.replace(tzinfo=None) if len(data) % 5 == 0 else NOW))


@target("iptc", inputs.iptc_blocks)
def iptc(data: bytes) -> None:
    """Blocks of IPTC-IIM: texts, rights, and what is left without some of them."""
    list(terms_in_iptc(data, limits=narrow(data, "iptc_fields")))
    found = [text for _, text in terms_in_iptc(data)]
    assert all(isinstance(text, str) for text in found)
    fields = list(iptc_texts(data))
    assert iptc_without(data, lambda _: False) == data
    left = iptc_without(data, lambda field: field in fields[:1])
    assert not fields or fields[0].damage or fields[0] not in iptc_texts(left)


@target("texts", inputs.pictures_with_texts, 32_768)
def texts(data: bytes) -> None:
    """Texts of a picture, what generation tools and owners said in them, and the picture without every other one."""
    source = BytesSource(data)
    metadata_of(source)
    small = narrow(data, "texts", "texts_size", "text_size", "metadata_size", "xml_nodes", "xml_depth")
    with suppress(AssetError):
        without_texts(source, read_texts(source, limits=small)[:1], limits=small)
    found = read_texts(source)
    lift_texts(found)
    for some in (found[::2], found):
        with suppress(AssetError):
            left = without_texts(source, some)
            read_texts(BytesSource(left.read(0, left.size)))


@target("text file", inputs.text_files)
def text_file(data: bytes) -> None:
    """The text file beside a picture."""
    with stored(data, "a.txt") as path:
        for limits in (DEFAULT_LIMITS, narrow(data, "text_size")):
            lift_texts(read_texts(BytesSource(inputs.PICTURE), beside=path.with_suffix(".png"), limits=limits))


@target("lifting", inputs.texts)
def lifting(data: bytes) -> None:
    """Texts as any tool could have written them."""
    lift_texts(parted(data), dimensions=one_of((None, (512, 512)), data))
    lift_texts(parted(data), limits=narrow(data, "graph_nodes", "text_length", "json_depth"))


@target("label", inputs.labels, change=document(mutated_json))
def label(data: bytes) -> None:
    """Implicit labels of generated content."""
    for wrapped in (False, True):
        found = read_aigc(data.decode("utf-8", "replace"), wrapped=wrapped)
        assert found.label is None or not found.has("json", "keys", "values")
        if found.label is not None:
            with suppress(DefinitionError):
                passed = found.label.carried_on(found.value("ContentProducer"), "1", "")
                assert read_aigc(passed.text).label == passed


@target("model header", inputs.models, 32_768)
def model_header(data: bytes) -> None:
    """GGUF, SafeTensors, ONNX, Parquet."""
    with suppress(MalformedError, AssetError):
        read_model_header(BytesSource(data))
    small = narrow(data, "gguf_values", "model_properties", "text_length", "text_size", "parquet_values", "onnx_fields", "safetensors_keys")
    with suppress(MalformedError, AssetError):
        read_model_header(BytesSource(data), limits=small)


@target("pdf stream", inputs.pdf_streams)
def pdf_stream(data: bytes) -> None:
    """Streams of a PDF; the first bytes say how they are packed and predicted."""
    if len(data) > 2:
        predicted = {"Predictor": (1, 2, 10, 12, 15, -1)[data[0] % 6], "Columns": data[1] or 1 << 20}
        names = ("FlateDecode", "Fl", ["Crypt", "FlateDecode"], ["FlateDecode"] * 2, "LZWDecode", None)
        for left, rows in ((1 << 16, 9_000), (99, 9), (0, 0)):
            with suppress(MalformedError):
                unpacked = unpack(data[2:], {"Filter": names[data[0] // 6 % 6], "DecodeParms": predicted}, Budget(left, rows))
                assert len(unpacked) <= max(left, len(data))


@target("journal", inputs.journals, 32_768)
def journal(data: bytes) -> None:
    """Journals, their checkpoints included: a report, whatever the lines hold, and whatever is remembered of the last one."""
    with stored(data, "journal.jsonl") as path:
        verify_journal(path, at=NOW)
        end = data.find(b"\n") + 1
        head = json.dumps({"size": one_of((end, end + 5, len(data), len(data) + 9), data), "sha256": "0" * 64})
        path.with_name("journal.jsonl.head").write_text(head)
        verify_journal(path, at=NOW, limits=narrow(data, "journal_line", "journal_entry", "journal_faults", "journal_checkpoints", least=1))
        verify_journal(path, at=NOW)
    for memory in (None, Memory(size=end, sha256="0" * 64), Memory(size=len(data) + 9, sha256="")):
        assert follow(io.BytesIO(data), memory, wanted=b"kind").size <= len(data)


@target("openings", inputs.openings, change=document(mutated_json))
def openings(data: bytes) -> None:
    """Files of openings of sealed fields, and single disclosures; what was read is written and read again."""
    with stored(data, "openings.json") as path:
        for name in (path, path.parent, f"{path}\0"):
            with suppress(AssetError, OpeningError):
                found = read_openings(name)
                again = path.with_name("again") / "openings.json"
                write_openings(again, found)
                assert read_openings(again) == found
                with suppress(OutputError):
                    write_openings(again, found.only(frozenset({"prompt"})))
        with suppress(AssetError, OpeningError):
            read_openings(path, limits=narrow(data, "openings_size", "disclosure_size"))
    with suppress(MalformedError):
        one = read_disclosure(data.decode("latin-1"))
        assert read_disclosure(commit(one.field, one.value).encoded).digest != one.digest


@target("policy", inputs.policies, change=document(mutated_json))
def policy(data: bytes) -> None:
    """Acceptance policies, in a file or as a value."""
    with stored(data, "policy.json") as path:
        for name in (path, path.parent):
            with suppress(DefinitionError, TrustError):
                read_policy(name)
        with suppress(DefinitionError, TrustError):
            read_policy(path, limits=narrow(data, "policy_size"))
    with suppress(DefinitionError, TrustError):
        read_policy(_map(data))


@target("definition", inputs.definitions, change=document(mutated_json))
def definition(data: bytes) -> None:
    """Manifest definitions and descriptions of ingredients: bytes, text, value, file."""
    for given in (data, data.decode("utf-8", "surrogateescape"), _map(data)):
        with suppress(DefinitionError):
            load_definition(given)
    with stored(data, "ingredient.json") as path:
        for name in (path, path.parent):
            with suppress(DefinitionError):
                load_definition(name)
            with suppress(DefinitionError):
                load_ingredient(name, "/ingredients/0")


def _map(data: bytes) -> dict[str, Any]:
    """The map in a text, such as a program would give; that of no text has what JSON has not."""
    with suppress(ValueError, RecursionError):
        value = json.loads(data)
        return value if isinstance(value, dict) else {"rules": value, "assertions": value}
    return {"title": data}
