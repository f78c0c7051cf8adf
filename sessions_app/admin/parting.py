"""Lines and answers of a long call, which its page shows in parts as the call's own page does."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from sessions_app.i18n import of_agent
from sessions_app.models import Call
from sessions_app.services import call_parts, corrections, redactions, turns, waterfalls
from sessions_app.services.call_parts import ANSWERS, Asked
from sessions_app.services.parted import PartedTranscript


class LineOfTurn(Protocol):
    """A line of a transcript: of which turn it is, and how an answer leads to it."""

    @property
    def seq(self) -> int: ...
    @property
    def turn_index(self) -> int: ...


class ShowsParts:
    """Mixin for `CallAdmin`: `?part=lines:80-280` or answers, for static/js/later-parts.js."""

    get_object: Callable[..., Call | None]
    has_view_permission: Callable[[HttpRequest, Call], bool]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        asked = call_parts.asked(request.GET)
        if not asked.kind:
            return super().change_view(request, object_id, form_url, extra_context)  # type: ignore[misc,no-any-return]
        call = self.get_object(request, unquote(object_id))
        if call is None:
            raise Http404
        if not self.has_view_permission(request, call):
            raise PermissionDenied
        shown = transcript(call)
        if asked.kind == ANSWERS:
            return render(request, "parts/answers.html", answers(call, shown.rows, asked))
        context = {
            "call": call,
            "lines": shown.lines(asked),
            "recording_ready": redactions.is_ready(getattr(call, "recording", None)),
            **may(request.user, call),
        }
        return render(request, "parts/lines.html", context)


def may(user: Any, call: Call) -> dict[str, bool]:
    """Returns what `user` may do with a line, as parts/lines.html asks for it."""
    return {
        "may_correct": not call.is_live and corrections.may_correct(user, call),
        "may_redact": not call.is_live and redactions.may_redact(user),
    }


def transcript(call: Call) -> PartedTranscript:
    """Returns the call's lines; staff who see the admin's page know who typed them."""
    name = of_agent(str(call.persona.get("name") or call.agent.name))
    return PartedTranscript(call, name, typists=True)


def lines(call: Call, shown: PartedTranscript, asked: Asked) -> dict[str, Any]:
    """Returns the template context of the lines that the page comes with."""
    return {
        "lines": shown.lines(asked),
        "lines_later": shown.later(asked),
        "known": shown.known if call.is_live else "",
        "unsure": shown.unsure,
        "gap_after": shown.gap_after,
    }


def answers(call: Call, lines: Iterable[LineOfTurn], asked: Asked) -> dict[str, Any]:
    """Returns the template context of the answers that are asked for."""
    seqs = {line.turn_index: line.seq for line in reversed(list(lines))}
    fall, later = call_parts.answers(waterfalls.of(turns.answers_of(call), seqs), asked)
    return {"waterfall": fall, "answers_later": later}
