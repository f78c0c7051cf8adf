"""The dashboard of calls in every state that staff can meet."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.browser.page_states import DESK, STAFF, State

PAGE = f"{DESK}/call/dashboard/"
YEAR = f"since={datetime.now(UTC).date() - timedelta(days=364)}"


def _numbers_shown(page: Page) -> None:
    """Opens all tables."""
    page.evaluate("document.querySelectorAll('.db details').forEach((one) => (one.open = true))")
    expect(page.locator(".db-figure details[open]")).to_have_count(9)


DASHBOARD = (
    State("admin: dashboard", PAGE, STAFF, _numbers_shown),
    State("admin: dashboard, a year", f"{PAGE}?{YEAR}", STAFF, _numbers_shown),
    State("admin: dashboard, a wrong day", f"{PAGE}?since=9999-01-01", STAFF),
)
