"""More states of the page of a call, and of a kept one: how it is talked and looked at."""

from playwright.sync_api import Page, expect

from tests.browser.page_states import TALK, State, says, start

ANSWERED = {
    "type": "metrics",
    "turn": 2,
    "speechEndMs": 1000,
    "endpointMs": 1400,
    "finalMs": 1300,
    "firstTokenMs": 1600,
    "firstAudioMs": 1900,
}


def _chosen(page: Page) -> None:
    """Push-to-talk, large captions in high contrast."""
    page.check("#ready-form [data-setting=push-to-talk]")
    start(page)
    expect(page.locator("#stage[data-state=active]")).to_be_visible()
    page.click("#call-settings summary")
    page.select_option("#call-settings [data-setting=caption-size]", "large")
    page.check("#call-settings [data-setting=caption-contrast]")
    page.locator("#talk").dispatch_event("click")
    expect(page.locator("#talk")).to_have_attribute("aria-pressed", "true")


def _details(page: Page) -> None:
    start(page)
    expect(page.locator("#stage[data-state=active]")).to_be_visible()
    page.click("#developer summary")
    expect(page.locator("#live-falls li")).to_have_count(1)
    expect(page.locator("#sdp-offer")).to_contain_text("a=ice-ufrag")
    page.click("#copy-report")
    expect(page.locator("#report-text")).to_be_visible()


def _captions(page: Page) -> None:
    page.click("#captions summary")
    page.check("#captions [data-setting=caption-contrast]")
    page.select_option("#captions [data-setting=caption-size]", "largest")


def _elsewhere(page: Page) -> None:
    """As where another tab has a call: by its lock."""
    page.evaluate("void navigator.locks.request('voicesite.call.a', () => new Promise(() => {}))")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator("#elsewhere")).to_be_visible()


STATES = [
    State("a call in another tab", "/call/", then=_elsewhere),
    State("push-to-talk", "/call/?agent=scribe", then=_chosen, before=says(*TALK)),
    State("connection details", "/call/", then=_details, before=says(*TALK, ANSWERED)),
    State("a call in large captions", "/calls/{full}/", then=_captions),
]
