"""What the other tests give to the parsers, as inputs of the targets: ``python -m tests.fuzz.harvest DIR tests/lifting tests/media``.

Runs those tests and writes each input once to ``DIR/TARGET``, in the layout of ``tests.fuzz.atheris_all``. ``tests.fuzz.coverage --learn
DIR`` then keeps the few that reach new lines.
"""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from credkit.assets import FORMATS, Source
from credkit.codec import cbor
from credkit.manifest.assertions import ASSERTIONS, AssertionType
from credkit.manifest.store import EmbeddedFile
from tests.fuzz import targets
from tests.fuzz.blocks import joined
from tests.fuzz.targets import TARGETS

__all__ = ["main"]

_Given = Callable[..., "bytes | None"]
"""What a call of a parser is as an input of a target; None where it cannot be."""


def _bytes(data: Any, *_: Any, **__: Any) -> bytes:
    return bytes(data)


def _text(text: str, *_: Any, **__: Any) -> bytes:
    return text.encode()


def _source(source: Source, *_: Any, **__: Any) -> bytes | None:
    return source.read(0, source.size) if source.size <= 32_768 else None


def _blocks(blocks: Any, *_: Any, **__: Any) -> bytes:
    return joined(blocks)


def _path(path: Any, *_: Any, **__: Any) -> bytes:
    return Path(path).read_bytes()


def _value(value: Any, *_: Any, **__: Any) -> bytes:
    return cbor.encode(value)


def _checked(entry: AssertionType, payload: Any, *_: Any, **__: Any) -> bytes:
    return bytes((sorted(ASSERTIONS).index(entry.label),)) + cbor.encode(_plain(payload))


def _described(entry: AssertionType, payload: Any, *_: Any, **__: Any) -> bytes:
    return bytes((sorted(ASSERTIONS).index(entry.label),)) + json.dumps(_plain(payload)).encode()


def _plain(value: Any) -> Any:
    """A value of an assertion without the objects that programs may put into it."""
    if isinstance(value, EmbeddedFile):
        return {"format": value.media_type, "data": value.data}
    if hasattr(value, "payload"):
        return _plain(value.payload())
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def _claim(given: Any, *_: Any, **__: Any) -> bytes:
    return cbor.encode(_plain(given))


def _lines(values: Any, *_: Any, **__: Any) -> bytes:
    return "\n".join(values).encode("latin-1")


def _json(value: Any, *_: Any, **__: Any) -> bytes:
    return json.dumps(value).encode()


def _definition(given: Any, *_: Any, **__: Any) -> bytes:
    return given if isinstance(given, bytes) else json.dumps(given).encode() if isinstance(given, dict) else Path(given).read_bytes()


_CALLS: tuple[tuple[str, str, _Given], ...] = (
    *(("parse_superbox", "jumbf", _bytes), ("parse_store", "store", _bytes), ("parse_sign1", "cose", _bytes)),
    *(("read_cose_key", "cose key", _value), ("read_der", "der", _bytes), ("parse_token", "time-stamp", _bytes)),
    *(("parse_response", "time-stamp", _bytes), ("parse_answer", "time-stamp", _bytes), ("parse_ocsp_response", "ocsp", _bytes)),
    *(("read_trust_list", "trust list", _bytes), ("checked_claim", "claim", _claim), ("parse_did", "uri", _text)),
    *(("member_uri", "uri", _text), ("check_member_uri", "uri", _text), ("find_links", "link", _lines)),
    *(("key_of_jwk", "jwk", _json), ("key_of_multikey", "jwk", _text), ("iptc_texts", "iptc", _bytes), ("iptc_without", "iptc", _bytes)),
    *(("terms_in_iptc", "iptc", _bytes), ("read_identity", "cbor", _value)),
    *(("read_credential", "credential", _bytes), ("read_document", "credential", _bytes), ("read_xmp", "xmp", _bytes)),
    *(("read_exif", "exif", _bytes), ("exif_with", "exif", _bytes), ("read_texts", "texts", _source), ("without_texts", "texts", _source)),
    *(("metadata_of", "texts", _source), ("lift_texts", "lifting", _blocks), ("read_aigc", "label", _text)),
    *(("read_model_header", "model header", _source), ("verify_journal", "journal", _path), ("read_openings", "openings", _path)),
    *(("read_disclosure", "openings", _text), ("read_policy", "policy", _path), ("load_definition", "definition", _definition)),
)
"""Name of the function in a module of targets, the target, and what is taken from a call."""


def _named(name: str) -> Any:
    return next(found for module in (targets, *targets.MODULES) if (found := getattr(module, name, None)) is not None)


class _Recorder:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def keep(self, name: str, given: _Given, arguments: Any, named: Any) -> None:
        with suppress(Exception):
            data = given(*arguments, **named)
            if data is not None and len(data) <= TARGETS[name].longest:
                (self.folder / TARGETS[name].stem / sha256(data).hexdigest()[:16]).write_bytes(data)

    def around(self, function: Any, name: str, given: _Given) -> Any:
        @functools.wraps(function)
        def recorded(*arguments: Any, **named: Any) -> Any:
            self.keep(name, given, arguments, named)
            return function(*arguments, **named)

        return recorded

    def pytest_collection_finish(self) -> None:
        """Every name under which a test or the library knows one of the functions leads to the recording one."""
        for target in TARGETS.values():
            (self.folder / target.stem).mkdir(parents=True, exist_ok=True)
        calls = {id(_named(name)): (target, given) for name, target, given in _CALLS}
        calls |= {id(cbor.decode): ("cbor", _bytes), id(targets.json_text.decode): ("json", _bytes)}
        made: dict[int, Any] = {}
        for module in [found for key, found in sys.modules.items() if key.split(".")[0] in ("credkit", "tests")]:
            for name, value in list(vars(module).items()):
                if id(value) in calls:
                    made.setdefault(id(value), self.around(value, *calls[id(value)]))
                    setattr(module, name, made[id(value)])
        check: Any = AssertionType.check
        AssertionType.check = self.around(self.around(check, "assertion", _checked), "described assertion", _described)  # type: ignore[method-assign]
        for form in FORMATS:
            kind: Any = type(form)
            kind.scan = self.method(kind.scan)

    def method(self, scan: Any) -> Any:
        def recorded(form: Any, source: Source, *more: Any, **named: Any) -> Any:
            self.keep(f"asset {form.name}", _source, (source,), {})
            return scan(form, source, *more, **named)

        return recorded


def main(arguments: list[str]) -> int:
    """Run the tests; the exit code is pytest's."""
    if len(arguments) < 2:
        print("usage: python -m tests.fuzz.harvest DIR TESTS...", file=sys.stderr)
        return 2
    return int(pytest.main(["-q", "-p", "no:cacheprovider", *arguments[1:]], plugins=[_Recorder(Path(arguments[0]))]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
