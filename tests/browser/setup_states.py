"""The pages of setting up in every state that operators can meet."""

from playwright.sync_api import Page, expect

from tests.browser.page_states import State

PAGE = "/admin/setup/"
ROOT = "root"


def _refused(page: Page) -> None:
    page.fill("#id_CHAT_URL", "nonsense")
    page.click("#setup-save")
    expect(page.locator(".errornote").first).to_be_visible()


def _nothing_found(page: Page) -> None:
    page.click("#setup-try")
    expect(page.locator(".vs-found-bad")).to_be_visible()


SETUP = (
    State("admin: set up", PAGE, ROOT),
    State("admin: set up, recogniser", f"{PAGE}recogniser/", ROOT),
    State("admin: set up, model refused", f"{PAGE}model/", ROOT, _refused),
    State("admin: set up, voice", f"{PAGE}voice/", ROOT),
    State("admin: set up, turn tried", f"{PAGE}turn/", ROOT, _nothing_found),
    State("admin: set up, recording", f"{PAGE}recording/", ROOT),
    State("admin: set up, mail", f"{PAGE}mail/", ROOT),
    State("admin: what is set", f"{PAGE}summary/", ROOT),
)
