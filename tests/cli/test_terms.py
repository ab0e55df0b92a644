"""``--licence``, ``--use``, ``--offer`` and ``credkit inspect --terms`` as people use them."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from tests.cli.shell import Shell
from tests.forge import peer

OFFER = "price=4499 CNY; use=commercial; contact=licence@example.com; attribution=yes; until=2099-12-31; from=My Studio"
SIGN = ("sign", "portrait.png", "-o", "offered.png", "--created", "trainedAlgorithmicMedia", "--creator", "My Studio")
SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "terms.schema.json").read_text("utf-8"))


def told(shell: Shell, name: str) -> str:
    return " ".join(shell.ok("inspect", "--terms", name).out.split())


def test_a_stranger_reads_how_to_use_it(shell: Shell, stranger: Shell) -> None:
    signed = shell.ok(*SIGN, "--licence", "CC-BY-NC-4.0", "--do-not-train", "--offer", OFFER).out
    assert "offer: commercial use permitted until 2099-12-31, on condition: name the author, pay 4499 CNY; ask My Studio" in signed
    out = stranger.ok("inspect", "--terms", "offered.png").out
    assert max(map(len, out.splitlines())) <= 100
    headings = [line for line in out.splitlines() if line and not line.startswith(" ")]
    assert headings == [
        "TERMS  offered.png",
        "Who speaks",
        "Who made it",
        "What may be done with it",
        "How to use it lawfully",
        "What is forbidden",
        "What this does not tell",
    ]
    words = " ".join(out.split())
    for sentence in (
        '"My Studio", who signed this file (generation 1): by their own word; nobody whom you trust vouches for the name',
        "creator My Studio (cawg.metadata of generation 1",
        "AI training NOT allowed",
        "commercial use only under conditions: name the author, pay 4499 CNY; ask My Studio, licence@example.com",
        "changed versions allowed (licence CC-BY-NC-4.0)",
        '1. Name the author: "My Studio".',
        "2. Keep to the licence CC-BY-NC-4.0 (https://creativecommons.org/licenses/by-nc/4.0/): name the author",
        "3. For commercial use: name the author, pay 4499 CNY; ask My Studio, licence@example.com; the offer holds until 2099-12-31.",
        "4. Keep the Content Credentials and the metadata in the file when you give it on.",
        "AI training, training of generative AI, use as input of AI, data mining: so says cawg.training-mining of generation 1",
        "It does not prove that the speaker holds the rights",
    ):
        assert sentence in words, sentence
    assert "somebody whom you trust vouches" in told(shell, "offered.png")
    assert peer.read((shell.folder / "offered.png").read_bytes(), "png").state == "Valid"
    assert "offer: commercial use permitted" in " ".join(stranger.ok("inspect", "offered.png").out.split())


def test_json_for_programs(shell: Shell) -> None:
    shell = shell.inside
    shell.ok(*SIGN, "--use", "all=notAllowed", "--use", "ai-training=constrained:ask first")
    made = json.loads(shell.ok("inspect", "offered.png", "--terms", "--format", "json").out)
    jsonschema.validate(made, SCHEMA)
    assert made["uses"]["ai_training"]["conditions"] == ["ask first"]
    assert made["headers"] == {"Content-Usage": "train-ai=n", "tdm-reservation": "1"}
    shell.ok("inspect", "offered.png", "--terms", "-o", "terms.txt")
    assert (shell.folder / "terms.txt").read_text("utf-8").startswith("TERMS  offered.png\n")


def test_a_repaint_that_says_more_than_it_may(shell: Shell) -> None:
    shell = shell.inside
    shell.ok("sign", "repainted.jpg", "-o", "free.jpg", "--parent", "signed.png", "--edited", "humanEdits", "--licence", "CC0")
    words = told(shell, "free.jpg")
    assert "Where it contradicts itself" in words
    assert 'cawg.training-mining of generation 1 (signed by "My Studio") forbids AI training, training of generative AI' in words
    assert (
        'the licence CC0-1.0 in cawg.metadata of generation 2 (signed by "My Studio") allows them; the stricter one is taken here.' in words
    )
    assert "AI training NOT allowed" in words


def test_changed_and_unsigned_files(shell: Shell) -> None:
    shell = shell.inside
    data = bytearray((shell.folder / "signed.png").read_bytes())
    data[-20] ^= 1
    shell.write("changed.png", bytes(data))
    words = told(shell, "changed.png")
    assert "What is void" in words
    assert "because the file was changed after it was signed" in words
    words = told(shell, "portrait.png")
    assert "Nobody: the file carries no Content Credentials" in words
    assert "Silence is no permission: ask first." in words
    shell.ok("strip", "signed.png", "-o", "stripped.png")
    words = told(shell, "stripped.png")
    assert "AI training NOT allowed" in words
    assert "signed by nobody" in words
    assert shell.run("inspect", "--terms", "missing.png").code == 3


def test_update_adds_an_offer(shell: Shell) -> None:
    shell.ok("update", "signed.png", "-o", "updated.png", "--offer", OFFER, "--credit", "Photo: My Studio")
    words = told(shell, "updated.png")
    assert "commercial use only under conditions" in words
    assert 'Name the author: "Photo: My Studio".' in words
    assert peer.read((shell.folder / "updated.png").read_bytes(), "png").state == "Valid"


def test_offers_from_a_file(shell: Shell) -> None:
    shell = shell.inside
    entries = [
        {"use": ["print", "display"], "price": "12.50 EUR", "contact": "https://example.com"},
        {"use": "editorial", "price": "free", "contact": "a@example.com"},
    ]
    shell.write("offers.json", json.dumps(entries).encode())
    shell.ok(*SIGN, "--offer", "offers.json", "--offer", OFFER)
    made = json.loads(shell.ok("inspect", "offered.png", "--terms", "--format", "json").out)
    assert [(o["actions"], o.get("amount")) for o in made["offers"]] == [
        (["print"], "12.50"),
        (["display"], "12.50"),
        (["use"], None),
        (["CommercialUse"], "4499"),
    ]
    assert "For editorial use: ask a@example.com." in told(shell, "offered.png")


@pytest.mark.parametrize(
    ("options", "code", "sentence"),
    [
        (("--licence", "unsplsh"), 1, 'did you mean "Unsplash"?'),
        (("--licence", "our own"), 1, 'write "LicenseRef-our-own"'),
        (("--do-not-train", "--use", "ai-training=allowed"), 1, "leave one of the two out"),
        (("--use", "ai-trainng=allowed"), 1, 'did you mean "ai-training"?'),
        (("--use", "commercial=allowed"), 1, "is said by a licence"),
        (("--use", "ai-training"), 1, "NAME=RULE"),
        (("--use", "ai-training=alowed"), 1, 'did you mean "allowed"?'),
        (("--use", "ai-training=constrained"), 1, "says no condition"),
        (("--use", "ai-training=allowed:ask"), 1, 'a condition belongs to "constrained"'),
        (("--offer", "price=5 EUR; use=commercial"), 1, 'does not say "contact"'),
        (("--offer", "price=5 EUR; contact=a@example.com"), 1, 'does not say "use"'),
        (("--offer", "use=commercial; contact=a@example.com; price=5"), 1, "AMOUNT CURRENCY"),
        (("--offer", "use=commercial; contact=a@example.com; price=5 EUX"), 1, "ISO 4217"),
        (("--offer", "use=comercial; contact=a@example.com"), 1, 'did you mean "commercial"?'),
        (("--offer", "use=print; contact=a@example.com; prise=5 EUR"), 1, 'did you mean "price"?'),
        (("--offer", "use=print; contact=a@example.com; use=display"), 1, "twice"),
        (("--offer", "use=print; contact=a@example.com; attribution=maybe"), 1, "yes or no"),
        (("--offer", "use=print; =x"), 1, "NAME=VALUE"[-6:]),
        (("--offer", "missing.json"), 3, "is no file that can be read"),
        (("--offer", "broken.json"), 1, "no JSON"),
        (("--offer", "list.json"), 1, "should hold an offer"),
        (("--offer", "deep.json"), 1, "no JSON"),
        (("--licence", "CC0", "--offer", "use=commercial; price=5 EUR; contact=a@example.com"), 1, "allows it for nothing"),
    ],
)
def test_refusals_in_one_sentence(shell: Shell, options: tuple[str, ...], code: int, sentence: str) -> None:
    shell = shell.inside
    shell.write("broken.json", b"{")
    shell.write("list.json", b"[1]")
    shell.write("deep.json", b"[" * 10_000 + b"]" * 10_000)
    assert sentence in shell.refused(code, *SIGN, *options)


def test_formats_and_terms_go_together(shell: Shell) -> None:
    shell = shell.inside
    assert "--terms is shown as text or json" in shell.refused(2, "inspect", "signed.png", "--terms", "--format", "html")
    assert "--format text goes with --terms" in shell.refused(2, "inspect", "signed.png", "--format", "text")
    assert "--details goes with" in shell.refused(2, "inspect", "signed.png", "--terms", "--details")
