#!/usr/bin/env bash
# Accepting a WebSocket by a protocol it did not ask for is no answer in Daphne.
#
# One would guess: the protocol is left out, or sent all the same and refused by the
#   client, or the application gets an error.
# What happens: nothing. The "websocket.accept" is taken without a word, but no
#   HTTP answer goes out; after about 5 s the connection is cut, and the application hears
#   "disconnect" as if the client had gone. Nothing is logged. Seen: "asked for
#   media: media after 0.0 s", "asked for None: no answer after 4.6 s".
# Why it matters for live voice: telephone systems ask for a media subprotocol by
#   name, browsers' clients for none. A server that always accepts with the name of
#   its protocol works with one and leaves the others hanging, which looks like a
#   firewall. Accept with a name only when it is in scope["subprotocols"].
# Versions: daphne 4.2.3, autobahn 26.10.2, the client is websockets 17.4.
# Cause: daphne/ws_protocol.py, WebSocketProtocol.serverAccept(), fires a deferred
#   with the name; autobahn/websocket/protocol.py, succeedHandshake(), raises for a
#   name that was not asked for, inside that deferred, where no one looks.
set -euo pipefail
dir=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'daphne==4.2.3' 'autobahn==26.10.2' 'websockets==17.4'
cat > "$dir/app.py" <<'PY'
async def application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept", "subprotocol": "media"})
    with open("told", "a") as note:
        note.write(f"{(await receive())['type']}\n")
PY
cd "$dir"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$dir/venv/bin/daphne" -b 127.0.0.1 -p "$port" app:application >"$dir/log" 2>&1 &
server=$!
"$dir/venv/bin/python" - "$port" <<'PY'
import asyncio
import pathlib
import sys
import time
from importlib.metadata import version

import websockets

print(*(f"{name} {version(name)}" for name in ("daphne", "autobahn", "websockets")))


async def connect(asked):
    for _ in range(100):
        began = time.monotonic()
        try:
            async with websockets.connect(
                f"ws://127.0.0.1:{sys.argv[1]}/", subprotocols=asked, proxy=None
            ) as link:
                got = link.subprotocol
            break
        except ConnectionError:
            await asyncio.sleep(0.1)
        except websockets.InvalidMessage:
            got = "no answer"
            break
    took = time.monotonic() - began
    print("asked for", asked, "->", got, f"after {took:.1f} s")
    return got, took > 2


async def main():
    seen = [await connect(asked) for asked in (["media"], None, ["other"])]
    await asyncio.sleep(0.5)
    told = pathlib.Path("told").read_text().split()
    log = pathlib.Path("log").read_text()
    print("the application was told:", *told, "| an error in the log:", "rror" in log)
    hung = [("media", False), ("no answer", True), ("no answer", True)]
    return seen == hung and told == ["websocket.disconnect"] * 3 and "rror" not in log


sys.exit(0 if asyncio.run(main()) else "the behaviour changed")
PY
