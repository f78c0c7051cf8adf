"""What recognisers, models and voices cost, as the environment says it."""

import re
from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ImproperlyConfigured


def of_models(name: str, entries: Sequence[str]) -> dict[str, tuple[Decimal, Decimal]]:
    """Returns by model what a million of its tokens cost, in and out: "gpt-5-mini=0.25/2"."""
    told = [_entry(name, entry, 2, "gpt-5-mini=0.25/2") for entry in entries]
    return {model: (prices[0], prices[1]) for model, prices in told}


def of_engines(name: str, entries: Sequence[str]) -> dict[str, Decimal]:
    """Returns the price of a unit by the engine's name in VOICE, such as "google=0.016"."""
    told = [_entry(name, entry, 1, "google=0.016") for entry in entries]
    return {engine: prices[0] for engine, prices in told}


def currency(name: str, given: str) -> str:
    """Returns what all prices are in, such as "EUR"; empty where nobody says."""
    given = given.strip()
    if given and not re.fullmatch(r"[A-Za-z]{3}", given):
        raise ImproperlyConfigured(f"{name} is {given!r}: give three letters, such as EUR.")
    return given.upper()


def _entry(name: str, entry: str, count: int, example: str) -> tuple[str, list[Decimal]]:
    what, _, told = entry.rpartition("=")
    try:
        prices = [Decimal(price) for price in told.split("/")]
    except ArithmeticError:
        prices = []
    fit = len(prices) == count and all(price.is_finite() and price >= 0 for price in prices)
    if not what.strip() or not fit:
        raise ImproperlyConfigured(f"{name} has {entry!r}: give such as {example}.")
    return what.strip(), prices
