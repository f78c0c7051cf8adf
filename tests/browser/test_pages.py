"""The pages in a real browser: what follows, fills itself in, fits, and helps when it must."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from tests.fixtures.call_page import keep_session
from tests.fixtures.chromium import FLAGS, WITH_WINDOWS, chromium
from tests.fixtures.server import Product

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

FAKE_UI, FAKE_DEVICE = "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"
LENGTH_MS = 9000
KEEP_A_CALL = """
import datetime
import pathlib
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.utils import timezone
from sessions_app.models import Call, Recording, Segment, Summary
from sessions_app.services import calls

audio, state = {audio!r}, {state!r}
agent = calls.agent_for("")
call = Call.objects.create(
    owner=User.objects.get(username={user!r}), agent=agent, language=agent.language,
    recogniser=agent.recogniser, state="ended", end_reason="caller_hung_up",
    duration_ms={length}, consented_at=timezone.now(), ended_at=timezone.now(),
)
for seq in range(1, 13):
    start = (seq - 1) * 700
    words = [
        dict(text=text, start_ms=start + 200 * n, end_ms=start + 200 * n + 180, confidence=None)
        for n, text in enumerate(["we", "moved", "friday"])
    ]
    Segment.objects.create(
        call=call, seq=seq, speaker="caller", text="We moved friday.", words=words,
        start_ms=start, end_ms=start + 600,
    )
recording = Recording(call=call, state="done", duration_ms={length}, sha256="0" * 64)
recording.peaks = [[10, 60, 90, 40] * 50, [0] * 200]
if audio:
    recording.file.save("call.ogg", ContentFile(pathlib.Path(audio).read_bytes()))
recording.save()
# a job in progress looks like one whose worker was killed: no worker claims it for some seconds yet
under_way = state == "running"
lease = timezone.now() + datetime.timedelta(seconds=15) if under_way else None
Summary.objects.create(call=call, state=state, text="" if under_way else "About friday.",
    leased_until=lease, key_points=[dict(text="They moved it to friday.", seq=12)])
print(call.public_id)
"""


def keep_a_call(product: Product, *, audio: Path | None, state: str) -> str:
    """Returns the id of a call that has ended; its summary is in `state`."""
    code = KEEP_A_CALL.format(
        audio=str(audio or ""),
        state=state,
        user=product.credentials["user"]["username"],
        length=LENGTH_MS,
    )
    return product.manage("shell", "-v", "0", "-c", code).split()[-1]


@pytest.fixture(scope="module")
def kept(product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    audio = tmp_path_factory.mktemp("audio") / "call.ogg"
    tones = "sine=frequency=330:duration=9"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", tones, "-ac", "2", "-c:a", "libopus"]
    subprocess.run([*command, str(audio)], check=True, timeout=30)
    return keep_a_call(product, audio=audio, state="done")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@contextmanager
def signed_in(browser: Browser, product: Product, **context: object) -> Iterator[Page]:
    """Yields the start page; fails on any error in the browser's console at the end."""
    opened = browser.new_context(**context)  # type: ignore[arg-type]
    keep_session(opened, product)
    page = opened.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda m: failures.append(m.text) if "Security Policy" in m.text else None)
    page.goto(product.url)
    page.locator("#start-call").wait_for()
    page.wait_for_load_state("networkidle")
    yield page
    page.context.close()
    assert failures == []


def start(page: Page, button: str = "#consent-without") -> None:
    page.click("#start-call")
    page.click(button)


def seconds(page: Page) -> float:
    return float(page.evaluate("document.querySelector('#audio').currentTime"))


# -- one call ------------------------------------------------------------------------


def test_the_transcript_follows_the_player(browser: Browser, product: Product, kept: str) -> None:
    with signed_in(browser, product) as page:
        page.goto(f"{product.url}/calls/{kept}/")
        page.locator("#segment-4 .word").nth(1).click()
        expect(page.locator("#segment-4.line-now .word-now")).to_be_visible()
        assert seconds(page) >= 2.3
        expect(page.locator("#segment-6.line-now")).to_be_visible()
        expect(page.locator(".word-now")).to_have_count(1)
        page.click("#play")
        expect(page.locator("#play")).to_have_attribute("aria-label", "Play")


def test_the_player_and_the_words_obey_the_keyboard(
    browser: Browser, product: Product, kept: str
) -> None:
    with signed_in(browser, product) as page:
        page.goto(f"{product.url}/calls/{kept}/")
        page.focus("#wave")
        page.keyboard.press("End")
        assert seconds(page) > LENGTH_MS / 1000 - 0.5
        page.keyboard.press("Home")
        assert seconds(page) == 0
        page.keyboard.press("ArrowRight")
        assert seconds(page) == 5
        page.focus(".word[tabindex='0']")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        expect(page.locator("#segment-2 .word").nth(1)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#play")).to_have_attribute("aria-label", "Pause")
        assert 0.9 <= seconds(page) < 3


def test_a_key_point_leads_to_where_it_was_said(
    browser: Browser, product: Product, kept: str
) -> None:
    with signed_in(browser, product, viewport={"width": 1000, "height": 420}) as page:
        page.goto(f"{product.url}/calls/{kept}/")
        page.click("#key-points .point-link")
        expect(page.locator("#segment-12")).to_be_in_viewport()


def test_everything_can_be_downloaded(browser: Browser, product: Product, kept: str) -> None:
    with signed_in(browser, product) as page:
        page.goto(f"{product.url}/calls/{kept}/")
        for form in ("audio", "txt", "srt", "vtt", "csv", "json"):
            page.click("#downloads summary")
            with page.expect_download() as started:
                page.click(f"#download-{form}")
            assert kept in started.value.suggested_filename
            assert started.value.path().stat().st_size > 0
            page.keyboard.press("Escape")


def test_a_page_fills_itself_in(browser: Browser, product: Product) -> None:
    with signed_in(browser, product) as page:
        call = keep_a_call(product, audio=None, state="running")
        page.goto(f"{product.url}/calls/{call}/")
        expect(page.locator("#summary-pending")).to_be_visible()
        page.evaluate("document.body.dataset.same = 'yes'")
        expect(page.locator("#summary-text")).to_be_visible(timeout=60_000)
        expect(page.locator("#summary-pending")).to_have_count(0)
        expect(page.locator("#detail-said")).to_have_text("The summary is ready.")
        assert page.evaluate("document.body.dataset.same") == "yes"


# -- every page ----------------------------------------------------------------------


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_narrow_screen(
    browser: Browser, product: Product, kept: str, scheme: str
) -> None:
    with signed_in(
        browser, product, viewport={"width": 360, "height": 740}, color_scheme=scheme
    ) as page:
        for address in ("/", "/call/", "/calls/", f"/calls/{kept}/", "/calls/?q=friday"):
            page.goto(product.url + address)
            width = page.evaluate("document.documentElement.scrollWidth")
            assert width <= 360, address


def test_a_search_shows_where_it_was_said(browser: Browser, product: Product, kept: str) -> None:
    with signed_in(browser, product) as page:
        page.goto(f"{product.url}/calls/")
        page.fill("#id_q", "moved")
        page.press("#id_q", "Enter")
        page.wait_for_url("**/calls/?q=moved")
        row = page.locator(f"[data-call='{kept}']")
        expect(row.locator("mark")).to_have_text("moved")
        page.select_option("#id_state", "failed")
        page.wait_for_url("**/calls/?q=moved&state=failed")
        expect(page.locator("#no-calls")).to_contain_text("No calls match")


# -- consent -------------------------------------------------------------------------


COUNT_OPEN = """
() => {
  window.made = [];
  const [Peer, Socket] = [RTCPeerConnection, WebSocket];
  window.RTCPeerConnection = class extends Peer {
    constructor(given) { super(given); window.made.push(this); }
  };
  window.WebSocket = class extends Socket {
    constructor(address) { super(address); window.made.push(this); }
  };
}
"""
OPEN = """made.filter((one) => (one instanceof RTCPeerConnection
  ? one.connectionState !== "closed" : one.readyState < WebSocket.CLOSING)).length"""


def test_nothing_starts_without_an_answer(browser: Browser, product: Product) -> None:
    with signed_in(browser, product) as page:
        page.evaluate(COUNT_OPEN)
        page.click("#start-call")
        page.wait_for_function(f"() => {OPEN} === 2")  # made ready while the question is read
        page.click("#consent-cancel")
        page.wait_for_function(f"() => {OPEN} === 0")
        expect(page.locator("#consent")).to_be_hidden()
        page.click("#start-call")
        expect(page.locator("#consent")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#consent")).to_be_hidden()
        expect(page.locator("#start-call")).to_be_visible()
        expect(page.locator("#stage")).to_be_hidden()


def test_a_link_to_a_call_asks_at_once(browser: Browser, product: Product) -> None:
    with signed_in(browser, product) as page:
        page.goto(f"{product.url}/call/?agent=transcribe-only&ask=1")
        expect(page.locator("#consent")).to_be_visible()
        assert "ask" not in page.url


# -- what goes wrong -----------------------------------------------------------------


@contextmanager
def chromium_without(browser: Browser, flag: str, *more: str) -> Iterator[Browser]:
    """Yields a second Chromium, beside `browser`, started with other flags."""
    flags = [kept for kept in FLAGS if kept != flag]
    second = browser.browser_type.launch(executable_path=WITH_WINDOWS, args=[*flags, *more])
    try:
        yield second
    finally:
        second.close()


def expect_problem(page: Page, code: str) -> None:
    problem = page.locator("#problem")
    expect(problem).to_be_visible()
    expect(problem).to_have_attribute("data-code", code)
    expect(page.locator("#stage")).to_be_hidden()


def test_a_refused_microphone_tells_how_to_allow_it(browser: Browser, product: Product) -> None:
    with (
        chromium_without(browser, FAKE_UI, "--deny-permission-prompts") as refusing,
        signed_in(refusing, product) as page,
    ):
        start(page)
        expect_problem(page, "permission")
        expect(page.locator("#problem-steps li")).to_have_count(3)
        page.click("#problem-retry")
        expect(page.locator("#consent")).to_be_visible()


def test_a_missing_microphone_is_said(browser: Browser, product: Product) -> None:
    with chromium_without(browser, FAKE_DEVICE) as poor, signed_in(poor, product) as page:
        start(page)
        expect_problem(page, "no-microphone")


BAD_RELAY = '{"iceServers": [{"urls": "turn:192.0.2.1"}]}'  # without credentials
NO_OFFER = """
() => {
  RTCPeerConnection.prototype.createOffer = async () => {
    throw new DOMException("no codecs", "OperationError");
  };
  window.opened = [];
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (asked) => {
    const stream = await open(asked);
    window.opened.push(...stream.getTracks());
    return stream;
  };
}
"""


def test_a_call_that_cannot_start_does_not_blame_the_microphone(
    browser: Browser, product: Product
) -> None:
    with signed_in(browser, product) as page:
        page.route("**/api/v1/ice-servers*", lambda route: route.fulfill(body=BAD_RELAY))
        start(page)
        expect_problem(page, "relay-settings")
        expect(page.locator("#problem-text")).to_contain_text("VOICE_TURN_URLS")
        page.unroute_all()
        page.evaluate(NO_OFFER)
        page.click("#problem-retry")
        page.click("#consent-without")
        expect_problem(page, "not-started")
        expect(page.locator("#problem-text")).to_contain_text("OperationError: no codecs")
        assert page.evaluate("opened.map((track) => track.readyState)") == ["ended"]


def test_a_server_that_is_gone_is_said(browser: Browser, product: Product) -> None:
    with signed_in(browser, product) as page:
        page.context.set_offline(True)
        start(page)
        expect_problem(page, "server-gone")
        page.context.set_offline(False)
        page.click("#problem-retry")
        page.click("#consent-without")
        expect(page.locator("#stage[data-state=active]")).to_be_visible()


def test_who_was_signed_out_is_sent_to_sign_in(browser: Browser, product: Product) -> None:
    with signed_in(browser, product) as page:
        page.context.clear_cookies()
        start(page)
        expect_problem(page, "signed-out")
        page.click("#problem-link")
        page.wait_for_url("**/login/?next=%2Fcall%2F%3Fagent%3D*")


def test_a_full_server_says_when_to_come_back(browser: Browser, product: Product) -> None:
    with signed_in(browser, product) as page:
        page.route_web_socket(
            "**/signaling", lambda socket: socket.close(code=4429, reason="Wait 20 seconds.")
        )
        start(page)
        expect_problem(page, "busy")
        expect(page.locator("#problem-text")).to_contain_text("20 seconds")


def test_a_dropped_socket_comes_back_to_the_call(browser: Browser, product: Product) -> None:
    sockets: list[WebSocketRoute] = []
    sent: list[str] = []

    def between(socket: WebSocketRoute) -> None:
        server = socket.connect_to_server()
        sockets.append(socket)

        def pass_on(message: str | bytes) -> None:
            sent.append(str(message))
            server.send(message)

        socket.on_message(pass_on)

    with signed_in(browser, product) as page:
        page.route_web_socket("**/signaling", between)
        start(page)
        active = page.locator("#stage[data-state=active]")
        expect(active).to_be_visible()
        sockets[0].close(code=3001, reason="dropped")
        expect(page.locator("#call-state")).to_have_text("Reconnecting…")
        expect(active).to_be_visible()
        assert [message for message in sent if '"resume"' in message]
        page.click("#hang-up")
        page.wait_for_url("**/calls/*/")
        expect(page.locator("#fact-end")).to_have_text("The caller hung up")
