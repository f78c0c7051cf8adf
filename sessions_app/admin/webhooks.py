"""Webhooks: which addresses get which events, and the log of the deliveries."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from sessions_app.admin.base import CleanForm, ReadOnlyAdmin, VoiceAdmin
from sessions_app.admin.display import NOTHING, badge, call_link, link, opens, related
from sessions_app.i18n import gettext_lazy
from sessions_app.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from sessions_app.models.work import WorkState
from sessions_app.services import webhook_posts, webhooks
from sessions_app.services.webhook_posts import AddressRefusedError

SHOWN_SECONDS = "%Y-%m-%d %H:%M:%S"


class EndpointForm(CleanForm[WebhookEndpoint]):
    """Refuses addresses that could never be reached, and says why."""

    events = forms.MultipleChoiceField(
        choices=WebhookEvent.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Messages hold ids, times and states, and nothing that was said."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "events", "enabled")
        help_texts = {
            "url": gettext_lazy(
                "An https:// address. Private hosts must be named in WEBHOOK_ALLOWED_PRIVATE."
            ),
            "enabled": gettext_lazy("While it is off nothing is kept for it."),
        }

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            webhook_posts.checked_url(url, webhooks.allowed_hosts())
        except AddressRefusedError as error:
            raise forms.ValidationError(error.message) from error
        return url


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(VoiceAdmin[WebhookEndpoint]):
    """Where staff add endpoints, choose their events and rotate their secrets."""

    form = EndpointForm
    list_display = ("name", "url", "told_of", "status", "deliveries_link")
    list_filter = ("enabled",)
    search_fields = ("name", "url")
    actions = ("rotate_secrets",)
    readonly_fields = ("signing_secret", "status", "made_by", "created_at", "deliveries_link")
    made_by = related("created_by")

    def get_fields(self, request: HttpRequest, obj: WebhookEndpoint | None = None) -> Any:
        typed = ("name", "url", "events", "enabled")
        return typed if obj is None else (*typed, *self.readonly_fields)

    def save_model(
        self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool
    ) -> None:
        if not change:
            obj.created_by = request.user  # type: ignore[assignment] # staff are signed in
        obj.problem, obj.resting_until = "", None
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("Events"))
    def told_of(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.events)

    @admin.display(description=gettext_lazy("Status"))
    def status(self, endpoint: WebhookEndpoint) -> SafeString:
        if not endpoint.enabled:
            return badge("failed", endpoint.problem or gettext("Off"))
        return (
            badge("failed", endpoint.problem) if endpoint.problem else badge("done", gettext("On"))
        )

    @admin.display(description=gettext_lazy("Signing secret"))
    def signing_secret(self, endpoint: WebhookEndpoint) -> SafeString:
        return format_html("<code>{}</code>", endpoint.secret)

    @admin.display(description=gettext_lazy("Deliveries"))
    def deliveries_link(self, endpoint: WebhookEndpoint) -> SafeString | str:
        if not opens(endpoint, WebhookDelivery):
            return NOTHING
        address = reverse("admin:sessions_app_webhookdelivery_changelist")
        return link(f"{address}?endpoint__id__exact={endpoint.pk}", gettext("Show"))

    @admin.action(
        description=gettext_lazy("Give the selected endpoints new secrets"), permissions=["change"]
    )
    def rotate_secrets(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        for endpoint in queryset:
            webhooks.rotate(endpoint)
            self.log_change(request, endpoint, "Given a new secret.")
        self.message_user(
            request,
            gettext(
                "Copy the new secret to each receiver. For a day messages are signed by the one "
                "before, too."
            ),
            messages.SUCCESS,
        )


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin[WebhookDelivery]):
    """The log, and "Send again"."""

    list_display = ("moment", "event", "endpoint", "call_link", "outcome", "attempts", "next")
    list_filter = ("state", "event", "endpoint")
    list_select_related = ("endpoint", "call")
    search_fields = ("message_id", "call__public_id")
    search_help_text = gettext_lazy("Message ids and call ids.")
    actions = ("send_again",)
    fields = (
        *("moment", "event", "sent_to", "call_link", "message_id", "sequence", "payload"),
        *("outcome", "attempts", "next", "error", "done_at"),
    )
    readonly_fields = fields
    sent_to = related("endpoint")

    @admin.display(description=gettext_lazy("When"), ordering="created_at")
    def moment(self, row: WebhookDelivery) -> str:
        return f"{timezone.localtime(row.created_at):{SHOWN_SECONDS}}"

    @admin.display(description=gettext_lazy("Call"), ordering="call")
    def call_link(self, row: WebhookDelivery) -> SafeString | str:
        return "—" if row.call is None else call_link(row, row.call)

    @admin.display(description=gettext_lazy("Outcome"), ordering="state")
    def outcome(self, row: WebhookDelivery) -> SafeString:
        status = "" if row.status is None else f" ({row.status})"
        return badge(row.state, f"{row.get_state_display()}{status}")

    @admin.display(description=gettext_lazy("Next attempt"))
    def next(self, row: WebhookDelivery) -> str:
        if row.state != WorkState.PENDING or row.leased_until is None:
            return "—"
        return f"{timezone.localtime(row.leased_until):{SHOWN_SECONDS}}"

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Returns whether somebody may change endpoints, and so send to them."""
        return request.user.has_perm("sessions_app.change_webhookendpoint")

    @admin.action(
        description=gettext_lazy("Send the selected messages again"), permissions=["send"]
    )
    def send_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        rows = list(queryset.order_by("pk"))
        sent = [row for row in rows if webhooks.send_again(row)]
        for row in sent:
            self.log_change(request, row, "Sent again.")
        if sent:
            said = gettext("{len} will be sent again.").format(len=len(sent))
            self.message_user(request, said, messages.SUCCESS)
        if left := len(rows) - len(sent):
            told = ngettext(
                "{left} will not: its endpoint is switched off, or it is being sent just now.",
                "{left} will not: their endpoint is switched off, or they are being sent just now.",
                left,
            )
            self.message_user(request, told.format(left=left), messages.WARNING)
