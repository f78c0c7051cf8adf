"""What a lossy network leaves of a call in Chromium: of its sound, and of its words."""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

from playwright.sync_api import Page

from bench.campaigns.networks import away_on
from bench.cases import Case
from bench.spoken import TALK, text_of, wrong_words
from bench.tables import write_table
from tests.fixtures.call_page import hang_up, signed_in, state_is
from tests.fixtures.chromium import WITHOUT_RED, chromium
from tests.fixtures.network import Network, missing, network
from tests.fixtures.server import Product
from tests.fixtures.speech import RATE, read_wav, speak

SAID = (*TALK, *TALK)
LEAD_S, TAIL_S = 1.5, 0.5
UNBROKEN = (" ".join((*SAID, *SAID)),)
"""Twice as much without pauses, in which packets carry no FEC."""

ACCOUNT = re.compile(
    r"ended its connection: (?:(\d+) ms received, (\d+) restored, (\d+) repaired, "
    r"(\d+) concealed.*|aiortc's tracks), (\d+) ms heard"
)


@dataclass(frozen=True)
class Way:
    """A network's losses."""

    loss: float
    burst: float = 1.0
    jitter: float = 0.02

    def __str__(self) -> str:
        runs = f" in runs of {self.burst:g}" if self.burst > 1 else ""
        return f"{100 * self.loss:g} %{runs}, {1000 * self.jitter:g} ms jitter"


WAYS = [
    Way(0.0),
    Way(0.01),
    Way(0.05),
    Way(0.1),
    Way(0.2),
    Way(0.1, jitter=0.06),
    Way(0.1, burst=3.0),
]
TENTH = [Way(0.0), Way(0.1), Way(0.2)]
COMPARED = (Way(0.0), Way(0.1))
SEVERAL = 3
"""Calls over each of them, whose words are counted together: one call has too few."""


@dataclass(frozen=True)
class Route:
    """A way through the product: its settings, what the page runs first, what is said."""

    settings: Mapping[str, str]
    script: str = ""
    said: tuple[str, ...] = SAID
    ways: Sequence[Way] = tuple(WAYS)
    compared: bool = False


PATHS = {
    "RED": Route({}, compared=True),
    "RED without pauses": Route({}, said=UNBROKEN, ways=TENTH),
    "FEC without RED": Route({}, WITHOUT_RED, compared=True),
    "FEC without RED or pauses": Route({}, WITHOUT_RED, UNBROKEN, TENTH),
    "aiortc's own": Route({"VOICE_MEDIA_PATH": "aiortc"}),
}


def main() -> None:
    """Calls over every network on every path, or those of PATHS; writes tables of their own."""
    if missing():
        raise SystemExit(f"The losses campaign cannot run: {missing()}.")
    found: list[Case] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        asked = os.environ.get("PATHS", ",".join(PATHS)).split(",")
        for name in asked:
            path = PATHS[name]
            for way in path.ways:
                calls = SEVERAL if path.compared and way in COMPARED else 1
                told = _together([_measured(folder, path, way) for _ in range(calls)])
                found.append({"path": name, "network": str(way), **told})
                print(found[-1], flush=True)
    tables = {
        "losses": ("Calls on networks that lose packets", SAID),
        "losses-unbroken": ("Speech without pauses on networks that lose packets", UNBROKEN),
    }
    for name, (title, said) in tables.items():
        told_of = [case for case in found if PATHS[case["path"]].said == said]
        if told_of:
            print(write_table(name, title, *_table(told_of)))


def _table(found: list[Case]) -> tuple[str, list[str], list[list[str]]]:
    head = [
        "path", "network", "received, %", "restored bit for bit, %", "repaired from FEC, %",
        "concealed, %", "unfilled, %", "words wrong or missing",
    ]  # fmt: skip
    before_ms = min(c["length_ms"] - sum(c["parts_ms"]) for c in found)
    rows = [
        [c["path"], c["network"], *_shares(c, before_ms), f"{c['wrong']} of {c['words']}"]
        for c in found
    ]
    tenths = [c for c in found if c["network"] == str(Way(0.1))]
    tenth = min(tenths, key=lambda c: list(PATHS).index(c["path"]))
    received, restored, *_ = (float(share) for share in _shares(tenth, before_ms))
    whole = received + restored
    told = f"At 10 % loss {whole:.1f} % of the sound came or was restored by way of {tenth['path']}"
    return told, head, rows


def _together(calls: list[Case]) -> Case:
    """Returns several calls as one: the mean of their times, and their words added up."""
    parts = zip(*(call["parts_ms"] for call in calls), strict=True)
    return {
        "length_ms": fmean(call["length_ms"] for call in calls),
        "parts_ms": [fmean(part) for part in parts],
        "wrong": sum(call["wrong"] for call in calls),
        "words": sum(call["words"] for call in calls),
    }


def _shares(case: Case, before_ms: float) -> list[str]:
    """Returns how the time from the first sound on was filled, in percent, and what was not."""
    length = case["length_ms"] - before_ms
    shares = [100 * part / length for part in case["parts_ms"]]
    return [f"{share:.1f}" for share in (*shares, max(0.0, 100 - sum(shares)))]


def _measured(folder: Path, path: Route, way: Way) -> Case:
    sound = speak(folder, *path.said, lead_s=LEAD_S, tail_s=TAIL_S)
    with network() as link, tempfile.TemporaryDirectory(dir=folder) as var:
        hosts = {"ALLOWED_HOSTS": f"127.0.0.1,{link.home}", **path.settings}
        product = Product(Path(var) / "var", hosts, host="0.0.0.0")
        with product.running("web"):
            away = away_on(link, product, Path(var))
            with chromium(sound, away) as browser:
                page = signed_in(browser, product, away.origin)
                page.add_init_script(path.script)
                page.reload()
                spoken_ms = 1000 * len(read_wav(sound)) / RATE
                return _told(product, _called(page, link, way, spoken_ms), path.said)


def _called(page: Page, link: Network, way: Way, spoken_ms: float) -> str:
    """Returns the id of a call whose network lost packets from its connection on."""
    page.click("#start-call")
    page.click("#consent-agree")
    state_is(page, "active", 20)
    link.set(**asdict(way))
    page.wait_for_timeout(spoken_ms)
    link.set(loss=0.0, jitter=0.0)
    return hang_up(page)


def _told(product: Product, call_id: str, said: Sequence[str]) -> Case:
    rows = product.json(f"/api/v1/calls/{call_id}/segments?after=0")["segments"]
    call = product.json(f"/api/v1/calls/{call_id}/")
    found = ACCOUNT.search(product.log("web"))
    assert found is not None, product.log("web")
    *parts, heard = (int(n or 0) for n in found.groups())
    if not any(parts):
        parts = [heard, 0, 0, 0]
    return {
        "length_ms": call["duration_ms"],
        "parts_ms": parts,
        "wrong": wrong_words(" ".join(said), text_of(rows)),
        "words": len(" ".join(said).split()),
    }
