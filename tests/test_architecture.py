"""The house rules that a machine can hold: floors, cold imports, truthful ``__all__``, docstrings, no traces of a workplace, no network."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import re
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.no_network import ROOT, TOUCHED, run_offline

PACKAGE = ROOT / "credkit"
FILES = sorted(PACKAGE.rglob("*.py"))
MODULES = [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in FILES]
EVERY_MODULE = pytest.mark.parametrize(("name", "path"), list(zip(MODULES, FILES, strict=True)), ids=MODULES)
COLD = (
    "jsonschema",
    "PIL",
    "piexif",
    "rich",
    "jinja2",
    "OpenSSL",
    "cryptography.x509",
    "http.client",
    "ssl",
    "sqlite3",
    "brotli",
    "numpy",
    "socket",
    "asyncio",
    "asn1crypto",
)
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def test_imports_go_down() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


def test_every_floor_is_named_in_the_contract() -> None:
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    named = {name.strip() for layer in layers for name in layer.split("|")}
    there = {f"credkit.{path.stem}" for path in PACKAGE.glob("*.py") if path.stem not in ("__init__", "__main__")}
    there |= {f"credkit.{path.parent.name}" for path in PACKAGE.glob("*/__init__.py")}
    assert there <= named, f"no floor for {sorted(there - named)}"


def loaded(code: str) -> set[str]:
    """Names of the modules that are loaded after ``code`` ran in a fresh interpreter."""
    program = f"import sys\n{code}\nimport json\nprint(json.dumps(sorted(sys.modules)))"
    return set(json.loads(run_offline(program).stdout.splitlines()[-1]))


def test_import_is_light() -> None:
    there = loaded("import credkit")
    assert "credkit" in there
    assert not there & set(COLD)
    # Next to nothing is what a program pays that imports it and may never use it.
    assert {name for name in there - loaded("pass") if "." not in name} <= {"credkit", "__future__", "importlib", "warnings"}


def test_verifying_loads_no_more_than_pictures_need() -> None:
    assert not loaded("import credkit.verify, credkit.trust.policy") & {
        "credkit.binding.bmff_hash",
        "credkit.binding.multi_asset",
        "credkit.trust.http",
        "credkit.trust.lote",
        "tempfile",
    }


# What the verification of a plain picture with a trusted signer has no use for.
UNUSED = {
    *COLD,
    *("dataclasses", "inspect", "email", "tempfile", "shutil", "difflib", "_strptime", "random", "traceback", "urllib.request"),
    "cryptography.hazmat.primitives.serialization",
    *(f"credkit.{name}" for name in ("trust.http", "trust.addresses", "trust.fetch", "trust.revocation.ocsp")),
    *(f"credkit.trust.timestamp.{name}" for name in ("structure", "check", "signature", "authority", "form")),
    *(f"credkit.trust.revocation.{name}" for name in ("acceptance", "outcome", "request")),
    *(f"credkit.trust.identity.{name}" for name in ("credential", "did", "jwk")),
    *(f"credkit.verify.checks.identity_{name}" for name in ("x509", "aggregation", "findings")),
    *(f"credkit.verify.checks.{name}" for name in ("adjuncts", "external", "identity", "representation", "retrieval")),
    *(f"credkit.manifest.assertions.{name}" for name in ("shape", "registry", "nearest", "ingredient", "offer_view", "identity")),
    *("credkit.binding.box_hash", "credkit.assets.jpeg.mpf", "credkit.trust.cose_key"),
    *("credkit.provenance.identities", "credkit.provenance.regions", "credkit.trust.timestamp.assertion"),
    *("credkit.manifest.compressed", "credkit.codec.brotli_stream", "credkit.provenance.generation", "credkit.binding.output"),
    *("credkit.sign.signer", "credkit.sign.backends", "credkit.sign.identity.create", "credkit.api.accepting", "credkit.api.fragments"),
}
# The user's own trust lies in a folder, which is found with paths, and who signs without a way to an anchor may bring his issuer along.
UNUSED_WITH_AN_ANCHOR = {"credkit.trust.verification", "pathlib", "urllib.parse", "ipaddress", "unicodedata", "ntpath", "fnmatch", "glob"}
MOST_MODULES = 106
"""Of ours, for a plain picture. Each takes a tenth of a millisecond at least, however little it holds."""


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small signed JPEG and the anchor of its signer."""
    from PIL import Image

    import credkit
    from tests.forge.pki import make_pki

    folder = tmp_path_factory.mktemp("signed")
    pki = make_pki("ed25519", intermediate=True)
    Image.new("RGB", (40, 30), (200, 10, 10)).save(folder / "plain.jpg")
    statements = credkit.Statements(created="trainedAlgorithmicMedia")
    credkit.sign_file(folder / "plain.jpg", folder / "signed.jpg", statements, signer=pki.signer())
    (folder / "root.pem").write_bytes(pki.root.pem)
    return folder


@pytest.mark.parametrize("trusting", [True, False], ids=["an anchor", "own trust"])
def test_the_command_verifies_a_picture_with_what_it_needs(
    signed: Path, tmp_path: Path, trusting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    line = ["verify", str(signed / "signed.jpg"), "--format", "json", *(["--trust-list", str(signed / "root.pem")] if trusting else [])]
    there = loaded(f"import credkit.cli\nassert credkit.cli.main({line!r}) == 0")
    assert not (there - loaded("pass")) & (UNUSED | UNUSED_WITH_AN_ANCHOR if trusting else UNUSED)
    assert len([name for name in there if name.startswith("credkit")]) <= MOST_MODULES + (0 if trusting else 12)
    commands = {f"credkit.cli.{module}" for module in credkit_commands() if module != "verifying"}
    assert commands
    assert not there & commands
    formats = {name for name in there if name.startswith("credkit.assets.") and name.split(".")[2] in FOREIGN}
    assert not formats


def credkit_commands() -> list[str]:
    from credkit.cli import COMMANDS

    return list(COMMANDS.values())


FOREIGN = {
    *("bmff", "font", "gif", "id3", "json_lines", "jxl", "ogg", "onnx", "opaque", "parquet", "pdf", "png", "riff", "safetensors"),
    *("sidecar", "svg", "tiff", "zip"),
}
"""Formats that are no JPEG."""


def test_formats_are_loaded_in_their_order() -> None:
    from credkit.assets import FORMATS
    from credkit.assets.formats import _HOMES

    tree = ast.parse((PACKAGE / "assets" / "formats.py").read_text("utf-8"))
    literal = next(
        node.value
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "FORMATS"
    )
    # What type checkers see is what is there.
    assert [call.func.id for call in literal.elts] == list(_HOMES) == [type(item).__name__ for item in FORMATS]
    assert len(FORMATS) == len(_HOMES)
    assert FORMATS[0].name == "JPEG"
    assert [item.name for item in FORMATS[:2]] == ["JPEG", "PNG"]
    assert list(FORMATS) == list(FORMATS)


@pytest.mark.parametrize(
    "package", ["assets", "binding", "trust.revocation", "trust.timestamp", "sign.identity", "manifest.assertions", "api"]
)
def test_lazy_packages_have_what_they_name(package: str) -> None:
    """The table of a package, and what its type checkers see, speak of the same names."""
    module = importlib.import_module(f"credkit.{package}")
    tree = ast.parse(Path(str(module.__file__)).read_text("utf-8"))
    seen = {
        alias.name: str(node.module).removeprefix(f"{module.__name__}.")
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert seen == module._HOMES
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = module.nothing


RECOGNISING = {"__init__", "brands", "form", "format", "kinds", "media_types", "mpeg", "sniff"}
PICTURES = {"jpeg", "riff"}


def test_a_format_is_recognised_without_its_parser() -> None:
    """What a picture does not need stays unread: formats in a package of their own load only what tells them from others."""
    packages = {path.parent for path in (PACKAGE / "assets").glob("*/format.py")} | {PACKAGE / "assets" / "pdf"}
    parsers = {
        f"credkit.assets.{package.name}.{path.stem}"
        for package in packages
        for path in package.glob("*.py")
        if package.name not in PICTURES and path.stem not in RECOGNISING
    }
    assert {"credkit.assets.bmff.boxes", "credkit.assets.tiff.edit", "credkit.assets.pdf.document"} <= parsers
    assert not loaded("import credkit.assets") & parsers


def test_judging_loads_no_statements() -> None:
    assert not loaded("import credkit.api.reading") & {"credkit.manifest.assertions.shape", "credkit.manifest.assertions.registry"}


@pytest.mark.parametrize(
    "name", ["credkit.codec.cbor", "credkit.codec.cose", "credkit.codec.jumbf", "credkit.manifest.store", "credkit.sign.output"]
)
def test_codecs_store_and_output_are_light(name: str) -> None:
    assert not loaded(f"import {name}") & {*COLD, "cryptography"}


def test_verification_never_loads_a_picture_library() -> None:
    assert not loaded("import credkit; credkit.verify_file; credkit.read_store") & {
        "PIL",
        "piexif",
        "numpy",
        "jsonschema",
        "rich",
        "jinja2",
    }


def test_signing_loads_nothing_that_was_not_asked_for() -> None:
    there = loaded("import credkit.api.signing, credkit.api.mirrors")
    assert not {
        name
        for name in there
        if name.startswith(("credkit.terms", "credkit.journal", "credkit.acceptance", "credkit.media.texts.", "credkit.provenance"))
    } - {"credkit.media.texts.block"}
    assert not there & {
        "PIL",
        "piexif",
        "jsonschema",
        "rich",
        "jinja2",
        "credkit.lifting.lifting",
        "credkit.lifting.measuring",
        "credkit.labels.aigc",
        "credkit.media.hidden",
        "xml.dom.minidom",
    }


@EVERY_MODULE
def test_module_says_what_it_exports(name: str, path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    if not tree.body:
        pytest.fail(f"{name} is empty: say in its docstring what the package is for")
    defined = {item for node in tree.body for item in public_names(node)}
    if path.name == "__main__.py" or (len(tree.body) == 1 and ast.get_docstring(tree)):
        return
    module = importlib.import_module(name)
    exported = module.__all__
    assert len(set(exported)) == len(exported)
    for item in exported:
        assert hasattr(module, item), f"{name}.__all__ names {item}, which is not there"
        assert not isinstance(getattr(module, item), types.ModuleType)
    assert defined <= set(exported), f"{name} defines {sorted(defined - set(exported))} without exporting it"


def public_names(node: ast.stmt) -> Iterator[str]:
    """Public names that a statement of a module defines; type variables are nobody's business."""
    if isinstance(node, Definition):
        names = [node.name]
    elif isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        if isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") in ("TypeVar", "ParamSpec"):
            return
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        names = [node.target.id]
    else:
        return
    yield from (name for name in names if not name.startswith("_") and name != "TYPE_CHECKING")


@EVERY_MODULE
def test_every_public_name_has_a_docstring(name: str, path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), f"{name} has no docstring"
    missing = [item for item, node in definitions(tree) if not ast.get_docstring(node)]
    assert not missing, f"{name}: no docstring for {', '.join(missing)}"


def definitions(node: ast.Module | ast.ClassDef, prefix: str = "") -> Iterator[tuple[str, Definition]]:
    """Public functions, classes and methods, with dotted names."""
    for child in node.body:
        if isinstance(child, Definition) and not child.name.startswith("_"):
            yield prefix + child.name, child
            if isinstance(child, ast.ClassDef):
                yield from definitions(child, f"{prefix}{child.name}.")


# Put together from halves, so that this file does not contain what it looks for.
TRACES = re.compile(
    "|".join(
        [
            "pypi" + r"\.org",
            "python" + r"hosted\.org",
            "index" + "-url[= ]+[a-z]+:",
            "(?:arti" + "factory|dev" + r"pi|nex" + r"us)\b",
            r"(?<![\w.$}/])/(?:ho" + "me|ro" + "ot|wo" + r"rk)/[\w.]",
            "/Us" + r"ers/\w",
            r"[A-Z]:\\Us" + "ers",
        ]
    ),
    re.IGNORECASE,
)
TEXTS = {".py", ".md", ".toml", ".json", ".txt", ".cfg", ".yml", ".yaml", ".sh", ".html", ".jinja", ".j2", ".css", ""}
SHIPPED = [ROOT / name for name in ("credkit", "schemas", "keys", "tests", "docs", "benchmarks", ".ci")]


def texts() -> list[Path]:
    inside = [path for folder in SHIPPED for path in sorted(folder.rglob("*"))]
    beside = [path for path in sorted(ROOT.iterdir()) if not path.name.startswith(".git")]
    return [path for path in inside + beside if path.is_file() and path.suffix in TEXTS and "__pycache__" not in path.parts]


def test_no_traces_of_a_workplace() -> None:
    files = texts()
    assert PACKAGE / "errors.py" in files
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in files
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if TRACES.search(line)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("line", ["pypi" + ".org/simple", "open('/ho" + "me/someone/a')", '"/wo' + 'rk/x"', "C:\\Us" + "ers\\x"])
def test_traces_are_recognised(line: str) -> None:
    assert TRACES.search(line)


def test_no_private_key_in_the_tree() -> None:
    mark = "-----BEGIN" + r" (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}"
    found = [
        path for path in [*texts(), *ROOT.glob("keys/**/*.pem")] if path.is_file() and re.search(mark, path.read_text("utf-8", "replace"))
    ]
    assert not found


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket()",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import urllib.request\ntry:\n    urllib.request.urlopen('http://127.0.0.1:9/')\nexcept Exception:\n    pass",
        "import http.client\ntry:\n    http.client.HTTPConnection('127.0.0.1', 9).connect()\nexcept Exception:\n    pass",
    ],
)
def test_the_watch_notices_the_network(code: str) -> None:
    with pytest.raises(AssertionError, match="network: "):
        run_offline(code)


def test_the_watch_lets_the_rest_pass() -> None:
    assert run_offline("import sys, socket, json; print(sys.argv[1])", "argument").stdout == "argument\n"
    assert TOUCHED not in (0, 1, 2)


def test_no_module_opens_a_socket_when_it_is_imported() -> None:
    names = [name for name in MODULES if not name.endswith("__main__")]
    run_offline("import importlib, sys\nfor name in sys.argv[1:]:\n    importlib.import_module(name)", *names)


SIGN_AND_VERIFY = """
import sys
from pathlib import Path
from PIL import Image
import credkit
from tests.forge.pki import signer
folder = Path(sys.argv[1])
Image.new("RGB", (40, 30), (200, 10, 10)).save(folder / "plain.png")
credkit.sign_file(folder / "plain.png", folder / "signed.png", credkit.Statements(created="trainedAlgorithmicMedia"), signer=signer())
report = credkit.verify_file(folder / "signed.png")
print(report.state)
"""


@pytest.mark.parametrize("traced", [False, True], ids=["in Python", "by system calls"])
def test_signing_and_verifying_stay_offline(tmp_path: Path, traced: bool) -> None:
    assert run_offline(SIGN_AND_VERIFY, tmp_path, traced=traced).stdout.splitlines()[-1] == "Valid"
