"""No command asks the network unless it was told to, seen from outside: by the system calls of the process."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.forge import pki
from tests.forge.pictures import picture
from tests.network_trace import judge
from tests.no_network import run_offline

ADDRESS = "https://credentials.example.com/store.c2pa"
KEYS = ("--key", "key.pem", "--certs", "chain.pem")
LINES = (
    ("identity", "new", "My Studio", "--alg", "es256"),
    ("identity", "show", "--json"),
    ("identity", "lint", "chain.pem"),
    ("trust", "add", "root.pem", "--name", "Partners", "--kind", "signers"),
    ("trust", "add", "did:web:credentials.example.com", "--name", "An aggregator"),
    ("trust", "list"),
    ("trust", "update", "Partners"),
    ("sign", "a.png", "-o", "signed.png", "--created", "trainedAlgorithmicMedia", "--web-statement", ADDRESS, "--prompt", "a cat", *KEYS),
    ("sign", "b.jpg", "-o", "second.jpg", "--parent", "signed.png", "--edited", "digitalCapture", "--journal", "mine.jsonl", *KEYS),
    ("sign", "a.png", "--sidecar", "--created", "digitalCapture", *KEYS),
    ("update", "second.jpg", "-o", "updated.jpg", "--licensor", f"My Studio,{ADDRESS}", *KEYS),
    ("redact", "signed.png", "-o", "redacted.png", "--assertion", "cawg.metadata", "--reason", "c2pa.PII.present", *KEYS),
    ("verify", "signed.png", "second.jpg", "updated.jpg", "redacted.png"),
    ("verify", "signed.png", "--identity-issuer", "did:web:credentials.example.com"),
    ("verify", "remote.jpg"),
    ("verify", ADDRESS),
    *(("inspect", "updated.jpg", "--format", form) for form in ("tree", "json", "crjson", "c2patool", "mermaid", "html")),
    ("inspect", "remote.jpg"),
    ("inspect", "updated.jpg", "--terms"),
    ("inspect", "updated.jpg", "--licences"),
    ("lint", "signed.png"),
    ("extract", "second.jpg", "--to", "parts"),
    ("strip", "signed.png", "-o", "plain.png"),
    ("dataset", "sign", "set", "--location", ADDRESS, *KEYS),
    ("dataset", "verify", "set"),
    ("journal", "note", "words", "--journal", "mine.jsonl"),
    ("journal", "checkpoint", "--journal", "mine.jsonl", *KEYS),
    ("journal", "verify", "--journal", "mine.jsonl"),
    ("journal", "export", "-o", "page.html", "--journal", "mine.jsonl"),
    ("completion", "bash"),
)
ANSWERS = {("verify", ADDRESS): 3, ("verify", "remote.jpg"): 2, ("lint", "signed.png"): 1}
"""Exit codes other than 0."""
PROGRAM = """
import json, os
folder, lines = sys.argv[1], json.loads(sys.argv[2])
os.chdir(folder)
os.environ.update({name: folder for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")}, CREDKIT_PASSPHRASE="a passphrase")
from credkit.cli import main
print(json.dumps([main(line) for line in lines]))
"""


@pytest.mark.parametrize("traced", [False, True], ids=["in Python", "by system calls"])
def test_no_command_asks_the_network_by_itself(tmp_path: Path, traced: bool) -> None:
    (tmp_path / "a.png").write_bytes(picture("png"))
    (tmp_path / "b.jpg").write_bytes(picture("jpg"))
    remote = f'<x:xmpmeta><a dcterms:provenance="{ADDRESS}"/></x:xmpmeta>'.encode()
    segment = b"http://ns.adobe.com/xap/1.0/\0" + remote
    (tmp_path / "remote.jpg").write_bytes(
        picture("jpg")[:2] + b"\xff\xe1" + (len(segment) + 2).to_bytes(2, "big") + segment + picture("jpg")[2:]
    )
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "one.png").write_bytes(picture("png"))
    for name, data in (("chain.pem", pki.default_pki().chain_pem), ("key.pem", pki.default_pki().key_pem), ("root.pem", pki.root_pem())):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "key.pem").chmod(0o600)
    done = run_offline(PROGRAM, tmp_path, json.dumps(LINES), traced=traced)
    codes = json.loads(done.stdout.splitlines()[-1])
    wrong = {line: code for line, code in zip(LINES, codes, strict=True) if code != ANSWERS.get(line, 0)}
    assert not wrong, done.stderr
    assert "is on the network, which is asked only when that is allowed" in done.stderr


@pytest.mark.parametrize(
    ("line", "away"),
    [
        ('7 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("93.184.216.34")}, 16) = 0', True),
        ('7 connect(3, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("10.0.0.2")}, 16 <unfinished ...>', True),
        ('connect(3, {sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, "2606:2800::1", &sin6_addr)}, 28) = 0', True),
        ('7 sendto(3, "x", 1, 0, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("192.168.1.1")}, 16) = 1', True),
        ('7 sendmsg(3, {msg_name={sa_family=AF_INET, sin_port=htons(5353), sin_addr=inet_addr("224.0.0.251")}, ...}, 0) = 1', True),
        ("7 connect(3, {sa_family=AF_PACKET, sll_protocol=htons(1)}, 20) = 0", True),
        ('7 connect(3, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.53")}, 16) = 0', False),
        ('7 connect(3, {sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, "::1", &sin6_addr)}, 28) = 0', False),
        ('7 connect(3, {sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, "::ffff:127.0.0.1", &sin6_addr)}, 28) = 0', False),
        ('7 connect(3, {sa_family=AF_INET6, sin6_port=htons(1), inet_pton(AF_INET6, "::ffff:8.8.8.8", &sin6_addr)}, 28) = 0', True),
        ('7 connect(3, {sa_family=AF_UNIX, sun_path="/run/nscd"}, 110) = -1 ENOENT', False),
        ("7 sendto(3, {{len=20, type=RTM_GETADDR}, ...}, 20, 0, {sa_family=AF_NETLINK, nl_pid=0}, 12) = 20", False),
        ('7 sendto(3, "connected", 9, 0, NULL, 0) = 9', False),
        ('7 bind(3, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("10.0.0.2")}, 16) = 0', False),
        ("7 +++ exited with 0 +++", False),
    ],
)
def test_the_judge_of_traces(line: str, away: bool) -> None:
    assert bool(judge([line]).away) is away
