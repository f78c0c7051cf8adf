"""The client library in the page of another site: what docs/embedding.md promises."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.fixtures import clients
from tests.fixtures.chromium import chromium, closing_pages
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import mostly

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SPOKEN = "please open the second window"
SHOP = "http://localhost:9"
"""Another origin, whose pages tests answer themselves."""


@pytest.fixture(scope="module")
def launched(say: Callable[..., Path]) -> Iterator[Browser]:
    with chromium(say(SPOKEN, lead_s=8.0, tail_s=2.0)) as browser:
        yield browser


@pytest.fixture
def browser(launched: Browser) -> Iterator[Browser]:
    with closing_pages(launched) as browser:
        yield browser


def shop(browser: Browser, product: Product, **options: Any) -> Page:
    """Returns a page of the shop with a client that gets a new ticket for each call."""
    page = browser.new_context().new_page()
    wish = {"agentId": "scribe", "origin": SHOP}
    page.expose_function("fetchTicket", lambda: product.post("/api/v1/tickets", wish)["path"])
    script = (clients.FOLDER / "embedded.js").read_text()
    clients.page_with(page, product, script, site=SHOP)
    clients.make_embedded(page, product, options)
    return page


def element(browser: Browser, product: Product, html: str, library: str) -> Page:
    """Returns a page of the shop that loads a module of the library; its backend makes tickets."""
    page = browser.new_context().new_page()
    wish = {"agentId": "scribe", "origin": SHOP}
    page.route(
        f"{SHOP}/voice-ticket",
        lambda route: route.fulfill(json=product.post("/api/v1/tickets", wish)),
    )
    tag = f'<script type="module" src="{product.url}/static/voicesite/{library}" '
    clients.page_with(page, product, "", f"{html.format(server=product.url)}{tag}", site=SHOP)
    return page


def told(page: Page, name: str) -> list[Any]:
    """Returns the details of an event so far, in order."""
    return [detail for kind, detail in page.evaluate("diary") if kind == name]


def until(page: Page, name: str, true: Callable[[list[Any]], Any] = bool) -> list[Any]:
    what = f"{name}: {page.evaluate('diary.slice(-12)')}"
    return list(wait_until(lambda: (found := told(page, name)) and true(found) and found, 40, what))


@pytest.mark.parametrize("transport", ["auto", "websocket"])
def test_a_call_from_another_site(browser: Browser, product: Product, transport: str) -> None:
    variables = {"table": 12}
    page = shop(browser, product, transport=transport, variables=variables, agentId="scribe")
    assert page.evaluate("connect()") == ""
    used = "webrtc" if transport == "auto" else "websocket"
    assert told(page, "transport")[-1]["transport"] == used
    wait_until(lambda: page.evaluate("window.heard > 0.02"), 20, "the agent's voice")
    wait_until(lambda: page.evaluate("window.level > 0.2"), 20, "the caller's level")
    lines = until(page, "transcript", lambda found: found[-1]["role"] == "user")
    assert lines[0]["text"].startswith("Hello")
    assert mostly(lines[-1]["text"], SPOKEN)
    assert any(line["role"] == "user" and not line["final"] for line in told(page, "partial"))
    assert page.evaluate("client.sendText('take a note buy milk')")
    notes = until(page, "notes", lambda found: found[-1]["notes"])
    assert [note["text"] for note in notes[-1]["notes"]] == ["buy milk"]
    assert page.evaluate("client.lines[0].text").startswith("Hello")
    best = until(page, "quality")[-1]
    assert (best["level"], best["reason"], best["figures"]["transport"]) == ("good", "", used)
    call_id = page.evaluate("client.callId")
    page.evaluate("client.disconnect()")  # resolves once the last words are written
    assert told(page, "ended") == [{"callId": call_id, "reason": "caller_hung_up"}]
    states = [detail["state"] for detail in told(page, "state")]
    assert (states[0], states[-2:]) == ("connecting", ["ending", "ended"])
    assert states.count("ended") == 1
    call = product.json(f"/api/v1/calls/{call_id}/")
    assert call["transport"] == used
    assert call["variables"] == variables


def test_a_client_makes_one_call_after_another(browser: Browser, product: Product) -> None:
    page = shop(browser, product)
    ids = []
    for _ in range(2):
        assert page.evaluate("connect()") == ""
        ids.append(page.evaluate("client.callId"))
        page.evaluate("client.disconnect()")
    assert len(set(ids)) == 2
    assert [end["callId"] for end in told(page, "ended")] == ids


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"ticket": "nobody-made-this-one"}, "signed-out false"),
        ({"ticket": "what is this?"}, "ticket false"),
        ({"ticket": "short"}, "not-found false"),
        ({"agentId": "another"}, "not_allowed false"),
    ],
)
def test_why_a_call_cannot_be_made(
    browser: Browser, product: Product, options: dict[str, str], why: str
) -> None:
    page = shop(browser, product, **options)
    assert page.evaluate("connect()") == why
    assert told(page, "error") == [why.partition(" ")[0]]
    assert page.evaluate("client.state") == "failed"
    page.evaluate("client.disconnect()")  # there is nothing to wait for


def test_a_call_can_be_aborted_at_any_time(browser: Browser, product: Product) -> None:
    page = shop(browser, product)
    page.evaluate(
        """async (server) => {
          window.abort = new AbortController();
          await makeClient(server, { signal: abort.signal });
        }""",
        product.url,
    )
    assert page.evaluate("(() => { const why = connect(); abort.abort(); return why; })()") == (
        "aborted false"
    )
    assert page.evaluate("connect()") == "aborted false"
    assert page.evaluate("client.callId") == ""


def test_an_unplugged_microphone_is_replaced(browser: Browser, product: Product) -> None:
    page = shop(browser, product)
    page.evaluate(
        """() => {
          const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
          window.opened = [];
          navigator.mediaDevices.getUserMedia = async (wish) => {
            const stream = await open(wish);
            window.opened.push(stream);
            return stream;
          };
        }"""
    )
    assert page.evaluate("connect()") == ""
    page.evaluate("opened[0].getAudioTracks()[0].dispatchEvent(new Event('ended'))")
    assert until(page, "microphone") == [{"replaced": True}]
    tracks = "opened.map((stream) => stream.getAudioTracks()[0].readyState)"
    wait_until(lambda: page.evaluate(tracks) == ["ended", "live"], 30, "the first track's end")
    page.evaluate("client.disconnect()")
    assert page.evaluate(tracks) == ["ended", "ended"]


def talk_by_button(page: Page, product: Product) -> None:
    """Starts a call by the element's button, is understood, and hangs up."""
    agent = page.locator("voice-agent")
    agent.get_by_role("button", name="Start a voice call").click()
    expect(agent.locator("[part=transcript]")).to_contain_text("Hello", timeout=30_000)
    mine = agent.locator("[part='line user']:not(.partial)").last
    expect(mine).to_be_visible(timeout=30_000)
    assert mostly(mine.inner_text().removeprefix("You"), SPOKEN)
    agent.get_by_role("button", name="Mute").click()
    expect(agent.locator("#mute")).to_have_attribute("aria-pressed", "true")
    agent.get_by_role("button", name="Hang up").click()
    expect(agent.locator("[part=status]")).to_have_text("The call has ended.")
    assert product.json("/api/v1/calls/")["results"][0]["end_reason"] == "caller_hung_up"


def test_the_web_component(browser: Browser, product: Product) -> None:
    html = '<voice-agent server="{server}" agent="scribe" ticket-url="/voice-ticket"></voice-agent>'
    page = element(browser, product, html, 'element.js"></script><i hidden')
    talk_by_button(page, product)
    page.evaluate("document.querySelector('voice-agent').remove()")


def held(page: Page, button: Locator, is_heard: Callable[[bool], None]) -> None:
    """Holds a button by mouse, then by key while the focus moves on."""
    is_heard(False)
    button.hover()
    page.mouse.down()
    is_heard(True)
    page.mouse.up()
    is_heard(False)
    button.focus()
    page.keyboard.down("Enter")
    is_heard(True)
    page.keyboard.press("Tab")
    page.keyboard.down("Enter")  # as a held key does: it does not hang up
    page.keyboard.up("Enter")
    is_heard(False)


def test_the_web_component_is_held_to_talk(browser: Browser, product: Product) -> None:
    html = (
        '<voice-agent push-to-talk server="{server}" agent="scribe" ticket-url="/voice-ticket">'
        "</voice-agent>"
    )
    page = element(browser, product, html, 'element.js"></script><i hidden')
    agent = page.locator("voice-agent")
    agent.get_by_role("button", name="Start a voice call").click()
    expect(agent.locator("[part=status]")).to_have_text("Connected. Hold the button to talk.")
    expect(agent.get_by_role("button", name="Mute")).to_be_hidden()

    def is_heard(talking: bool) -> None:
        expect(agent.locator("#talk")).to_have_attribute("aria-pressed", str(talking).lower())
        assert page.evaluate("document.querySelector('voice-agent').client.talking") is talking

    held(page, agent.get_by_role("button", name="Hold to talk"), is_heard)
    page.evaluate("document.querySelector('voice-agent').removeAttribute('push-to-talk')")
    agent.get_by_role("button", name="Hang up").click()
    start = agent.get_by_role("button", name="Start a voice call")
    start.click()
    mute = agent.get_by_role("button", name="Mute")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "true")
    agent.get_by_role("button", name="Hang up").click()
    start.click()
    expect(mute).to_have_attribute("aria-pressed", "false")  # as the new call is not muted
    assert not page.evaluate("document.querySelector('voice-agent').client.muted")


def test_one_script_tag(browser: Browser, product: Product) -> None:
    page = element(
        browser,
        product,
        "",
        'embed.js" data-agent="scribe" data-ticket-url="/voice-ticket"></script><i hidden',
    )
    talk_by_button(page, product)


def test_the_component_says_why_there_is_no_call(browser: Browser, product: Product) -> None:
    html = '<voice-agent server="{server}" ticket="nobody-made-this-one"></voice-agent>'
    page = element(browser, product, html, 'element.js"></script><i hidden')
    agent = page.locator("voice-agent")
    agent.get_by_role("button", name="Start a voice call").click()
    expect(agent.locator("[part=status]")).to_contain_text("ticket is not valid")
    expect(agent.get_by_role("button", name="Start a voice call")).to_be_visible()


@pytest.mark.skipif(bool(clients.missing()), reason=clients.missing())
@pytest.mark.parametrize("older", ["", "react-18"], ids=["React 19", "React 18"])
def test_react(browser: Browser, product: Product, tmp_path: Path, older: str) -> None:
    page = browser.new_context().new_page()
    wish = {"agentId": "scribe", "origin": SHOP}
    page.expose_function("fetchTicket", lambda: product.post("/api/v1/tickets", wish)["path"])
    script = clients.bundled("react", tmp_path, older)
    clients.page_with(page, product, script, "<div id=root></div>", site=SHOP)
    page.evaluate("server => show(server)", product.url)
    agent = page.locator(".voice-agent")
    expect(agent).to_have_attribute("data-status", "idle")
    agent.get_by_role("button", name="Start a voice call").click()
    expect(agent).to_have_attribute("data-status", "connected")
    mine = "said.filter(({ role }) => role === 'user').map(({ text }) => text)"
    wait_until(lambda: page.evaluate(mine), 40, "the caller's words")
    assert mostly(page.evaluate(mine)[-1], SPOKEN)
    assert page.evaluate("left()")
    page.evaluate("unmount()")
    expect(page.locator("#root")).to_have_text("gone")
    wait_until(lambda: page.evaluate("left()") == [], 30, "the end of all that it had opened")


@pytest.mark.skipif(bool(clients.missing()), reason=clients.missing())
def test_react_leaves_nothing_where_it_goes_while_it_connects(
    browser: Browser, product: Product, tmp_path: Path
) -> None:
    page = browser.new_context().new_page()
    page.expose_function("fetchTicket", lambda: page_ticket(product))
    script = clients.bundled("react", tmp_path)
    clients.page_with(page, product, script, "<div id=root></div>", site=SHOP)
    page.evaluate("server => show(server)", product.url)
    page.get_by_role("button", name="Start a voice call").click()
    expect(page.locator(".voice-agent")).to_have_attribute("data-status", "connecting")
    page.evaluate("unmount()")
    wait_until(lambda: page.evaluate("tracks.length && left().length === 0"), 30, "nothing left")


@pytest.mark.skipif(bool(clients.missing()), reason=clients.missing())
def test_react_is_held_to_talk(browser: Browser, product: Product, tmp_path: Path) -> None:
    page = browser.new_context().new_page()
    page.expose_function("fetchTicket", lambda: page_ticket(product))
    clients.page_with(
        page, product, clients.bundled("react", tmp_path), "<div id=root></div>", site=SHOP
    )
    page.evaluate("server => show(server, { pushToTalk: true })", product.url)
    page.get_by_role("button", name="Start a voice call").click()
    button = page.get_by_role("button", name="Hold to talk")
    expect(button).to_be_visible()
    held(
        page,
        button,
        lambda talking: expect(button).to_have_attribute("aria-pressed", str(talking).lower()),
    )
    expect(page.locator(".voice-agent")).to_have_attribute("data-status", "connected")
    page.evaluate("unmount()")
    wait_until(lambda: page.evaluate("left()") == [], 30, "the end of all that it had opened")


def page_ticket(product: Product) -> str:
    return str(product.post("/api/v1/tickets", {"agentId": "scribe", "origin": SHOP})["path"])
