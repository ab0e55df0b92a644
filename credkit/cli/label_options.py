"""The options of ``credkit sign`` that label a picture as the rules of a place ask for, and what they mean together.

What a label consists of is decided in ``credkit.labels``; which of it can be asked for together, in ``credkit.labels.Labels``.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from credkit.labels import Labels

__all__ = ["add_label_options", "labels_of"]

_BELONGING = {
    "label_provider": "--label-provider",
    "label_provider_code": "--label-provider-code",
    "label_system": "--label-system",
    "visible_label": "--visible-label",
    "label_corner": "--label-corner",
}


def add_label_options(parser: argparse.ArgumentParser) -> None:
    """Which labels, in whose name, and whether they are to be seen."""
    group = parser.add_argument_group("labels that the rules of a place ask for")
    group.add_argument(
        "--label",
        metavar="cn,eu,ca",
        help="label it as generated, as China (cn), the European Union (eu, with --timestamp) or California (ca) ask for",
    )
    group.add_argument("--label-provider", metavar="NAME", help="who offers the system that made it (ca; cn when there is no code)")
    group.add_argument(
        "--label-provider-code",
        metavar="CODE",
        help="code of the provider, which stands in the Chinese label for a name that is not of printable ASCII without spaces",
    )
    group.add_argument(
        "--label-system",
        metavar="NAME[/VERSION]",
        help="the system that made it (default: the lifted tool, or the first model; ca asks for the version)",
    )
    group.add_argument(
        "--visible-label",
        metavar="cn|en|both",
        nargs="?",
        const="auto",
        choices=("auto", "cn", "en", "both"),
        help="also draw the label on the picture, in Chinese, English or both (default: as --label asks)",
    )
    group.add_argument(
        "--label-corner",
        choices=("bottom-right", "bottom-left", "top-right", "top-left"),
        help="where it is drawn (default: bottom-right)",
    )


def labels_of(args: argparse.Namespace) -> Labels | None:
    """The labels that were asked for; ``DefinitionError`` for what cannot be asked for together."""
    if args.label is None:
        alone = [option for name, option in _BELONGING.items() if getattr(args, name) is not None]
        if alone:
            args.usage(f"{alone[0]} belongs to a label: say which with --label (cn, eu, ca)")
        return None
    from credkit.cli.values import parse_software
    from credkit.labels import Labels

    if args.sidecar is not None:
        args.usage("labels stand in the file itself, and with --sidecar it stays as it is: leave out one of the two")
    if args.label_corner is not None and args.visible_label is None:
        args.usage("--label-corner says where --visible-label draws the label: say that too")
    system = parse_software(args.label_system) if args.label_system is not None else None
    return Labels(
        regimes=tuple(dict.fromkeys(name.strip() for name in args.label.split(","))),
        provider=args.label_provider,
        provider_code=args.label_provider_code,
        system=system.name if system else None,
        system_version=system.version if system else None,
        visible=args.visible_label,
        corner=args.label_corner or "bottom-right",
    )
