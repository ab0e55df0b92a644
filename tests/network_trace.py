"""Prove that nothing leaves this machine while tests run: run them under strace and judge every call that names an address.

``python -m tests.network_trace [PYTEST ARGUMENTS]`` runs pytest with all its child processes traced and prints how many calls went to
which kind of address; ``python -m tests.network_trace --file LOG`` judges a log of
``strace -f -qq -e trace=connect,sendto,sendmsg,sendmmsg,bind -o LOG ...``. The exit code is 1 when any call names an address that is not of
this machine, or when the tests fail.

Loopback addresses are those of the servers that the tests run themselves. Sockets of the families ``AF_UNIX`` and ``AF_NETLINK`` never
leave the machine.
"""

from __future__ import annotations

import argparse
import ipaddress
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CALLS", "Judged", "judge", "main"]

ROOT = Path(__file__).resolve().parents[1]
CALLS = ("connect", "sendto", "sendmsg", "sendmmsg", "bind")
_CALL = re.compile(rf"^(?:\d+ +)?({'|'.join(CALLS)})\(")
_FAMILY = re.compile(r"sa_family=(AF_\w+)")
_ADDRESS = re.compile(r'(?:inet_addr\(|inet_pton\(AF_INET6, )"([^"]+)"')
_LOCAL = {"AF_UNIX", "AF_NETLINK", "AF_UNSPEC"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a trace shows."""

    counts: Counter[str]
    """Calls by name and kind of address."""
    away: tuple[str, ...]
    """Lines of the calls that name an address elsewhere."""


def judge(lines: Iterable[str]) -> Judged:
    """Judge the lines of a log; a call on a connected socket names no address and was judged when it was connected."""
    counts: Counter[str] = Counter()
    away: list[str] = []
    for line in lines:
        call = _CALL.match(line)
        family = _FAMILY.search(line)
        if not call or not family:
            continue
        kind = family[1] if family[1] in _LOCAL else _kind_of(line)
        counts[f"{call[1]} {kind}"] += 1
        if kind == "elsewhere" and call[1] != "bind":
            away.append(line.strip())
    return Judged(counts=counts, away=tuple(away))


def _kind_of(line: str) -> str:
    addresses = _ADDRESS.findall(line)
    return "loopback" if addresses and all(map(_is_here, addresses)) else "elsewhere"


def _is_here(text: str) -> bool:
    address = ipaddress.ip_address(text)
    mapped = getattr(address, "ipv4_mapped", None)
    # To connect to the address 0.0.0.0 is to connect to oneself.
    return (mapped or address).is_loopback or address.is_unspecified


def main(arguments: Sequence[str] | None = None) -> int:
    """Run pytest under strace, or judge a log."""
    parser = argparse.ArgumentParser(prog="python -m tests.network_trace", description="Judge which addresses a run of the tests named.")
    parser.add_argument("--file", type=Path, metavar="LOG", help="judge this log of strace instead of running the tests")
    args, rest = parser.parse_known_args(arguments)
    code = 0
    with tempfile.TemporaryDirectory(prefix="credkit-trace-") as folder:
        log = args.file or Path(folder) / "strace"
        if not args.file:
            tests = [sys.executable, "-m", "pytest", *rest]
            traced = [
                "strace",
                "-f",
                "--seccomp-bpf",
                "-qq",
                "-s",
                "64",
                "-e",
                f"trace={','.join(CALLS)}",
                "-e",
                "signal=none",
                "-o",
                str(log),
            ]
            code = subprocess.run([*traced, *tests], cwd=ROOT, check=False).returncode
        with log.open("r", encoding="utf-8", errors="replace") as lines:
            found = judge(lines)
    for name, count in sorted(found.counts.items()):
        print(f"{count:>9,}  {name}")
    for line in found.away[:20]:
        print(f"AWAY {line}")
    print(f"{len(found.away):,} calls name an address elsewhere")
    return 1 if found.away or code else 0


if __name__ == "__main__":
    sys.exit(main())
