"""The live desk: staff look on at a call from a page of theirs while somebody talks on another."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from sessions_app.engine.core.frames import SPEECH_RATE
from tests.fixtures.call_page import sign_in
from tests.fixtures.chromium import chromium
from tests.fixtures.openai_server import ModelServer, running_model
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import read_wav, write_wav

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

GUIDE = (
    "from sessions_app.models import Agent; Agent.objects.create(slug='guide', name='Guide', "
    "responder='chat', silence_s=0)"
)
QUESTION, ANSWER = "what time is it", "It is ten past four."
ASKED = 16
"""How often: as long as it lasts on a busy machine until staff have done everything."""

WHISPER, TYPED = "Tell them that we close at five.", "This is Kim, how can I help?"
LOUD = 0.02
"""Root mean square of what somebody hears; 1 is the loudest there can be."""

HEAR = """
const connect = AudioNode.prototype.connect;
window.ears = { loudest: 0, samples: 0 };
AudioNode.prototype.connect = function (target, ...more) {
  if (target instanceof AudioDestinationNode) {
    const ear = new AnalyserNode(this.context, { fftSize: 2048 });
    const heard = new Float32Array(ear.fftSize);
    connect.call(this, ear);
    const listen = setInterval(() => {
      ear.getFloatTimeDomainData(heard);
      const squares = heard.reduce((sum, sample) => sum + sample * sample, 0);
      window.ears.loudest = Math.max(window.ears.loudest, Math.sqrt(squares / heard.length));
      window.ears.samples += heard.filter((sample) => sample !== 0).length;
      if (this.context.state === "closed") { clearInterval(listen); }
    }, 50);
  }
  return connect.call(this, target, ...more);
};
"""
"""What the page of staff runs first: it notes how loud what goes to the loudspeaker is."""

IS_LOUD = f"() => window.ears.loudest > {LOUD} && window.ears.samples > {SPEECH_RATE // 4}"
FORGET = "() => Object.assign(window.ears, { loudest: 0, samples: 0 })"

LOGGED = [
    "Read by staff (live)",
    "Listened by staff (live, began)",
    "Whispered to the agent of the live call by staff",
    "Took the live call over by staff",
    "Ended the live call by staff",
    "Listened by staff (live, ended)",
]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with running_model(first_token_s=0.1, tokens_per_s=60.0) as server:
        server.answers = {"time": ANSWER}
        yield server


@pytest.fixture
def product(tmp_path: Path, model: ModelServer) -> Iterator[Product]:
    """A product of its own: its agent has a model that the test can read."""
    settings = {"CHAT_MODEL": "test", "CHAT_URL": model.url, "VOICE_SYNTHESISER": "espeak"}
    product = Product(tmp_path / "var", settings)
    product.prepare()
    product.manage("shell", "-c", GUIDE)
    with product.running("web"):
        yield product


@pytest.fixture
def browser(tmp_path: Path, say: Callable[..., Path]) -> Iterator[Browser]:
    """Whoever calls asks the same again and again, with time for the answer."""
    question, quiet = read_wav(say(QUESTION)), np.zeros(3 * SPEECH_RATE, np.int16)
    spoken = tmp_path / "questions.wav"
    write_wav(spoken, np.concatenate([quiet[:SPEECH_RATE], *([question, quiet] * ASKED)]))
    with chromium(spoken) as browser:
        yield browser


def test_staff_hear_steer_and_end_a_call_from_their_page(
    browser: Browser, product: Product, model: ModelServer
) -> None:
    staff, caller = sign_in(browser, product, "staff"), sign_in(browser, product)
    wrong: list[str] = []
    for page in (staff, caller):
        page.on("pageerror", lambda error: wrong.append(str(error)))
    staff.add_init_script(HEAR)
    call(caller)
    staff.goto(f"{product.url}/live/")
    row = staff.locator("[data-call]")
    expect(row).to_have_count(1)
    expect(row.locator("[data-talks=caller], [data-talks=agent]")).to_be_visible()
    row.click()
    before = reads_along(staff)
    hears(staff, caller)
    whispers(staff, model)
    expect(lines(staff, "user").nth(before)).to_be_visible()
    speaks_for_the_agent(staff, caller, model)
    call_id = ends(staff, caller)
    assert logged(staff, call_id) == LOGGED
    assert wrong == []


def call(page: Page) -> None:
    page.goto(page.url.partition("/call/")[0].rstrip("/") + "/call/?agent=guide")
    page.click("#start-call")
    page.click("#consent-agree")
    expect(page.locator("#stage[data-state=active]")).to_be_visible()


def lines(page: Page, role: str) -> Any:
    return page.locator(f"#transcript .live-line-{role}.live-line-final")


def reads_along(staff: Page) -> int:
    """Who talks is seen, and what they say; returns how many lines the caller has by then."""
    talk = staff.locator("#desk-talk")
    expect(talk).to_have_text("Caller speaks")
    expect(talk).to_have_text("Guide speaks")
    expect(lines(staff, "agent").first).to_contain_text(ANSWER)
    expect(lines(staff, "user").filter(has_text="time").first).to_be_visible()
    return int(lines(staff, "user").count())


def hears(staff: Page, caller: Page) -> None:
    """Both sides, by the samples that go to the loudspeaker; the caller's page says so."""
    assert not staff.evaluate(IS_LOUD)
    staff.click("#desk-listen")
    expect(staff.locator("#desk-listen")).to_have_attribute("aria-pressed", "true")
    expect(caller.locator("#staff-notice")).to_be_visible()
    for talks in ("caller", "agent"):
        staff.locator(f"#desk-talk[data-talks={talks}]").wait_for()
        staff.evaluate(FORGET)
        staff.wait_for_function(IS_LOUD)


def whispers(staff: Page, model: ModelServer) -> None:
    staff.fill("#desk-whisper-text", WHISPER)
    staff.press("#desk-whisper-text", "Enter")
    expect(staff.locator("#desk-acts")).to_contain_text(f"staff whispered: {WHISPER}")
    expect(staff.locator("#desk-whisper-text")).to_have_value("")

    def told() -> bool:
        staff.wait_for_timeout(50)  # lets the pages go on
        return WHISPER in model.chats[-1].body["messages"][0]["content"]

    wait_until(told, 30, "the next answer follows what was whispered")


def speaks_for_the_agent(staff: Page, caller: Page, model: ModelServer) -> None:
    staff.click("#desk-hold")
    expect(staff.locator("#desk-say-text")).to_be_focused()
    asked = len(model.chats)
    staff.keyboard.type(TYPED)
    staff.keyboard.press("Enter")
    for page in (staff, caller):
        said = lines(page, "agent").filter(has_text=TYPED)
        expect(said).to_have_count(1)
        marks = ["Typed by staff"] if page is staff else []
        expect(said.locator(".typed-by")).to_have_text(marks)
    expect(caller.locator("#transcript")).not_to_contain_text(WHISPER)
    assert len(model.chats) == asked  # the agent answers nothing by itself


def ends(staff: Page, caller: Page) -> str:
    """Ends the call; returns its id once its page shows who typed what the agent said."""
    call_id = staff.url.rstrip("/").rpartition("/")[2]
    staff.click("#desk-end summary")
    staff.click("#desk-end-now")
    expect(caller.locator("#problem-title")).to_have_text(
        "The call was ended by staff", timeout=20_000
    )
    for page in (caller, staff):
        page.goto(f"{staff.url.partition('/live/')[0]}/calls/{call_id}/")
        expect(page.locator(".line", has_text=TYPED)).to_be_visible()
    expect(caller.locator(".typed-by")).to_have_count(0)
    typed = staff.locator(".line", has=staff.locator(".typed-by"))
    expect(typed).to_have_count(1)
    expect(typed).to_contain_text(TYPED)
    expect(typed.locator(".typed-by")).to_have_text("Typed by staff")
    return call_id


def logged(staff: Page, call_id: str) -> list[str]:
    """Returns what the access log has of the live call, as the admin shows it."""
    staff.goto(f"{staff.url.partition('/calls/')[0]}/admin/sessions_app/call/?q={call_id}")
    staff.click("#result_list tbody th a")
    moments = staff.locator(".vs-timeline li")
    moments.first.wait_for(state="attached")  # it is folded
    told = moments.all_text_contents()
    return [line for line in LOGGED for one in told if line in " ".join(one.split())]
