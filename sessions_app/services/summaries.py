"""The verbs over summaries."""

from typing import Any

from sessions_app.models import AccessLog, Call, Summary
from sessions_app.services import access, exports, work
from sessions_app.services.queueing import SUMMARISE, queue
from sessions_app.summaries.base import Summariser


def summarise(call: Call, row: Summary, summariser: Summariser) -> None:
    """Fills a leased row from the call's transcript and marks it done."""
    found = summariser.summarise(exports.rows(call))
    row.text = found.text
    row.key_points = [{"text": point.text, "seq": point.seq} for point in found.key_points]
    row.action_items = [{"text": item.text, "seq": item.seq} for item in found.action_items]
    row.speakers = [
        {"speaker": s.speaker, "spoken_ms": s.spoken_ms, "words": s.words} for s in found.speakers
    ]
    row.engine = summariser.name
    work.done(row)


def ask_again(call: Call, user: Any) -> None:
    """Owes the call a new summary, and notes who asked."""
    row, _ = Summary.objects.get_or_create(call=call)
    work.again(row)
    access.log(call, user, AccessLog.Action.SUMMARISED)
    queue(SUMMARISE, call.pk)
