"""How the server is doing, for staff with the permission: processes, calls, jobs, errors, storage.

What the page shows is what `/metrics`, `/readyz` and `manage.py doctor` are made of, as of now.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from sessions_app.i18n import gettext_lazy
from sessions_app.models.work import WorkState
from sessions_app.runtime import health_checks, process_list, service_trials
from sessions_app.services import (
    access,
    ended_calls,
    heartbeats,
    owed_work,
    release,
    retrying,
    server_state,
)

TEMPLATE = "admin/system.html"

KINDS = {
    "recording": gettext_lazy("Recordings"),
    "summary": gettext_lazy("Summaries"),
    "extraction": gettext_lazy("Values taken"),
    "version": gettext_lazy("Second passes"),
    "sound_redaction": gettext_lazy("Recordings without hidden words"),
    "erasure_receipt": gettext_lazy("Erasures"),
    "webhook_delivery": gettext_lazy("Webhooks"),
    "audio_copy": gettext_lazy("Copies in other formats"),
    "archive": gettext_lazy("Exports"),
    "password_link": gettext_lazy("Mails with links for a password"),
}
"""What people call each kind of job."""

PARTS = {
    heartbeats.WORKER: gettext_lazy("Background worker"),
    heartbeats.BEAT: gettext_lazy("Timer"),
}

STORED = {
    "recordings": gettext_lazy("Recordings"),
    "copies": gettext_lazy("Copies in other formats"),
    "exports": gettext_lazy("Exports"),
    "lanes": gettext_lazy("Sound of live calls"),
    "database": gettext_lazy("Database"),
}
DISKS = {
    "lanes": gettext_lazy("Free for the sound of live calls"),
    "recordings": gettext_lazy("Free for recordings"),
}


@dataclass(frozen=True, slots=True)
class BackgroundPart:
    """The worker or the timer: `seen_at` is its last sign of life, which may be too old."""

    name: str
    seen_at: datetime | None
    is_alive: bool


@dataclass(frozen=True, slots=True)
class OwedLine:
    """The jobs of one kind that are not done; `since` is when the oldest was due.

    `can_retry` says that a press of the button would queue some.
    """

    kind: str
    label: str
    waiting: int
    running: int
    failed: int
    since: datetime | None
    can_retry: bool


@dataclass(frozen=True, slots=True)
class MessageQueue:
    """The broker's queue; `messages` is None where the broker does not answer."""

    broker: str
    messages: int | None


def patterns(site: admin.AdminSite) -> list[URLPattern]:
    """Returns the addresses of the page, for `site`, which asks for a sign-in first."""
    return [
        path("system/", site.admin_view(require_safe(page)), name="system"),
        path(
            "system/<slug:kind>/retry/", site.admin_view(require_POST(retry)), name="system_retry"
        ),
    ]


def page(request: HttpRequest) -> HttpResponse:
    """Shows all of it as of now."""
    if not retrying.may_see(request.user):
        raise PermissionDenied
    now, sees_calls = timezone.now(), access.sees_all(request.user)
    errors = async_to_sync(process_list.errors)()
    context = {
        **admin.site.each_context(request),
        "title": gettext("System"),
        "processes": async_to_sync(process_list.listed)(),
        "parts": _parts(now),
        "carried": server_state.carried(),
        "owed": _owed(now, may_retry=retrying.may_retry(request.user)),
        "queue": _queue(),
        "traces": settings.TRACING,
        "traced_at": ended_calls.reached() if settings.TRACING else None,
        "faults": server_state.faults(now),
        "sees_calls": sees_calls,
        # what is told of a failure may quote the call
        "failed": [
            (KINDS[one.kind], one.since, one.error if sees_calls else "")
            for one in server_state.failed_jobs()
        ],
        "errors": None if errors is None else errors.most_common(),
        "stored": [(STORED[what], size) for what, size in server_state.storage().items()],
        "free": _free(),
        "versions": release.versions().items(),
        "now": now,
    }
    return TemplateResponse(request, TEMPLATE, context)


def retry(request: HttpRequest, kind: str) -> HttpResponse:
    """Queues the jobs of a kind that wait or failed, and says how many."""
    if not retrying.may_retry(request.user):
        raise PermissionDenied
    model = retrying.KINDS.get(kind)
    if model is None:
        raise Http404
    count = retrying.retry_now(model, request.user)
    told = ngettext("{count} job is tried again.", "{count} jobs are tried again.", count)
    messages.success(request, f"{KINDS[kind]}: {told.format(count=count)}")
    return HttpResponseRedirect(reverse("admin:system"))


def _parts(now: datetime) -> list[BackgroundPart]:
    given = heartbeats.given()
    limit = timedelta(seconds=settings.VOICE["WORKER_SILENT_S"] or health_checks.SILENT_S)
    found = [(label, given.get(name)) for name, label in PARTS.items()]
    return [
        BackgroundPart(label, seen, seen is not None and now - seen <= limit)
        for label, seen in found
    ]


def _owed(now: datetime, *, may_retry: bool) -> list[OwedLine]:
    by_kind: dict[str, dict[str, owed_work.OwedJobs]] = defaultdict(dict)
    for one in owed_work.jobs(now):
        by_kind[one.kind][one.state] = one
    return [_line(kind, states, now, may_retry) for kind, states in by_kind.items()]


def _line(kind: str, states: dict[str, Any], now: datetime, may_retry: bool) -> OwedLine:
    waiting, running, failed = (
        states[state] for state in (WorkState.PENDING, WorkState.RUNNING, WorkState.FAILED)
    )
    ages = [one.oldest_s for one in states.values() if one.count and one.oldest_s is not None]
    tried = waiting.count + (failed.count if retrying.KINDS[kind] in retrying.AGAIN else 0)
    return OwedLine(
        kind=kind,
        label=KINDS[kind],
        waiting=waiting.count,
        running=running.count,
        failed=failed.count,
        since=now - timedelta(seconds=max(ages)) if ages else None,
        can_retry=may_retry and bool(tried),
    )


def _queue() -> MessageQueue:
    try:
        return MessageQueue(*service_trials.waiting_messages())
    except Exception:  # noqa: BLE001 - a broker fails in as many ways as there are brokers
        return MessageQueue("", None)


def _free() -> list[tuple[str, int]]:
    there = [(DISKS[part], folder) for part, folder in owed_work.folders().items()]
    return [(label, health_checks.free_bytes(folder)) for label, folder in there if folder.is_dir()]
