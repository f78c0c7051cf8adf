#!/usr/bin/env bash
# Under Daphne, "await send(...)" never waits for the client.
#
# One would guess: an ASGI server holds the application back while the client
#   does not read, as uvicorn does.
# What happens: 32 MiB for a client that reads nothing are "sent" in a few
#   hundredths of a second, by HTTP and by WebSocket alike, and lie in the
#   server's memory; under uvicorn the same loop stands until the client goes.
#   Seen: "daphne http 0.0 s, websocket 0.0 s, uvicorn http: not sent in 3 s".
# Why it matters for live voice: an application cannot tell a slow listener by
#   its own send. Audio made faster than real time for a phone on a bad network
#   piles up, what was "sent" is far from heard, and barge-in cannot take it back.
#   The application has to pace by the clock or by acknowledgements.
# Versions: daphne 4.2.3 (Twisted, autobahn), uvicorn 0.35.0.
# Cause: daphne/http_protocol.py, WebRequest.handle_reply(), and ws_protocol.py,
#   WebSocketProtocol.serverSend(), write to the Twisted transport and register
#   no producer, so nothing is told when its buffer is full.
set -euo pipefail
dir=$(mktemp -d)
servers=()
trap 'for pid in "${servers[@]}"; do kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; done; rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'daphne==4.2.3' 'uvicorn==0.35.0'
cat > "$dir/app.py" <<'PY'
import time

MIB = bytes(1 << 20)


async def application(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        return
    await receive()
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        message = {"type": "http.response.body", "body": MIB, "more_body": True}
    else:
        await send({"type": "websocket.accept"})
        message = {"type": "websocket.send", "bytes": MIB}
    began = time.monotonic()
    for _ in range(32):
        await send(message)
    with open(scope["path"].strip("/"), "w") as note:
        note.write(f"{time.monotonic() - began:.3f}")
PY
cd "$dir"
read -r one two < <(python3 -c 'import socket
held = [socket.socket() for _ in "12"]
[s.bind(("127.0.0.1", 0)) for s in held]
print(*[s.getsockname()[1] for s in held])')
"$dir/venv/bin/daphne" -b 127.0.0.1 -p "$one" app:application >/dev/null 2>&1 &
servers+=($!)
"$dir/venv/bin/uvicorn" --host 127.0.0.1 --port "$two" --lifespan off app:application >/dev/null 2>&1 &
servers+=($!)
"$dir/venv/bin/python" - "$one" "$two" <<'PY'
import pathlib
import socket
import sys
import time
from importlib.metadata import version

print("daphne", version("daphne"), "uvicorn", version("uvicorn"))
UPGRADE = (
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: MDAwMDAwMDAwMDAwMDAwMA==\r\n"
)


def sent_in(port, name, headers=""):
    """Seconds in which the application was through, or None within 3 s."""
    for _ in range(100):
        try:
            link = socket.create_connection(("127.0.0.1", int(port)))
            break
        except ConnectionError:
            time.sleep(0.1)
    with link:
        link.sendall(f"GET /{name} HTTP/1.1\r\nHost: here\r\n{headers}\r\n".encode())
        time.sleep(3)  # read nothing
        note = pathlib.Path(name)
        took = float(note.read_text()) if note.exists() else None
    print(name, "not sent in 3 s" if took is None else f"32 MiB sent in {took:.2f} s")
    return took


http = sent_in(sys.argv[1], "daphne-http")
ws = sent_in(sys.argv[1], "daphne-websocket", UPGRADE)
other = sent_in(sys.argv[2], "uvicorn-http")
kept = http is not None and http < 2 and ws is not None and ws < 2 and other is None
sys.exit(0 if kept else "the behaviour changed")
PY
