"""Run by test_killed_webhook: sends messages, the worker killed (SIGKILL) at each step in turn.

The receiver is that of docs/webhooks.md, which checks signatures and takes each message once.
Prints, as JSON, what came of each message.
"""

import contextlib
import importlib
import io
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import ThreadingHTTPServer
from typing import Any

from tests.fixtures.server import ROOT
from tests.services import killing

Told = dict[str, Any]


class Seen:
    """What the receiver was sent, and whether it is to be silent the next time."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, int, str]] = []
        self.silent = False
        self.waits = threading.Event()
        self.goes_on = threading.Event()

    def kill(self, worker: int) -> None:
        """Kills who waits for an answer, which comes then, for nobody."""
        assert self.waits.wait(20)
        os.kill(worker, signal.SIGKILL)
        self.silent = False


@contextlib.contextmanager
def receiving(secret: str) -> Iterator[tuple[str, Seen]]:
    """Yields the address of the documents' receiver, and what it sees."""
    os.environ["WEBHOOK_SECRET"] = secret
    sys.path.insert(0, str(ROOT / "docs/examples"))
    module = importlib.import_module("webhook_receiver.receiver")
    seen, verify = Seen(), module.webhook.verify

    class Receiver(module.Receiver):  # type: ignore[misc,name-defined]
        def send_response(self, *given: Any) -> None:
            if seen.silent:
                seen.waits.set()
                seen.goes_on.wait(20)
            super().send_response(*given)

    def verified(body: bytes, headers: dict[str, str]) -> Any:
        message = verify(body, headers)
        sent = {name.lower(): value for name, value in headers.items()}
        seen.posts.append((sent["webhook-id"], message["sequence"], body.decode()))
        return message

    module.webhook.verify = verified
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", seen
    finally:
        server.shutdown()
        server.server_close()


def sent_and_killed(step: int, row: Any) -> None:
    from sessions_app.services import webhook_posts, webhooks, work

    killer = killing.Killer(step)
    killer.after(work, "claim")
    killer.around(webhook_posts, "post")  # the answer is there and not yet looked at
    killer.around(webhooks, "_check_status")
    killer.around(work, "complete")  # in the middle of a transaction, too
    webhooks.deliver(row.pk)


def later(row: Any) -> bool:
    """Does what beat and a worker do once the killed worker's lease is over.

    Returns whether the message was due.
    """
    from django.utils import timezone

    from sessions_app.models import WebhookDelivery
    from sessions_app.models.work import WorkState
    from sessions_app.services import webhooks, work

    now = timezone.now()
    running = WebhookDelivery.objects.filter(state=WorkState.RUNNING)
    running.update(leased_until=now - timedelta(seconds=1))
    due = work.due(WebhookDelivery, now)
    assert due in ([], [row.pk])
    for key in due:
        webhooks.deliver(key)
    return bool(due)


def scheduled(call: Any, once: int) -> Any:
    from sessions_app.models import WebhookDelivery, WebhookEvent
    from sessions_app.services import webhooks

    webhooks.schedule(WebhookEvent.SUMMARY_READY, call.public_id, str(once))
    return WebhookDelivery.objects.latest("sequence")


def told_of(row: Any, killed: bool, again: bool, seen: Seen) -> Told:
    """Says what came of a message; `again` is whether it was due after the kill."""
    row.refresh_from_db()
    posts = [(number, body) for sent, number, body in seen.posts if sent == row.message_id]
    return {
        "killed": killed,
        "again": again,
        "state": row.state,
        "attempts": row.attempts,
        "status": row.status,
        "posts": len(posts),
        "the same": set(posts) == {(row.sequence, posts[0][1])},
    }


def run(call: Any, seen: Seen) -> killing.Told:
    from sessions_app.services import webhooks

    def one(killed: bool, row: Any) -> Told:
        return told_of(row, killed, later(row), seen)

    seen.silent, row = True, scheduled(call, 0)
    told = [one(killing.killed(webhooks.deliver, row.pk, kill=seen.kill), row)]
    seen.goes_on.set()
    while told[-1]["killed"]:
        step, row = len(told), scheduled(call, len(told))
        told.append(one(killing.killed(sent_and_killed, step, row), row))
    return told


def main() -> None:
    os.environ["WEBHOOK_ALLOWED_PRIVATE"] = "127.0.0.1"
    killing.begin()
    from django.contrib.auth.models import User

    from sessions_app.models import WebhookEndpoint

    call = killing.live_call(User.objects.create(username="owner"))
    endpoint = WebhookEndpoint.objects.create(name="crm", url="", events=["summary.ready"])
    with receiving(endpoint.secret) as (url, seen):
        WebhookEndpoint.objects.update(url=url)
        with contextlib.redirect_stdout(io.StringIO()) as lines:
            told = run(call, seen)
    numbers = list(dict.fromkeys(number for _, number, _ in seen.posts))
    found = {"messages": told, "numbers": numbers, "taken": len(lines.getvalue().splitlines())}
    json.dump([found], sys.stdout)


if __name__ == "__main__":
    main()
