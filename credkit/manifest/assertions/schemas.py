"""JSON Schemas of all assertion payloads, made from the shapes: ``python -m credkit.manifest.assertions.schemas [--check] DIR``.

The files are the contract with JSON users (``schemas/assertions``); a test compares them with what stands here.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from credkit.manifest.assertions.assertion_types import AssertionType
from credkit.manifest.assertions.registry import ASSERTIONS
from credkit.manifest.assertions.shape import Schema

__all__ = ["SCHEMA_VERSION", "assertion_schema", "main", "rendered"]

SCHEMA_VERSION = 1


def assertion_schema(entry: AssertionType) -> Schema:
    """The JSON Schema (2020-12) of one assertion's payload, with its example."""
    definitions: dict[str, Schema] = {}
    body = entry.shape.schema(definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://credkit.org/schemas/{SCHEMA_VERSION}/assertions/{entry.label}.schema.json",
        "title": entry.label,
        "description": entry.description,
        **body,
        **({"$defs": dict(sorted(definitions.items()))} if definitions else {}),
        "examples": [entry.example],
    }


def rendered() -> dict[str, str]:
    """File name to content, for every assertion."""
    return {
        f"{label}.schema.json": json.dumps(assertion_schema(entry), indent=2, ensure_ascii=False) + "\n"
        for label, entry in ASSERTIONS.items()
    }


def main(arguments: list[str]) -> int:
    """Write the files into a folder, or with ``--check`` say which of them differ; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m credkit.manifest.assertions.schemas", description=main.__doc__)
    parser.add_argument("folder", type=Path, help="usually schemas/assertions")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when a file is not current")
    given = parser.parse_args(arguments)
    check, folder, files = given.check, given.folder, rendered()
    stale = sorted(path.name for path in folder.glob("*.schema.json") if path.name not in files)
    changed = [name for name, text in files.items() if not (folder / name).is_file() or (folder / name).read_text("utf-8") != text]
    if check:
        for name in (*changed, *stale):
            print(f"{folder / name} is not what the shapes say", file=sys.stderr)
        return 1 if changed or stale else 0
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        (folder / name).write_text(files[name], "utf-8")
    for name in stale:
        (folder / name).unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
