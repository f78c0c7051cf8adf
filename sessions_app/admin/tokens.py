"""API tokens: made here, shown once, revoked here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from sessions_app.admin.base import VoiceAdmin
from sessions_app.admin.display import badge, related
from sessions_app.admin.filters import TokenStatusFilter
from sessions_app.i18n import gettext_lazy
from sessions_app.models import ApiToken
from sessions_app.services import access


@admin.register(ApiToken)
class ApiTokenAdmin(VoiceAdmin[ApiToken]):
    """API tokens act for their owner: staff create them for themselves, superusers for anyone."""

    list_display = ("name", "owner", "starts_with", "status", "created_at", "last_used_at")
    list_filter = (TokenStatusFilter, "created_at")
    list_select_related = ("owner",)
    search_fields = ("name", "prefix", "owner__username")
    autocomplete_fields = ("owner",)
    actions = ("revoke",)
    acts_for = related("owner")

    @admin.display(description=gettext_lazy("Starts with"), ordering="prefix")
    def starts_with(self, token: ApiToken) -> str:
        return f"{token.prefix}…"

    @admin.display(description=gettext_lazy("Status"), ordering="revoked_at")
    def status(self, token: ApiToken) -> SafeString:
        return (
            badge("failed", gettext("Revoked"))
            if token.revoked_at
            else badge("done", gettext("Valid"))
        )

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        if obj is not None:
            shown = ("acts_for" if name == "owner" else name for name in self.list_display)
            return (*shown, "revoked_at")
        return ("name", "owner") if request.user.is_superuser else ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        return self.get_fields(request, obj) if obj is not None else ()

    def has_delete_permission(
        self,
        request: HttpRequest,
        obj: ApiToken | None = None,
    ) -> bool:
        # revoked tokens are kept, so that it can be found out later whose they were
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: ApiToken,
        form: forms.ModelForm[ApiToken],
        change: bool,
    ) -> None:
        """Issues the token; its secret is passed to `response_add` on the request only."""
        if change:
            return
        owner = form.cleaned_data.get("owner", request.user)
        token, secret = access.issue_token(owner, obj.name)
        obj.__dict__.update(token.__dict__)
        request._issued_secret = secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Returns the one page that shows the secret; nothing stores it."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Copy this token now"),
            "opts": self.opts,
            "token": obj,
            "secret": request._issued_secret,  # type: ignore[attr-defined]
        }
        return TemplateResponse(request, "admin/sessions_app/apitoken/issued.html", context)

    @admin.action(description=gettext_lazy("Revoke the selected tokens"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        live = list(queryset.filter(revoked_at__isnull=True))
        for token in live:
            access.revoke(token)
            self.log_change(request, token, "Revoked.")
        self.message_user(
            request,
            gettext("{len} revoked. Programs that use them are refused from now on.").format(
                len=len(live)
            ),
            messages.SUCCESS,
        )
