"""Usage in words, for staff: the same on a call's page and in the admin."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext, ngettext

from sessions_app.models import Call, Usage
from sessions_app.services import usage

MS_A_SECOND, MS_A_MINUTE = 1000, 60_000
"""Milliseconds."""

SHORT_MS = 120_000
"""Shorter audio is shown in seconds, longer in minutes."""

SMALLEST = Decimal("0.0001")
"""Costs are shown to this many places; smaller ones as "less than" this."""

SECONDS, MINUTES = "{} s", "{} min"


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
        told.append(gettext("Amounts with “about” are estimates: nobody counted all of them."))
    if total.costs and total.unpriced:
        told.append(gettext("What has no price is not in the cost."))
    return " ".join(told)


def costs(found: Mapping[str, Decimal]) -> str:
    """Returns costs by currency, such as "0.0120 EUR"; empty for none."""
    return " + ".join(money(cost, currency) for currency, cost in sorted(found.items()))


def money(cost: Decimal, currency: str) -> str:
    """Returns a cost with four places; the currency may be empty."""
    shown = (
        gettext("under {smallest}").format(smallest=SMALLEST)
        if 0 < cost < SMALLEST
        else f"{cost:.4f}"
    )
    return f"{shown} {currency}".strip()


def _line(row: Usage) -> UsagePanelLine:
    by = f"{row.name}, {row.voice}" if row.voice else row.name
    about = gettext("about ") if row.estimated else ""
    cost = "" if row.cost is None else money(row.cost, row.currency)
    return UsagePanelLine(row.get_kind_display(), by, about + _amount(row), cost)


def _amount(row: Usage) -> str:
    if row.requests:
        asked = ngettext("{count} request", "{count} requests", row.requests).format(
            count=row.requests
        )
        return gettext("{tokens_in} tokens in, {tokens_out} out, {asked}").format(
            tokens_in=row.tokens_in, tokens_out=row.tokens_out, asked=asked
        )
    if row.characters:
        return gettext("{characters} characters").format(characters=row.characters)
    if row.audio_ms < SHORT_MS:
        return SECONDS.format(number_format(row.audio_ms / MS_A_SECOND, 1))
    return MINUTES.format(number_format(row.audio_ms / MS_A_MINUTE, 1))
