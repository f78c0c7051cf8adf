"""What a lossy network leaves of a call in Chromium: of its sound, and of its words."""

import re
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Page

from bench.campaigns.networks import away_on
from bench.cases import Case
from bench.spoken import TALK, text_of, wrong_words
from bench.tables import write_table
from tests.browser.test_networks import hang_up, signed_in, state_is
from tests.fixtures.chromium import chromium
from tests.fixtures.network import Network, missing, network
from tests.fixtures.server import Product
from tests.fixtures.speech import speak

SAID = (*TALK, *TALK)
SPOKEN_MS = 1000 * 38
"""The talk, said twice with its pauses, and until its last words came out."""

WITHOUT_RED = """
const known = RTCRtpSender.getCapabilities("audio").codecs;
const kept = known.filter((codec) => codec.mimeType !== "audio/red");
const Real = RTCPeerConnection;
window.RTCPeerConnection = class extends Real {
  async createOffer(...given) {
    for (const one of this.getTransceivers()) {
      if (one.sender.track?.kind === "audio") { one.setCodecPreferences(kept); }
    }
    return super.createOffer(...given);
  }
};
"""
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
PATHS: dict[str, tuple[dict[str, str], str]] = {
    "RED": ({}, ""),
    "FEC, without RED": ({}, WITHOUT_RED),
    "aiortc's own": ({"VOICE_MEDIA_PATH": "aiortc"}, ""),
}
"""Each with the product's settings, and what the page runs first."""


def main() -> None:
    """Calls over every network on every path; writes docs/campaigns/losses.md."""
    if missing():
        raise SystemExit(f"The losses campaign cannot run: {missing()}.")
    found: list[Case] = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        sound = speak(folder, *SAID, lead_s=1.5, tail_s=2.0)
        for name, (settings, script) in PATHS.items():
            for way in WAYS:
                told = _measured(folder, sound, settings, script, way)
                found.append({"path": name, "network": str(way), **told})
                print(found[-1], flush=True)
    print(write_table("losses", "Calls on networks that lose packets", *_table(found)))


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
    tenth = next(c for c in found if c["path"] == "RED" and c["network"] == str(Way(0.1)))
    received, restored, *_ = (float(share) for share in _shares(tenth, before_ms))
    whole = received + restored
    return f"At 10 % loss {whole:.1f} % of the sound came or was restored with RED", head, rows


def _shares(case: Case, before_ms: float) -> list[str]:
    """Returns how the time from the first sound on was filled, in percent, and what was not."""
    length = case["length_ms"] - before_ms
    shares = [100 * part / length for part in case["parts_ms"]]
    return [f"{share:.1f}" for share in (*shares, max(0.0, 100 - sum(shares)))]


def _measured(folder: Path, sound: Path, settings: dict[str, str], script: str, way: Way) -> Case:
    with network() as link, tempfile.TemporaryDirectory(dir=folder) as var:
        hosts = {"ALLOWED_HOSTS": f"127.0.0.1,{link.home}", **settings}
        product = Product(Path(var) / "var", hosts, host="0.0.0.0")
        product.prepare()
        try:
            product.start("web")
            away = away_on(link, product, Path(var))
            with chromium(sound, away) as browser:
                page = signed_in(browser, product, away.origin)
                page.add_init_script(script)
                page.reload()
                return _told(product, _called(page, link, way))
        finally:
            product.stop()


def _called(page: Page, link: Network, way: Way) -> str:
    """Returns the id of a call whose network lost packets from its connection on."""
    page.click("#start-call")
    page.click("#consent-agree")
    state_is(page, "active", 20)
    link.set(**asdict(way))
    page.wait_for_timeout(SPOKEN_MS)
    link.set(loss=0.0, jitter=0.0)
    return hang_up(page)


def _told(product: Product, call_id: str) -> Case:
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
        "wrong": wrong_words(" ".join(SAID), text_of(rows)),
        "words": len(" ".join(SAID).split()),
    }
