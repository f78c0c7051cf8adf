"""Places calls one after another, a few at a time, and ends each after a second.

python -m bench.load.many --url OFFER --token TOKEN --agent AGENT --calls N
"""

import argparse
import asyncio

import aioice.ice

from bench.load import sound
from bench.load.generator import Call, talk

AT_A_TIME = 5
LASTS_S = 1.0


async def one(gate: asyncio.Semaphore, live: list[Call], asked: argparse.Namespace) -> None:
    """Places one call, talks, and hangs up."""
    async with gate:
        call = Call(sound.clips(sound.bursts()), probes=False)
        await call.open(asked.url, asked.token, asked.agent)
        live.append(call)
        await asyncio.sleep(LASTS_S)
        live.remove(call)
        await call.pc.close()


async def main() -> None:
    """Returns when all calls are over."""
    parser = argparse.ArgumentParser(description="Many short calls.")
    parser.add_argument("--url", required=True)
    parser.add_argument("--token", default="")
    parser.add_argument("--agent", default="")
    parser.add_argument("--calls", type=int, required=True)
    asked = parser.parse_args()
    aioice.ice.get_host_addresses = lambda **_: ["127.0.0.1"]
    live: list[Call] = []
    talking = asyncio.create_task(talk(live))
    gate = asyncio.Semaphore(AT_A_TIME)
    await asyncio.gather(*(one(gate, live, asked) for _ in range(asked.calls)))
    talking.cancel()


if __name__ == "__main__":
    asyncio.run(main())
