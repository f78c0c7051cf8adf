"""What the admin's page of a call offers to anyone who may correct its transcript."""

from collections.abc import Sequence
from typing import Any

from sessions_app.admin.call_page import TranscriptRow, summary_of
from sessions_app.models import Call
from sessions_app.services import corrections, summaries


def context(call: Call, user: Any, lines: Sequence[TranscriptRow]) -> dict[str, Any]:
    """Returns the template context: what `user` may do, and whether the summary is older.

    The page's own JavaScript asks the REST API for the rest, as the call's page does.
    """
    outdated = summaries.is_outdated(summary_of(call), sum(line.revision for line in lines))
    return {
        "may_correct": not call.is_live and corrections.may_correct(user, call),
        "outdated": outdated,
        "may_summarise": summaries.may_ask_again(user, call, outdated=outdated),
    }
