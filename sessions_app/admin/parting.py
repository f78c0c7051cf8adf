"""The answers of a long call, which its page shows in parts as the call's own page does."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from sessions_app.models import Call
from sessions_app.services import call_parts, outline, turns, waterfalls
from sessions_app.services.call_parts import ANSWERS, Asked


class LineOfTurn(Protocol):
    """A line of a transcript: of which turn it is, and how an answer leads to it."""

    @property
    def seq(self) -> int: ...
    @property
    def turn_index(self) -> int: ...


class ShowsParts:
    """Mixin for `CallAdmin`: `?part=answers:40-240`, as static/js/later-parts.js asks for it."""

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
        if asked.kind != ANSWERS:
            return super().change_view(request, object_id, form_url, extra_context)  # type: ignore[misc,no-any-return]
        call = self.get_object(request, unquote(object_id))
        if call is None:
            raise Http404
        if not self.has_view_permission(request, call):
            raise PermissionDenied
        return render(request, "parts/answers.html", answers(call, outline.of(call), asked))


def answers(call: Call, lines: Iterable[LineOfTurn], asked: Asked) -> dict[str, Any]:
    """Returns the template context of the answers that are asked for."""
    seqs = {line.turn_index: line.seq for line in reversed(list(lines))}
    fall, later = call_parts.answers(waterfalls.of(turns.answers_of(call), seqs), asked)
    return {"waterfall": fall, "answers_later": later}
