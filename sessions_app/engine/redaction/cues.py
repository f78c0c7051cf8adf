"""Words that say which kind of number follows: "phone", "order".

English, German and Spanish. Pure.
"""

import re


def _begins(words: str) -> re.Pattern[str]:
    """Returns a pattern for words that begin with one of `words`."""
    return re.compile(rf"\b(?:{'|'.join(words.split())})\w*")


CARD = re.compile(
    r"\b(?:credit|debit|bank)?\s?cards?\b|kreditkart\w*|\bkarte\w*|\btarjetas?\b"
    r"|\bvisa\b|\bmaster\s?card\b|\bamex\b|\bamerican express\b"
)
CARD_CODE = re.compile(
    r"\bcvc2?\b|\bcvv2?\b|\bcvn\b|\bsecurity code\b|\bpruf\s?(?:ziffer|nummer)\w*"
    r"|\bprüf\s?(?:ziffer|nummer)\w*|\bsicherheitscode\b|\bcódigo de seguridad\b"
)
PHONE = _begins(
    "phone telephone mobile cell call reach ring whatsapp telefon handy anruf anrufen ruf mobil "
    "erreich rückruf teléfono telefono móvil movil celular llam contact"
)
SOCIAL = re.compile(r"\bsocial(?: security)?\b|\bssn\b")
OTHER = _begins(
    "order invoice ticket booking reference tracking serial case part article customer contract "
    "reservation confirmation model version bestell rechnung auftrag buchung kunden vertrag "
    "artikel sendung serien referenz vorgang geräte pedido factura reserva referencia seguimiento "
    "serie cliente contrato artículo expediente modelo"
)
"""Words for numbers that need not be hidden."""


def last_at(pattern: re.Pattern[str], lead: str) -> int:
    """Returns where the last match of `pattern` begins; -1 for none."""
    return max((match.start() for match in pattern.finditer(lead)), default=-1)


def announced(lead: str, pattern: re.Pattern[str]) -> bool:
    """Returns whether the last cue in `lead`, the text before a number, is one of `pattern`.

    That is so if no cue of `OTHER` comes after it.
    """
    return last_at(pattern, lead) > last_at(OTHER, lead)
