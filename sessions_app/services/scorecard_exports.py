"""Scorecards of many calls as CSV: one line an answer."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sessions_app.engine.exports import csv
from sessions_app.models import AccessLog, Scorecard
from sessions_app.services import scorecards

COLUMNS = ("call", "form", "version", "reviewer", "scored_at", "question", "kind", "answer")
MEDIA_TYPE = "text/csv; charset=utf-8"
DETAIL = "scorecards"
YES_NO = {True: "Yes", False: "No"}


def render(cards: QuerySet[Scorecard], user: Any) -> str:
    """Returns the file, and logs for each call that its scorecards were exported.

    Texts that a spreadsheet would read as a formula, a number or the like begin with U+2060.
    """
    rows = list(
        cards.filter(call__erasing_at=None)
        .select_related("call", "form", "version", "reviewer")
        .order_by("call__created_at", "call_id", "form__name", "pk")
    )
    _log({card.call_id for card in rows}, user)
    return csv.table(COLUMNS, (line for card in rows for line in _lines(card)))


def _lines(card: Scorecard) -> list[list[Any]]:
    reviewer = csv.safe_cell(card.reviewer.get_username()) if card.reviewer else ""
    known = [card.call.public_id, csv.safe_cell(card.form.name), card.version.number, reviewer]
    at = card.updated_at.isoformat()
    lines = []
    for question in card.version.questions:
        value = card.answers.get(question["key"])
        told = csv.word_cell(value) if isinstance(value, str) else _plain(value)
        lines.append([*known, at, csv.word_cell(question["text"]), question["kind"], told])
    return lines


def _plain(value: Any) -> str:
    """Returns an answer that is no text, in English whoever exports it: programs read the file."""
    return YES_NO[value] if isinstance(value, bool) else scorecards.shown(value)


def _log(call_keys: set[int], user: Any) -> None:
    with transaction.atomic():
        AccessLog.objects.bulk_create(
            AccessLog(call_id=key, user_id=user.pk, action=AccessLog.Action.EXPORTED, detail=DETAIL)
            for key in sorted(call_keys)
        )
