"""Takes the values that an agent asks for from a call: the work of a Celery worker.

Apart from `extractions`, which every process needs, as `summarising` is from `summaries`.
"""

from django.db import transaction

from sessions_app.engine.core.usage import UsageKind
from sessions_app.engine.summaries.taking import Extractor, TakenValues, fields_of
from sessions_app.engine.text.cleaning import clean, cleaned
from sessions_app.models import Call, Extraction, WebhookEvent
from sessions_app.services import exports, summarising, usage, webhooks, work
from sessions_app.services.summary_versions import cost_of


def extract(call: Call, row: Extraction, extractor: Extractor) -> None:
    """Fills a claimed row from the transcript and marks it done; manual corrections are kept."""
    schema = call.agent.extraction_schema
    fields = fields_of(schema)
    found = extractor.take(summarising.brief_of(call, exports.rows(call)), fields)
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
