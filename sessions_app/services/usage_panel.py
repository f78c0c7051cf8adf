"""Usage in words, for staff: the same on a call's page and in the admin."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sessions_app.models import Call, Usage
from sessions_app.services import usage

MS_A_SECOND, MS_A_MINUTE = 1000, 60_000
"""Milliseconds."""

SHORT_MS = 120_000
"""Shorter audio is shown in seconds, longer in minutes."""

SMALLEST = Decimal("0.0001")
"""Costs are shown to this many places; smaller ones as "less than" this."""

SECONDS, MINUTES = "{:.1f} s", "{:.1f} min"


@dataclass(frozen=True, slots=True)
class UsagePanelLine:
    """What was used for one purpose; `cost` is empty where there was no price."""

    what: str
    by: str
    amount: str
    cost: str


@dataclass(frozen=True, slots=True)
class UsagePanel:
    """What a call used. `cost` is the sum; `note` says what to know about it."""

    lines: list[UsagePanelLine]
    cost: str
    note: str


def panel(call: Call, user: Any) -> UsagePanel | None:
    """Returns what a call used; None if `user` may not see that, or nothing is known."""
    rows = usage.of_call(call) if usage.may_see(user) else []
    if not rows:
        return None
    total = usage.total_of(rows)
    return UsagePanel([_line(row) for row in rows], costs(total.costs), note(total))


def note(total: usage.UsageTotal) -> str:
    """Returns what to know about a sum, as sentences; may be empty."""
    told = []
    if total.estimated:
        told.append("Amounts with “about” are estimates: nobody counted all of them.")
    if total.costs and total.unpriced:
        told.append("What has no price is not in the cost.")
    return " ".join(told)


def costs(found: Mapping[str, Decimal]) -> str:
    """Returns costs by currency, such as "0.0120 EUR"; empty for none."""
    return " + ".join(money(cost, currency) for currency, cost in sorted(found.items()))


def money(cost: Decimal, currency: str) -> str:
    """Returns a cost with four places; the currency may be empty."""
    shown = f"under {SMALLEST}" if 0 < cost < SMALLEST else f"{cost:.4f}"
    return f"{shown} {currency}".strip()


def _line(row: Usage) -> UsagePanelLine:
    by = f"{row.name}, {row.voice}" if row.voice else row.name
    about = "about " if row.estimated else ""
    cost = "" if row.cost is None else money(row.cost, row.currency)
    return UsagePanelLine(row.get_kind_display(), by, about + _amount(row), cost)


def _amount(row: Usage) -> str:
    if row.requests:
        asked = f"{row.requests} request{'' if row.requests == 1 else 's'}"
        return f"{row.tokens_in} tokens in, {row.tokens_out} out, {asked}"
    if row.characters:
        return f"{row.characters} characters"
    if row.audio_ms < SHORT_MS:
        return SECONDS.format(row.audio_ms / MS_A_SECOND)
    return MINUTES.format(row.audio_ms / MS_A_MINUTE)
