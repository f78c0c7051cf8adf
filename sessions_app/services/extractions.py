"""Operations on the values taken from calls: queue, take, correct, export as a file."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.engine.core.usage import UsageKind
from sessions_app.engine.exports import csv
from sessions_app.engine.summaries.taking import Extractor, TakenValues, fields_of
from sessions_app.engine.text.cleaning import clean, cleaned
from sessions_app.models import AccessLog, Call, Extraction, WebhookEvent
from sessions_app.models.work import WorkState
from sessions_app.services import access, changes, exports, summaries, usage, webhooks, work
from sessions_app.services.queueing import SUMMARISE, queue
from sessions_app.services.summary_versions import cost_of


def schedule(call: Call) -> None:
    """Queues the extraction of an ended call's values, if its agent has fields to fill."""
    if fields_of(call.agent.extraction_schema):
        Extraction.objects.get_or_create(call=call)


def extract(call: Call, row: Extraction, extractor: Extractor) -> None:
    """Fills a claimed row from the transcript and marks it done; manual corrections are kept."""
    schema = call.agent.extraction_schema
    fields = fields_of(schema)
    found = extractor.take(summaries.brief_of(call, exports.rows(call)), fields)
    row.schema, row.schema_version = schema, call.agent.extraction_version
    row.found = {name: cleaned(found.values.get(name)) for name in fields}
    row.evidence = {name: list(seqs) for name, seqs in found.evidence.items()}
    _note_making(row, found)
    with transaction.atomic():
        # somebody may have corrected it since the row was claimed
        now = Extraction.objects.select_for_update().get(pk=row.pk)
        row.corrected_by_id, row.corrected_at = now.corrected_by_id, now.corrected_at
        row.corrections = {name: v for name, v in now.corrections.items() if name in fields}
        row.values = row.found | row.corrections
        if work.complete(row) and row.done_at is not None:
            once = row.done_at.isoformat()
            webhooks.schedule(WebhookEvent.EXTRACTION_READY, call.public_id, once)
    # separately: a correction of a value locks the call first, and then the row
    usage.keep_model_use(call, UsageKind.VALUES, found)


def _note_making(row: Extraction, found: TakenValues) -> None:
    row.engine, row.model, row.note = found.engine, found.model[:200], clean(found.note)[:500]
    row.requests, row.tokens_in, row.tokens_out = found.requests, found.tokens_in, found.tokens_out
    row.cost = cost_of(row.model, found.tokens_in, found.tokens_out)


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
