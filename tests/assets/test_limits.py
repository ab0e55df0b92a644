"""Every limit of a container: a file that has just as many is read as without it, and with one less allowed it is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from credkit.assets import BytesSource, detect
from credkit.assets.edited import Replacement
from credkit.assets.layout import Span
from credkit.assets.riff.avi_index import moved_indexes
from credkit.errors import MalformedError
from credkit.limits import DEFAULT_LIMITS, Limits
from tests.assets.samples import store_of
from tests.assets.samples_bmff import film_of, item_picture
from tests.assets.samples_font import real_tables, sfnt
from tests.assets.samples_gif import animated_gif
from tests.assets.samples_id3 import id3, id3_frame, mp3
from tests.assets.samples_models import onnx_file, parquet, raw_safetensors
from tests.assets.samples_ogg import ogg, with_store
from tests.assets.samples_riff import open_dml, riff
from tests.assets.samples_svg import svg
from tests.assets.samples_tiff import multi_tiff
from tests.forge.archives import archive
from tests.forge.documents import document, pdf, updates
from tests.forge.documents import with_store as document_with

TENSORS = '"a":{"dtype":"U8","shape":[],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[],"data_offsets":[0,0]}'
NAMED = '"__metadata__":{"x":"","y":"","z":""}'
FILLED = id3(id3_frame(b"TIT2", b"\0a\xff\0b\xff\0c", version=3), version=3, flags=0x80)


def read(data: bytes, limits: Limits) -> object:
    """All that a reader makes of the file."""
    source = BytesSource(data)
    form = detect(source)
    assert form is not None
    try:
        layout = form.scan(source, limits)
        return layout, [*form.boxes(source, layout, limits)], [*form.texts(source, limits)]
    except MalformedError as error:
        return error.message


def moved(data: bytes, limits: Limits) -> object:
    """The indexes of a film in front of which something is put."""
    try:
        return moved_indexes(BytesSource(data), [Replacement(Span(12, 0), bytes(8))], limits)
    except MalformedError as error:
        return error.message


CASES: dict[str, tuple[int, bytes]] = {
    "gif_blocks": (8, animated_gif()),
    "gif_parts": (16, animated_gif()),
    "tiff_directories": (3, multi_tiff(3)),
    "tiff_entries": (30, multi_tiff(3)),
    "svg_size": (len(svg()), svg()),
    "svg_nodes": (14, svg()),
    "svg_depth": (5, svg("<g><g><g><g/></g></g></g>")),
    "svg_entity_names": (2, svg("&a;", before='<!DOCTYPE svg [<!ENTITY a "x"><!ENTITY b "y">]>')),
    "svg_entities": (6, svg("&a;&a;", before='<!DOCTYPE svg [<!ENTITY a "xyz">]>')),
    "riff_chunks": (3, riff((b"fmt ", bytes(16)), (b"data", bytes(8)), (b"JUNK", b""))),
    "avi_indexes": (4, open_dml()),
    "avi_index_entries": (12, open_dml()),
    "id3_tags": (2, mp3(id3(id3_frame(b"TIT2", b"\3a")), id3(id3_frame(b"TIT2", b"\3b")))),
    "id3_frames": (2, mp3(id3(id3_frame(b"TIT2", b"\3a"), id3_frame(b"TPE1", b"\3b")))),
    "id3_fillings": (2, mp3(FILLED)),
    "ogg_pages": (len(ogg()), b"".join(ogg())),
    "ogg_streams": (2, with_store(store_of(100))),
    "ogg_ranges": (3, with_store(store_of(100))),
    "bmff_boxes": (26, film_of()),
    "bmff_depth": (7, film_of()),
    "bmff_items": (11, item_picture(xmp=b"<x/>")),
    "pdf_objects": (7, pdf(document_with(store_of(100)))),
    "pdf_sections": (3, updates(document(), document(), document())),
    "pdf_searches": (5, pdf(document_with(store_of(100)))),
    "pdf_values": (33, pdf(document_with(store_of(100)))),
    "zip_entries": (2, archive(("a", b"1"), ("b", b"2"))),
    "safetensors_keys": (2, raw_safetensors(f"{{{TENSORS}}}")),
    "safetensors_header": (len(raw_safetensors(f"{{{TENSORS}}}")) - 8, raw_safetensors(f"{{{TENSORS}}}")),
    "model_properties": (3, raw_safetensors(f"{{{NAMED},{TENSORS}}}")),
    "onnx_fields": (20, onnx_file()),
    "parquet_footer": (int.from_bytes(parquet()[-8:-4], "little"), parquet()),
    "parquet_values": (587, parquet()),
    "font_tables": (len(real_tables()), sfnt(real_tables())),
}
"""How many of it a file has."""


@pytest.mark.parametrize("limit", CASES)
def test_at_the_limit_and_one_past(limit: str) -> None:
    count, data = CASES[limit]
    outcome: Callable[[bytes, Limits], object] = moved if limit.startswith("avi") else read
    usual = outcome(data, DEFAULT_LIMITS)
    assert not isinstance(usual, str), usual
    assert outcome(data, Limits(**{limit: count})) == usual
    assert outcome(data, Limits(**{limit: count - 1})) != usual
