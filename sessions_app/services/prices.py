"""What recognisers, language models and voices cost, by the current settings."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings

from sessions_app.engine.core.usage import UsageKind, UsedPart
from sessions_app.services.summary_versions import cost_of

MS_A_MINUTE = 60_000
PER_CHARACTERS = 1_000_000
"""Prices of recognisers are those of a minute, prices of voices those of so many characters."""

MOST_STEPS = 10
"""How far `SAME_AS` is followed from entry to entry."""

RECOGNITION = frozenset({UsageKind.RECOGNITION, UsageKind.SECOND_PASS})


def currency() -> str:
    """Returns the currency of all prices; empty where the operator has not set one."""
    return str(settings.VOICE.get("CURRENCY", ""))[:10]


def named(part: UsedPart) -> str:
    """Returns the name of the entry in VOICE that the part's `name` leads to by SAME_AS."""
    if part.kind in RECOGNITION:
        return _same_as("RECOGNISERS", part.name)
    if part.kind == UsageKind.SPEECH:
        return _same_as("SYNTHESISERS", part.name)
    return part.name


def cost(part: UsedPart) -> Decimal | None:
    """Returns what a part costs; None where there is no price of it."""
    if part.kind in RECOGNITION:
        return _times("STT_PRICES", Decimal(part.audio_ms) / MS_A_MINUTE, part.name, named(part))
    if part.kind == UsageKind.SPEECH:
        names = [name for one in (part.name, named(part)) for name in (f"{one}/{part.voice}", one)]
        return _times("VOICE_PRICES", Decimal(part.characters) / PER_CHARACTERS, *names)
    return cost_of(part.name, part.tokens_in, part.tokens_out)


def _times(setting: str, amount: Decimal, *names: str) -> Decimal | None:
    """Returns the price of the first of the names that has one, times the amount."""
    prices: Mapping[str, Decimal] = settings.VOICE.get(setting, {})
    found = next((prices[name] for name in names if name in prices), None)
    return None if found is None else amount * found


def _same_as(kind: str, name: str) -> str:
    entries: Mapping[str, Any] = settings.VOICE.get(kind, {})
    for _ in range(MOST_STEPS):  # entries that go round in a circle are refused elsewhere
        other = entries.get(name, {}).get("SAME_AS")
        if not isinstance(other, str):
            break
        name = other
    return name
