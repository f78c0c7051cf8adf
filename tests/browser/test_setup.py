"""An operator goes through all steps of setting up, and tries each on the spot."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Filled
from tests.fixtures.coturn import SECRET, coturn
from tests.fixtures.mail_server import mail_server
from tests.fixtures.openai_server import running_model

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WAIT_MS = 60_000
KEY = "sk-very-private"


def found(page: Page) -> str:
    expect(page.locator(".vs-found-good").first).to_be_visible(timeout=WAIT_MS)
    return str(page.locator("#setup-found").inner_text())


def go_on(page: Page, button: str, title: str) -> None:
    page.click(button)
    expect(page.locator("#content h1")).to_have_text(title)


def hears(page: Page) -> None:
    page.click("#setup-try")
    assert "morning" in found(page).partition("Said was")[0].lower()
    page.click("#setup-record")
    # the microphone hums: whether words or none are heard, the sound was taken
    expect(page.locator(".vs-found")).to_contain_text("heard", timeout=WAIT_MS)
    go_on(page, "#setup-save", "Language model")


def answers(page: Page) -> None:
    with running_model(default="Good morning!") as model:
        page.fill("#id_CHAT_URL", model.url)
        page.fill("#id_CHAT_MODEL", "small")
        page.fill("#id_CHAT_API_KEY", KEY)
        page.click("#setup-try")
        assert "Good morning!" in found(page)
        assert model.chats
    go_on(page, "#setup-skip", "Voice")


def speaks(page: Page) -> None:
    page.click("#try-compare")
    row = page.locator("#try-voices tbody tr").first
    expect(row).to_be_visible(timeout=WAIT_MS)
    row.get_by_role("button").click()
    expect(row).to_contain_text("first sound after", timeout=WAIT_MS)
    go_on(page, "#setup-skip", "TURN relay")


def relays(page: Page) -> None:
    with coturn() as port:
        page.fill("#id_VOICE_TURN_URLS", f"turn:127.0.0.1:{port}")
        page.fill("#id_VOICE_TURN_SECRET", SECRET)
        page.click("#setup-try")
        assert "relays at" in found(page)
    go_on(page, "#setup-skip", "Recording and retention")


def keeps(page: Page) -> None:
    page.click("#setup-try")
    assert "was written" in found(page)
    go_on(page, "#setup-back", "TURN relay")
    go_on(page, "#setup-skip", "Recording and retention")
    go_on(page, "#setup-skip", "Mail")


def sends(page: Page) -> None:
    with mail_server() as server:
        page.fill("#id_MAIL_HOST", "127.0.0.1")
        page.fill("#id_MAIL_PORT", str(server.port))
        page.select_option("#id_MAIL_SECURITY", "none")
        page.fill("#id_MAIL_PASSWORD", KEY)
        page.fill("#id_MAIL_FROM", "voice@example.com")
        page.fill("#setup-to", "me@example.com")
        page.click("#setup-try")
        assert "took a message to me@example.com" in found(page)
        assert server.messages[0]["Subject"] == "voicesite can send mail"
    go_on(page, "#setup-save", "What is set")


def test_all_steps_are_tried_and_what_is_set_is_told(looking: Browser, filled: Filled) -> None:
    context = looking.new_context(permissions=["microphone"])
    name, value = filled.told["cookie"], filled.told["cookies"]["root"]
    context.add_cookies([{"name": name, "value": value, "url": filled.url}])
    page = context.new_page()
    page.goto(f"{filled.url}/admin/setup/")
    go_on(page, "#setup-begin", "Speech recognition")
    for step in (hears, answers, speaks, relays, keeps, sends):
        step(page)
    expect(page.locator("#content")).to_contain_text("set by root")
    expect(page.locator("#content")).to_contain_text("Mail: Password. Set to a new secret.")
    assert KEY not in page.content()
    page.click("#setup-finish")
    expect(page.locator(".messagelist")).to_contain_text("Setting up is finished")
    expect(page.locator("#set-up")).to_be_visible()
    context.close()
