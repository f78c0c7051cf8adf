"""What the admin's page of a call offers to anyone who may correct its transcript."""

from typing import Any

from sessions_app.admin.call_page import summary_of
from sessions_app.models import Call
from sessions_app.services import summaries


def context(call: Call, user: Any, revision: int) -> dict[str, Any]:
    """Returns the template context: whether the summary is older, and may be made again.

    `revision` is how often what people read has changed.

    The page's own JavaScript asks the REST API for the rest, as the call's page does.
    """
    outdated = summaries.is_outdated(summary_of(call), revision)
    return {
        "outdated": outdated,
        "may_summarise": summaries.may_ask_again(user, call, outdated=outdated),
    }
