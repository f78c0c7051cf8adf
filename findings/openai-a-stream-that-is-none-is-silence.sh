#!/usr/bin/env bash
# The OpenAI client hears nothing, and says nothing, when a stream comes as JSON.
#
# One would guess: asked with stream=True, an answer that is no event stream is
#   either read as one piece or raises an error.
# What happens: iterating gives no event and ends well. Chat, responses and
#   transcriptions alike, sync and async; even a body that says {"error": ...} is
#   swallowed when its status is 200. Seen: "chat: 0 events, no error" for a body
#   with the whole answer in it; without stream=True the same body is read.
# Why it matters for live voice: many compatible servers, proxies and caches ignore
#   "stream". The agent then stays silent with nothing in any log, as if the model
#   had had nothing to say. Take a stream without any event for a failure.
# Versions: openai 3.52.0.
# Cause: openai/_streaming.py, Stream.__stream__() and SSEDecoder: the content type
#   is not looked at, and a line that is neither "data:" nor another field of an
#   event stream is skipped, as the event stream format says.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'openai==3.52.0'
"$dir/venv/bin/python" - <<'PY'
import asyncio
import http.server
import json
import sys
import threading

import openai

print("openai", openai.__version__)
CHAT = {
    "id": "1", "object": "chat.completion", "created": 1, "model": "m",
    "choices": [{
        "index": 0, "finish_reason": "stop",
        "message": {"role": "assistant", "content": "Hello there."},
    }],
}
ERROR = {"error": {"message": "overloaded", "type": "server_error", "code": None, "param": None}}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        answer = CHAT if self.path.endswith("/chat/completions") else {"text": "Hello there."}
        body = json.dumps(ERROR if self.server.failing else answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.failing = False
threading.Thread(target=server.serve_forever, daemon=True).start()
options = {
    "base_url": f"http://127.0.0.1:{server.server_port}/v1", "api_key": "none", "max_retries": 0
}
client = openai.OpenAI(**options)
asked = {"model": "m", "messages": [{"role": "user", "content": "Hello?"}]}
whole = client.chat.completions.create(**asked).choices[0].message.content
print("chat without stream:", repr(whole))


async def later():
    async with openai.AsyncOpenAI(**options) as client:
        return [event async for event in await client.chat.completions.create(**asked, stream=True)]


calls = {
    "chat": lambda: [*client.chat.completions.create(**asked, stream=True)],
    "chat, async": lambda: asyncio.run(later()),
    "responses": lambda: [*client.responses.create(model="m", input="Hello?", stream=True)],
    "transcription": lambda: [
        *client.audio.transcriptions.create(model="m", file=("a.wav", b"RIFF"), stream=True)
    ],
}
kept = whole == "Hello there."
for failing in (False, True):
    server.failing = failing
    for name, call in calls.items():
        try:
            events, error = call(), "no error"
        except openai.OpenAIError as raised:
            events, error = [], repr(raised)
        print(f"{name}{', body is an error' * failing}: {len(events)} events, {error}")
        kept = kept and not events and error == "no error"
sys.exit(0 if kept else "the behaviour changed")
PY
