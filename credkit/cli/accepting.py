"""``credkit verify --policy``: the option, and how the judgement is told."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from credkit.cli.parsers import named_path

if TYPE_CHECKING:
    from credkit.acceptance import AcceptancePolicy, Judgement

__all__ = ["add_policy_option", "judgement_lines", "policy_of"]


def add_policy_option(parser: argparse.ArgumentParser) -> None:
    """The file with the rules."""
    parser.add_argument(
        "--policy",
        metavar="FILE",
        type=named_path,
        help="a JSON file with rules that every file has to meet (signer, AI declared, training allowed ...); each rule that is not met "
        "is told in one sentence, and the exit code is 1. Trust lists that it names count like those of the command line",
    )


def policy_of(args: argparse.Namespace) -> AcceptancePolicy | None:
    """The policy that the command names; ``DefinitionError`` or ``TrustError`` when it cannot be used."""
    if args.policy is None:
        return None
    from credkit.acceptance import read_policy

    return read_policy(args.policy)


def judgement_lines(judgement: Judgement) -> list[str]:
    """The judgement for people, a line for each rule that is not met."""
    from credkit.cli.terminal import safe

    named = f'Policy "{safe(judgement.policy)}"' if judgement.policy else "The policy"
    count = len(judgement.results)
    if judgement.passed:
        return [f"{named} is met: {'its one rule' if count == 1 else f'all {count} rules'}."]
    return [
        f"{named} is not met: {len(judgement.failed)} of {count} {'rule fails' if count == 1 else 'rules fail'}.",
        *(f"  {result.rule}: {result.sentence}" for result in judgement.failed),
    ]
