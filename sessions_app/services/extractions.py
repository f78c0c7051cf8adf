"""Operations on the values taken from calls: queue, take, correct, export as a file."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.engine.exports import csv
from sessions_app.engine.summaries.taking import fields_of
from sessions_app.engine.text.cleaning import cleaned
from sessions_app.models import AccessLog, Call, Extraction
from sessions_app.models.work import WorkState
from sessions_app.services import access, changes, work
from sessions_app.services.queueing import SUMMARISE, queue


def schedule(call: Call) -> None:
    """Queues the extraction of an ended call's values, if its agent has fields to fill."""
    if fields_of(call.agent.extraction_schema):
        Extraction.objects.get_or_create(call=call)


def correct(
    row: Extraction, user: Any, values: Mapping[str, Any], take_back: Sequence[str] = ()
) -> None:
    """Sets values by hand, or takes back earlier corrections; the caller has checked `values`.

    Raises UnknownCallError where the call, or its words, were erased meanwhile.
    """
    with transaction.atomic():
        access.lock_call(row.call_id)
        row = _locked(row)
        row.corrections = {
            name: value
            for name, value in {**row.corrections, **cleaned(dict(values))}.items()
            if name not in take_back
        }
        row.values = row.found | row.corrections
        row.corrected_by_id, row.corrected_at = user.pk, timezone.now()
        row.save(update_fields=["corrections", "values", "corrected_by", "corrected_at"])
        names = ", ".join([*values, *take_back])
        access.log(row.call, user, AccessLog.Action.EDITED, f"taken values: {names}")
        changes.updated(row.call_id)


def _locked(row: Extraction) -> Extraction:
    found = Extraction.objects.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise UnknownCallError(gettext("The values taken from the call do not exist any more."))
    return found


def forget_found(call: Call, rewrite: Callable[[str], str]) -> bool:
    """Empties the values found in a call; returns whether there is such a row.

    Values that staff set by hand are kept, their texts changed by `rewrite`.
    """
    row = Extraction.objects.select_for_update().filter(call=call).first()
    if row is None:
        return False
    row.corrections = {name: _rewritten(one, rewrite) for name, one in row.corrections.items()}
    row.found, row.evidence, row.note, row.error = {}, {}, "", ""
    row.values = dict(row.corrections)
    row.save(update_fields=["corrections", "found", "evidence", "note", "error", "values"])
    return True


def _rewritten(value: Any, rewrite: Callable[[str], str]) -> Any:
    if isinstance(value, list):
        return [_rewritten(one, rewrite) for one in value]
    return rewrite(value) if isinstance(value, str) else value


def ask_again(call: Call, user: Any | None) -> bool:
    """Queues the extraction of an ended call's values once more, and logs the request.

    The old values are kept until then. Returns False, and does nothing, while the call is live
    or its values are being taken, or if its words were erased or its agent has no fields.
    """
    if call.is_live or call.text_erased_at or not fields_of(call.agent.extraction_schema):
        return False
    with transaction.atomic():
        row, _ = Extraction.objects.get_or_create(call=call)
        if not work.retry(row):
            return False
        if user is not None:
            access.log(call, user, AccessLog.Action.SUMMARISED, "values taken again")
        queue(SUMMARISE, call.pk)
    return True


def as_csv(calls: QuerySet[Call], user: Any) -> str:
    """Returns the values of the calls that have some, one a line, and logs each as exported."""
    rows = Extraction.objects.filter(call__in=calls, state=WorkState.DONE)
    found = list(rows.select_related("call__agent").order_by("call__created_at", "call_id"))
    names = list(dict.fromkeys(name for row in found for name in row.in_order))
    lines = []
    for row in found:
        access.log(row.call, user, AccessLog.Action.EXPORTED, "taken values, csv")
        told = [row.call.public_id, row.call.agent.slug, row.call.created_at.isoformat()]
        lines.append([*told, *(_cell(row.values.get(name)) for name in names)])
    return csv.table(["call", "agent", "created_at", *names], lines)


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return csv.word_cell("; ".join(map(str, value)))
    return csv.word_cell(value) if isinstance(value, str) else value
