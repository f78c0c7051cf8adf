"""Symbols between words: "&", a slash that means "per", and markup tags."""

import re
from functools import lru_cache
from typing import NamedTuple

from sessions_app.engine.tts.normalisation.reading import Reading

Match = re.Match[str]

TAG = re.compile(r"(?:(?<![\w<])<|(?<!<)<(/))([A-Za-z][\w:-]*) ?/?>(?!>)")


class SymbolWords(NamedTuple):
    """How one language reads "&", the slash in "$5/month", and the slash in "</b>"."""

    ampersand: str
    per: str
    slash: str
    periods: str
    """Alternatives of a regular expression: the nouns after a slash that means "per"."""


SYMBOL_WORDS = {
    "en": SymbolWords(
        "and", "per", "slash", "month|year|day|week|hour|minute|second|night|person|user"
    ),
    "de": SymbolWords(
        "und", "pro", "Schrägstrich", "Monat|Jahr|Tag|Woche|Stunde|Minute|Nacht|Person"
    ),
    "fr": SymbolWords(
        "et", "par", "barre oblique", "mois|an|jour|semaine|heure|minute|nuit|personne"
    ),
    "es": SymbolWords("y", "por", "barra", "mes|año|día|semana|hora|minuto|noche|persona"),
    "it": SymbolWords("e", "per", "barra", "mese|anno|giorno|settimana|ora|minuto|notte|persona"),
    "nl": SymbolWords(
        "en", "per", "schuine streep", "maand|jaar|dag|week|uur|minuut|nacht|persoon"
    ),
    "pt": SymbolWords("e", "por", "barra", "mês|ano|dia|semana|hora|minuto|noite|pessoa"),
}


@lru_cache
def per_rule(base: str) -> re.Pattern[str]:
    """Returns the pattern of a slash between an amount and what it is paid for: "$5/month"."""
    return re.compile(rf"(?<=[\d€$£%])/(?=(?:{SYMBOL_WORDS[base].periods})(?!\w))")


def tag(reading: Reading, match: Match) -> str:
    """Returns a markup tag without its angle brackets, which voices read as "less than"."""
    return f"{SYMBOL_WORDS[reading.base].slash} {match[2]}" if match[1] else match[2]
