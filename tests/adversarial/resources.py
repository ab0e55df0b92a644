"""Attacks on time and memory through the file itself: structures without end, packed data, counts that lie. Nothing in them is signed,
unless it says so; what matters is that each ends in an answer.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from functools import cache, partial

from tests.adversarial.attack import Attack, attack
from tests.adversarial.bases import INTACT, MALFORMED, SOUND, split_boxes
from tests.assets.samples import chunk, jumbf_segment, store_of
from tests.assets.samples_bmff import film_of
from tests.assets.samples_models import raw_safetensors, safetensors
from tests.assets.samples_riff import avi, riff
from tests.assets.samples_svg import svg
from tests.assets.samples_tiff import raw_tiff
from tests.binding.bmff_tables import MEDIA, tree
from tests.forge.archives import archive
from tests.forge.bmff import EXCLUSIONS, IN_TREE, bmff_hash, box, large_box
from tests.forge.documents import Pdf, document, with_store
from tests.forge.files import plain, signed, standard
from tests.forge.manifests import CREATED, Assertion, Recipe, actions

__all__ = ["ATTACKS", "tree_bound"]

_DEEP = 3_000


def _boxes_in_boxes(kind: str) -> bytes:
    content = b""
    for _ in range(_DEEP):
        content = box(kind, content)
    return film_of() + content


def _lists_in_lists() -> bytes:
    lists = b""
    for _ in range(_DEEP):
        lists = b"LIST" + struct.pack("<I", 4 + len(lists)) + b"hdrl" + lists
    whole = avi()
    return whole[:4] + struct.pack("<I", len(whole) - 8 + len(lists)) + whole[8:] + lists


def _tiff_ring() -> bytes:
    """A directory that is followed by itself."""
    data = bytearray(raw_tiff())
    (first,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, first)
    struct.pack_into("<I", data, first + 2 + 12 * count, first)
    return bytes(data)


def _pdf_ring() -> bytes:
    """Cross-references that come before themselves."""
    made = Pdf()
    made.previous = len(made.data)
    return bytes(made.update(document()).data)


def _pdf_bomb() -> bytes:
    """A store that unpacks to 64 MiB."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(bytes(1 << 20)) for _ in range(64)) + packer.flush()
    objects = with_store(b"", packed=True)
    objects[11] = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(data) + data + b"\nendstream"
    return bytes(Pdf().update(objects).data)


def _pdf_filters() -> bytes:
    """A store that was packed a thousand times."""
    objects = with_store(b"x", packed=True)
    objects[11] = objects[11].replace(b"/Filter /FlateDecode", b"/Filter [" + b"/FlateDecode " * 1_000 + b"]")
    return bytes(Pdf().update(objects).data)


def _laughing_svg() -> bytes:
    entities = b'<!ENTITY a "ha">' + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    return b"<!DOCTYPE svg [" + entities + b"]>" + svg("<text>&j;</text>")


def _outside_svg() -> bytes:
    return b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + svg("<text>&x;</text>")


def _nested_svg() -> bytes:
    return svg("<g>" * _DEEP + "</g>" * _DEEP)


def _with_chunk(kind: bytes, data: bytes) -> bytes:
    """A PNG with a chunk that its kind does not allow, as a trusted signer signed it."""
    whole = plain("png")
    return signed(standard(), asset=whole[:33] + chunk(kind, data) + whole[33:])


def _unsigned_chunk(kind: bytes, data: bytes) -> bytes:
    whole = plain("png")
    return whole[:33] + chunk(kind, data) + whole[33:]


@cache
def _packed(mebibytes: int) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(mebibytes)) + packer.flush()


def _segments(count: int) -> bytes:
    """So many stores of one segment each."""
    store = store_of(64)
    return plain()[:2] + b"".join(jumbf_segment(store, instance=n % 65_536) for n in range(count)) + plain()[2:]


def _huge_store_promised() -> bytes:
    """One segment of a store of 2 GiB that never comes."""
    return plain()[:2] + jumbf_segment(store_of(64), head=b"\x7f\xff\xff\xffjumb") + plain()[2:]


def tree_bound(**fields: object) -> bytes:
    """A film whose media are bound by a tree that counts otherwise than they do."""
    parts = [MEDIA[at : at + 50] for at in range(0, len(MEDIA), 50)]
    roots = [box("ftyp", b"isom\0\0\2\0isom"), large_box("mdat", MEDIA), box("moov", box("mvhd", bytes(100)))]
    stated = tree(parts, fixedBlockSize=50) | fields
    value = bmff_hash([b""], merkle=[{key: item for key, item in stated.items() if item is not None}])
    recipe = Recipe([actions(CREATED), Assertion("c2pa.hash.bmff.v3", value)])
    return signed(
        recipe,
        asset=b"".join(roots),
        by="c2pa.hash.bmff.v3",
        binding=lambda placed: bmff_hash(
            split_boxes(placed.data),
            {_media(placed.data): [(16, 16 + len(MEDIA))]},
            exclusions=[*EXCLUSIONS, IN_TREE],
            merkle=value["merkle"],
        ),
    )


def _media(data: bytes) -> int:
    return next(number for number, root in enumerate(split_boxes(data)) if root[4:8] == b"mdat")


def _family(family: str, idea: str, keyless: bool = True) -> Callable[..., Attack]:
    return partial(attack, family=family, idea=idea, keyless=keyless)


_nest = _family("endless-structures", "Structures of the file are nested thousands of times, or lead back to themselves.")
_inflate = _family("packed-content", "A few kilobytes of the file unpack to hundreds of megabytes.")
_count = _family("lying-counts", "A count or length in the file promises gigabytes, or is less than what it counts.")
_odd = _family("odd-chunks", "A part of a picture is shorter than its own fields.", False)
_tree = _family("hostile-trees", "The tree of hashes of a film counts more, or other, leaves than there are.", False)

_MALFORMED, _MISMATCH, _MATCH = (f"assertion.bmffHash.{name}" for name in ("malformed", "mismatch", "match"))

ATTACKS: tuple[Attack, ...] = (
    *(_nest(f"nested-{kind}", partial(_boxes_in_boxes, kind), "none") for kind in ("moov", "meta", "uuid")),
    _nest("nested-lists", _lists_in_lists, "none"),
    _nest("nested-svg", _nested_svg, "error"),
    _nest("ring-tiff", _tiff_ring, "none"),
    _nest("ring-pdf", _pdf_ring, "error"),
    _nest("segments-3000", partial(_segments, 3_000), "error", MALFORMED),
    _nest("safetensors-deep", lambda: raw_safetensors('{"a":' + "[" * _DEEP + "]" * _DEEP + "}"), "error"),
    _inflate("packed-pdf-store", _pdf_bomb, "error", MALFORMED),
    _inflate("packed-pdf-filters", _pdf_filters, "error", MALFORMED),
    _inflate("packed-laughs", _laughing_svg, "error"),
    _inflate("packed-from-outside", _outside_svg, "none"),
    _inflate("packed-text", lambda: _unsigned_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + _packed(64)), "none"),
    _count("promised-store", _huge_store_promised, "error", MALFORMED),
    _count("promised-box", lambda: box("ftyp", b"isom\0\0\2\0isom") + b"\0\0\0\1mdat" + b"\x7f" + b"\xff" * 7, "error"),
    _count("promised-chunk", lambda: plain("png")[:33] + b"\xff\xff\xff\xffcaBX" + b"x", "error"),
    _count("promised-riff", lambda: riff((b"C2PA", b"x"), size=2**32 - 1), "error"),
    _count("promised-header", lambda: b"\xff" * 8 + safetensors()[8:], "error"),
    _count("promised-entries", lambda: archive(("a", b"x"))[:-12] + b"\xff\xff" * 2 + b"\xff" * 8, "error"),
    _count("promised-parquet", lambda: b"PAR1" + bytes(20) + b"\xff\xff\xff\x7fPAR1", "error"),
    *(
        _odd(f"odd-{name}", partial(_with_chunk, kind, data), "Trusted", *SOUND)
        for name, kind, data in (
            ("itxt-empty", b"iTXt", b""),
            ("itxt-keyword-only", b"iTXt", b"XML:com.adobe.xmp"),
            ("itxt-without-text", b"iTXt", b"XML:com.adobe.xmp\0"),
            ("itxt-one-flag", b"iTXt", b"XML:com.adobe.xmp\0\1"),
            ("itxt-no-zlib", b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0no zlib"),
            ("exif-of-one-byte", b"eXIf", b"M"),
            ("exif-ring", b"eXIf", b"II*\0\x08\0\0\0\0\0\x08\0\0\0"),
        )
    ),
    _odd("odd-profile-bomb", lambda: _with_chunk(b"iCCP", b"icc\0\0" + _packed(64)), "Trusted", *SOUND),
    _odd("odd-text-bomb", lambda: _with_chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + _packed(64)), "Trusted", *SOUND),
    _tree("tree-sound", tree_bound, "Trusted", *INTACT, _MATCH),
    *(
        _tree(f"tree-{name}", partial(tree_bound, **fields), "Invalid", *INTACT, code)
        for name, fields, code in (
            ("count-of-2-to-62", {"count": 2**62}, _MALFORMED),
            ("count-negative", {"count": -1}, _MALFORMED),
            ("count-none", {"count": 0}, _MALFORMED),
            ("count-less", {"count": 3}, _MALFORMED),
            ("blocks-of-0", {"fixedBlockSize": 0}, _MALFORMED),
            ("blocks-negative", {"fixedBlockSize": -50}, _MALFORMED),
            ("blocks-huge", {"fixedBlockSize": 2**63}, _MISMATCH),
            ("blocks-of-both-kinds", {"variableBlockSizes": [50, 50, 50, 50]}, _MALFORMED),
            ("sizes-overflow", {"fixedBlockSize": None, "variableBlockSizes": [2**63, 2**63, 100, 100]}, _MALFORMED),
            ("sizes-negative", {"fixedBlockSize": None, "variableBlockSizes": [-50, 150, 50, 50]}, _MALFORMED),
            ("hashes-none", {"hashes": []}, _MALFORMED),
            ("hashes-more", {"hashes": [bytes(32)] * 5}, _MALFORMED),
            ("of-no-media", {"localId": 7}, _MISMATCH),
        )
    ),
)
