"""`make pictures`: takes the pictures of docs/guide.md, and README's of the admin.

They show the product as it is: it starts one of its own in a temporary folder, places calls in
which flite speaks, does in Chromium what the guide tells, and writes what is then on the screen to
docs/images. It fails where something of that is not there, or where a page complains. Needs flite,
FFmpeg and Chromium (`make tools`); `ONLY="share find"` takes some alone.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Locator, Page, expect

from tests.fixtures.call_page import sign_in_by_form
from tests.fixtures.chromium import chromium
from tests.fixtures.server import ROOT, Product, wait_until
from tests.fixtures.speech import speak

FOLDER = ROOT / "docs" / "images" / "guide"
WIDTH, HEIGHT = 1160, 780
MARGIN = 16
COLOURS = 96
MOST_BYTES = 1_200_000
"""Of all pictures together."""

SLOW_MS = 60_000
"""For what a worker or a recogniser does first."""

DESK = "/admin/sessions_app"
MADE_CALLS = (
    (
        "The heating in our office does not work since this morning.",
        "Please send somebody today, it is very cold here.",
    ),
    (
        "I would like to have the invoices of the last three months.",
        "Please send them to the head office.",
    ),
    (
        "Good morning, this is Anna Miller from the garden shop.",
        "Please bring my order on Thursday, not on Monday.",
        "You can call me back at five five five, zero one nine nine.",
        "Please ring the bell at the back door.",
    ),
)
"""What is said in the calls that are there; the last is the one of most pictures."""

MEANT = "Good morning, this is Anna Müller from the Garden Shop."
LIVE = (
    "We have two meeting rooms for you on Friday.",
    "The large one is on the first floor, with a view of the park.",
    "The small one is cheaper, and it has a screen.",
    "Coffee and water are in the price of both rooms.",
    "Lunch is served at noon, please tell us how many you are.",
    "The car park is behind the house.",
    "You can have the room from eight in the morning.",
    "Please be out of it at six, then the cleaners come.",
)

FORM = """
from sessions_app.models import ScorecardForm
from sessions_app.services import scorecards
form = ScorecardForm.objects.create(name="Service", description="For calls of customers.")
asked = (
    dict(text="Was the caller greeted by name?", kind="yes_no"),
    dict(text="How well was the wish understood?", kind="number", lowest=1, highest=5),
    dict(text="What should happen next?", kind="choice", choices="Nothing\\nCall back\\nWrite"),
    dict(text="Anything else?", kind="text", required=False),
)
for position, question in enumerate(asked):
    form.questions.create(position=position, **question)
scorecards.publish(form)
"""

AUDIO = "document.querySelector('audio')"


@dataclass
class Stage:
    """The product, its two people in browsers, and the calls that there are."""

    product: Product
    browser: Browser
    folder: Path
    calls: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What pages complained of."""

    def __post_init__(self) -> None:
        self.caller, self.staff = self._person("user"), self._person("staff")

    @property
    def call(self) -> str:
        """The public id of the call of most pictures."""
        return self.calls[-1]

    def _person(self, who: str) -> Page:
        page = sign_in_by_form(self.browser, self.product, who)
        page.locator("#sign-out, #logout-form").wait_for()  # staff are led to setting up
        page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        self.watch(page)
        return page

    def watch(self, page: Page) -> None:
        """Notes errors of the page's scripts, and what the policy for its content refused."""
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on(
            "console",
            lambda said: self.wrong.append(said.text) if "Security Policy" in said.text else None,
        )

    def open(self, page: Page, address: str) -> None:
        page.goto(self.product.url + address)
        page.wait_for_load_state("networkidle")

    def place(self, *sentences: str) -> str:
        """Speaks the sentences into a call, and returns its id once its summary is there."""
        sound = speak(self.folder, *sentences, lead_s=0.5, tail_s=1.5)
        told = self.product.manage("place_call", str(sound), "--json", timeout=300)
        call = str(json.loads(told)["call"])
        self.product.recorded(call)
        return call


def main(only: list[str]) -> None:
    """Takes the pictures of the scenes that are named, or all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with staged() as stage:
        for scene in SCENES:
            if not only or scene.__name__ in only:
                sys.stdout.write(f"{scene.__name__}\n")
                scene(stage)
        if stage.wrong:
            raise SystemExit("\n".join(["Pages complained:", *stage.wrong]))
    size = sum(path.stat().st_size for path in FOLDER.iterdir())
    if size > MOST_BYTES:
        raise SystemExit(f"The pictures have {size} bytes; {MOST_BYTES} at most.")


@contextlib.contextmanager
def staged() -> Iterator[Stage]:
    """Yields a running product in which calls were made."""
    with tempfile.TemporaryDirectory(prefix="voicesite-guide-") as name:
        folder = Path(name)
        product = Product(folder / "var", {"ERASE_BY_OWNER": "1"})
        with product.running(), chromium() as browser:
            product.manage("shell", "-v", "0", "-c", FORM)
            stage = Stage(product, browser, folder)
            stage.calls += [stage.place(*said) for said in MADE_CALLS]
            yield stage


# -- pictures ------------------------------------------------------------------------


def keep(page: Page, name: str, *parts: Locator) -> None:
    """Writes the picture of the parts, or of all that is on the screen."""
    whole = FOLDER / f"{name}.whole.png"
    if parts:
        page.evaluate("scrollTo(0, 0)")  # what sticks to the screen's top is in its own place
        page.screenshot(path=whole, full_page=True, animations="disabled", clip=around(parts))
    else:
        page.screenshot(path=whole, animations="disabled")
    few = f"split[a][b];[a]palettegen=max_colors={COLOURS}[p];[b][p]paletteuse=dither=none"
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(whole), "-filter_complex", few]
    written = ["-compression_level", "9", "-pred", "mixed", str(FOLDER / f"{name}.png")]
    subprocess.run([*command, *written], check=True, timeout=60)
    whole.unlink()


def around(parts: tuple[Locator, ...]) -> FloatRect:
    """Returns where on the page the parts are, with a margin."""
    code = "part => { const box = part.getBoundingClientRect(); const x = box.x + scrollX;"
    code += " const y = box.y + scrollY; return [x, y, x + box.width, y + box.height]; }"
    boxes = [part.evaluate(code) for part in parts]
    left, top = (max(0.0, min(box[at] for box in boxes) - MARGIN) for at in (0, 1))
    right, bottom = (max(box[at] for box in boxes) + MARGIN for at in (2, 3))
    return {"x": left, "y": top, "width": min(right, WIDTH) - left, "height": bottom - top}


# -- what is done --------------------------------------------------------------------


def correct(stage: Stage) -> None:
    page = stage.caller
    stage.open(page, f"/calls/{stage.call}/")
    line = page.locator("#transcript .line").first
    line.hover()
    line.locator("[data-edit]").click()
    line.locator("textarea").fill(MEANT)
    keep(page, "correct", page.locator("#transcript-part"))
    line.locator("textarea").press("Enter")
    expect(line.locator(".corrected")).to_be_visible()
    line.locator("[data-history]").click()
    expect(line.locator(".line-history")).to_be_visible()
    keep(page, "history", page.locator("#transcript-part"))


def tag(stage: Stage) -> None:
    page = stage.caller
    stage.open(page, f"/calls/{stage.call}/")
    if page.locator("summary#rv-rename").count():
        page.click("#rv-rename")
    page.fill("#rv-title", "Order moved to Thursday")
    page.press("#rv-title", "Enter")
    expect(page.locator("h1")).to_have_text("Order moved to Thursday")
    page.fill("#rv-tag", "order, call back")
    page.press("#rv-tag", "Enter")
    expect(page.locator("#review .rv-tag")).to_have_count(2)
    page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")
    keep(page, "tag", page.locator("#detail-head"), page.locator("#review"))


def comment(stage: Stage) -> None:
    page = stage.staff
    stage.open(page, f"/calls/{stage.call}/")
    page.fill("#rv-at", "0:05")
    page.fill("#rv-text", "Thursday is full. Please offer Friday, too.")
    page.get_by_role("button", name="Add comment").click()
    thread = page.locator(".rv-thread").first
    expect(thread).to_contain_text("Thursday is full")
    thread.locator("summary").filter(has_text="Answer").click()
    thread.get_by_label("Your answer").fill("I have told the driver.")
    keep(page, "comment", page.locator("#comments"))
    thread.get_by_role("button", name="Answer", exact=True).click()
    expect(page.locator(".rv-answers li")).to_have_count(1)


def score(stage: Stage) -> None:
    page = stage.staff
    stage.open(page, f"/calls/{stage.call}/")
    form = page.locator("#scorecards .rv-form")
    form.locator("summary").click()
    form.get_by_label("greeted by name").select_option("yes")
    form.get_by_label("wish understood").fill("4")
    form.get_by_label("happen next").select_option("Call back")
    form.get_by_label("Anything else").fill("Friendly, and to the point.")
    keep(page, "score", page.locator("#scorecards"))
    form.get_by_role("button", name="Save").click()
    expect(page.locator("#scorecards .rv-answers-given")).to_contain_text("Call back")


def admin(stage: Stage) -> None:
    """README's picture of the admin, which is beside the guide's."""
    page = stage.staff
    page.set_viewport_size({"width": 1280, "height": 1100})
    stage.open(page, f"{DESK}/call/?q={stage.call}")
    page.click("#result_list tbody th a")
    expect(page.locator("#player-part #play")).to_be_visible()
    page.wait_for_load_state("networkidle")
    keep(page, "../admin")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def find(stage: Stage) -> None:
    page = stage.caller
    stage.open(page, "/calls/")
    page.fill("#id_q", "order")
    page.press("#id_q", "Enter")
    row = page.locator(f"[data-call='{stage.call}']")
    expect(row.locator("mark").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    keep(page, "find", page.locator("main"))
    row.click()
    hit = page.locator(".line mark.word").first
    expect(hit).to_be_in_viewport()
    wait_until(lambda: float(page.evaluate(f"{AUDIO}.currentTime")) > 1, 20, "the second")
    page.evaluate(f"{AUDIO}.pause()")
    expect(page.locator("#play")).to_have_attribute("aria-label", "Play")
    keep(page, "found")


def share(stage: Stage) -> None:
    page = stage.caller
    stage.open(page, f"/calls/{stage.call}/share")
    page.fill("#id_note", "For the driver")
    page.check("#id_with_audio")
    page.click("#make-link")
    address = page.input_value("#made")
    page.wait_for_load_state("networkidle")
    keep(page, "share", page.locator("main"))
    visitor = stage.browser.new_context(viewport={"width": 390, "height": 780}).new_page()
    stage.watch(visitor)
    visitor.goto(address)
    expect(visitor.locator("#transcript .line").first).to_be_visible()
    visitor.wait_for_load_state("networkidle")
    keep(visitor, "shared")
    visitor.context.close()


def redact(stage: Stage) -> None:
    page = stage.staff
    stage.open(page, f"{DESK}/call/?q={stage.call}")
    page.click("#result_list tbody th a")
    said = page.locator(".line", has_text="call me back")
    said.hover()
    said.get_by_role("link", name="Hide words").click()
    words = page.locator(".vs-words label")
    for word in words.all():
        if any(sign.isdigit() for sign in word.inner_text()):
            word.locator("input").check()
    if not page.locator(".vs-words input:checked").count():
        words.last.locator("input").check()
    keep(page, "redact", page.locator("#content h1"), page.locator("#content .vs-call"))
    page.get_by_role("button", name="Hide the ticked words").click()
    page.get_by_role("link", name="Back to the call").click()
    with_sound = page.locator("#player-part audio")
    wait_until(lambda: page.reload() and with_sound.count(), 60, "the recording without the words")
    keep(page, "redacted", page.locator(".vs-main > section").first)


def watch(stage: Stage) -> None:
    page = stage.staff
    sound = speak(stage.folder, *LIVE, *LIVE, lead_s=0.5, tail_s=2)
    with ThreadPoolExecutor() as pool:
        # the call is ended by staff, which whoever placed it takes for a failure
        placed = pool.submit(stage.product.manage, "place_call", str(sound), timeout=300)
        call = wait_until(lambda: live(stage.product), 40, "the live call")
        stage.open(page, f"{DESK}/call/?q={call}")
        page.click("#result_list tbody th a")
        rows = page.locator("#transcript-part tbody tr:not(.vs-interim)")
        expect(rows.nth(2)).to_be_visible(timeout=SLOW_MS)
        expect(page.locator("#transcript-part .vs-interim")).to_be_visible(timeout=SLOW_MS)
        keep(page, "watch")
        page.get_by_role("link", name="End this call").click()
        page.wait_for_load_state("networkidle")
        keep(page, "end", page.locator("#content h1"), page.locator("#content .vs-call"))
        page.get_by_role("button", name="End the call").click()
        expect(page.locator("#facts-part")).to_contain_text("Ended by staff", timeout=SLOW_MS)
        placed.exception()


def live(product: Product) -> str:
    """Returns the id of a live call; empty where there is none."""
    found = product.json("/api/v1/calls/?state=active")["results"]
    return str(found[0]["id"]) if found else ""


def erase(stage: Stage) -> None:
    page = stage.staff
    stage.open(page, f"/calls/{stage.calls[0]}/erase")
    keep(page, "erase", page.locator("main"))
    page.click("#erase-call")
    page.wait_for_load_state("networkidle")
    stage.open(page, f"{DESK}/erasurereceipt/")
    keep(page, "receipt", page.locator("#content h1"), page.locator("#changelist"))


SCENES: tuple[Callable[[Stage], None], ...] = (
    *(correct, tag, comment, score, admin, find, share),
    *(redact, watch, erase),
)

if __name__ == "__main__":
    main(os.environ.get("ONLY", "").split())
