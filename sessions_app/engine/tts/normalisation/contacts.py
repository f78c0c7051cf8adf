"""How addresses, file names and telephone numbers are said: by their signs, digit by digit."""

import re

from sessions_app.engine.tts.normalisation.reading import Reading

Match = re.Match[str]

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+(?<!\.)")
HOST = re.compile(r"(?<![\w.:/-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|[.,]\d)")
"""An address of version 4; the groups are no larger than a byte."""

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
DOMAIN = re.compile(
    rf"(?<![\w.@/-])[^\W_][\w-]+(?:\.[\w-]+)*\.(?:{_DOMAINS})(?![\w@/-]|\.\w)", re.ASCII
)
NAME = re.compile(r"(?<![\w.@/\\*])[^\W_]+(?:_+[^\W_]+)+(?![\w@/\\*])")
"""A name of a program's, which has no blanks: max_call_length."""

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
RUN = re.compile(
    r"(?<![\w.,/-])(?<!\d[ \u00a0])\(?\d{2,5}\)?(?:[ -]\d{2,8}){1,4}(?![\w/%\u00b0$€£]|[.,-]\d"
    r"| ?[$€£%]| \d)"
)
"""Groups of digits, which are a number of somebody's where it is one to call."""

SHORT = re.compile(r"(?<![\w.,/$€£#+-])(?<!\d )1?\d{3}(?![\w/%\u00b0$€£-]|[.,:]\d| ?[$€£%]| \d)")

_CALLABLE = 8
"""Digits of an international number, at least: "+1500" is more of something."""

_NEAR = 40
_CALLED = {
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
    for base, words in _CALLED.items()
}
_AFTER = re.compile(
    r" (?:operator|dispatch\w*|emergency|hotline|call cent(?:er|re)|is (?:the|your) \w*\s?number)\b"
)
_COUNTED = re.compile(
    r" (?:people|times|customers?|men|women|years?|days?|hours?|minutes?|degrees|dollars|euros?"
    r"|personas|veces|persone|volte|personnes|fois|Leute|Mal|Personen|Kunden|mensen|keer|pessoas"
    r"|vezes)\b"
)
_SHORT = {
    "en": {"000", "101", "110", "111", "112", "211", "311", "411", "511", "811", "911", "988"}
    | {"999"},
    "de": {"110", "112", "115"},
    "es": {"016", "061", "080", "088", "091", "112", "911"},
    "it": {"112", "113", "114", "115", "117", "118", "1522"},
    "nl": {"112", "113"},
    "pt": {"180", "188", "190", "191", "192", "193", "197", "199"},
}
"""Numbers of emergencies and services that are said digit by digit; French says cent douze."""

_LEAST = 6
_LOCAL = re.compile(r"[2-9]\d\d \d{4}")
_YEARS = re.compile(r"[ -](?:19|20)\d\d$")
_LARGE = re.compile(r"\d{1,2}(?: \d{3})+")
"""Rather a large number in groups: "10 000"."""

_VOWELS = frozenset("aeiou")


def email(reading: Reading, found: Match) -> str:
    """Returns an address with its signs as words."""
    return _spelt(reading, found[0])


def domain(reading: Reading, found: Match) -> str:
    """Returns the name of a site with its dots as words."""
    return _spelt(reading, found[0])


def name(reading: Reading, found: Match) -> str:
    """Returns a program's name with its underscores as words."""
    return _spelt(reading, found[0])


def link(reading: Reading, found: Match) -> str:
    """Returns the name of a link's site: nobody could write down the rest as it is read."""
    at = HOST.fullmatch(found["host"])
    said = (at and host(reading, at)) or _spelt(reading, found["host"])
    return said + ported(found)


def ported(found: Match) -> str:
    """Returns the number of a link's port, if it has one."""
    return f" {found['port'][1:]}" if found["port"] else ""


def file(reading: Reading, found: Match) -> str:
    """Returns a file's name; an ending that is no word is spelt."""
    stem, ending = found[0][: -len(found[1])], found[1]
    if not _VOWELS & set(ending) or not ending.isalpha():
        ending = " ".join(ending.upper())
    return f"{_spelt(reading, stem)} {ending}"


def host(reading: Reading, found: Match) -> str | None:
    """Returns a machine's address, digit by digit with its dots."""
    groups = found[0].split(".")
    if max(map(int, groups)) > 255:  # noqa: PLR2004 - a byte
        return None
    return f" {reading.words.signs['.']} ".join(map(reading.digits, groups))


def phone(reading: Reading, found: Match) -> str | None:
    """Returns a number that is written as one to call."""
    if found[0].startswith("+") and sum(map(str.isdigit, found[0])) < _CALLABLE:
        return None
    said = ", ".join(map(reading.digits, re.findall(r"\d+", found[0])))
    return f"{reading.words.plus} {said}" if found[0].startswith("+") else said


def run(reading: Reading, found: Match) -> str | None:
    """Returns groups of digits as a number to call, where the words before them say so.

    In English three and four digits are one anyway, unless they end in a year.
    """
    if _YEARS.search(found[0]) or _LARGE.fullmatch(found[0]):
        return None
    local = _LOCAL.fullmatch(found[0]) and reading.base == "en"
    if sum(map(str.isdigit, found[0])) < _LEAST or not (local or _is_called(reading, found)):
        return None
    return phone(reading, found)


def short(reading: Reading, found: Match) -> str | None:
    """Returns the number of an emergency or a service, where it is one to call."""
    if found[0] not in _SHORT.get(reading.base, ()):
        return None
    after = found.string[found.end() :]
    if not _is_called(reading, found) and not (reading.base == "en" and _AFTER.match(after)):
        return None
    return reading.digits(found[0])


def _is_called(reading: Reading, found: Match) -> bool:
    before = found.string[max(0, found.start() - _NEAR) : found.start()]
    if _COUNTED.match(found.string[found.end() :]):
        return False
    return _BEFORE[reading.base].search(before) is not None


def _spelt(reading: Reading, text: str) -> str:
    signs = reading.words.signs
    return " ".join("".join(f" {signs[c]} " if c in signs else c for c in text).split())
