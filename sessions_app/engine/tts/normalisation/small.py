"""Small signs between words: "&", a stroke that means "per", and the tags of markup."""

import re
from functools import lru_cache
from typing import NamedTuple

from sessions_app.engine.tts.normalisation.reading import Reading

Match = re.Match[str]

TAG = re.compile(r"(?:(?<![\w<])<|(?<!<)<(/))([A-Za-z][\w:-]*) ?/?>(?!>)")


class Small(NamedTuple):
    """What a language says for "&", for a stroke of an amount, and for one of a tag."""

    both: str
    per: str
    stroke: str
    periods: str
    """What amounts are paid or counted for."""


SMALL = {
    "en": Small("and", "per", "slash", "month|year|day|week|hour|minute|second|night|person|user"),
    "de": Small("und", "pro", "Schrägstrich", "Monat|Jahr|Tag|Woche|Stunde|Minute|Nacht|Person"),
    "fr": Small("et", "par", "barre oblique", "mois|an|jour|semaine|heure|minute|nuit|personne"),
    "es": Small("y", "por", "barra", "mes|año|día|semana|hora|minuto|noche|persona"),
    "it": Small("e", "per", "barra", "mese|anno|giorno|settimana|ora|minuto|notte|persona"),
    "nl": Small("en", "per", "schuine streep", "maand|jaar|dag|week|uur|minuut|nacht|persoon"),
    "pt": Small("e", "por", "barra", "mês|ano|dia|semana|hora|minuto|noite|pessoa"),
}


@lru_cache
def per_rule(base: str) -> re.Pattern[str]:
    """Returns what finds the stroke of an amount for a time or a head: "$5/month"."""
    return re.compile(rf"(?<=[\d€$£%])/(?=(?:{SMALL[base].periods})(?!\w))")


def tag(reading: Reading, found: Match) -> str:
    """Returns the name of a tag, which voices would put between less and greater."""
    return f"{SMALL[reading.base].stroke} {found[2]}" if found[1] else found[2]
