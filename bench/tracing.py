"""What traces cost: the worker that makes them, and a process that carries calls.

    VAR_DIR=$(mktemp -d) .venv/bin/python manage.py shell -v 0 -c \\
        "from bench.tracing import main; main()"

Makes an empty database, and calls of 30 turns in it; reads, plans and sends them as the worker
does, to a collector in another process, in the worker's own CPU time. What it would cost to make
the same spans where the calls are is measured beside, as are the import and its memory. Prints the
rows of the table in docs/performance.md.
"""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from django.contrib.auth.models import User
from django.core.management import call_command
from django.utils import timezone

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import Latency, Speaker, TurnEnded
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.usage import UsageKind, UsedPart
from sessions_app.models import Call
from sessions_app.runtime.tracing.exporting import EVERY_S
from sessions_app.runtime.tracing.spans import plan
from sessions_app.services import calls, ended_calls, turns, usage

AT_ONCE, CALL_S, TURNS, RUNS = 50, 180.0, 30, 5
"""Calls at once, how long each is, and its turns; of so many runs the quickest counts."""

PROCESS_MS = 380.0
"""CPU in ms a second of a process with 50 calls: docs/performance.md."""

ADDRESS = "OTEL_EXPORTER_OTLP_ENDPOINT"

IMPORTS = """
import os, time
import django; django.setup()
import sessions_app.runtime.engine
def megabytes():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
before, began = megabytes(), time.process_time()
import sessions_app.runtime.tracing.otlp
print(time.process_time() - began, megabytes() - before)
"""


class _Takes(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


def collect(port: Any) -> None:
    """Takes all that is sent; tells its port first."""
    server = HTTPServer(("127.0.0.1", 0), _Takes)
    port.send(server.server_address[1])
    server.serve_forever()


def talk(owner: User) -> None:
    """Makes a call of TURNS turns that has just ended."""
    call, _ = calls.create(
        Party(owner.pk, ""),
        calls.agent_for(""),
        door="signaling",
        transport="webrtc",
        recogniser="moonshine",
        worker="bench:1:ab",
        persona=AgentConfig(slug="desk", responder="chat").as_json(),
    )
    for index in range(1, TURNS, 2):
        at = index * 1000.0 * CALL_S / TURNS
        answer = Latency(at, at + 500, at + 550, at + 800, at + 950)
        turns.save(call.pk, TurnEnded(index, Speaker.CALLER, at - 3000, at))
        ended = TurnEnded(index + 1, Speaker.AGENT, at + 950, at + 5000, False, answer)
        turns.save(call.pk, ended)
    usage.keep(
        call.pk, [UsedPart(UsageKind.ANSWERS, "gpt", requests=15, tokens_in=9, tokens_out=9)]
    )
    end = timezone.now() - timedelta(minutes=1)
    over = {"state": "ended", "ended_at": end, "answered_at": end - timedelta(seconds=CALL_S)}
    Call.objects.filter(pk=call.pk).update(duration_ms=round(CALL_S * 1000), **over)


def cpu_ms(once: Callable[[], object]) -> float:
    """Returns the least CPU time of RUNS runs, in ms."""
    found = []
    for _ in range(RUNS):
        began_s = time.process_time()
        once()
        found.append(time.process_time() - began_s)
    return 1000 * min(found)


def main() -> None:
    call_command("migrate", verbosity=0)
    ended_calls.next_batch(timezone.now() - timedelta(hours=1))
    owner = User.objects.create_user("bench")
    calls.seed_agents()
    for _ in range(AT_ONCE):
        talk(owner)
    here, there = multiprocessing.Pipe()
    collector = multiprocessing.Process(target=collect, args=(there,), daemon=True)
    collector.start()
    os.environ[ADDRESS] = f"http://127.0.0.1:{here.recv()}"
    from sessions_app.runtime.tracing.otlp import OtlpSender  # noqa: PLC0415 - reads the address

    sender = OtlpSender()
    batch = ended_calls.next_batch(timezone.now())
    assert len(batch.calls) == AT_ONCE
    planned = [plan(one) for one in batch.calls]
    took = {
        "reads": cpu_ms(lambda: ended_calls.next_batch(timezone.now())) / AT_ONCE,
        "plans": cpu_ms(lambda: [plan(one) for one in batch.calls]) / AT_ONCE,
        "makes and sends": cpu_ms(lambda: sender.send(planned)) / AT_ONCE,
    }
    made_ms = cpu_ms(lambda: _only_make(sender, planned)) / AT_ONCE
    looked_ms = cpu_ms(_nothing_to_do)
    collector.terminate()
    print(f"a call of {TURNS} turns, {len(planned[0].spans)} spans:")
    _tell(took, made_ms, looked_ms)


def _nothing_to_do() -> None:
    now = timezone.now() - timedelta(hours=2)
    ended_calls.claim(now)
    ended_calls.done(ended_calls.next_batch(now))
    ended_calls.release(now)


def _only_make(sender: Any, planned: Any) -> None:
    for trace in planned:
        sender._make(trace)
    sender._made.clear()


def _tell(took: dict[str, float], made_ms: float, looked_ms: float) -> None:
    """Prints the rows: CPU ms of a call, and of a second with AT_ONCE calls."""
    calls_a_second, look = AT_ONCE / CALL_S, looked_ms / EVERY_S
    print("| a process that carries calls | 0 | 0 |")
    for what, ms in took.items():
        print(f"| the worker {what} | {ms:.2f} | {ms * calls_a_second:.2f} |")
    print(f"| it looks for calls, each {EVERY_S:.0f} s | | {look:.2f} |")
    whole_ms = sum(took.values())
    print(f"| all | {whole_ms:.2f} | {whole_ms * calls_a_second + look:.2f} |")
    sent_ms = took["makes and sends"]
    for what, ms in (("made", made_ms), ("made and sent", sent_ms)):
        share = 100 * ms * calls_a_second / PROCESS_MS
        print(f"spans {what} where the calls are: {ms:.2f} ms a call, {share:.2f} % of the process")
    code = [sys.executable, "-c", IMPORTS]
    told = subprocess.run(code, capture_output=True, text=True, check=True).stdout.split()
    print(f"import: {1000 * float(told[0]):.0f} ms, {float(told[1]):.1f} MB")
