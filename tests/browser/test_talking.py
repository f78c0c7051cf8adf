"""The page of a call with an agent, told by a server whose words the test writes."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.browser.test_pages import browser, signed_in, start
from tests.fixtures.server import Product, wait_until

__all__ = ["browser"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

OF_THE_AGENT = ("text", "interrupt", "agent")


DEVICES = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.opened = [];
let refusal = "";
navigator.mediaDevices.getUserMedia = async (wish) => {
  if (refusal) { throw new DOMException("No.", refusal); }
  const stream = await open(wish);
  opened.push(stream);
  return stream;
};
window.unplug = (why) => {
  refusal = why;
  const [track] = opened.at(-1).getAudioTracks();
  track.stop();
  track.dispatchEvent(new Event("ended"));
};
window.plugIn = () => {
  refusal = "";
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
};
"""
"""Lets a test take the microphone away, and bring it back."""


class Between:
    """Stands between page and server: hears what is asked of the agent, and answers for it."""

    def __init__(self, page: Page) -> None:
        self.asked: list[dict[str, Any]] = []
        self._sockets: list[WebSocketRoute] = []
        page.route_web_socket("**/signaling", self._route)

    def _route(self, socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        self._sockets.append(socket)

        def to_server(message: str | bytes) -> None:
            values = json.loads(message)
            if values["type"] in OF_THE_AGENT:
                self.asked.append(values)
            else:
                server.send(message)

        def to_page(message: str | bytes) -> None:
            if json.loads(message)["type"] not in ("transcript", "floor", "notes"):
                socket.send(message)

        socket.on_message(to_server)
        server.on_message(to_page)

    def say(self, kind: str, **values: Any) -> None:
        self._sockets[-1].send(json.dumps({"type": kind, **values}))

    def line(self, role: str, seq: int, text: str, *, final: bool = True, **more: Any) -> None:
        times = {"startMs": 1000 * seq, "endMs": 1000 * seq + 900}
        self.say("transcript", role=role, seq=seq, text=text, final=final, **times, **more)


def call_ada(page: Page, product: Product, key: str = "") -> Between:
    """Returns what stands between, once the call is up; `key` begins it, and is held."""
    between = Between(page)
    page.goto(f"{product.url}/call/?agent=transcribe-only")
    page.evaluate(
        """document.querySelectorAll("#ready-form [name=agent]").forEach((input) =>
            Object.assign(input.dataset, { name: "Ada", answers: "yes" }))"""
    )
    if key:
        page.press("#start-call", key)
        expect(page.locator("#consent-agree")).to_be_focused()
        page.keyboard.down(key)
    else:
        start(page)
    expect(page.locator("#stage[data-state=active]")).to_be_visible()
    return between


def wait_for_ask(page: Page, between: Between, expected: dict[str, Any]) -> None:
    def asked() -> bool:
        page.wait_for_timeout(20)  # lets the browser's messages come in
        return expected in between.asked

    wait_until(asked, 30, f"{expected['type']} at the server")
    between.asked.remove(expected)


@pytest.mark.parametrize(("width", "height", "scheme"), [(1280, 900, "light"), (360, 740, "dark")])
def test_a_conversation_is_seen_and_steered(
    browser: Browser, product: Product, width: int, height: int, scheme: str
) -> None:
    viewport = {"width": width, "height": height}
    with signed_in(browser, product, viewport=viewport, color_scheme=scheme) as page:
        between = call_ada(page, product)
        floor, interrupt = page.locator("#floor-words"), page.locator("#interrupt")
        between.say("floor", floor="listening", atMs=0)
        expect(floor).to_have_text("Listening")
        expect(interrupt).to_be_disabled()
        between.line("agent", 1, "Hello, I am Ada.")
        between.line("user", 2, "what is", final=False)
        between.line("user", 2, "What is the weather?")
        between.say("floor", floor="thinking", atMs=3000)
        expect(floor).to_have_text("Thinking…")
        page.keyboard.press("Escape")
        wait_for_ask(page, between, {"type": "interrupt"})
        between.say("floor", floor="agent_speaking", atMs=3100)
        expect(floor).to_have_text("Ada is speaking")
        between.line("agent", 3, "It may", final=False)
        between.line("agent", 3, "It may", interrupted=True, fullText="It may rain later today.")
        row = page.locator("#transcript li[data-seq='3']")
        expect(row.locator("s")).to_contain_text("rain later today.")
        expect(row).to_contain_text("Interrupted")
        interrupt.click()
        wait_for_ask(page, between, {"type": "interrupt"})
        note = {"number": 1, "kind": "action", "text": "Take an umbrella.", "atMs": 3500}
        between.say("notes", notes=[note])
        expect(page.locator("#notes")).to_contain_text("Take an umbrella.")
        code = "responder_unavailable"
        between.say("error", code=code, message="No answer.", recoverable=True)
        expect(page.locator("#agent-notice")).to_contain_text("Ada couldn't answer just now")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_typing_and_pausing_reach_the_server(browser: Browser, product: Product) -> None:
    with signed_in(browser, product) as page:
        between = call_ada(page, product)
        page.fill("#typed-text", "  how are you? ")
        page.press("#typed-text", "Enter")
        wait_for_ask(page, between, {"type": "text", "text": "how are you?"})
        expect(page.locator("#typed-text")).to_have_value("")
        page.click("#pause-agent")
        wait_for_ask(page, between, {"type": "agent", "paused": True})
        between.say("floor", floor="paused", atMs=1)
        expect(page.locator("#pause-agent-label")).to_have_text("Resume agent")
        page.click("#pause-agent")
        wait_for_ask(page, between, {"type": "agent", "paused": False})
        page.click("#hang-up")
        page.wait_for_url("**/calls/*/")


def test_a_held_key_presses_once_and_a_lost_microphone_is_replaced(
    browser: Browser, product: Product
) -> None:
    with signed_in(browser, product) as page:
        page.add_init_script(DEVICES)
        between = call_ada(page, product, "Enter")
        page.keyboard.down("Enter")  # as a held key does: "Hang up" has the focus
        page.keyboard.up("Enter")
        page.click("#call-settings summary")
        page.check("#call-settings [data-setting=push-to-talk]")
        expect(page.locator("#call-state")).to_have_text("Connected.")
        expect(page.locator("#talk-part")).to_contain_text("Hold Space")
        page.uncheck("#call-settings [data-setting=push-to-talk]")
        expect(page.locator("#call-state")).to_have_text("Connected. You can speak now.")
        expect(page.locator("#call-quality")).to_have_text("Good connection.")
        notice = page.locator("#notice")
        page.evaluate("unplug('NotFoundError')")
        expect(notice).to_have_text("Your microphone went away. Plug one in: the call goes on.")
        page.evaluate("plugIn()")
        expect(notice).to_have_text("Your microphone went away. Another one is used now.")
        page.evaluate("unplug('NotAllowedError')")
        expect(notice).to_contain_text("no longer allows your microphone")
        states = "opened.map((stream) => stream.getAudioTracks()[0].readyState)"
        assert page.evaluate(states) == ["ended", "ended"]
        between.say("status", state="reconnecting", status="Reconnecting")
        expect(page.locator("#call-state")).to_have_text("Reconnecting")
        expect(page.locator("#call-quality")).to_be_hidden()


def test_the_choice_of_an_agent_is_remembered(browser: Browser, product: Product) -> None:
    with signed_in(browser, product) as page:
        page.focus("#ready-form input[name=agent]:checked")
        first = page.input_value("#ready-form input[name=agent]:checked")
        page.keyboard.press("ArrowDown")
        chosen = page.input_value("#ready-form input[name=agent]:checked")
        assert chosen != first
        page.goto(product.url)
        expect(page.locator(f"#ready-form input[value='{chosen}']")).to_be_checked()
        page.goto(f"{product.url}/call/?agent={first}")
        expect(page.locator(f"#ready-form input[value='{first}']")).to_be_checked()


def test_an_agent_that_only_writes_shows_none_of_it(browser: Browser, product: Product) -> None:
    with signed_in(browser, product) as page:
        page.goto(f"{product.url}/call/?agent=transcribe-only")
        start(page)
        expect(page.locator("#stage[data-state=active]")).to_be_visible()
        for part in ("floor", "typed", "interrupt", "pause-agent", "notes", "sound-on"):
            expect(page.locator(f"#{part}")).to_be_hidden()
        expect(page.locator("#hang-up")).to_be_visible()
