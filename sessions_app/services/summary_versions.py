"""Every summary of a call that was made: kept, listed, and what it cost."""

from collections.abc import Mapping
from decimal import Decimal

from django.conf import settings
from django.db.models import Max, QuerySet
from django.utils import timezone

from sessions_app.engine.summaries.base import CallSummary
from sessions_app.models import Call, Summary, SummaryVersion

PER_TOKENS = 1_000_000
"""The number of tokens that prices are for."""

Prices = Mapping[str, tuple[Decimal, Decimal]]


def of_call(call: Call) -> QuerySet[SummaryVersion]:
    """Returns the call's summaries, the newest first."""
    found = SummaryVersion.objects.filter(call=call).select_related("asked_by")
    return found.order_by("-number")


def next_number(call: Call) -> int:
    """Returns the number of the next summary; in the transaction that keeps it."""
    last = SummaryVersion.objects.filter(call=call).aggregate(last=Max("number"))["last"]
    return int(last or 0) + 1


def keep(row: Summary, found: CallSummary) -> SummaryVersion:
    """Keeps a summary that is done; in the transaction that stores it."""
    return SummaryVersion.objects.create(
        call_id=row.call_id,
        number=row.number,
        made_at=row.done_at or timezone.now(),
        asked_by_id=row.asked_by_id,
        engine=row.engine,
        model=row.model,
        note=row.note,
        title=row.title,
        text=row.text,
        key_points=row.key_points,
        decisions=row.decisions,
        action_items=row.action_items,
        requests=found.requests,
        tokens_in=found.tokens_in,
        tokens_out=found.tokens_out,
        cost=cost_of(row.model, found.tokens_in, found.tokens_out),
    )


def cost_of(model: str, tokens_in: int, tokens_out: int) -> Decimal | None:
    """Returns what tokens of a model cost; None where MODEL_PRICES has no price of it."""
    prices: Prices = settings.VOICE["MODEL_PRICES"]
    if model not in prices:
        return None
    price_in, price_out = prices[model]
    return (tokens_in * price_in + tokens_out * price_out) / PER_TOKENS
