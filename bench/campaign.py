"""Long measurements over the whole running product; tables go to docs/campaigns.

    python -m bench.campaign [name …] [--count N]

Without names all are run. What was measured for this commit before is not measured again.
"""

import argparse
import asyncio
import shutil
from collections.abc import Callable, Coroutine
from typing import Any

from bench.campaigns import (
    abuse,
    backups,
    breath,
    clicks,
    confidence,
    counts,
    delays,
    endless,
    first_words,
    frameworks,
    fuzz,
    invented,
    kills,
    losses,
    mix,
    names,
    networks,
    noise,
    offline,
    packets,
    recognisers,
    recordings,
    redaction,
    search,
    soak,
    talkers,
    voices,
    words,
)
from bench.cases import UNLIMITED
from bench.tables import commit
from bench.talking import answers, barge_in, endpoints, scribe
from tests.fixtures.server import ROOT, Product

Campaign = Callable[[Product, int], Coroutine[Any, Any, str]]
ON_THE_PRODUCT: dict[str, tuple[Campaign, int]] = {
    "words": (words.run, 0),
    "offline": (offline.run, 0),
    "breath": (breath.run, 0),
    "counts": (counts.run, 20),
    "kills": (kills.run, 50),
    "soak": (soak.run, 60),
    "fuzz": (fuzz.run, 20),
}
"""Campaigns, and how many cases (or minutes) each has unless told otherwise."""

BY_THEMSELVES: dict[str, Callable[[], None]] = {
    "barge-in": barge_in.main,
    "networks": networks.main,
    "losses": losses.main,
    "packets": packets.main,
    "noise": noise.main,
    "endpoints": endpoints.main,
    "answers": answers.main,
    "scribe": scribe.main,
    "endless": endless.main,
    "voices": voices.main,
    "invented": invented.main,
    "names": names.main,
    "talkers": talkers.main,
    "confidence": confidence.main,
    "recognisers": recognisers.main,
    "recordings": recordings.main,
    "redaction": redaction.main,
    "delays": delays.main,
    "clicks": clicks.main,
    "first-words": first_words.main,
    "abuse": abuse.main,
    "backups": backups.main,
    "frameworks": frameworks.main,
}

COUNTED: dict[str, Callable[[int | None], None]] = {
    "mix": mix.main,
    "search": search.main,
}
"""Those that run by themselves, and take the number given."""


def run(name: str, count: int | None) -> str:
    """Returns the headline of one campaign, run on a product of its own, kept until it is done."""
    campaign, usual = ON_THE_PRODUCT[name]
    folder = ROOT / "var" / "campaigns" / f"{name}-{commit()}"
    product = Product(folder, UNLIMITED)
    with product.running():
        headline = asyncio.run(campaign(product, usual if count is None else count))
    shutil.rmtree(folder)
    return headline


def main() -> None:
    every = [*ON_THE_PRODUCT, *BY_THEMSELVES, *COUNTED]
    parser = argparse.ArgumentParser(description="Long measurements.")
    parser.add_argument("names", nargs="*", choices=[*every, []], default=every, metavar="name")
    parser.add_argument("--count", type=int, help="cases, or minutes, instead of the usual")
    given = parser.parse_args()
    for name in given.names:
        if name in ON_THE_PRODUCT:
            print(f"{name}: {run(name, given.count)}", flush=True)
        elif name in COUNTED:
            COUNTED[name](given.count)
        else:
            BY_THEMSELVES[name]()


if __name__ == "__main__":
    main()
