"""``python -m tests.mutation``: how many faults in ``binding``, ``codec``, ``trust`` and ``verify`` make a test fail.

Examples:
    python -m tests.mutation                                    every fault; takes hours
    python -m tests.mutation --sample 2000 --jobs 2             2,000 of them, drawn by lot
    python -m tests.mutation --rooms codec --only credkit.codec.cose --show
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.mutation.faults import ROOMS, ROOT, Fault, chosen, planted
from tests.mutation.report import survivors_text, table, with_reviewed
from tests.mutation.trials import CAUGHT

_TESTS = (
    *("tests/codec", "tests/trust", "tests/binding", "tests/verify", "tests/manifest", "tests/adversarial", "tests/vectors"),
    "tests/test_load.py",
)
_LEFT_OUT = ("tests/verify/test_peer.py",)
"""Tests that compare with another implementation: slow, and about other things."""


def main() -> int:
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__, formatter_class=plain)
    parser.add_argument("--rooms", default=",".join(ROOMS), help="packages to put faults into (default: %(default)s)")
    parser.add_argument("--only", default="", help="only modules whose name begins with this")
    parser.add_argument("--sample", type=int, help="how many faults, drawn by lot (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="of the lot (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at a time (default: %(default)s)")
    parser.add_argument(
        "--budget", type=float, default=10, help="seconds of processor time for the tests of one fault (default: %(default)s)"
    )
    parser.add_argument("--tests", nargs="*", default=list(_TESTS), help="folders and files of tests (default: %(default)s)")
    parser.add_argument("--show", action="store_true", help="print the faults that no test saw fail, as differences")
    parser.add_argument("--json", type=Path, help="also write what became of each fault to this file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="credkit-mutation-") as name:
        folder = Path(name)
        faults = [fault for fault in planted(folder, args.rooms.split(",")) if fault.module.startswith(args.only)]
        plan = chosen(faults, args.sample, args.seed)
        print(f"{len(plan):,} of {len(faults):,} faults, {args.jobs} at a time", file=sys.stderr)
        outcomes = with_reviewed(folder, plan, _run(folder, plan, args))
        print(table(plan, outcomes))
        if args.show:
            print(survivors_text(folder, [fault for fault in plan if outcomes.get(fault.key) != "killed"], outcomes))
        if args.json:
            args.json.write_text(json.dumps(outcomes, indent=0, sort_keys=True), "utf-8")
    counted = Counter(outcomes.values())
    if counted["flaky"]:
        raise SystemExit("a test fails without a fault as well, so nothing of this counts")
    return 0 if sum(counted[name] for name in CAUGHT) >= 0.9 * len(plan) else 1


def _run(folder: Path, plan: list[Fault], args: argparse.Namespace) -> dict[str, str]:
    (folder / "plan.json").write_text(json.dumps([(fault.key, fault.function, fault.control) for fault in plan]), "utf-8")
    options = json.dumps({"folder": str(folder), "jobs": args.jobs, "budget": args.budget})
    corpus = os.environ.get("CREDKIT_CORPUS") or str(ROOT.parent / "shared" / "corpus")
    environment = {**os.environ, "CREDKIT_MUTATION": options, "PYTHONPATH": str(folder), "CREDKIT_CORPUS": corpus}
    plugins = [f"-p{name}" for name in ("tests.mutation.plugin", "no:xdist", "no:cacheprovider")]
    command = [sys.executable, "-m", "pytest", "-q", *plugins]
    ignored = [f"--ignore={path}" for path in _LEFT_OUT]
    subprocess.run([*command, *ignored, *args.tests], cwd=folder, env=environment, stdout=subprocess.DEVNULL, check=False)
    result = folder / "result.json"
    if not result.exists():
        raise SystemExit("the tests of the copy could not be run; run the command that pytest would: " + " ".join(command))
    told = json.loads(result.read_text("utf-8"))
    if told["refused"]:
        raise SystemExit("faults that change nothing were caught, so none is counted: " + ", ".join(told["refused"]))
    return dict(told["outcomes"])


if __name__ == "__main__":
    raise SystemExit(main())
