"""``docs/attacks.md``, made from the catalogue: ``python -m tests.adversarial table > docs/attacks.md``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from tests.adversarial.attack import Attack
from tests.adversarial.catalogue import ATTACKS, TOPICS
from tests.adversarial.leniencies import ACCEPTED, CRASHING, PEER
from tests.adversarial.unclaimed import UNCLAIMED

__all__ = ["page"]

_HEAD = """# Attacks

Each attack below is a file, or several, that is made on demand and judged in the tests: the state and **all** status codes have to be
exactly those that belong to it. An attack is *keyless* when whoever made it needed no key that the reader trusts. No keyless attack makes
credkit say that somebody known vouches for the file; where the specification makes a reader accept the file all the same, the attack is
named under [Accepted by rule](#accepted-by-rule), the verdict names the very bytes that nothing vouches for (`org.credkit.unbound`), and
`credkit verify --strict` refuses it. Where there are no such bytes, because the attack is another spelling of the same signature, or the
silence of a network, the report is that of the file before.

The same files can be had for trying other programs:

    python -m tests.adversarial export DIR
    python -m tests.adversarial check DIR -- PROGRAM {asset} {trust}

`DIR/index.json` describes itself; each case has a folder with the file, `trust.pem` and `expected.json`. The program prints one word,
`Trusted`, `Valid`, `Invalid`, `none` or `error`, and may print a JSON list of status codes behind it. Keys and certificates are made anew
in every run, so that files differ from run to run and what has to be said of them does not.

This page is made by `python -m tests.adversarial table > docs/attacks.md`.
"""


def page() -> str:
    """The page as it has to stand."""
    by_family: dict[str, list[Attack]] = {}
    for attack in ATTACKS:
        by_family.setdefault(attack.family, []).append(attack)
    counts = f"{len(ATTACKS):,} attacks in {len(by_family):,} families; {sum(attack.keyless for attack in ATTACKS):,} are keyless."
    parts = [_HEAD, counts]
    for topic, families in TOPICS.items():
        parts += [f"## {topic}", _table(families, by_family)]
    parts += ["## Accepted by rule", _tolerated(), "## Not noticed, and not claimed", _unclaimed(), f"## {PEER}", _lenient()]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _table(families: Iterable[str], by_family: dict[str, list[Attack]]) -> str:
    lines = ["| Family | Idea | Keyless | Cases | Expected |", "|---|---|---|---|---|"]
    for family in families:
        attacks = by_family[family]
        keyless = {attack.keyless for attack in attacks}
        said = "yes" if keyless == {True} else "no" if keyless == {False} else "partly"
        ideas = " ".join(dict.fromkeys(_cell(attack.idea) for attack in attacks[:1]))
        lines.append(f"| `{family}` | {ideas} | {said} | {len(attacks)} | {_expected(attacks)} |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _expected(attacks: list[Attack]) -> str:
    """States with their numbers, and the failures and notes of ours that occur."""
    states = Counter(attack.state for attack in attacks)
    words = ", ".join(state if len(states) == 1 else f"{state} {count}" for state, count in states.most_common())
    codes = sorted({code for attack in attacks for code in attack.statuses if _is_telling(code)})
    named = ", ".join(f"`{code}`" for code in codes[:6])
    more = f" and {len(codes) - 6} more" if len(codes) > 6 else ""
    return f"{words}{': ' if named else ''}{named}{more}"


def _is_telling(code: str) -> bool:
    from credkit.status import Kind, kind_of

    return kind_of(code) is Kind.FAILURE or code.startswith("org.credkit.")


def _tolerated() -> str:
    lines = ["| Attack | Rule |", "|---|---|"]
    lines += list(_rules())
    return "\n".join(lines)


def _rules() -> Iterator[str]:
    """One line a rule."""
    by_rule: dict[str, list[str]] = {}
    for attack in ATTACKS:
        if attack.tolerated:
            by_rule.setdefault(attack.tolerated, []).append(attack.name)
    for rule, names in by_rule.items():
        yield f"| {', '.join(f'`{name}`' for name in names)} | {_cell(rule)} |"


def _unclaimed() -> str:
    return "\n".join(f"- `{item.name}`: {item.what}" for item in UNCLAIMED)


def _lenient() -> str:
    names = ", ".join(f"`{name}`" for name in ACCEPTED)
    crashing = ", ".join(f"`{name}`" for name in CRASHING)
    return (
        "The reference implementation was tried with the same files (`python -m tests.adversarial peer`), at the time of the run and with "
        f"the same anchors. It vouches for {len(ACCEPTED)} of them that nobody may vouch for by the table above:\n\n{names}\n\n"
        f"Its process ends without an answer on {crashing}."
    )
