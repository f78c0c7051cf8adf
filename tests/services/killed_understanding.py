"""Run by test_killed_understanding: a model reads a call, its reader killed (SIGKILL) at each step.

Also while the model's server is silent, and in the middle of its answer. Prints, as JSON, what each
came to.
"""

import json
import os
import signal
import sys
from datetime import timedelta
from typing import Any

from tests.fixtures.completions_server import CompletionsServer, Reply, running_completions
from tests.services import killing

SCHEMA = {"type": "object", "properties": {"order_number": {"type": "string"}}}
ANSWER = {
    "title": "An order",
    "summary": [{"text": "The order AB12 has not come.", "segments": [1]}],
    "decisions": [],
    "todos": [],
    "order_number": {"value": "AB12", "segments": [1]},
}
SILENT, IN_THE_MIDDLE = -1, -2
HANGS = [(at, how) for at in (1, 2) for how in (SILENT, IN_THE_MIDDLE)]
"""Which request of a worker hangs (it takes values first, then sums up), and how."""


def read_and_killed(step: int, call: Any) -> None:
    from sessions_app import tasks
    from sessions_app.engine.understanding.client import ModelClient
    from sessions_app.services import changes, summary_versions, webhooks, work

    killer = killing.Killer(step)
    killer.around(ModelClient, "ask")
    killer.around(work, "complete")
    killer.after(summary_versions, "keep")
    killer.around(webhooks, "schedule")  # in the middle of a transaction
    killer.before(changes, "updated")
    tasks.summarise_call(call.pk)


def read_and_hung(call: Any, server: CompletionsServer, request: int, how: int) -> bool:
    """Has a call read by a worker that is killed while the server hangs."""
    from sessions_app import tasks

    usual = server.answer

    def hang(body: dict[str, Any]) -> str | Reply:
        said = server.said(str(usual(body)))
        return Reply(how, said.body) if len(server.requests) == request else said

    def kill(worker: int) -> None:
        assert server.hangs.wait(20)
        os.kill(worker, signal.SIGKILL)

    server.answer = hang
    try:
        return killing.killed(tasks.summarise_call, call.pk, kill=kill)
    finally:
        server.answer = usual
        server.hangs.clear()


def later(call: Any) -> None:
    """Does what beat and a worker do once the killed worker's lease is over."""
    from django.utils import timezone

    from sessions_app import tasks
    from sessions_app.models import Extraction, Summary
    from sessions_app.models.work import WorkState
    from sessions_app.services import work

    now = timezone.now()
    for kind in (Extraction, Summary):
        running = kind.objects.filter(state=WorkState.RUNNING)
        running.update(leased_until=now - timedelta(seconds=1))
    if work.due(Extraction, now) or work.due(Summary, now):
        tasks.summarise_call(call.pk)


def told_of(killed: bool) -> dict[str, Any]:
    from sessions_app.models import Extraction, Summary, SummaryVersion, WebhookDelivery

    taken, summary = Extraction.objects.get(), Summary.objects.get()
    newest = SummaryVersion.objects.order_by("-number")[0]
    return {
        "killed": killed,
        "states": [taken.state, summary.state],
        "values": taken.values,
        "taking": [taken.requests, taken.tokens_in, taken.tokens_out, str(taken.cost)],
        "text": newest.text,
        "number": newest.number,
        "versions": SummaryVersion.objects.count(),
        "making": [newest.requests, newest.tokens_in, newest.tokens_out, str(newest.cost)],
        "messages": [
            WebhookDelivery.objects.filter(event=event).count()
            for event in ("extraction.ready", "summary.ready")
        ],
    }


def ended(owner: Any) -> Any:
    from sessions_app.engine.core.events import SegmentFinal, Speaker
    from sessions_app.engine.core.states import CallState
    from sessions_app.models import Agent, Call
    from sessions_app.services import calls, transcripts

    call = killing.live_call(owner)
    Agent.objects.update(extraction_schema=SCHEMA)
    said = "My order AB12 has not come, and nobody could tell me when it will be here."
    transcripts.append([(call.pk, SegmentFinal(1, Speaker.CALLER, said, 0, 900))])
    calls.move(call.public_id, CallState.FAILED)
    return Call.objects.select_related("agent").get(pk=call.pk)


def asked_again(call: Any, server: CompletionsServer) -> None:
    from sessions_app.services import extractions, summaries

    assert extractions.ask_again(call, None)
    assert summaries.ask_again(call, None)
    server.requests.clear()


def run(server: CompletionsServer) -> killing.Told:
    from django.contrib.auth.models import User

    from sessions_app.models import WebhookEndpoint

    events = ["summary.ready", "extraction.ready"]
    WebhookEndpoint.objects.create(name="crm", url="https://example.org/", events=events)
    call = ended(User.objects.create(username="owner"))
    told: killing.Told = []
    for request, how in HANGS:
        asked_again(call, server)
        killed = read_and_hung(call, server, request, how)
        later(call)
        told.append(told_of(killed))
    while told[-1]["killed"]:
        asked_again(call, server)
        step = len(told) + 1 - len(HANGS)
        killed = killing.killed(read_and_killed, step, call)
        later(call)
        told.append(told_of(killed))
    return told


def main() -> None:
    with running_completions(answer=lambda _body: json.dumps(ANSWER), tokens_in=400) as server:
        os.environ |= {"SUMMARY_MODEL": "m", "SUMMARY_URL": server.url, "MODEL_PRICES": "m=2/10"}
        killing.begin()
        json.dump(run(server), sys.stdout)


if __name__ == "__main__":
    main()
