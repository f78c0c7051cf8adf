"""The check of the connection, and what staff see of it."""

from playwright.sync_api import Page, expect

from tests.browser.page_states import DESK, STAFF, State


def _asks(page: Page) -> None:
    page.click("#check-start")
    expect(page.locator("#check-question")).to_be_visible()


def _stopped(page: Page) -> None:
    _asks(page)
    page.click("#check-cancel")
    expect(page.locator("#check-report")).to_be_visible()


def _over(page: Page) -> None:
    """As after a check that failed here and there, without its half a minute."""
    page.evaluate(
        """async () => {
          const folder = [...document.scripts].find(({ src }) => src.includes("check-page")).src
            .replace(/check-page.*/, "");
          const { StepView } = await import(`${folder}check-view.js`);
          const { WORDS } = await import(`${folder}check-words.js`);
          const view = new StepView();
          view.begin();
          const end = (step, result, reason, figures = {}) =>
            view.end({ step, result, reason, figures, tookMs: 1 });
          end("microphone", "fail", "silent");
          end("udp", "fail", "no-way");
          end("socket", "pass", "fair", { connectMs: 90, roundTripMs: 31, lossUp: 0.02 });
          view.showWords("please call me back on monday");
          view.finish({ title: WORDS.stillWorks, note: WORDS.stillWorksNote, code: "K7QM-3XTP" });
        }"""
    )


STATES = (
    State("the check", "/check/"),
    State("the check asks", "/check/", then=_asks),
    State("the check, stopped", "/check/", then=_stopped),
    State("the check, over", "/check/", then=_over),
    State("admin: connection checks", f"{DESK}/connectioncheck/", STAFF),
    State("admin: a connection check", f"{DESK}/connectioncheck/{{check}}/change/", STAFF),
)
