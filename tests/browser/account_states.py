"""The pages of accounts in the states that people can meet, beside those of page_states."""

from playwright.sync_api import Page, expect

from tests.browser.page_states import DESK, NEWCOMER, STRANGER, State

ROOT = "root"


def _token_made(page: Page) -> None:
    """Newcomers have no password, which others are asked for.

    What is typed has no letters, which would count as words of the page.
    """
    page.fill("#id_name", "2026")
    page.click("#make-token")
    expect(page.locator("#made")).to_be_visible()


def _refused(page: Page) -> None:
    page.fill("#id_new_password1", "1234")
    page.fill("#id_new_password2", "1234")
    page.click("#choose")
    expect(page.locator("#choose-error")).to_be_visible()


STATES = (
    State("a token was made", "/account/tokens/", NEWCOMER, _token_made),
    State("a password by a link", "/password/{chosen}/", STRANGER, _refused),
    State("admin: invite", f"{DESK}/passwordlink/add/", ROOT),
)
