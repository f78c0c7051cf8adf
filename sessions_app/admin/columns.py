"""The columns of the call list."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from sessions_app.admin import call_page
from sessions_app.admin.display import NOTHING, badge, moment, time_or_dash
from sessions_app.engine.core.party import visitor_name
from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call
from sessions_app.models.work import LeasedJob


def _work_badge(work: LeasedJob | None) -> SafeString | str:
    if work is None:
        return NOTHING
    return badge(work.state, work.get_state_display())


class CallColumns:
    """Mixin for `CallAdmin`: the list's columns."""

    @admin.display(description=gettext_lazy("Call"), ordering="title")
    def name(self, call: Call) -> str:
        return call.title or call.public_id

    @admin.display(description=gettext_lazy("Started"), ordering="created_at")
    def started(self, call: Call) -> str:
        return moment(call.created_at)

    @admin.display(description=gettext_lazy("State"), ordering="state")
    def state_badge(self, call: Call) -> SafeString:
        return badge(call.state, call.get_state_display())

    @admin.display(description=gettext_lazy("User"), ordering="owner__username")
    def user(self, call: Call) -> str:
        name = call.owner.get_username()
        return (
            gettext("{name}, visitor {visitor_name}").format(
                name=name, visitor_name=visitor_name(call.visitor)
            )
            if call.visitor
            else name
        )

    @admin.display(description=gettext_lazy("Length"), ordering="duration_ms")
    def length(self, call: Call) -> str:
        return time_or_dash(call.duration_ms)

    @admin.display(description=gettext_lazy("Words"), ordering="word_count")
    def words(self, call: Call) -> int:
        return int(getattr(call, "word_count", 0))

    @admin.display(description=gettext_lazy("Audio"), ordering="recording__state")
    def recording_badge(self, call: Call) -> SafeString | str:
        return _work_badge(call_page.recording_of(call))

    @admin.display(description=gettext_lazy("Summary"), ordering="summary__state")
    def summary_badge(self, call: Call) -> SafeString | str:
        return _work_badge(call_page.summary_of(call))
