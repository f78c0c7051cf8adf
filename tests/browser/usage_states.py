"""What calls used, wherever staff are shown it, and how the server is doing."""

from playwright.sync_api import Page

from tests.browser.page_states import DESK, STAFF, State

SUMS = f"{DESK}/call/usage/"


def _unfolded(page: Page) -> None:
    page.click("#usage-part summary")


USAGE = (
    State("a call, what it used", "/calls/{full}/", STAFF, _unfolded),
    State("admin: usage and cost", SUMS, STAFF),
    State("admin: system", "/admin/system/", STAFF),
    State("admin: usage of a wrong period", f"{SUMS}?by=day&since=2000-01-01", STAFF),
)
