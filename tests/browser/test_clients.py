"""Clients that others wrote for other servers, unmodified, each against a running product."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.fixtures import clients
from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import chromium, closing_pages
from tests.fixtures.paused import Paused
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import mostly

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SPOKEN = "please open the second window"
START = "startBotAndConnect({endpoint: '/start', requestData: {agentId: 'scribe'}})"
OFFER = (
    "connect({webrtcRequestParams: "
    "{endpoint: `${location.origin}/api/offer`, requestData: {agentId: 'scribe'}}})"
)


@pytest.fixture(scope="module")
def launched(say: Callable[..., Path]) -> Iterator[Browser]:
    with chromium(say(SPOKEN, lead_s=8.0, tail_s=2.0)) as browser:
        yield browser


@pytest.fixture
def browser(launched: Browser) -> Iterator[Browser]:
    with closing_pages(launched) as browser:
        yield browser


def understood(text: str) -> bool:
    """Returns whether most of what was spoken came through a browser's own sound processing."""
    return mostly(text, SPOKEN)


def plain(page: Page, product: Product, name: str) -> None:
    """Opens a page with `tests/clients/<name>.js`, which imports nothing."""
    clients.page_with(page, product, (clients.FOLDER / f"{name}.js").read_text())


def seen(page: Page, **wanted: Any) -> list[dict[str, Any]]:
    """Returns the diary's messages with those values."""
    diary = page.evaluate("window.diary")
    return [m for m in diary if all(m.get(key) == value for key, value in wanted.items())]


def sees(page: Page, limit_s: float = 40, **wanted: Any) -> list[dict[str, Any]]:
    what = f"{wanted}: {page.evaluate('window.diary.slice(-8)')}"
    return list(wait_until(lambda: seen(page, **wanted), limit_s, what))


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
@pytest.mark.parametrize(
    ("older", "begin"), [("", START), ("rtvi-1", OFFER)], ids=["RTVI 2", "RTVI 1"]
)
def test_pipecats_client(
    browser: Browser, product: Product, tmp_path: Path, older: str, begin: str
) -> None:
    page = sign_in(browser, product)
    clients.page_with(page, product, clients.bundled("pipecat", tmp_path, older))
    ready = page.evaluate(f"async () => makeClient().{begin}")
    assert ready["version"].startswith("1." if older else "2.")
    until(page, "remote audio")
    until(page, "botStartedSpeaking")
    wait_until(lambda: page.evaluate("window.heard > 0.02"), 20, "the agent's voice")
    until(page, "botTranscript", lambda found: found[0]["text"].startswith("Hello"))
    finals = until(page, "userTranscript", lambda found: found[-1]["final"])
    assert understood(finals[-1]["text"])
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
    until(page, "disconnected" if older else "botDisconnected")
    call = wait_until(
        lambda: (found := product.json("/api/v1/calls/")["results"][0])["ended_at"] and found,
        10,
        "the end",
    )
    assert (call["door"], call["end_reason"]) == ("pipecat", "caller_hung_up")


def test_the_speech_to_text_page(browser: Browser, product: Product) -> None:
    page = sign_in(browser, product)
    plain(page, product, "results")
    page.evaluate("recognise()")
    (final,) = sees(page, final=True)
    assert understood(final["text"])
    assert isinstance(final["confidence"], int | float)
    page.evaluate("stop()")
    sees(page, closed=True)
    assert product.json("/api/v1/calls/")["results"][0]["door"] == "results"


def test_the_voice_agent_client(browser: Browser, product: Product) -> None:
    page = sign_in(browser, product)
    plain(page, product, "voice-agent")
    page.evaluate("callAgent(location.origin.replace('http', 'ws'), 'scribe')")
    assert sees(page, type="transcript", role="agent")[0]["text"].startswith("Hello")
    said = sees(page, type="transcript", role="user")[0]
    assert understood(said["text"])
    assert set(said) == {"type", "role", "text", "final"}
    assert sees(page, type="status", channel=True)
    wait_until(lambda: page.evaluate("window.heard > 0.02"), 20, "the agent's voice")
    for direction in ("inactive", "sendrecv"):
        page.evaluate("direction => change(direction)", direction)
        wait_until(lambda: page.evaluate("direction()") == direction, 20, "the answer")  # noqa: B023
    page.evaluate("control({type: 'text', text: 'take a note buy milk'})")
    sees(page, type="transcript", text="Noted: buy milk.")
    page.evaluate("hangUp()")
    call = product.json("/api/v1/calls/")["results"][0]
    ended = wait_until(
        lambda: product.json(f"/api/v1/calls/{call['id']}/")["end_reason"], 10, "the end"
    )
    assert ended == "caller_left"


@pytest.fixture
def patient(say: Callable[..., Path]) -> Iterator[Browser]:
    with chromium(say(SPOKEN, lead_s=18.0, tail_s=2.0)) as browser:
        yield browser


def test_lines_that_are_stopped_and_added_and_a_track_that_is_taken_away(
    patient: Browser, product: Product
) -> None:
    page = sign_in(patient, product)
    plain(page, product, "voice-agent")
    page.evaluate("callAgent(location.origin.replace('http', 'ws'), 'scribe')")
    assert sees(page, type="status", channel=True)
    page.evaluate("stopLines()")
    wait_until(lambda: page.evaluate("stopped()"), 20, "the answer")
    page.evaluate("again()")
    wait_until(lambda: page.evaluate("where()") == "sendrecv connected", 20, "the new line")
    for _ in range(2):
        page.evaluate("another()")
        wait_until(lambda: page.evaluate("where()") == "sendrecv connected", 20, "the transport")
    page.evaluate("mute(true)")
    wait_until(lambda: page.evaluate("sendsNothing()"), 20, "the silence")
    page.evaluate("mute(false)")
    assert understood(sees(page, type="transcript", role="user")[0]["text"])
    page.evaluate("window.heard = 0; control({type: 'text', text: 'take a note buy milk'})")
    sees(page, type="transcript", text="Noted: buy milk.")
    wait_until(lambda: page.evaluate("window.heard > 0.02"), 20, "the agent's voice")
    assert len(seen(page, type="transcript", text="take a note buy milk")) == 1
    page.evaluate("control({type: 'of no kind'})")
    assert sees(page, channel=True, type="error")  # the channel lasts in both directions
    page.evaluate("hangUp()")
    call = product.json("/api/v1/calls/")["results"][0]
    path = f"/api/v1/calls/{call['id']}/"
    assert wait_until(lambda: product.json(path)["end_reason"], 30, "the end") == "caller_left"


def test_an_offer_over_http_with_an_rsa_certificate(browser: Browser, product: Product) -> None:
    page = sign_in(browser, product)
    plain(page, product, "voice-agent")
    page.evaluate("withRsa()")
    page.evaluate("offerOverHttp('scribe')")
    wait_until(lambda: page.evaluate("window.heard > 0.02"), 30, "the agent's voice")
    call_id = page.evaluate("diary[0].callId")
    wait_until(
        lambda: [
            row
            for row in product.json(f"/api/v1/calls/{call_id}/segments?after=0")["segments"]
            if understood(row["text"])
        ],
        40,
        "the words",
    )
    page.evaluate("hangUp()")


def test_a_page_of_another_site_calls_with_a_ticket(browser: Browser, product: Product) -> None:
    shop = "http://localhost:9"
    path = product.post("/api/v1/tickets", {"agentId": "scribe", "origin": shop})["path"]
    page = browser.new_context().new_page()
    clients.page_with(page, product, (clients.FOLDER / "stream.js").read_text(), site=shop)
    address = f"{product.url.replace('http', 'ws', 1)}{path}/ws/voice"
    page.evaluate("([address, kind]) => speakOver(address, kind)", [address, "worklet"])
    assert sees(page, type="session_started")[0]["resumeToken"]
    assert understood(sees(page, type="transcript_final", role="user")[0]["text"])
    page.evaluate("say({type: 'session_end'})")
    sees(page, type="session_ended")
    page.evaluate("([address, kind]) => speakOver(address, kind)", [address, "worklet"])
    assert sees(page, type="closed", code=4401)


@pytest.mark.parametrize("kind", ["audio/webm;codecs=opus", "audio/mp4;codecs=opus", "worklet"])
def test_the_typed_socket(browser: Browser, product: Product, kind: str) -> None:
    page = sign_in(browser, product)
    plain(page, product, "stream")
    page.evaluate(
        "kind => speakOver(`${location.origin.replace('http', 'ws')}/ws/voice`, kind)", kind
    )
    assert sees(page, type="transcript_final", role="agent")[0]["text"].startswith("Hello")
    assert understood(sees(page, type="transcript_final", role="user")[0]["text"])
    assert page.evaluate("window.played") > 0.2
    page.evaluate("say({type: 'session_end'})")
    assert sees(page, type="session_ended")[0]["reason"] == "caller_hung_up"
    assert sees(page, type="closed")[0]["code"] == 1000


@pytest.mark.parametrize("kind", ["audio/webm;codecs=opus", "audio/mp4;codecs=opus"])
def test_a_recorder_that_is_paused_within_a_slice(
    product: Product, say: Callable[..., Path], kind: str
) -> None:
    """The rest of the slice comes after the pause, and is of the words before it."""
    paused = Paused(say)
    with chromium() as browser:
        page = sign_in(browser, product)
        plain(page, product, "stream")
        page.evaluate(f"async () => {{ {paused.script} }}")
        page.evaluate(
            "kind => speakOver(`${location.origin.replace('http', 'ws')}/ws/voice`, kind)", kind
        )
        user = {"type": "transcript_final", "role": "user"}
        wait_until(lambda: "meeting" in str(seen(page, **user)).lower(), 40, "the later words")
        paused.heard(seen(page, **user))
        page.evaluate("say({type: 'session_end'})")
        sees(page, type="session_ended")
