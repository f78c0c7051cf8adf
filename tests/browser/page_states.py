"""Every page of the product, in every state that a person can meet: how to get there."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page, Route, WebSocketRoute, expect

USER, STAFF, NEWCOMER, STRANGER = "user", "staff", "newcomer", ""
DESK = "/admin/sessions_app"
RENDERED = "/rendered/"
"""Where pages of errors are, which the test answers with itself."""


def _nothing(_page: Page) -> None:
    """The page is in its state as it comes."""


@dataclass(frozen=True)
class State:
    """One state of a page. `address` may hold {full}, {live}… (ids) and {pk_full} … (keys).

    `before` prepares what the page will meet, `then` does what a person would do.
    """

    name: str
    address: str
    who: str = USER
    then: Callable[[Page], None] = _nothing
    before: Callable[[Page], None] = _nothing


# -- a server whose words the test writes ------------------------------------------------


def says(*messages: dict[str, Any]) -> Callable[[Page], None]:
    """Returns what lets the page's socket be answered with `messages` to its offer."""

    def before(page: Page) -> None:
        def between(socket: WebSocketRoute) -> None:
            def answer(text: str | bytes) -> None:
                if json.loads(text)["type"] == "offer":
                    for message in messages:
                        socket.send(json.dumps(message))

            socket.on_message(answer)

        page.route_web_socket("**/signaling", between)

    return before


def _closes(code: int, reason: str) -> Callable[[Page], None]:
    def before(page: Page) -> None:
        page.route_web_socket("**/signaling", lambda socket: socket.close(code=code, reason=reason))

    return before


def _line(role: str, seq: int, text: str, *, final: bool = True, **more: Any) -> dict[str, Any]:
    times = {"startMs": 1000 * seq, "endMs": 1000 * seq + 900}
    told = {"type": "transcript", "role": role, "seq": seq, "text": text, "final": final}
    return told | times | more


ENDING = {"type": "status", "state": "ending", "status": "Ending"}
ACTIVE = {"type": "status", "state": "active", "status": "Connected"}
TALK = (
    ACTIVE,
    {"type": "floor", "floor": "agent_speaking", "atMs": 0},
    _line("agent", 1, "Hello, I am Ada."),
    _line("user", 2, "What is the weather?"),
    _line("user", 3, "And on friday?"),
    {"type": "gap", "startMs": 3500, "endMs": 3900},
    _line("agent", 4, "It may", interrupted=True, fullText="It may rain later."),
    _line("user", 5, "so it", final=False),
    {
        "type": "notes",
        "notes": [
            {"number": 1, "kind": "note", "text": "Rain.", "atMs": 4000},
            {"number": 2, "kind": "action", "text": "Buy an umbrella.", "atMs": 4100},
        ],
    },
)


def start(page: Page) -> None:
    page.click("#start-call")
    page.click("#consent-agree")


def _in_a_call(page: Page) -> None:
    start(page)
    expect(page.locator("#stage[data-state=active]")).to_be_visible()


def _talking(page: Page) -> None:
    _in_a_call(page)
    expect(page.locator("#notes-list li")).to_have_count(2)


def _saving(page: Page) -> None:
    start(page)
    expect(page.locator("#saving")).to_be_visible()


def _muted(page: Page) -> None:
    _in_a_call(page)
    page.click("#mute")


class LongTalk:
    """A call in which the caller has said much without a pause."""

    lines = 80

    def before(self, page: Page) -> None:
        said = [_line("user", seq, "Then there is this.") for seq in range(1, self.lines + 1)]
        says(ACTIVE, *said)(page)

    def then(self, page: Page) -> None:
        _in_a_call(page)


long_talk = LongTalk()


def _problem(page: Page) -> None:
    start(page)
    expect(page.locator("#problem")).to_be_visible()


def _without_microphone(kind: str) -> Callable[[Page], None]:
    def before(page: Page) -> None:
        page.add_init_script(
            f"navigator.mediaDevices.getUserMedia = async () => {{"
            f" throw new DOMException('none', '{kind}'); }}"
        )

    return before


def _open(selector: str) -> Callable[[Page], None]:
    return lambda page: page.click(selector)


def _failed_to_sign_in(page: Page) -> None:
    page.fill("#id_username", "nobody")
    page.fill("#id_password", "wrong")
    page.click("#sign-in")
    expect(page.locator("#sign-in-error")).to_be_visible()


def _refused_password(page: Page) -> None:
    page.fill("#id_old_password", "wrong")
    page.fill("#id_new_password1", "1234")
    page.fill("#id_new_password2", "4321")
    page.click("#change-password")
    expect(page.locator("#password-error")).to_be_visible()


def _operations(page: Page) -> None:
    page.locator(".opblock").first.wait_for()
    page.locator("section.models").wait_for()


def _unfolded(page: Page) -> None:
    """Opens all forms of the review."""
    page.evaluate("document.querySelectorAll('.rv details').forEach((one) => (one.open = true))")


def _paused(page: Page) -> None:
    # while it plays, lines fade from one colour to another all the time
    page.evaluate("document.querySelector('#audio').pause()")
    expect(page.locator("#player-part.is-playing")).to_have_count(0)


def _played(page: Page) -> None:
    page.locator("#segment-2 .word").first.click()
    expect(page.locator(".word-now")).to_have_count(1)
    _paused(page)


def _one_side(page: Page) -> None:
    expect(page.get_by_test_id("silent-side")).to_contain_text("The caller cannot be heard")


def _no_sound(page: Page) -> None:
    page.click("#play")
    expect(page.locator("#player-problem")).to_contain_text("missing on the server")
    expect(page.locator("#play")).to_be_disabled()


def _link_made(page: Page) -> None:
    page.click("#make-link")
    expect(page.locator("#made")).to_be_visible()


def _weak_link(page: Page) -> None:
    page.fill("#id_password", "1234")
    page.click("#make-link")
    expect(page.locator("#share-error")).to_be_visible()


def _wrong_link_password(page: Page) -> None:
    page.fill("#id_password", "wrong")
    page.click("#open-shared")
    expect(page.locator("#password-error")).to_be_visible()


def _token_issued(page: Page) -> None:
    page.fill("#id_name", "Another program")
    page.evaluate("key => id_owner.append(new Option('user', key, true, true))", "1")
    page.click("[name=_save]")
    expect(page.locator("#vs-secret")).to_be_visible()


def _named_wrongly(page: Page) -> None:
    page.fill("#id_speed", "9")
    page.click("[name=_save]")
    expect(page.locator(".errornote")).to_be_visible()


def _corrected(page: Page) -> None:
    page.locator("#segment-4 [data-edit]").click()
    expect(page.locator("#segment-4 textarea")).to_be_focused()
    page.locator("#segment-2 [data-history]").click()
    expect(page.locator("#segment-2 .line-history")).to_be_visible()


CALLS = (
    State("start page", "/"),
    State("start page of a newcomer", "/", NEWCOMER),
    State("call page", "/call/"),
    State("call page with an unknown agent", "/call/?agent=nobody"),
    State("asking", "/call/", then=_open("#start-call")),
    State("connecting", "/call/", then=start, before=says()),
    State("talking", "/call/?agent=scribe", then=_talking, before=says(*TALK)),
    State("only listening", "/call/?agent=transcribe-only", then=_muted, before=says(*TALK)),
    State("saving", "/call/", then=_saving, before=says(*TALK, ENDING)),
    State("no microphone", "/call/", then=_problem, before=_without_microphone("NotFoundError")),
    State("refused microphone", "/", then=_problem, before=_without_microphone("NotAllowedError")),
    State("full", "/call/", then=_problem, before=_closes(4429, "Wait 20 seconds.")),
    State("signed out in a call", "/call/", then=_problem, before=_closes(4401, "")),
    State("calls", "/calls/"),
    State("calls, the next page", "/calls/?page=2"),
    State("the REST API", "/api/v1/docs/", then=_operations),
    State("calls of everybody", "/calls/", STAFF),
    State("calls of a newcomer", "/calls/", NEWCOMER),
    State("calls found", "/calls/?q=friday"),
    State("no calls found", "/calls/?q=zebra&state=failed"),
    State("a wrong date", "/calls/?since=yesterday"),
    State("more filters", "/calls/?gaps=false", STAFF, then=_open("#more-filters summary")),
    State("a call", "/calls/{full}/"),
    State("a call, played", "/calls/{full}/", then=_played),
    State("a call, its downloads", "/calls/{full}/", then=_open("#downloads summary")),
    State("a call, its summaries", "/calls/{full}/", then=_open("#summary-versions summary")),
    State("one summary of a call", "/calls/{full}/summaries/2"),
    State("what was taken, corrected", "/calls/{full}/extraction", STAFF),
    State("a call, as staff see it", "/calls/{full}/", STAFF),
    State("a call, being corrected", "/calls/{full}/", then=_corrected),
    State("a call to review", "/calls/{full}/", STAFF, then=_unfolded),
    State("a call found", "/calls/{full}/?q=friday#segment-2", then=_paused),
    State("a visitor's call", "/calls/{visitor}/"),
    State("a call that failed", "/calls/{lost}/"),
    State("a call that is being recorded", "/calls/{under_way}/"),
    State("a call whose recording failed", "/calls/{broken}/", STAFF),
    State("a call with a side unread", "/calls/{unread}/", then=_one_side),
    State("a call whose sound is missing", "/calls/{missing}/", then=_no_sound),
    State("a call whose recording was deleted", "/calls/{deleted}/"),
    State("a window on a live call", "/calls/{live}/"),
    State("erasing a call", "/calls/{full}/erase", STAFF),
    State("erasing a live call", "/calls/{live}/erase", STAFF),
    State("sharing a call", "/calls/{full}/share"),
    State("a link was made", "/calls/{full}/share", then=_link_made),
    State("a link that is not made", "/calls/{full}/share", then=_weak_link),
    State("an account", "/account/"),
    State("an account, an export ready", "/account/", STAFF),
    State("an account, an export being made", "/account/", NEWCOMER),
    State("start page, an export ready", "/", STAFF),
    State("a password that will not do", "/account/", then=_refused_password),
    State("a changed password", "/account/changed/"),
)

OUTSIDE = (
    State("signing in", "/login/", STRANGER),
    State("signing in to a page", "/calls/", STRANGER),
    State("signing in failed", "/login/", STRANGER, _failed_to_sign_in),
    State("a shared call", "/s/{shared}/", STRANGER, _played),
    State("a shared call that is locked", "/s/{locked}/", STRANGER),
    State("a shared call, a wrong password", "/s/{locked}/", STRANGER, _wrong_link_password),
    State("a link that leads nowhere", "/s/nowhere/", STRANGER),
    State("404", "/nowhere/", STRANGER),
    State("404 of somebody", "/calls/nowhere/"),
    State("403", f"{DESK}/call/", "clerk"),
    *(
        State(code, f"{RENDERED}{code}", STRANGER)
        for code in ("400", "403_csrf", "429", "500", "503")
    ),
)

ADMIN = (
    State("admin: signing in", "/admin/login/", STRANGER),
    State("admin", "/admin/", STAFF),
    State("admin: another password", "/admin/password_change/", STAFF),
    State("admin: the app", "/admin/sessions_app/", STAFF),
    *(
        State(f"admin: {name}", f"{DESK}/{name}/", STAFF)
        for name in (
            "agent",
            "call",
            "accesslog",
            "apitoken",
            "recording",
            "sharelink",
            "summary",
            "archive",
        )
    ),
    State("admin: calls found", f"{DESK}/call/?q=friday", STAFF),
    State("admin: no calls found", f"{DESK}/call/?q=zebra", STAFF),
    State("admin: a call", f"{DESK}/call/{{pk_full}}/change/", STAFF),
    State("admin: a call, being corrected", f"{DESK}/call/{{pk_full}}/change/", STAFF, _corrected),
    State("admin: a live call", f"{DESK}/call/{{pk_live}}/change/", STAFF),
    State("admin: waiting for review", f"{DESK}/call/waiting/", STAFF),
    State("admin: a call to answer", f"{DESK}/call/{{pk_full}}/change/", STAFF, _unfolded),
    State("admin: scorecards' forms", f"{DESK}/scorecardform/", STAFF),
    State("admin: a scorecard's form", f"{DESK}/scorecardform/{{scorecard}}/change/", STAFF),
    State("admin: erasing a call", f"{DESK}/call/{{pk_full}}/delete/", STAFF),
    State("admin: a live call is not erased", f"{DESK}/call/{{pk_live}}/delete/", STAFF),
    State("admin: receipts", f"{DESK}/erasurereceipt/", STAFF),
    State("admin: ending a call", f"{DESK}/call/{{pk_live}}/end/", STAFF),
    State("admin: a failed call", f"{DESK}/call/{{pk_broken}}/change/", STAFF),
    State("admin: a call's history", f"{DESK}/call/{{pk_full}}/history/", STAFF),
    State("admin: hidden words", f"{DESK}/call/{{pk_full}}/redactions/", STAFF),
    State("admin: hiding words", f"{DESK}/call/{{pk_full}}/redactions/1/", STAFF),
    State("admin: compared", f"{DESK}/call/{{pk_full}}/versions/2/", STAFF),
    State("admin: being transcribed", f"{DESK}/call/{{pk_full}}/versions/3/", STAFF),
    State("admin: not transcribed", f"{DESK}/call/{{pk_full}}/versions/4/", STAFF),
    State("admin: an agent", f"{DESK}/agent/{{agent}}/change/", STAFF),
    State("admin: a new agent", f"{DESK}/agent/add/", STAFF),
    State("admin: a wrong agent", f"{DESK}/agent/{{agent}}/change/", STAFF, _named_wrongly),
    State("admin: versions of an agent", f"{DESK}/agent/{{agent}}/versions/", STAFF),
    State("admin: versions compared", f"{DESK}/agent/{{agent}}/versions/1/?against=2", STAFF),
    State("admin: latency", f"{DESK}/agent/latency/", STAFF),
    State("admin: a recording", f"{DESK}/recording/{{recording}}/change/", STAFF),
    State("admin: a summary", f"{DESK}/summary/{{summary}}/change/", STAFF),
    State("admin: a new token", f"{DESK}/apitoken/add/", STAFF),
    State("admin: a token, shown once", f"{DESK}/apitoken/add/", STAFF, _token_issued),
    State("admin: users", "/admin/auth/user/", "root"),
    State("admin: a user", "/admin/auth/user/{user}/change/", "root"),
    State("admin: a user's password", "/admin/auth/user/{user}/password/", "root"),
    State("admin: deleting a user", "/admin/auth/user/{user}/delete/", "root"),
    State("admin: groups", "/admin/auth/group/", "root"),
    State("admin: 404", "/admin/nowhere/", STAFF),
)

STATES = (*CALLS, *OUTSIDE, *ADMIN)


def _rendered(route: Route, errors: dict[str, str]) -> None:
    html = errors[route.request.url.rpartition("/")[2]]
    route.fulfill(content_type="text/html", body=html)


def reach(page: Page, state: State, told: dict[str, Any], url: str) -> None:
    """Brings `page` into `state`; `told` is what `page_rows.main` told of the rows."""
    ids = {name: call["id"] for name, call in told["calls"].items()}
    keys = {f"pk_{name}": call["pk"] for name, call in told["calls"].items()}
    context = page.context
    context.clear_cookies()
    if state.who:
        cookie = {"name": told["cookie"], "value": told["cookies"][state.who], "url": url}
        context.add_cookies([cookie])  # type: ignore[list-item]
    if state.address.startswith(RENDERED):  # a page with a route takes nothing from the cache
        page.route(f"**{RENDERED}*", lambda route: _rendered(route, told["errors"]))
    state.before(page)
    page.goto(url + state.address.format(**ids, **keys, **told["keys"]))
    page.wait_for_load_state("load")
    state.then(page)
    settle(page)


def settle(page: Page) -> None:
    """Waits for what fades in, a second longer than it takes: where nothing is drawn none ends."""
    page.evaluate(
        """() => Promise.all(document.getAnimations()
            .filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
            .filter((one) => one.effect.target.checkVisibility())
            .map((one) => {
                const { endTime } = one.effect.getComputedTiming();
                const late = new Promise((done) => setTimeout(done, endTime + 1000));
                return Promise.race([one.finished.catch(() => {}), late]);
            }))"""
    )
