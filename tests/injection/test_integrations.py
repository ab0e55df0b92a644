"""Warnings, logs, header fields and pages of hooks and journals: places where nobody escapes a second time."""

from __future__ import annotations

import asyncio
import io
import logging
import re
import warnings
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from credkit.integrations.asgi import CredentialsMiddleware
from credkit.integrations.asgi.verdicts import Examiner
from credkit.integrations.notices import CredentialsWarning, one_line
from credkit.integrations.receiving import Receiver, RefusedError
from credkit.journal.page import journal_page
from credkit.journal.verifying import verify_journal
from credkit.trust.policy import TrustPolicy
from tests.forge import pki
from tests.forge.pictures import picture
from tests.injection.fields import EVERYWHERE, made, trust
from tests.injection.outputs import check_plain, run
from tests.injection.page import Page
from tests.injection.strings import HOSTILE
from tests.journal.test_page import ALLOWED
from tests.journal.test_page import hostile as hostile_journal

pytestmark = pytest.mark.filterwarnings("ignore:Attribute's length")
EVERY_TEXT = pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
_VALUE = re.compile(r"[\x20-\x7e]+")


@EVERY_TEXT
def test_one_line_is_one_line(text: str) -> None:
    check_plain(one_line(text))
    assert "\n" not in one_line(text)


@EVERY_TEXT
def test_header_fields_of_a_served_picture(text: str) -> None:
    fields = {"training_key": "cawg.ai_generative_training", "training_use": "notAllowed", "training_note": text}
    fields |= {"web_statement": f"https://example.org/{text}", "licensor_url": text}
    with mock.patch("tests.injection.fields._stamped", lambda parts, _: parts):
        data = made(fields)
    verdict = Examiner(trust=trust()).examine(io.BytesIO(data), "", None)
    assert verdict is not None
    assert ("Content-Usage", "train-ai=n") in verdict.usage
    for name, value in verdict.usage:
        assert _VALUE.fullmatch(name + value)
        assert name != "tdm-policy" or value.startswith(("https://", "http://"))


def ask(path: str, data: bytes, **options: Any) -> list[dict[str, Any]]:
    """What the middleware sends when a picture is asked for."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"image/jpeg")]})
        await send({"type": "http.response.body", "body": data})

    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "raw_path": b"/x", "query_string": b"", "headers": [], "root_path": ""}
    asyncio.run(CredentialsMiddleware(app, trust=trust(), **options)(scope, receive, send))
    return sent


@EVERY_TEXT
def test_answers_and_logs_of_the_middleware(tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str) -> None:
    (tmp_path / "original.jpg").write_bytes(made({}))
    for loss in ("warn", "refuse"):
        options = {"original_of": lambda *_: tmp_path / "original.jpg", "on_loss": loss}
        sent = ask("/" + text, picture("jpg", 16, 16), **options)
        body = b"".join(message.get("body", b"") for message in sent)
        if loss == "refuse":
            check_plain(body.decode("utf-8"))
        for name, value in sent[0]["headers"]:
            assert _VALUE.fullmatch((name + value).decode("latin-1"))
    assert any("was transformed" in record.message for record in caplog.records)
    for record in caplog.records:
        check_plain(logging.Formatter().formatMessage(record))
        assert "\n" not in record.message


@EVERY_TEXT
def test_warnings_and_refusals_of_what_comes_in(caplog: pytest.LogCaptureFixture, text: str) -> None:
    data = made({"title": text, "signer_name": text, "signer_organization": text})
    policy = {"rules": {"state": "trusted"}}
    url = f"https://example.org/{text}"
    for options in ({"on_failure": "warn"}, {"on_failure": "refuse"}):
        receiver = Receiver(policy=policy, trust=TrustPolicy(), **options)  # type: ignore[arg-type]
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", CredentialsWarning)
            try:
                receiver.receive(data, name=text, url=url)
            except RefusedError as error:
                check_plain(str(error))
        for warning in caught:
            check_plain(str(warning.message))
            assert "\n" not in str(warning.message)
    assert caplog.records
    for record in caplog.records:
        check_plain(record.message)
        assert "\n" not in record.message


@EVERY_TEXT
def test_journals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    path = hostile_journal(tmp_path / "journal.jsonl", text.encode("utf-8", "replace").decode() or "-")
    html = journal_page(verify_journal(path, policy=TrustPolicy.of(pki.root_pem())))
    page = Page(html)
    assert page.elements <= ALLOWED
    assert page.open == []
    check_plain(html)
    for line in (("journal", "verify", path), ("journal", "show", path)):
        _, out, err = run(*line)
        check_plain(out)
        check_plain(err)


def test_fields_are_those_of_the_forge() -> None:
    assert {"web_statement", "licensor_url", "training_note", "training_key", "title", "signer_name"} <= set(EVERYWHERE)
