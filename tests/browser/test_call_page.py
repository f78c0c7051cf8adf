"""What a person chooses on the page of a call, and looks into."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Filled
from tests.browser.page_states import TALK, says, start
from tests.fixtures.server import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

ACTIVE = "#stage[data-state=active]"
KEEP_MICROPHONE = """
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => (window.microphone = await open(wish));
"""
HEARD = "microphone.getAudioTracks().some((track) => track.enabled)"
KEEP_LOCKS = """
window.locks = [];
const request = async () => {
  const release = async () => { sessionStorage.released = "yes"; };
  const lock = { released: false, release };
  window.locks.push(lock);
  return lock;
};
Object.defineProperty(navigator, "wakeLock", { value: { request } });
"""
LOCKS = "locks.map(({ released }) => released)"
SIZE = "(selector) => parseFloat(getComputedStyle(document.querySelector(selector)).fontSize)"
COLOUR = "(selector) => getComputedStyle(document.querySelector(selector)).color"
FOCUS = "document.activeElement.id || document.activeElement.parentElement.id"
WIDTH = "document.documentElement.scrollWidth"
TOLD = """
window.told = [];
addEventListener("DOMContentLoaded", () => {
  const region = document.getElementById("transcript-announcer");
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      window.told.push(...[...addedNodes].map((node) => node.textContent));
    }
  }).observe(region, { childList: true });
});
"""


@pytest.fixture
def context(looking: Browser, filled: Filled) -> Iterator[BrowserContext]:
    context = new_context(looking, filled)
    yield context
    context.close()


def new_context(looking: Browser, filled: Filled, **options: Any) -> BrowserContext:
    context = looking.new_context(**options)
    cookie = {"name": filled.told["cookie"], "value": filled.told["cookies"]["user"]}
    context.add_cookies([{**cookie, "url": filled.url}])  # type: ignore[typeddict-item]
    return context


def heard(page: Page, talks: bool) -> None:
    """Waits until the caller's voice goes out, or no longer, and the page says so."""
    wait_until(lambda: page.evaluate(HEARD) is talks, 10, "the microphone")
    words = "You can be heard." if talks else "You are muted."
    expect(page.locator("#talk-state")).to_have_text(words)
    expect(page.locator("#talk")).to_have_attribute("aria-pressed", str(talks).lower())


def test_a_caller_is_heard_while_space_or_the_button_is_held(
    context: BrowserContext, filled: Filled
) -> None:
    page = context.new_page()
    page.add_init_script(KEEP_MICROPHONE)
    says(*TALK)(page)
    page.goto(f"{filled.url}/call/?agent=scribe")
    page.check("#ready-form [data-setting=push-to-talk]")
    page.reload()
    expect(page.locator("#ready-form [data-setting=push-to-talk]")).to_be_checked()
    start(page)
    expect(page.locator(ACTIVE)).to_be_visible()
    expect(page.locator("#talk")).to_be_focused()
    expect(page.locator("#mute")).to_be_hidden()
    heard(page, talks=False)
    page.keyboard.down("Space")
    heard(page, talks=True)
    page.keyboard.up("Space")
    heard(page, talks=False)
    page.hover("#talk")
    page.mouse.down()
    heard(page, talks=True)
    page.mouse.move(5, 5)  # beside the button it is still held
    heard(page, talks=True)
    page.mouse.up()
    heard(page, talks=False)
    page.click("#typed-text")
    page.keyboard.type("a b")
    expect(page.locator("#typed-text")).to_have_value("a b")
    assert page.evaluate(HEARD) is False
    page.click("#call-settings summary")
    page.keyboard.down("Space")  # not the summary, which a mouse has clicked
    heard(page, talks=True)
    page.uncheck("#call-settings [data-setting=push-to-talk]")
    expect(page.locator("#talk")).to_be_hidden()
    page.keyboard.up("Space")
    expect(page.locator("#mute")).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(HEARD) is True


def test_captions_are_as_large_and_as_clear_as_was_chosen_everywhere(
    context: BrowserContext, filled: Filled
) -> None:
    page = context.new_page()
    says(*TALK)(page)
    page.goto(f"{filled.url}/call/?agent=scribe")
    start(page)
    line = "#transcript .live-line-text"
    page.locator(line).first.wait_for()
    page.click("#call-settings summary")
    sizes = []
    for step in ("small", "normal", "large", "largest"):
        page.select_option("#call-settings [data-setting=caption-size]", step)
        sizes.append(page.evaluate(SIZE, line))
    assert sizes == sorted(set(sizes))
    assert sizes[-1] > 1.5 * sizes[1]
    interim = ".live-line-interim .live-line-text"
    assert page.evaluate(COLOUR, interim) != "rgb(0, 0, 0)"
    page.check("#call-settings [data-setting=caption-contrast]")
    assert page.evaluate(COLOUR, interim) == "rgb(0, 0, 0)"
    kept = context.new_page()
    kept.goto(f"{filled.url}/s/{filled.told['keys']['shared']}/")
    expect(kept.locator("html")).to_have_attribute("data-caption-size", "largest")
    largest = kept.evaluate(SIZE, ".line-text")
    assert kept.evaluate(COLOUR, ".line-text") == "rgb(0, 0, 0)"
    kept.click("#captions summary")
    expect(kept.locator("#captions [data-setting=caption-contrast]")).to_be_checked()
    kept.select_option("#captions [data-setting=caption-size]", "normal")
    assert kept.evaluate(SIZE, ".line-text") < largest


def secrets(page: Page, context: BrowserContext) -> set[str]:
    """Returns what of a call is for nobody else: keys, addresses, cookies, words."""
    sdp = "\n".join(page.locator(f"#sdp-{kind}").inner_text() for kind in ("offer", "answer"))
    keys = re.findall(r"^a=(?:ice-ufrag|ice-pwd|fingerprint:sha-256|ssrc:\d+)[: ](.+)$", sdp, re.M)
    hosts = re.findall(r"^a=candidate:\S+ \d+ \S+ \d+ (\S+) (\d+) ", sdp, re.M)
    table = page.locator("#candidates tbody td:nth-child(4)").all_inner_texts()
    addresses = {part for address in table if ":" in address for part in address.rsplit(":", 1)}
    cookies = {cookie["value"] for cookie in context.cookies()}
    words = set(page.locator("#transcript .live-line-text").all_inner_texts())
    assert len(keys) >= 6
    assert addresses
    assert cookies
    assert words
    # what browsers write where they have no address or port yet
    nothing = {"0.0.0.0", "9", "0"}
    told = {part for host in hosts for part in host}
    return {*keys, *told, *addresses, *cookies, *words} - nothing


def test_connection_details_of_a_call_and_a_report_without_secrets(
    context: BrowserContext, filled: Filled
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=filled.url)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{filled.url}/call/?agent=scribe")
    start(page)
    expect(page.locator(ACTIVE)).to_be_visible()
    page.fill("#typed-text", "take a note: call the plumber at 9:05")
    page.press("#typed-text", "Enter")
    expect(page.locator("#notes-list li")).to_have_count(1)
    assert not any("connection-details" in url for url in asked)
    page.focus("#developer summary")
    page.keyboard.press("Enter")
    expect(page.locator(".details-chart figcaption").first).to_contain_text("ms now")
    expect(page.locator("#candidates .is-chosen")).to_have_count(2)
    expect(page.locator("#live-falls li").first).to_contain_text("First sound")
    expect(page.locator(".details-charts")).to_contain_text("kbit/s")
    page.keyboard.press("Tab")
    expect(page.locator("#copy-report")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".details-said")).to_have_text("Copied.")
    report = page.evaluate("navigator.clipboard.readText()")
    assert report == page.locator("#report-text").input_value()
    assert "Sound goes by: webrtc" in report
    assert re.search(r"Chosen: \w+ udp to \w+ udp", report)
    assert [secret for secret in secrets(page, context) if secret in report] == []
    assert not re.search(r"\d+\.\d+\.\d+\.\d+|\.local|ufrag|ice-pwd|fingerprint|plumber", report)
    page.click("#hang-up")
    page.wait_for_url("**/calls/*/")


def test_a_phones_screen_stays_on_while_the_call_goes_on(looking: Browser, filled: Filled) -> None:
    phone = new_context(
        looking, filled, viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True
    )
    page = phone.new_page()
    page.add_init_script(KEEP_LOCKS)
    says(*TALK)(page)
    page.goto(f"{filled.url}/call/?agent=scribe")
    start(page)
    expect(page.locator(ACTIVE)).to_be_visible()
    wait_until(lambda: page.evaluate(LOCKS) == [False], 10, "the lock")
    page.evaluate("locks[0].released = true")  # as a browser does when the page is out of sight
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    wait_until(lambda: page.evaluate(LOCKS) == [True, False], 10, "the lock anew")
    assert page.evaluate("[innerWidth, sessionStorage.released ?? 'no']") == [320, "no"]
    page.click("#hang-up")
    # the page is loaded anew: the call had not begun on the server
    wait_until(lambda: page.evaluate("sessionStorage.released") == "yes", 20, "its end")
    phone.close()


def live_regions(page: Page) -> set[str]:
    """Returns the ids of what screen readers read out by itself, by the accessibility tree."""
    session = page.context.new_cdp_session(page)
    found = set()
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        values = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
        if values.get("live") not in (None, "off") and "backendDOMNodeId" in node:
            asked = {"backendNodeId": node["backendDOMNodeId"]}
            attributes = session.send("DOM.describeNode", asked)["node"].get("attributes", [])
            found.add(dict(zip(attributes[::2], attributes[1::2], strict=True)).get("id", ""))
    return found


def test_keys_and_screen_readers_on_screens_of_all_widths(
    context: BrowserContext, filled: Filled
) -> None:
    page = context.new_page()
    page.add_init_script(TOLD)
    page.emulate_media(reduced_motion="reduce")
    says(*TALK)(page)
    page.goto(f"{filled.url}/call/?agent=scribe")
    start(page)
    expect(page.locator("#notes-list li")).to_have_count(2)
    for width in (320, 390, 1280, 2560):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(f"{WIDTH} <= {width}")
    # Ada still speaks: what she has said is told when she is done
    lines = ["What is the weather?", "And on friday?"]
    wait_until(lambda: page.evaluate("told.length") >= 3, 10, "what is read out")
    assert page.evaluate("told") == ["Scribe: Hello, I am Ada.", *lines]
    assert live_regions(page) == {"call-state", "transcript-announcer"}
    page.focus("#transcript-scroll")
    order = ["transcript-scroll"]
    while order[-1] not in ("", "developer") and len(order) < 20:
        page.keyboard.press("Tab")
        order.append(page.evaluate(FOCUS))
    assert order == [
        *("transcript-scroll", "notes", "typed-text", "typed"),
        *("mute", "interrupt", "pause-agent", "hang-up", "call-settings", "developer"),
    ]
    moving = "document.getAnimations().filter(({ playState }) => playState === 'running').length"
    page.wait_for_function(f"{moving} === 0")


def test_a_kept_call_on_paper(context: BrowserContext, filled: Filled) -> None:
    page = context.new_page()
    page.goto(f"{filled.url}/calls/{filled.call('full')}/")
    page.locator(".line").first.wait_for()
    page.click("#captions summary")
    page.select_option("#captions [data-setting=caption-size]", "largest")
    page.emulate_media(media="print", color_scheme="dark")
    for shown in ("h1", ".printed-date", ".speaker", ".line-time", ".line-text", "#summary-text"):
        expect(page.locator(shown).first).to_be_visible()
    for hidden in ("#player-part", "#downloads", ".site-header", "#facts-part", "#captions"):
        expect(page.locator(hidden).first).to_be_hidden()
    pressed = page.locator("main :is(button:not(.line-time), input, select, a.button)")
    assert [one.inner_html() for one in pressed.all() if one.is_visible()] == []
    line = "getComputedStyle(document.querySelector('.line'))"
    assert page.evaluate(f"{line}.breakInside") == "avoid"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate(SIZE, ".line-text") < 16
    assert page.pdf().startswith(b"%PDF")
