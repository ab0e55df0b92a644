"""Which lines of the parsers do the inputs of the targets reach? ``python -m tests.fuzz.coverage --changes 200``.

Runs every target on its seeds and on so many seeded changes of them, and prints the share of lines by file. Needs Coverage.py
(``pip install coverage``), which nothing else here does. Ends with 1 below ``--least`` percent of all lines together.
"""

from __future__ import annotations

import argparse
import base64
import importlib.util
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fuzz.targets import Target

__all__ = ["PARSERS", "Reached", "main", "parser_files", "ranges"]

_LONGEST_KEPT = 24_000
PACKAGE = Path(__file__).parents[2] / "credkit"
PARSERS: tuple[str, ...] = (
    # Containers and encodings.
    *("codec/binary.py", "codec/brotli_stream.py", "codec/cbor.py", "codec/cose.py", "codec/fields.py", "codec/json_text.py"),
    *("codec/jumbf.py", "codec/varint.py"),
    # Formats of files: where things lie in them. What writes them (``edit``, ``offsets``, ``joining``) is left out.
    *("assets/bmff/boxes.py", "assets/bmff/brands.py", "assets/bmff/elsewhere.py", "assets/bmff/item_locations.py", "assets/bmff/items.py"),
    *("assets/bmff/notes.py", "assets/bmff/scan.py", "assets/bmff/sharing.py", "assets/bmff/stores.py", "assets/bmff/texts.py"),
    *("assets/font/*.py", "assets/gif/blocks.py", "assets/gif/scan.py", "assets/gif/sniff.py"),
    *(
        "assets/id3/flac.py",
        "assets/id3/frames.py",
        "assets/id3/mpeg.py",
        "assets/id3/scan.py",
        "assets/id3/sniff.py",
        "assets/id3/tags.py",
    ),
    *("assets/id3/texts.py", "assets/jpeg/app11.py", "assets/jpeg/format.py", "assets/jpeg/markers.py", "assets/jpeg/mpf.py"),
    *("assets/jpeg/search.py", "assets/json_lines.py", "assets/jxl/boxes.py", "assets/jxl/codestream.py", "assets/jxl/scan.py"),
    *("assets/jxl/sniff.py", "assets/jxl/texts.py", "assets/ogg/*.py", "assets/onnx/model.py", "assets/onnx/protobuf.py"),
    *("assets/parquet/footer.py", "assets/parquet/thrift.py", "assets/pdf/*.py", "assets/png.py", "assets/riff/*.py"),
    *("assets/safetensors/header.py", "assets/sidecar.py", "assets/svg/elsewhere.py", "assets/svg/outline.py", "assets/svg/scan.py"),
    *("assets/svg/sniff.py", "assets/svg/texts.py", "assets/tiff/directories.py", "assets/tiff/form.py", "assets/tiff/notes.py"),
    *("assets/tiff/pictures.py", "assets/tiff/scan.py", "assets/zip/*.py"),
    # Manifests.
    *("manifest/claim.py", "manifest/claim_rules.py", "manifest/compressed.py", "manifest/hashed_uri.py", "manifest/labels.py"),
    *("manifest/member_uri.py", "manifest/store.py", "manifest/uri.py", "manifest/assertions/action_shape.py"),
    *("manifest/assertions/actions.py", "manifest/assertions/bmff_hash.py", "manifest/assertions/boxes_hash.py"),
    *("manifest/assertions/collection_hash.py", "manifest/assertions/data_hash.py", "manifest/assertions/embedded.py"),
    *("manifest/assertions/identity.py", "manifest/assertions/ingredient.py", "manifest/assertions/metadata.py"),
    *("manifest/assertions/multi_asset_hash.py", "manifest/assertions/references.py", "manifest/assertions/segment_hash.py"),
    *("manifest/assertions/shape.py", "manifest/assertions/shape_map.py", "manifest/assertions/validation_results.py"),
    # Certificates, time-stamps, revocation, lists, identities.
    *("trust/certificate.py", "trust/cose_key.py", "trust/der.py", "trust/lists.py", "trust/lote.py", "trust/pem.py"),
    *("trust/identity/credential.py", "trust/identity/did.py", "trust/identity/jwk.py", "trust/revocation/ocsp.py"),
    *("trust/timestamp/form.py", "trust/timestamp/header.py", "trust/timestamp/structure.py", "trust/links.py"),
    # Metadata and what tools write into it.
    *("media/exif.py", "media/texts/*.py", "media/xmp/packet.py", "media/xmp/properties.py", "media/xmp/reading.py", "terms/iptc.py"),
    *("lifting/a1111.py", "lifting/comfyui/*.py", "lifting/draw_things.py", "lifting/easy_diffusion.py", "lifting/fooocus.py"),
    *("lifting/infotext.py", "lifting/invokeai.py", "lifting/lifting.py", "lifting/model_headers/claims.py"),
    *("lifting/model_headers/gguf.py", "lifting/model_headers/header.py", "lifting/model_headers/reading.py", "lifting/novelai.py"),
    *("lifting/others.py", "lifting/swarmui.py", "lifting/wording.py", "labels/aigc.py"),
    # Documents of users and of other people's programs.
    *("acceptance/policy.py", "journal/chain.py", "journal/entries.py", "journal/fields.py", "journal/following.py"),
    *("sealing/commitments.py", "sealing/openings.py", "sign/definition/reading.py"),
)
"""Files of the library that turn bytes of strangers into values."""


@dataclass(frozen=True)
class Reached:
    """One file: its statements, and the lines of those that nothing reached."""

    name: str
    statements: int
    missing: tuple[int, ...]


def parser_files() -> list[Path]:
    """Every file that ``PARSERS`` names."""
    return [path for pattern in PARSERS for path in sorted(PACKAGE.glob(pattern))]


def main(arguments: list[str] | None = None) -> int:
    """Run, tell, and give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.coverage", description=__doc__)
    parser.add_argument("--changes", type=int, default=200, help="changed inputs a target (200)")
    parser.add_argument("--seed", type=int, default=1, help="seed of the changes (1)")
    parser.add_argument("--least", type=float, default=95, help="percent of the lines (95)")
    parser.add_argument("--lines", action="store_true", help="print the lines that nothing reached")
    parser.add_argument("--targets", nargs="+", metavar="NAME", help="only these")
    parser.add_argument("--learn", type=Path, metavar="DIR", help="also run the inputs of DIR/TARGET, and keep those that reach new lines")
    given = parser.parse_args(arguments)
    if importlib.util.find_spec("coverage") is None:
        print("Coverage.py is not installed, and nothing else counts lines here: pip install coverage", file=sys.stderr)
        return 2
    reached = list(_measured(given))
    for one in reached:
        print(_row(one.name, one.statements, len(one.missing)) + (f"  {ranges(one.missing)}" if given.lines and one.missing else ""))
    statements, missing = sum(one.statements for one in reached), sum(len(one.missing) for one in reached)
    print(_row(f"{len(reached)} files", statements, missing))
    return 0 if 100 * (statements - missing) >= given.least * statements else 1


def _measured(given: argparse.Namespace) -> Iterator[Reached]:
    """The library is imported here first, so that the lines of its modules count."""
    import coverage

    files = parser_files()
    counter = coverage.Coverage(data_file=None, include=[str(path) for path in files], config_file=False)
    counter.start()

    def lines() -> int:
        # What the tracer holds at this moment: to ask for the finished data after each of thousands of inputs would take hours.
        return sum(map(len, counter._collector.data.values()))

    try:
        _run(given, lines)
    finally:
        counter.stop()
    for path in files:
        _, statements, _, missing, _ = counter.analysis2(str(path))
        yield Reached(str(path.relative_to(PACKAGE)), len(statements), tuple(missing))


def _run(given: argparse.Namespace, lines: Callable[[], int]) -> None:
    from tests.fuzz.inputs import KEPT
    from tests.fuzz.targets import TARGETS

    for target in (TARGETS[name] for name in given.targets or TARGETS):
        pick = random.Random(f"{given.seed}:{target.name}")
        found = target.inputs()
        for data in found:
            target.run(data)
        for _ in range(given.changes):
            target.run(target.change(pick, pick.choice(found)))
        new = list(_learnt(target, given.learn / target.stem, lines)) if given.learn else []
        if new:
            KEPT.mkdir(exist_ok=True)
            with (KEPT / f"{target.stem}.txt").open("a", encoding="ascii") as kept:
                kept.writelines(f"{base64.b64encode(data).decode()}\n" for data in new)


def _learnt(target: Target, folder: Path, lines: Callable[[], int]) -> Iterator[bytes]:
    """The inputs of a folder that reach lines which nothing before them reached, small ones first."""
    before = lines()
    for path in sorted(folder.glob("*"), key=lambda path: (path.stat().st_size, path.name)):
        data = path.read_bytes()
        if len(data) <= _LONGEST_KEPT:
            target.run(data)
            if (now := lines()) > before:
                yield data
                before = now


def _row(name: str, statements: int, missing: int) -> str:
    return f"{name:48}{statements:>7,}{missing:>7,}{100 * (statements - missing) / max(statements, 1):>8.1f} %"


def ranges(lines: tuple[int, ...]) -> str:
    """Lines that follow each other as one range."""
    found: list[list[int]] = []
    for line in lines:
        if found and line == found[-1][1] + 1:
            found[-1][1] = line
        else:
            found.append([line, line])
    return " ".join(str(first) if first == last else f"{first}-{last}" for first, last in found)


if __name__ == "__main__":
    sys.exit(main())
