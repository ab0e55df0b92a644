"""The corpus as files, for any implementation: one folder a case with the file, whom to trust, and what has to be said of it.

``check`` runs a program over such a folder. Its protocol is one word: the program prints ``Trusted``, ``Valid``, ``Invalid``, ``none`` or
``error`` as the first word of its output, and may print a JSON list of status codes behind it. Keys are made anew in every run, so that the
files of two exports differ, and what has to be said of them does not.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from credkit.assets import BytesSource, detect
from credkit.limits import DEFAULT_LIMITS
from credkit.trust.lists import TrustList
from credkit.trust.pem import to_pem
from tests.adversarial.attack import Attack, is_believed
from tests.forge import pki

__all__ = ["ABOUT", "Answer", "answers", "check", "export", "extension", "left_out", "table_of", "verdict_of"]

STATES = ("Trusted", "Valid", "Invalid", "none", "error")
ABOUT: dict[str, Any] = {
    "cases": "One object a case; the folder of the same name holds README.md, asset.<extension>, trust.pem and expected.json.",
    "asset": "File name of the asset in that folder.",
    "sidecar": "File name of a manifest store that belongs beside the asset; null when there is none.",
    "trust": "trust.pem: the certificates that may vouch for signers; empty when nobody is trusted.",
    "time_stamps": "tsa.pem: the certificates that may vouch for time-stamp authorities; null when there are none.",
    "keyless": "Whether whoever made the file needed no key that is trusted: then nobody may be said to vouch for it.",
    "state": "Trusted, Valid, Invalid; none: no credentials located; error: the store or file cannot be read.",
    "statuses": "Every validation status code that has to be reported, wherever it stands; those that begin with org.credkit. are our own.",
    "tolerated": "The clause that forces a reader to accept a keyless attack; empty for all others.",
    "profile": "Edition of the specification whose rules apply.",
    "at": "The clock of the verdict, RFC 3339.",
    "left_out": "Attacks that are no file alone, and why.",
}


def left_out(attack: Attack) -> str:
    """Why an attack cannot be exported as a file; empty when it can."""
    if attack.fetcher is not None:
        return "needs a network that answers in a certain way"
    if attack.limits != DEFAULT_LIMITS:
        return "is about a limit that the reader was given"
    if attack.policy().allowed:
        return "is about a certificate that was chosen for itself"
    return ""


def extension(data: bytes) -> str:
    """By content: ``.jpg``; ``.bin`` for what is of no known format."""
    found = detect(BytesSource(data))
    return found.extensions[0] if found else ".bin"


def _anchors(lists: Iterable[TrustList]) -> bytes:
    return to_pem(tuple(dict.fromkeys(anchor.der for item in lists for anchor in item.anchors)))


def _clock(attack: Attack) -> datetime:
    return attack.at or pki.NOW


def expected(attack: Attack) -> dict[str, Any]:
    """What a verdict has to say."""
    return {
        "state": attack.state,
        "statuses": sorted(attack.statuses),
        "keyless": attack.keyless,
        "tolerated": attack.tolerated,
        "profile": attack.profile,
        "at": _clock(attack).isoformat(),
    }


def export(attacks: Sequence[Attack], to: Path) -> list[dict[str, Any]]:
    """Write a folder for each attack and ``index.json``; what is returned is its list of cases."""
    cases = [_exported(attack, to / attack.name) for attack in attacks if not left_out(attack)]
    rest = [{"name": attack.name, "why": why} for attack in attacks if (why := left_out(attack))]
    index = {"about": ABOUT, "cases": cases, "left_out": rest}
    (to / "index.json").write_text(json.dumps(index, indent=1) + "\n", encoding="utf-8")
    return cases


def _exported(attack: Attack, folder: Path) -> dict[str, Any]:
    folder.mkdir(parents=True, exist_ok=True)
    made, policy = attack.make(), attack.policy()
    asset, sidecar = (made, None) if isinstance(made, bytes) else made
    name = f"asset{extension(asset)}"
    (folder / name).write_bytes(asset)
    if sidecar is not None:
        (folder / f"{name}.c2pa").write_bytes(sidecar)
    (folder / "trust.pem").write_bytes(_anchors(policy.signers))
    stamps = _anchors(policy.time_stamps)
    if stamps:
        (folder / "tsa.pem").write_bytes(stamps)
    answer = expected(attack)
    (folder / "expected.json").write_text(json.dumps(answer, indent=1) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(_readme(attack), encoding="utf-8")
    return {
        "name": attack.name,
        "family": attack.family,
        "idea": attack.idea,
        "asset": name,
        "sidecar": f"{name}.c2pa" if sidecar is not None else None,
        "trust": "trust.pem",
        "time_stamps": "tsa.pem" if stamps else None,
    } | answer


def _readme(attack: Attack) -> str:
    key = "No key that is trusted was needed." if attack.keyless else "A signer whom the trust list knows made it."
    lines = [f"# {attack.name}", "", attack.idea, "", key, "", f"Family: {attack.family}. Expected: {attack.state}."]
    if attack.tolerated:
        lines += ["", f"A reader has to accept it: {attack.tolerated}."]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a program said about one case."""

    case: dict[str, Any]
    state: str
    codes: tuple[str, ...] | None
    """None when it printed no list."""

    @property
    def accepts(self) -> bool:
        """Whether it vouches for the file."""
        return is_believed(self.state, frozenset(self.codes or ()))

    @property
    def should_accept(self) -> bool:
        return is_believed(self.case["state"], frozenset(self.case["statuses"]))


def verdict_of(output: str) -> tuple[str, tuple[str, ...] | None]:
    """State and codes in the output of a program; ``error`` for output that follows no protocol."""
    word, _, rest = output.strip().partition("\n" if "\n" in output.strip() else " ")
    state = next((state for state in STATES if state.lower() == word.strip().lower()), "error")
    try:
        codes = json.loads(rest) if rest.strip() else None
    except ValueError:
        codes = None
    return state, tuple(map(str, codes)) if isinstance(codes, list) else None


def check(folder: Path, command: Sequence[str], *, seconds: float = 60) -> Iterator[Answer]:
    """Run a program over an export; in its arguments ``{asset}``, ``{trust}``, ``{tsa}`` and ``{at}`` are replaced."""
    for case in json.loads((folder / "index.json").read_text(encoding="utf-8"))["cases"]:
        place = folder / case["name"]
        words = {
            "{asset}": str(place / case["asset"]),
            "{trust}": str(place / case["trust"]),
            "{tsa}": str(place / (case["time_stamps"] or "tsa.pem")),
            "{at}": case["at"],
        }
        arguments = [words.get(part, part) for part in command]
        try:
            done = subprocess.run(arguments, capture_output=True, timeout=seconds, check=False)
            state, codes = verdict_of(done.stdout.decode("utf-8", "replace"))
        except subprocess.TimeoutExpired:
            state, codes = "stalled", None
        yield Answer(case=case, state=state, codes=codes)


def answers(attacks: Iterable[Attack]) -> Iterator[Answer]:
    """credkit's own answers, for comparison."""
    from tests.adversarial.attack import statuses

    for attack in attacks:
        report = attack.verify()
        case = {"name": attack.name, "family": attack.family} | expected(attack)
        yield Answer(case=case, state=report.state, codes=tuple(sorted(statuses(report))))


def table_of(found: Sequence[Answer]) -> str:
    """How far a program agrees: a table of expected and given states, and what it accepts and may not, by name."""
    pairs = Counter((answer.case["state"], answer.state) for answer in found)
    given = [*STATES, *sorted({state for _, state in pairs} - set(STATES))]
    rows = [["expected", *given]]
    rows += [[state, *(str(pairs[state, other] or "-") for other in given)] for state in STATES]
    lines = ["  ".join(f"{cell:>9}" for cell in row) for row in rows]
    wrong = [answer for answer in found if answer.accepts and not answer.should_accept]
    lines += ["", f"{len(found):,} cases, {len(wrong):,} accepted that may not be:"]
    lines += [f"  {answer.case['name']} ({answer.state}, expected {answer.case['state']})" for answer in wrong]
    compared = [answer for answer in found if answer.codes is not None]
    same = sum(frozenset(answer.codes or ()) == frozenset(answer.case["statuses"]) for answer in compared)
    return "\n".join([*lines, f"{same:,} of {len(compared):,} with exactly the expected codes", ""])
