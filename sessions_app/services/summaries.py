"""What pages, the API and the admin do with summaries; making one is `summarising`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from sessions_app.engine.text.writing import join_sentences, plain_words
from sessions_app.models import AccessLog, Call, Summary, SummaryVersion
from sessions_app.models.work import WorkState
from sessions_app.services import access, corrections, work
from sessions_app.services.queueing import SUMMARISE, queue


@dataclass(frozen=True, slots=True)
class SummaryParts:
    """A summary for people: each sentence is in one part only. The lists are the model's."""

    text: str
    key_points: list[dict[str, Any]]
    action_items: list[dict[str, Any]]
    decisions: list[dict[str, Any]] = field(default_factory=list)


def display_parts(summary: Summary | SummaryVersion) -> SummaryParts:
    """Returns the parts of a summary that a page shows, next to the notes of its call.

    A text that only joins the key points is left out. So are key points that are notes, contain one
    or are action items, as the page shows the call's notes, too.
    """
    said = [point for point in summary.key_points if point.get("seq") is not None]
    joined = words_alone(join_sentences(point["text"] for point in said))
    text = "" if said and words_alone(summary.text) == joined else summary.text
    asked = [f" {words_alone(item['text'])} " for item in summary.action_items]
    points = [
        point
        for point in without_repeats(summary.key_points)
        if point.get("seq") is not None
        and not any(words in f" {words_alone(point['text'])} " for words in asked)
    ]
    return SummaryParts(text, points, summary.action_items, summary.decisions)


def words_alone(text: str) -> str:
    """Returns the words of `text` alone, to compare sentences by."""
    return " ".join(plain_words(text))


def without_repeats(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Drops sentences that repeat a noted item word for word; the items are kept."""
    written = [f" {words_alone(item['text'])} " for item in items if item.get("seq") is None]
    return [
        item
        for item in items
        if item.get("seq") is None
        or not any(words in f" {words_alone(item['text'])} " for words in written)
    ]


def is_outdated(summary: Summary | None, now: int | None = None) -> bool:
    """Returns whether the transcript, as people read it, has changed since the summary was made.

    `now` is the call's `text_revision`, where that is known.
    """
    if summary is None or summary.state != WorkState.DONE:
        return False
    revision = corrections.text_revision(summary.call) if now is None else now
    return revision > summary.text_revision


def may_ask_again(user: Any, call: Call, *, outdated: bool | None = None) -> bool:
    """Returns whether `user` may have the summary made again.

    Staff who may change calls always may; anyone who may correct the call may if it is `outdated`,
    which is looked up unless it is given.
    """
    if access.may_change(user):
        return True
    if not corrections.may_correct(user, call):
        return False
    return is_outdated(Summary.objects.filter(call=call).first()) if outdated is None else outdated


def ask_again(call: Call, user: Any | None) -> bool:
    """Queues a new summary of an ended call, and logs the request; the old text stays until then.

    `user` is None where voicesite itself requests it.

    Returns False, and does nothing, while the call is live or its summary is being made.
    """
    if call.is_live:
        return False
    with transaction.atomic():
        row, _ = Summary.objects.get_or_create(call=call)
        if not work.retry(row):
            return False
        Summary.objects.filter(pk=row.pk).update(asked_by=user)
        if user is not None:
            access.log(call, user, AccessLog.Action.SUMMARISED)
        queue(SUMMARISE, call.pk)
    return True
