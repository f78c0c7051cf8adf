"""Django's admin for calls, agents, tokens, users and the access log."""

from django.contrib import admin

from sessions_app.admin.access_log import AccessLogAdmin
from sessions_app.admin.agents import AgentAdmin
from sessions_app.admin.archives import ArchiveAdmin
from sessions_app.admin.calls import CallAdmin
from sessions_app.admin.connection_checks import ConnectionCheckAdmin
from sessions_app.admin.invitations import InvitationAdmin
from sessions_app.admin.kept import RecordingAdmin, SummaryAdmin
from sessions_app.admin.links import ShareLinkAdmin
from sessions_app.admin.receipts import ErasureReceiptAdmin
from sessions_app.admin.scorecards import ScorecardFormAdmin
from sessions_app.admin.tokens import ApiTokenAdmin
from sessions_app.admin.users import GroupAdmin, UserAdmin
from sessions_app.admin.webhooks import WebhookDeliveryAdmin, WebhookEndpointAdmin
from sessions_app.i18n import gettext_lazy

admin.site.site_header = "voicesite"
admin.site.site_title = "voicesite"
admin.site.index_title = gettext_lazy("Administration")

__all__ = [
    "AccessLogAdmin",
    "AgentAdmin",
    "ApiTokenAdmin",
    "ArchiveAdmin",
    "CallAdmin",
    "ConnectionCheckAdmin",
    "ErasureReceiptAdmin",
    "GroupAdmin",
    "InvitationAdmin",
    "RecordingAdmin",
    "ScorecardFormAdmin",
    "ShareLinkAdmin",
    "SummaryAdmin",
    "UserAdmin",
    "WebhookDeliveryAdmin",
    "WebhookEndpointAdmin",
]
