"""Our page on networks that block, break and change: what its user saw, how long, what was lost."""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from bench.cases import Case
from bench.spoken import TALK
from bench.tables import write_table
from tests.fixtures.call_page import calling, hang_up, state_is
from tests.fixtures.chromium import Away, chromium
from tests.fixtures.network import Network, missing, network
from tests.fixtures.server import Product
from tests.fixtures.speech import speak

FAULT_AFTER_S = 6.0
SPOKEN_MS = 60_000
BACK_S = 60.0


@dataclass(frozen=True)
class Fault:
    """What happens to the link; `lasts_s` until it is mended, 0 for never."""

    name: str
    begin: Callable[[Network], None]
    lasts_s: float = 0.0
    from_start: bool = False


FAULTS = [
    Fault("nothing", lambda link: link.set(loss=0.0)),
    Fault("10 % of packets lost", lambda link: link.set(loss=0.1), from_start=True),
    Fault("UDP blocked from the start", lambda link: link.set(no_udp=True), from_start=True),
    Fault("UDP blocked in mid-call", lambda link: link.set(no_udp=True)),
    Fault("nothing passes for 5 s", lambda link: link.set(cut=True), 5.0),
    Fault("nothing passes for 12 s", lambda link: link.set(cut=True), 12.0),
    Fault("nothing passes for 40 s", lambda link: link.set(cut=True), 40.0),
    Fault("another address", lambda link: link.move(9)),
]


def main() -> None:
    """Runs every fault once; writes docs/campaigns/networks.md."""
    if missing():
        raise SystemExit(f"The networks campaign cannot run: {missing()}.")
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sound = speak(folder, *TALK, lead_s=1.5, tail_s=2.0)
        for number, fault in enumerate(FAULTS):
            found.append(_measured(folder / str(number), sound, fault))
            print(found[-1], flush=True)
    rows = [
        [c["fault"], c["shown"], c["back_s"], c["transport"], c["lost_s"], c["words"], c["end"]]
        for c in found
    ]
    head = [
        "fault", "what the page showed", "active again after, s", "ended over", "gaps, s",
        "words of the talk in the transcript", "end",
    ]  # fmt: skip
    lived = sum(c["end"] == "caller_hung_up" for c in found)
    headline = f"{lived} of {len(found)} calls went on until the caller hung up"
    print(write_table("networks", "Calls on networks that fail", headline, head, rows))


def _measured(folder: Path, sound: Path, fault: Fault) -> Case:
    folder.mkdir()
    with network() as link:
        hosts = {"ALLOWED_HOSTS": f"127.0.0.1,{link.home}"}
        product = Product(folder / "var", hosts, host="0.0.0.0")
        with product.running():
            away = away_on(link, product, folder)
            with chromium(sound, away) as browser:
                page = calling_after(fault, link, lambda: calling(browser, product, away.origin))
                return _told(page, product, link, fault)


def calling_after(fault: Fault, link: Network, call: Callable[[], Page]) -> Page:
    """Returns the page of a call, on a link that is spoilt before it where that is the fault."""
    if fault.from_start:
        fault.begin(link)
    return call()


def away_on(link: Network, product: Product, folder: Path) -> Away:
    """Returns what starts a browser on the far side, and its address of the product."""
    program = folder / "chromium-away"
    command = " ".join(link.inside(shutil.which("chromium") or "chromium"))
    program.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    program.chmod(0o755)
    return Away(program, f"http://{link.home}:{product.port}")


def _told(page: Page, product: Product, link: Network, fault: Fault) -> Case:
    shown: list[str] = []
    took = state_is(page, "active", 20)
    back_s = f"{took:.1f}"
    if not fault.from_start:
        page.wait_for_timeout(1000 * FAULT_AFTER_S)
        back_s = _spoilt(page, link, fault, shown)
    _see(page, shown)
    ended = page.url.rstrip("/").rpartition("/")[2] if "/calls/" in page.url else ""
    if not ended:
        page.wait_for_timeout(SPOKEN_MS - 1000 * (FAULT_AFTER_S + fault.lasts_s + 10))
        ended = hang_up(page)
    call = product.json(f"/api/v1/calls/{ended}/")
    rows = product.json(f"/api/v1/calls/{ended}/segments?after=0")["segments"]
    heard = [word.strip(".,?").lower() for row in rows for word in row["text"].split()]
    said = " ".join(TALK).split()
    return {
        "fault": fault.name,
        "shown": "; ".join(dict.fromkeys(shown)) or "nothing",
        "back_s": back_s,
        "transport": call["transport"],
        "lost_s": f"{sum(end - start for start, end in call['gaps']) / 1000:.1f}",
        "words": f"{_kept(said, heard)} of {len(said)}",
        "end": call["end_reason"] or call["state"],
    }


def _spoilt(page: Page, link: Network, fault: Fault, shown: list[str]) -> str:
    """Returns how long after the link's end, or the fault's, the page was active again."""
    fault.begin(link)
    began = mended = time.monotonic()
    lost = False
    while time.monotonic() - began < fault.lasts_s + BACK_S:
        if fault.lasts_s and mended == began and time.monotonic() - began > fault.lasts_s:
            link.set(cut=False)
            mended = time.monotonic()
        if "/calls/" in page.url:
            return "not"
        state = _see(page, shown)
        lost = lost or state != "active"
        whole = not fault.lasts_s or mended > began
        if whole and state == "active" and (lost or time.monotonic() - mended > 8.0):
            return f"{time.monotonic() - mended:.1f}" if lost else "0"
        page.wait_for_timeout(100)
    return "not"


def _see(page: Page, shown: list[str]) -> str:
    """Notes what the page shows; returns the state of its call."""
    if page.locator("#stage").count() == 0:
        return "ended"
    state = page.locator("#stage").get_attribute("data-state") or ""
    if state not in ("active", ""):
        shown.append(page.locator("#call-state").inner_text())
    if page.locator("#notice").is_visible():
        shown.append(page.locator("#notice-text").inner_text().partition(",")[0])
    return state


def _kept(said: list[str], heard: list[str]) -> int:
    """Returns how many of the words said are among those heard, each once."""
    left = list(heard)
    count = 0
    for word in said:
        if word in left:
            left.remove(word)
            count += 1
    return count
