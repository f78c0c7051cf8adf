"""From the readiness of a server that was just started to the first words of a call."""

import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

from bench.spoken import TALK
from bench.tables import write_table
from sessions_app.call_client.placing import CallOptions, place_call
from tests.fixtures.server import Product
from tests.fixtures.speech import speak

SERVERS = 5
STEPS = ("ready", "interim", "final")


def main() -> None:
    """Starts servers in folders of their own and calls each as soon as it is ready.

    Writes docs/campaigns/first-words.md.
    """
    found: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        sound = speak(Path(folder), TALK[0], tail_s=1.0)
        for number in range(SERVERS):
            found.append(_server(Path(folder) / f"var-{number}", sound))
            print(found[-1], flush=True)
    rows = [[str(n), *(f"{one[step]:.1f}" for step in STEPS)] for n, one in enumerate(found, 1)]
    middle = [f"{median(one[step] for one in found):.1f}" for step in STEPS]
    headline = (
        f"A fresh server's first words come {middle[1]} s after it is ready (median of {SERVERS}), "
        "with a call that is placed at that moment"
    )
    head = ["server", "ready after its start, s", "first interim after that, s", "first final, s"]
    rows.append(["median", *middle])
    print(write_table("first-words", "The first words of a server", headline, head, rows))


def _server(var: Path, sound: Path) -> dict[str, float]:
    product = Product(var)
    product.prepare()
    token = product.credentials["user"]["token"]
    started = time.monotonic()
    try:
        product.start("web")
        ready = time.monotonic()
        heard: dict[str, float] = {}

        def shown(message: dict[str, Any]) -> None:
            if message["type"] == "transcript" and message["text"]:
                kind = "final" if message["final"] else "interim"
                heard.setdefault(kind, time.monotonic() - ready)

        options = CallOptions(sound, product.url, token, await_results=False)
        asyncio.run(place_call(options, shown))
    finally:
        product.stop()
    return {"ready": ready - started, **heard}


if __name__ == "__main__":
    main()
