"""Options of ``credkit sign`` for models: which ones made a picture, and what a model file that is signed was trained on and from.

A licence is told behind what it is the licence of, so the options are gathered in the order in which they stand.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from credkit.cli.parsers import INPUT

if TYPE_CHECKING:
    from credkit.manifest.assertions import ModelReference

__all__ = ["add_model_options", "model_values_of"]

_ROLES = (
    *("checkpoint", "diffusion-model", "refiner", "lora", "vae", "embedding", "hypernetwork", "controlnet", "ip-adapter"),
    *("text-encoder", "upscaler", "other"),
)
_DATA_SET_ENDINGS = (".c2pa", ".parquet")


class _InOrder(argparse.Action):
    """Keeps option and value, in order of the command line."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: str | None = None
    ) -> None:
        """One more option."""
        del parser
        namespace.trained = [*namespace.trained, (option_string, values)]


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """The groups of options."""
    parser.set_defaults(trained=[])
    group = parser.add_argument_group("which models made it (for pictures)")
    group.add_argument(
        "--model",
        metavar="NAME[@VERSION][=FILE]",
        action="append",
        default=[],
        help="a model that was used, or its file alone; a file is measured, and when it carries credentials these are taken in; may be "
        "repeated",
    )
    group.add_argument(
        "--no-model-history",
        action="store_true",
        help="let the hashes of models speak for them, and do not take their credentials in",
    )
    group = parser.add_argument_group("what a model file was trained on and from (for models; credkit dataset sign makes data sets)")

    def in_order(option: str, metavar: str, text: str) -> None:
        group.add_argument(option, metavar=metavar, action=_InOrder, dest="trained", default=argparse.SUPPRESS, help=text)

    in_order(
        "--dataset",
        "TITLE[=FILE]",
        "a data set, or FILE alone: its manifest, the folder that was signed, or the file that it is (Parquet); may be repeated",
    )
    in_order(
        "--training-licence",
        "[TITLE:]LICENCE[@URL]",
        "the licence of the data set before it, or of the one called TITLE (SPDX, or LicenseRef-...); for pictures TITLE:LICENCE tells "
        "what the model was trained on; may be repeated",
    )
    in_order("--base-model", "NAME[@VERSION][=FILE]", "a model that was trained further, or merged; may be repeated")
    in_order("--base-licence", "LICENCE[@URL]", "the licence of the base model before it")
    group.add_argument(
        "--datasets", metavar=INPUT, type=Path, help="a TOML or JSON file that lists data sets and base models, or a Croissant description"
    )
    group.add_argument("--model-role", choices=_ROLES, metavar="ROLE", help=f"what kind of model it is: {', '.join(_ROLES)}")


def model_values_of(args: argparse.Namespace) -> dict[str, Any]:
    """What was given, as fields of ``credkit.api.Statements``; ``DefinitionError`` says which form is right."""
    given: dict[str, Any] = {
        "models": tuple(map(_parse_model, args.model)),
        "model_role": args.model_role,
        "model_history": not args.no_model_history,
    }
    data_sets, base_models, sources = _gathered(args.trained)
    if args.datasets is not None:
        from credkit.api.training_file import read_training_file

        listed = read_training_file(args.datasets)
        data_sets, base_models = [*data_sets, *listed.data_sets], [*base_models, *listed.base_models]
    return given | {"data_sets": tuple(data_sets), "base_models": tuple(base_models), "training_sources": tuple(sources)}


def _parse_model(text: str) -> ModelReference:
    """``NAME@VERSION=FILE``, or a file alone, which is then called as its credentials or its name have it."""
    from credkit.lifting.model_files import ENDINGS
    from credkit.manifest.assertions import ModelReference

    path = Path(text)
    if "=" not in text and text.casefold().endswith(ENDINGS):
        from credkit.api.model_credentials import model_from_file

        _expect_there(path, "a model that is only named goes by its name, as NAME@VERSION, without the ending of a file")
        return model_from_file(path)
    return ModelReference.parse(text)


def _expect_there(path: Path, otherwise: str) -> None:
    """A misspelt file must not become the name of something that nobody measured; ``AssetError`` for one that is not there."""
    from credkit.errors import AssetError

    if not os.path.isfile(path):
        raise AssetError(f'there is no file "{path}": check the name and the folder ({otherwise})')


def _gathered(options: Sequence[tuple[str, str]]) -> tuple[list[Any], list[Any], list[Any]]:
    """Data sets, base models and sources in words alone."""
    from credkit.errors import DefinitionError

    data_sets: list[Any] = []
    base_models: list[Any] = []
    sources: list[Any] = []
    for option, text in options:
        if option == "--dataset":
            data_sets.append(_data_set(text))
        elif option == "--base-model":
            base_models.append(_base_model(text))
        elif option == "--base-licence":
            if not base_models:
                raise DefinitionError("--base-licence is told behind what it is the licence of: name that first (--base-model)")
            base_models[-1] = _licensed(base_models[-1], _licence(text), option)
        else:
            _add_licence(text, data_sets, sources)
    return data_sets, base_models, sources


def _data_set(text: str) -> Any:
    from credkit.api.model_credentials import DataSetUse
    from credkit.errors import DefinitionError

    title, equals, path = text.partition("=")
    if not title.strip() or (equals and not path.strip()):
        raise DefinitionError(f'--dataset "{text}" should read TITLE or TITLE=FILE, as in "own photographs=photos/dataset.c2pa"')
    if not equals and (text.casefold().endswith(_DATA_SET_ENDINGS) or os.path.exists(text)):
        from credkit.api.model_credentials import data_set_from_file

        if not os.path.isdir(text):
            _expect_there(Path(text), "a data set that is only named goes by its title, without the ending of a file")
        return data_set_from_file(Path(text))
    return DataSetUse(title.strip(), path=path.strip() or None)


def _base_model(text: str) -> Any:
    from credkit.api.model_credentials import BaseModel

    named = _parse_model(text)
    return BaseModel(named.name, version=named.version, path=named.path)


def _licence(text: str) -> dict[str, str | None]:
    licence, at, url = text.partition("@")
    return {"licence": licence.strip() or None, "licence_url": url.strip() if at else None}


def _licensed(entry: Any, licence: dict[str, str | None], option: str) -> Any:
    """A data set or base model with its licence."""
    from credkit.dataclass import replace
    from credkit.errors import DefinitionError

    if entry.licence is not None:
        raise DefinitionError(f'the licence of "{getattr(entry, "title", None) or entry.name}" is told twice ({option})')
    try:
        return replace(entry, **licence)
    except DefinitionError as error:
        named = getattr(entry, "title", None) or entry.name
        raise DefinitionError(f'the licence of "{named}" ({option}): {error.message}') from None


def _add_licence(text: str, data_sets: list[Any], sources: list[Any]) -> None:
    """One without title belongs to the data set before it, one with a title to the data set called so; else it is a source by itself."""
    from credkit.errors import DefinitionError
    from credkit.manifest.assertions import TrainingSource

    option = "--training-licence"
    if ":" not in text.partition("@")[0] and data_sets:
        data_sets[-1] = _licensed(data_sets[-1], _licence(text), option)
        return
    if ":" not in text.partition("@")[0]:
        raise DefinitionError(
            f'{option} "{text}" stands behind the data set that it is the licence of, as in --dataset "own photographs" {option} '
            "LicenseRef-own-work; by itself it reads TITLE:LICENCE"
        )
    source = TrainingSource.parse(text)
    index = next((i for i, entry in enumerate(data_sets) if entry.title == source.title), None)
    if index is None:
        sources.append(source)
    else:
        data_sets[index] = _licensed(data_sets[index], {"licence": source.licence, "licence_url": source.licence_url}, option)
