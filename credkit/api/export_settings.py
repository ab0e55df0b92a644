"""The settings file of export hooks, ``export.toml``: what it may hold, and what becomes of it.

::

    identity = "My Studio"
    creator = ["My Studio"]
    created = "trainedAlgorithmicMedia"
    edited = "compositeWithTrainedAlgorithmicMedia"
    do_not_train = true
    prompt = "sealed"
    timestamp = "https://tsa.example.com"

Its form is ``schemas/export-settings.schema.json``. Paths count from the folder of the file, ``~`` is the home folder. A passphrase never
stands in it. Signing is left to ``credkit.api.exporter``.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credkit.api.lifted import Lift
from credkit.api.statements import Licensor, Statements
from credkit.configuration import configuration_directory
from credkit.dataclass import dataclass, field
from credkit.errors import DefinitionError
from credkit.manifest.assertions import GeneratorInfo, Offer, TrainingMining, Use
from credkit.manifest.assertions.nearest import quoted, suggestion
from credkit.resources import read_schema
from credkit.sign.builder import default_generator
from credkit.sign.signer import Signer

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

    from credkit.api.export_options import ExportOptions

__all__ = ["FILE_NAME", "Settings", "read_settings"]

FILE_NAME = "export.toml"
_LARGEST = 1 << 20
_STATED = ("created", "edited", "credit", "licence", "rights", "usage_terms", "web_statement", "do_not_train")
_AS_THEY_ARE = ("prompt", "timestamp", "staple", "thumbnail", "mirrors", "binding")
_SECRETS = ("passphrase", "password", "pass_phrase", "secret", "pin")
_KINDS = {"string": "a text", "boolean": "true or false", "array": "a list", "object": "a table", "integer": "a whole number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A settings file that has the right form."""

    values: Mapping[str, Any] = field(repr=False)
    path: Path

    def statements(self) -> Statements:
        """What the file has to say about every picture; ``DefinitionError`` for what is no valid statement."""
        try:
            return self._statements()
        except DefinitionError as error:
            raise DefinitionError(f'in "{self.path}", {error}') from None

    def _statements(self) -> Statements:
        values = self.values
        stated = {name: values[name] for name in _STATED if name in values}
        if "creator" in values:
            creator = values["creator"]
            stated["creator"] = (creator,) if isinstance(creator, str) else tuple(creator)
        if "licensor" in values:
            stated["licensor"] = Licensor(**values["licensor"])
        if "uses" in values:
            stated["uses"] = TrainingMining(
                **{name: Use(use["use"], use.get("info")) if isinstance(use, dict) else use for name, use in values["uses"].items()}
            )
        if "offers" in values:
            stated["offers"] = tuple(Offer(**{**offer, "uses": tuple(offer["uses"])}) for offer in values["offers"])
        return Statements(**stated)

    def options(self, passphrase: str | None = None) -> ExportOptions:
        """The fields of ``Exporter``; errors as ``Exporter.from_settings``."""
        values = self.values
        # A mistake in the file is told before anybody is asked for a passphrase.
        options: ExportOptions = {"statements": self.statements(), "lift": self._lift()}
        options.update({name: values[name] for name in _AS_THEY_ARE if name in values})  # type: ignore[typeddict-item]
        if "thumbnail_budget" in values:
            options["thumbnail_budget"] = values["thumbnail_budget"] * 1024
        if "openings" in values:
            options["openings"] = self._place("openings")
        if "journal" in values:
            options["journal"] = self._place("journal")
        if "generator" in values:
            generator = values["generator"]
            options["generator"] = GeneratorInfo(generator["name"], generator.get("version"), spec_version=default_generator().spec_version)
        if "labels" in values:
            from credkit.labels.labels import Labels

            labels = values["labels"]
            try:
                options["labels"] = Labels(**{**labels, "regimes": tuple(labels["regimes"])})
            except DefinitionError as error:
                raise DefinitionError(f'in "{self.path}", {error}') from None
        options["signer"] = self.signer(passphrase)
        return options

    def signer(self, passphrase: str | None = None) -> Signer:
        """The key that the file names, opened and checked for fitness; ``CredentialError``."""
        from credkit.sign.backends.file import is_encrypted
        from credkit.sign.identity import load_identity, read_passphrase

        if "key" in self.values:
            key, certificates = self._place("key"), self._place("certs")
            if passphrase is None and is_encrypted(key):
                passphrase = read_passphrase(prompt=f"Passphrase of {key}: ")
            signer = Signer.from_pem(certificates, key, passphrase=passphrase)
        else:
            identity = load_identity(self.values.get("identity"))
            if passphrase is None:
                passphrase = read_passphrase(prompt=f'Passphrase of "{identity.name}": ')
            signer = identity.signer(passphrase)
        signer.check()
        return signer

    def _lift(self) -> Lift | bool:
        if not self.values.get("lift", True):
            return False
        folders = tuple(self._resolved(name) for name in self.values.get("models", ()))
        return Lift(folders=folders, keep_raw=self.values.get("keep_raw", False))

    def _place(self, name: str) -> Path:
        return self._resolved(self.values[name])

    def _resolved(self, text: str) -> Path:
        try:
            return self.path.parent / Path(text).expanduser()
        except RuntimeError:
            raise DefinitionError(f'"{self.path}": there is no home folder for {quoted(text)}: write the whole path') from None


def read_settings(path: Path | None = None) -> Settings:
    """Read ``path``, by default ``export.toml`` in the configuration folder, where no such file means that nothing is set.

    ``DefinitionError`` in one sentence for a file that cannot be read, is no TOML or has not the form of settings.
    """
    chosen = path if path is not None else configuration_directory() / FILE_NAME
    if path is None and not chosen.exists():
        return Settings(values={}, path=chosen)
    try:
        with chosen.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise DefinitionError(f'the export settings "{chosen}" cannot be read: {getattr(error, "strerror", None) or error}') from None
    if len(data) > _LARGEST:
        raise DefinitionError(f'the export settings "{chosen}" are larger than {_LARGEST >> 20} MiB: that is no settings file')
    values = _parsed(data, chosen)
    _check(values, chosen)
    return Settings(values=values, path=chosen)


def _parsed(data: bytes, path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise DefinitionError(f'the export settings "{path}" are not UTF-8: save them in that encoding') from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise DefinitionError(f'the export settings "{path}" are no valid TOML: {str(error)[:200]}') from None


@cache
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(json.loads(read_schema("export-settings.schema.json")))


def _check(values: dict[str, Any], path: Path) -> None:
    faults = sorted(_validator().iter_errors(values), key=lambda fault: fault.validator != "additionalProperties")
    if faults:
        raise DefinitionError(f'in "{path}", {_explained(faults[0])}')


def _explained(fault: ValidationError) -> str:
    """What is wrong, as the second half of a sentence."""
    schema: Any = fault.schema
    wanted: Any = fault.validator_value
    value: Any = fault.instance
    name = quoted(".".join(str(part) for part in fault.absolute_path) or "settings")
    match fault.validator:
        case "additionalProperties":
            unknown = next(key for key in value if key not in schema["properties"])
            if unknown.lower() in _SECRETS:
                return (
                    f"{quoted(unknown)} has no place: set CREDKIT_PASSPHRASE, or CREDKIT_PASSPHRASE_FILE to a file that only you can read"
                )
            return f"{quoted(unknown)} is no setting{suggestion(unknown, schema['properties'])}"
        case "type":
            kinds = [wanted] if isinstance(wanted, str) else wanted
            return f"{name} should be {' or '.join(_KINDS.get(kind, kind) for kind in kinds)}"
        case "enum":
            return f"{name} cannot be {quoted(str(value))}{suggestion(str(value), map(str, wanted))}"
        case "dependentRequired":
            return '"key" and "certs" go together: give both'
        case "not":
            return '"identity" and "key" both say who signs: give one of them'
        case "required":
            return f"{name} lacks {quoted(next(key for key in wanted if key not in value))}"
        case _:
            return f"{name} is not {schema.get('title', 'a valid value')}"
