"""Files with much to say, and the command lines that say it in every way there is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

from credkit.provenance import FORMATS
from tests.bitflip.files import signed_file
from tests.differential.mutants import made_of
from tests.differential.seeds import SEEDS, anchors
from tests.forge.pki import NOW

__all__ = ["commands"]

_AT = (NOW + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
_VERDICTS = ("text", "json", "jsonl", "crjson")
_BITFLIP = ("jpeg, with a parent, by ES256", "webp, with a time-stamp and an OCSP response", "heif")
_SEEDS = ("many statements", "three generations", "composed", "redacted", "first version")


def _files(folder: Path) -> list[Path]:
    """Names with letters that change otherwise under Turkish rules; one file is changed, so that failures are listed, too."""
    made = {name: signed_file(name).data for name in _BITFLIP}
    for seed in SEEDS:
        if seed.name in _SEEDS:
            made[seed.name] = made_of(seed, len(seed.recipes) - 1, (), Random(0), dict(seed.options))[1]
    made["changed"] = made["three generations"][:-30] + b"\x00" + made["three generations"][-29:]
    written = []
    for name, data in made.items():
        written.append(folder / f"{name} İıIi ß.bin")
        written[-1].write_bytes(data)
    return written


def commands(folder: Path) -> list[list[str]]:
    """Every format of ``verify`` and ``inspect`` for every file; trust, time and files are the same in each surrounding."""
    trust = folder / "trust.pem"
    trust.write_bytes(anchors())
    files = [str(path) for path in _files(folder)]
    settings = ["--trust-list", str(trust), "--tsa-list", str(trust), "--at", _AT]
    found = [["verify", *files, "--format", name, *settings] for name in _VERDICTS if name != "crjson"]
    for file in files:
        found.append(["verify", file, "--format", "crjson", *settings])
        found += [["inspect", file, "--format", name, *settings] for name in FORMATS]
        found.append(["inspect", file, "--details", *settings])
        found += [
            ["inspect", file, what, "--format", name, *settings]
            for what in ("--bytes", "--terms", "--licences")
            for name in ("text", "json")
        ]
    return found
