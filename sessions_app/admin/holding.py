"""Legal holds: placed and lifted for the calls that are chosen on the list."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from sessions_app.admin.base import too_many
from sessions_app.engine.text.cleaning import is_invisible, one_line
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call
from sessions_app.services import erasure

TEMPLATE = "admin/sessions_app/call/hold.html"


class HoldsCalls:
    """Mixin for `CallAdmin`: the two actions, which need a permission of their own."""

    admin_site: Any
    message_user: Callable[..., None]

    def has_hold_permission(self, request: HttpRequest) -> bool:
        """Returns whether the user may place calls under legal hold, and lift it."""
        return bool(request.user.has_perm(erasure.HOLD))

    @admin.action(description=gettext_lazy("Place under legal hold"), permissions=["hold"])
    def legal_hold(self, request: HttpRequest, queryset: QuerySet[Call]) -> HttpResponse | None:
        """Asks for the reason first."""
        if told := too_many(queryset.count()):
            self.message_user(request, told, messages.WARNING)
            return None
        reason = one_line(request.POST.get("reason", ""))
        if not reason or is_invisible(reason):
            return self._asked(request, queryset)
        held = [erasure.hold(call, request.user, reason) for call in queryset]
        self._show_result(
            request,
            held,
            gettext("under legal hold: nothing of it is erased"),
            gettext("under one already"),
        )
        return None

    @admin.action(description=gettext_lazy("Lift the legal hold"), permissions=["hold"])
    def lift_hold(self, request: HttpRequest, queryset: QuerySet[Call]) -> None:
        lifted = [erasure.release(call, request.user) for call in queryset]
        self._show_result(
            request, lifted, gettext("no longer under legal hold"), gettext("under none")
        )

    def _asked(self, request: HttpRequest, queryset: QuerySet[Call]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Place under legal hold?"),
            "opts": Call._meta,
            "queryset": queryset,
            "asked_again": "reason" in request.POST,
        }
        return TemplateResponse(request, TEMPLATE, context)

    def _show_result(self, request: HttpRequest, done: list[bool], told: str, left: str) -> None:
        if number := sum(done):
            self.message_user(
                request,
                gettext("{number} now {told}.").format(number=number, told=told),
                messages.SUCCESS,
            )
        if skipped := len(done) - sum(done):
            self.message_user(
                request,
                gettext("Skipped {skipped}: {left}.").format(skipped=skipped, left=left),
                messages.WARNING,
            )
