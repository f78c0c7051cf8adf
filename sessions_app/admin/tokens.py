"""API tokens: made here, shown once, revoked here."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from sessions_app.admin.base import CleanForm, VoiceAdmin
from sessions_app.admin.display import badge, related
from sessions_app.admin.filters import TokenStatusFilter
from sessions_app.i18n import gettext_lazy
from sessions_app.models import ApiToken, TokenScope
from sessions_app.models.access import every_scope
from sessions_app.services import access
from sessions_app.services.access import TOKEN_DAYS


class TokenAdminForm(CleanForm[ApiToken]):
    """A new token; what is left out gives one that may do everything until it is revoked."""

    scopes = forms.MultipleChoiceField(
        choices=TokenScope.choices,
        initial=every_scope,
        required=False,
        label=gettext_lazy("It may"),
        help_text=gettext_lazy("With nothing ticked it may do all that its owner may."),
        widget=forms.CheckboxSelectMultiple,
    )

    days = forms.ChoiceField(
        choices=[("", gettext_lazy("Until it is revoked.")), *TOKEN_DAYS],
        required=False,
        label=gettext_lazy("Valid for"),
    )

    def expires_at(self) -> datetime | None:
        """Returns when the token ends; needs `is_valid()` to have been true."""
        days = self.cleaned_data.get("days")
        return timezone.now() + timedelta(days=int(days)) if days else None

    def clean_scopes(self) -> list[str]:
        return self.cleaned_data["scopes"] or every_scope()

    class Meta:
        model = ApiToken
        fields = "__all__"


@admin.register(ApiToken)
class ApiTokenAdmin(VoiceAdmin[ApiToken]):
    """API tokens act for their owner: staff create them for themselves, superusers for anyone."""

    form = TokenAdminForm
    list_display = (
        *("name", "owner", "starts_with", "may", "status"),
        *("created_at", "expires_at", "last_used_at"),
    )
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
        if token.revoked_at:
            return badge("failed", gettext("Revoked"))
        valid = token.is_valid(timezone.now())
        return badge("done", gettext("Valid")) if valid else badge("failed", gettext("Expired"))

    @admin.display(description=gettext_lazy("It may"))
    def may(self, token: ApiToken) -> str:
        return ", ".join(token.scope_names())

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> Any:
        if obj is not None:
            shown = ("acts_for" if name == "owner" else name for name in self.list_display)
            return (*shown, "revoked_at")
        owner = ("owner",) if request.user.is_superuser else ()
        return ("name", *owner, "scopes", "days")

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
        form: Any,
        change: bool,
    ) -> None:
        """Issues the token; its secret is passed to `response_add` on the request only."""
        if change:
            return
        owner = form.cleaned_data.get("owner", request.user)
        token, secret = access.issue_token(
            owner,
            obj.name,
            scopes=form.cleaned_data.get("scopes"),
            expires_at=form.expires_at(),
        )
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
