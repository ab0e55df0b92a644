"""Options of ``credkit sign`` and ``credkit update`` for the terms of a picture: credit, licence, uses, offers.

Whose it is stands in ``parsers.add_rights_options``; what the values look like is decided in ``credkit.cli.terms_values``.
"""

from __future__ import annotations

import argparse
from typing import Any

__all__ = ["add_terms_options", "terms_values_of"]


def add_terms_options(parser: argparse.ArgumentParser) -> None:
    """The group of options."""
    group = parser.add_argument_group("under which terms it may be used (credkit inspect --terms shows them)")
    group.add_argument("--credit", metavar="TEXT", help="how the author is to be named")
    group.add_argument(
        "--licence",
        metavar="LICENCE",
        help="licence of the picture: SPDX identifier (CC-BY-4.0), a usual name (Unsplash), LicenseRef-..., or a web address",
    )
    group.add_argument(
        "--use",
        metavar="NAME=RULE",
        action="append",
        default=[],
        help="one use: ai-training, ai-generative-training, ai-inference, data-mining or all; RULE is allowed, notAllowed or "
        'constrained:CONDITION, as in --use "ai-training=constrained:ask licence@example.com"; may be repeated, the last one counts',
    )
    group.add_argument(
        "--offer",
        metavar="OFFER",
        action="append",
        default=[],
        help='a licence that can be had: "price=4499 CNY; use=commercial, derivatives; contact=licence@example.com; attribution=yes; '
        'until=2027-12-31" (only use and contact are needed; also from, terms, note), or a JSON file with the same names; may be repeated',
    )


def terms_values_of(args: argparse.Namespace) -> dict[str, Any]:
    """What was given, as fields of ``credkit.api.Statements``; ``DefinitionError`` says which form is right."""
    given: dict[str, Any] = {name: getattr(args, name) for name in ("credit", "licence") if getattr(args, name) is not None}
    if not args.use and not args.offer:
        return given
    from credkit.cli.terms_values import parse_offers, parse_uses

    if args.use:
        given["uses"] = parse_uses(args.use)
    if args.offer:
        given["offers"] = tuple(offer for text in args.offer for offer in parse_offers(text))
    return given
