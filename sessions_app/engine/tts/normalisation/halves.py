"""Halves with their noun, which many languages inflect: "un demi-litre", "anderhalf uur"."""

import re
from collections.abc import Mapping

from sessions_app.engine.tts.normalisation.reading import Reading

Match = re.Match[str]

HALF = re.compile(r"(?<![\w./,])(?:(?:(\d{1,3}) )?1/2|(\d{1,3}) ?½|½)[ \u00a0-](\w+)(?![\w/²³])")

_NOUNS = {
    "de": (
        "Liter Meter Kilometer Zentimeter Tag Tage Monat Monate Becher Löffel Esslöffel Teelöffel "
        "Apfel Euro",
        "Stunde Stunden Minute Minuten Tasse Tassen Flasche Flaschen Packung Packungen Portion "
        "Portionen Million Millionen Seite Seiten Tonne Tonnen Zwiebel Woche Wochen Dose Dosen "
        "Meile Meilen",
        "Jahr Jahre Kilo Kilogramm Gramm Pfund Glas Gläser Dutzend Brot Stück Prozent",
    ),
    "fr": (
        "litre litres mètre mètres kilo kilos kilomètre kilomètres verre verres an ans jour jours "
        "mois citron pain point",
        "heure heures tasse tasses bouteille bouteilles journée livre livres douzaine page pages "
        "tonne tonnes pomme année années cuillère portion",
    ),
    "es": (
        "litro litros metro metros kilo kilos kilómetro kilómetros vaso vasos año años día días "
        "mes meses minuto minutos limón millón",
        "hora horas taza tazas botella botellas docena docenas página páginas libra libras "
        "tonelada toneladas cucharada cucharadas manzana semana semanas",
    ),
    "it": (
        "litro litri metro metri chilo chili chilometro chilometri bicchiere bicchieri anno anni "
        "giorno giorni mese mesi minuto minuti limone etto etti",
        "ora ore tazza tazze bottiglia bottiglie dozzina dozzine pagina pagine tonnellata "
        "tonnellate mela giornata",
    ),
    "nl": (
        "liter meter kilo kilometer dag dagen maand maanden fles flessen theelepel eetlepel "
        "bladzijde pagina minuut minuten ton week weken mijl",
        "uur jaar kopje kopjes glas glazen pond dozijn brood kwartier",
    ),
    "pt": (
        "litro litros metro metros quilo quilos quilómetro quilómetros quilômetro quilômetros copo "
        "copos ano anos dia dias mês meses minuto minutos limão milhão",
        "hora horas xícara xícaras chávena chávenas garrafa garrafas dúzia dúzias página páginas "
        "libra libras tonelada toneladas colher colheres maçã semana semanas",
    ),
}
"""Nouns that are halved, by gender: masculine, feminine and (German) neuter; Dutch de and het."""

_GENDER_OF = {
    base: {noun: gender for gender, listed in enumerate(kinds) for noun in listed.split()}
    for base, kinds in _NOUNS.items()
}
_DATIVE = re.compile(r"\b(?:mit|von|aus|nach|zu|bei|in|vor|seit|einem|dem)\s+$", re.IGNORECASE)
_MID_SENTENCE = re.compile(r"\w[^.!?:;\n]*$")

_CONTEXT_CHARS = 40
"""Characters before a half that decide its case."""


def half(reading: Reading, match: Match) -> str | None:
    """Returns a half, or a number and a half, with its noun; None for a noun of unknown gender."""
    noun, whole = match[3], int(match[1] or match[2] or 0)
    if (reading.base, noun) == ("fr", "h"):
        noun = "heures" if whole else "heure"  # no unit of the table's: 9 h is a time
    noun = reading.unit_name(noun, several=whole > 0) or noun
    gender = _GENDER_OF.get(reading.base, {}).get(noun)
    if gender is None:
        return None
    if reading.base == "de":
        before = match.string[max(0, match.start() - _CONTEXT_CHARS) : match.start()]
        return f"{_german_half(reading, whole, gender, before)} {noun}"
    if reading.base == "nl":
        return f"{_dutch_half(reading, whole, gender)} {noun}"
    if not whole:
        return _half_in_romance(reading.base, noun, gender)
    noun = _singular(noun, _GENDER_OF[reading.base]) if whole == 1 else noun
    count = reading.of_gender(whole, feminine=gender == 1)
    joint = {"fr": "et demi", "es": "y medi", "it": "e mezz", "pt": "e mei"}[reading.base]
    ending = {"fr": ("", "e"), "pt": ("o", "a")}.get(reading.base, ("o", "a"))[gender]
    return f"{count} {noun} {joint}{ending}"


def _half_in_romance(base: str, noun: str, gender: int) -> str:
    if base == "fr":
        return f"{('un', 'une')[gender]} demi-{noun}"
    if base == "it" and noun == "ora":
        return "mezz'ora"
    stem = {"es": "medi", "it": "mezz", "pt": "mei"}[base]
    return f"{stem}{'oa'[gender]} {noun}"


def _german_half(reading: Reading, whole: int, gender: int, before: str) -> str:
    if whole:
        return f"{reading.of_gender(whole, feminine=False)}einhalb"
    if _DATIVE.search(before):
        return ("einem halben", "einer halben", "einem halben")[gender]
    if gender == 0 and _MID_SENTENCE.search(before):
        return "einen halben"  # what a verb asks for
    return ("ein halber", "eine halbe", "ein halbes")[gender]


def _dutch_half(reading: Reading, whole: int, gender: int) -> str:
    if whole == 1:
        return ("anderhalve", "anderhalf")[gender]
    if whole:
        spoken = reading.say(whole)
        return f"{spoken}{'ë' if spoken.endswith('e') else 'e'}n{('halve', 'half')[gender]}"
    return ("een halve", "een half")[gender]


def _singular(noun: str, known: Mapping[str, int]) -> str:
    """Returns the singular of a plural noun; the noun itself where none is known."""
    ones = (noun[:-1], noun[:-2], *(noun[:-1] + ending for ending in "oea"))
    return next((one for one in ones if one in known and one != noun), noun)
