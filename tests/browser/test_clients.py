"""Clients that others wrote for other servers, unmodified, each against a running product."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.test_call import sign_in
from tests.fixtures import clients
from tests.fixtures.chromium import chromium
from tests.fixtures.server import Product, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SPOKEN = "please open the second window"


@pytest.fixture
def browser(say: Callable[..., Path]) -> Iterator[Browser]:
    with chromium(say(SPOKEN, lead_s=5.0, tail_s=2.0)) as browser:
        yield browser


def told(page: Page, name: str) -> list[Any]:
    """Returns what a client's page was told under that name, in order."""
    return [detail for kind, detail in page.evaluate("window.diary") if kind == name]


def until(page: Page, name: str, true: Callable[[list[Any]], Any] = bool) -> list[Any]:
    return list(
        wait_until(
            lambda: (found := told(page, name)) and true(found) and found,
            40,
            f"{name}: {page.evaluate('window.diary.slice(-12)')}",
        )
    )


@pytest.mark.skipif(bool(clients.missing()), reason=clients.missing())
def test_pipecats_client(browser: Browser, product: Product, tmp_path: Path) -> None:
    page = sign_in(browser, product)
    clients.page_with(page, product, clients.bundled("pipecat", tmp_path))
    ready = page.evaluate(
        """async () => {
          const client = makeClient();
          const ready = await client.startBotAndConnect({
            endpoint: "/start", requestData: { agentId: "scribe" } });
          return ready;
        }"""
    )
    assert ready["version"].startswith("2.")
    until(page, "remote audio")
    until(page, "botStartedSpeaking")
    until(page, "botTranscript", lambda found: found[0]["text"].startswith("Hello"))
    finals = until(page, "userTranscript", lambda found: found[-1]["final"])
    assert "second window" in finals[-1]["text"]
    assert any(not heard["final"] for heard in finals)
    until(page, "userStartedSpeaking")
    until(page, "userStoppedSpeaking")
    page.evaluate("client.sendText('take a note buy milk')")
    until(page, "botTranscript", lambda found: found[-1]["text"] == "Noted: buy milk.")
    spoken = "".join(part["text"] for part in told(page, "botLlmText"))
    assert spoken.endswith("Noted: buy milk.")
    assert told(page, "metrics")
    answer = page.evaluate("client.sendClientRequest('notes')")
    assert [note["text"] for note in answer] == ["buy milk"]
    refused = page.evaluate("client.sendClientRequest('fly').catch((e) => JSON.stringify(e) + e)")
    assert "fly" in str(refused)
    page.evaluate("client.disconnectBot()")
    until(page, "botDisconnected")
    call = product.json("/api/v1/calls/")["results"][0]
    assert (call["door"], call["end_reason"]) == ("pipecat", "caller_hung_up")
