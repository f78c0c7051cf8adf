"""How a stack in Python obeys the test: a line of JSON asks, a line answers. As `driver.mjs` does.

Debian's own Python runs it too, so it needs nothing but the standard library.
"""

import asyncio
import inspect
import json
import sys
from typing import Any


async def obey(caller: Any) -> None:
    """Does what the test asks, each time by the caller's method of that name, until `close`."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        wish = json.loads(line)
        what = wish.pop("do")
        try:
            told = getattr(caller, what)(**wish)
            told = await told if inspect.isawaitable(told) else told
        except Exception as error:  # noqa: BLE001 - the test shows it
            told = {"error": repr(error)}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        if what == "close":
            break
