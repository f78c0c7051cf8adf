"""Spoken forms of addresses, file names and telephone numbers."""

import re

from sessions_app.engine.tts.normalisation.reading import Reading

Match = re.Match[str]

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?<!\.)")
IPV4 = re.compile(r"(?<![\w.:/-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|[.,]\d)")
"""An IPv4 address; `ipv4` checks that no group is over 255."""

_ENDINGS = (
    "bak bin bmp cfg conf cpp css csv dat db doc docx epub exe flac gif gz htm html "
    "ini ipynb java jpeg jpg js json log md mjs mov mp3 mp4 odt ogg pdf pem php png ppt "
    "pptx py rb rs rtf sh sql srt svg tar toml ts tsv txt vtt wav webm webp xls xlsx xml yaml yml "
    "zip"
)
_DOMAINS = "com|org|net|edu|gov|io|info|eu|de|at|ch|fr|es|mx|it|nl|pt|br|uk"
FILE = re.compile(
    rf"(?<![\w.@/\\-])[^\W_][\w-]*(?:\.[\w-]+)*\.({'|'.join(_ENDINGS.split())})(?![\w@-]|\.\w)"
)
_HOST = rf"(?<![\w.@/-])[^\W_][\w-]+(?:\.[\w-]+)*\.(?:{_DOMAINS})"
DOMAIN = re.compile(rf"{_HOST}(?![\w@/-]|\.\w)", re.ASCII)
PAGE = re.compile(rf"({_HOST})/(?:[\w./?=&#%~+:-]*[\w/])?", re.ASCII)
"""An address without "https://", read by its site as a link is."""

IDENTIFIER = re.compile(r"(?<![\w.@/\\*])[^\W_]+(?:_+[^\W_]+)+(?![\w@/\\*])")
"""An identifier with underscores: max_call_length."""

PHONE = re.compile(
    r"(?<![\w.,/-])(?:"
    r"(?:\+?1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}"
    r"|\d{3}-\d{4}"
    r"|\+\d{1,3}(?:[ -]?\(?\d{1,4}\)?){2,6}"
    r"|0\d(?:[ .]\d\d){4}"
    r"|06[ -]?\d{8}|0\d{1,3} \d{6,8}"
    r"|\(0\d{1,4}\) ?\d{3,8}(?:[ -]\d{1,4}){0,4}"
    r"|(?<!\d[ \u00a0\u202f])0\d{2,4}[ /-]\d{3,8}(?:[ -]\d{1,4}){0,4}"  # not "2 000 000"
    r")(?![\w/]|[.,-]\d)"
)
DIGIT_GROUPS = re.compile(
    r"(?<![\w.,/-])(?<!\d[ \u00a0])\(?\d{2,5}\)?(?:[ -]\d{2,8}){1,4}(?![\w/%\u00b0$€£]|[.,-]\d"
    r"| ?[$€£%]| \d)"
)
"""Groups of digits: a telephone number only where the words before it say so."""

SHORT_CODE = re.compile(
    r"(?<![\w.,/$€£#+-])(?<!\d )1?\d{3}(?![\w/%\u00b0$€£-]|[.,:]\d| ?[$€£%]| \d)"
)

_MIN_INTERNATIONAL_DIGITS = 8
"""An international number has at least this many digits: "+1500" is an increase."""

_CONTEXT_CHARS = 40
"""Characters before a number in which "call" and the like are looked for."""

_CALL_WORDS = {
    "en": r"call(?:ed|ing|s)?|dial(?:l?ed|l?ing|s)?|phone|ring|text|number|emergency|fax|reach\w*",
    "de": r"wähl\w*|ruf\w*|notruf\w*|anruf\w*|nummer|tel(?:efon\w*|\.)?|erreich\w*|hotline",
    "fr": r"appel\w*|compos\w*|numéro|téléphon\w*|tél(?:\.)?|fax|joign\w*|urgences?",
    "es": r"llam\w*|mar(?:c|qu)\w*|número|tel[eé]f\w*|tel\.?|emergencias?|fax",
    "it": r"chiam\w*|compon\w*|numero|telefon\w*|tel\.?|emergenz\w*|fax",
    "nl": r"bel|bellen|belt|draai\w*|nummer|tel(?:efoon\w*|\.)?|noodnummer|alarmnummer|bereik\w*",
    "pt": r"lig\w*|dis(?:c|qu)\w*|número|telefon\w*|tel\.?|emergências?|fax|cham\w*",
}
_BEFORE = {
    base: re.compile(rf"\b(?:{words})(?!\w)[^.!?\n\d]*(?:\W|^)$", re.IGNORECASE)
    for base, words in _CALL_WORDS.items()
}
_AFTER = re.compile(
    r" (?:operator|dispatch\w*|emergency|hotline|call cent(?:er|re)|is (?:the|your) \w*\s?number)\b"
)
_COUNTED = re.compile(
    r" (?:people|times|customers?|men|women|years?|days?|hours?|minutes?|degrees|dollars|euros?"
    r"|personas|veces|persone|volte|personnes|fois|Leute|Mal|Personen|Kunden|mensen|keer|pessoas"
    r"|vezes)\b"
)
_SHORT_CODES = {
    "en": {"000", "101", "110", "111", "112", "211", "311", "411", "511", "811", "911", "988"}
    | {"999"},
    "de": {"110", "112", "115"},
    "es": {"016", "061", "080", "088", "091", "112", "911"},
    "it": {"112", "113", "114", "115", "117", "118", "1522"},
    "nl": {"112", "113"},
    "pt": {"180", "188", "190", "191", "192", "193", "197", "199"},
}
"""Emergency and service numbers that are read digit by digit; French reads "cent douze"."""

_MIN_DIGITS = 6
"""Shorter groups of digits are not read as a telephone number."""

_LOCAL = re.compile(r"[2-9]\d\d \d{4}")
_YEARS = re.compile(r"[ -](?:19|20)\d\d$")
_LARGE = re.compile(r"\d{1,2}(?: \d{3})+")
"""More likely one large number in groups of three: "10 000"."""

_VOWELS = frozenset("aeiou")


def email(reading: Reading, match: Match) -> str:
    """Returns an e-mail address with its signs as words."""
    return _spell_signs(reading, match[0])


def domain(reading: Reading, match: Match) -> str:
    """Returns a domain name with its dots as words."""
    return _spell_signs(reading, match[0])


def page(reading: Reading, match: Match) -> str:
    """Returns the site of an address without its path, which could not be written down by ear."""
    return _spell_signs(reading, match[1])


def identifier(reading: Reading, match: Match) -> str:
    """Returns an identifier with its underscores as words."""
    return _spell_signs(reading, match[0])


def link(reading: Reading, match: Match) -> str:
    """Returns the host of a link and its port; the rest could not be written down by ear."""
    address = IPV4.fullmatch(match["host"])
    spoken = (address and ipv4(reading, address)) or _spell_signs(reading, match["host"])
    return spoken + ported(match)


def ported(match: Match) -> str:
    """Returns a link's port after a blank; empty where it has none."""
    return f" {match['port'][1:]}" if match["port"] else ""


def file(reading: Reading, match: Match) -> str:
    """Returns a file name; an extension that cannot be pronounced is read letter by letter."""
    stem, ending = match[0][: -len(match[1])], match[1]
    if not _VOWELS & set(ending) or not ending.isalpha():
        ending = " ".join(ending.upper())
    return f"{_spell_signs(reading, stem)} {ending}"


def ipv4(reading: Reading, match: Match) -> str | None:
    """Returns an IPv4 address digit by digit with its dots; None where a group is over 255."""
    groups = match[0].split(".")
    if max(map(int, groups)) > 255:  # noqa: PLR2004 - a byte
        return None
    return f" {reading.words.signs['.']} ".join(map(reading.digits, groups))


def phone(reading: Reading, match: Match) -> str | None:
    """Returns a telephone number digit by digit, with a pause between its groups."""
    if match[0].startswith("+") and sum(map(str.isdigit, match[0])) < _MIN_INTERNATIONAL_DIGITS:
        return None
    spoken = ", ".join(map(reading.digits, re.findall(r"\d+", match[0])))
    return f"{reading.words.plus} {spoken}" if match[0].startswith("+") else spoken


def digit_groups(reading: Reading, match: Match) -> str | None:
    """Returns groups of digits as a telephone number; None where the words before do not say so.

    English groups of three and four digits are one without such words, unless they end in a year.
    """
    if _YEARS.search(match[0]) or _LARGE.fullmatch(match[0]):
        return None
    local = _LOCAL.fullmatch(match[0]) and reading.base == "en"
    if sum(map(str.isdigit, match[0])) < _MIN_DIGITS or not (local or _is_called(reading, match)):
        return None
    return phone(reading, match)


def short_code(reading: Reading, match: Match) -> str | None:
    """Returns an emergency or service number, where the words around it speak of calling."""
    if match[0] not in _SHORT_CODES.get(reading.base, ()):
        return None
    after = match.string[match.end() :]
    if not _is_called(reading, match) and not (reading.base == "en" and _AFTER.match(after)):
        return None
    return reading.digits(match[0])


def _is_called(reading: Reading, match: Match) -> bool:
    before = match.string[max(0, match.start() - _CONTEXT_CHARS) : match.start()]
    if _COUNTED.match(match.string[match.end() :]):
        return False
    return _BEFORE[reading.base].search(before) is not None


def _spell_signs(reading: Reading, text: str) -> str:
    signs = reading.words.signs
    return " ".join("".join(f" {signs[c]} " if c in signs else c for c in text).split())
