"""What English voices misread: ratios, scores, inches, weekdays in ranges, codes with a zero."""

import re
from collections.abc import Callable

from sessions_app.engine.tts.normalisation.reading import Reading

Match = re.Match[str]
Rule = tuple[re.Pattern[str], Callable[[Reading, Match], str | None]]

_SHORT = {
    **dict.fromkeys(("Mon",), "Monday"),
    **dict.fromkeys(("Tue", "Tues"), "Tuesday"),
    **dict.fromkeys(("Wed",), "Wednesday"),
    **dict.fromkeys(("Thu", "Thur", "Thurs"), "Thursday"),
    **dict.fromkeys(("Fri",), "Friday"),
    **dict.fromkeys(("Sat",), "Saturday"),
    **dict.fromkeys(("Sun",), "Sunday"),
    **{"Jan": "January", "Feb": "February", "Mar": "March", "Apr": "April", "May": "May"},
    **{"Jun": "June", "Jul": "July", "Aug": "August", "Sep": "September", "Sept": "September"},
    **{"Oct": "October", "Nov": "November", "Dec": "December"},
}
_NAME = rf"({'|'.join(sorted(_SHORT, key=len, reverse=True))})"
_NAMES = re.compile(rf"(?<![\w-]){_NAME}\.?(?: ?\u2013 ?|-){_NAME}(?![\w-])(?:\.(?= [a-z]))?")
_LISTED = re.compile(
    r"(?<![\w-])(Mon|Tues?|Wed|Thur?s?|Fri)(?:\.(?= [a-z\d]|,)|(?=,| (?:and|or|&) ))"
    r"|(?:(?<=\band )|(?<=\bor )|(?<=, ))(Mon|Tues?|Wed|Thur?s?|Fri|Sat|Sun)(?=[.,;!?]|$)"
)
_MOMENT = re.compile(
    r"(?<![\w-])(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?"
    r"(Z|[+-]\d\d:?\d\d)?(?!\w|:\d)"
)
_RATIO = re.compile(r"(?<![\w:.,/-])(?!16:9|21:9)(\d{1,3}):(\d|[6-9]\d|\d{3})(?![\w:/-]|[.,]\d)")
_SCORE = re.compile(r"(?<![\w.,/-])(\d{1,3})-(\d{1,3})(?![\w/-]|[.,]\d)")
_CONTEST = re.compile(
    r"\b(?:scores?|scored|won|wins?|lost|loses?|leads?|led|beats?|ahead|down|drew|final|result|vote"
    r"|game|match|set)\b[^.!?\d]{0,30}$"
)

_CONTEXT_CHARS = 40
"""Characters before a number in which words about a game or a vote are looked for."""

_FEET = re.compile(
    r"(?<![\w.,/])(\d{1,3}) ?ft\.? (\d{1,2}) ?in\b"
    r"(?! (?:a|an|the|my|our|your|his|her|their|its|\d|[A-Z])\b)"
)
_INCHES = re.compile(r"(?<![\w\"'\u2019\u2032/])(\d+(?:[.,]\d+)?)[\"\u2033](?!\w)")
_OPENING_QUOTES = re.compile(r"(?<!\d)\"")
_OF_A_THING = re.compile(r"\b(?:an?|the|my|our|your|his|her|their|this|that) $")
"""Before a measure that belongs to a noun: "the 27 inch screen"."""

_IN = re.compile(
    r"(?<![\w.,/])(\d+(?:\.\d+)?) in\b\.?(?= (?:wide|long|tall|high|deep|thick|across|x|by)\b)"
)
_POINT = re.compile(r"(?<![\w.,])\.(\d+)(?![\w.])")
_ZEROS = re.compile(
    r"(?<![\d.,:/+$\u20ac\u00a3])(?<!\d[-\u2013 \u00a0])(?<![^\W\d])0\d+(?![\w:/-]|[.,]\d)"
)
_NUMERAL = re.compile(
    r"\b((?:[Pp]art|[Pp]age|[Cc]hapter|[Ss]ection|[Ii]tem|[Cc]lause|[Vv]olume|[Ss]tep|[Tt]ype|[Pp]p?\.)"
    r" \(?)(x{0,2}(?:i[vx]|vi{1,3}|i{2,3})|xx{1,2}|xx?[iv])(?![\w'\u2019-])"
)
"""Small Roman numerals of two letters or more: one may be a letter."""

_ROMAN = {"i": 1, "v": 5, "x": 10}
_CARE_OF = re.compile(r"(?<![\w/])c/o(?= )")
_EXCEPT = re.compile(r"(?<![\w.])(incl|excl)\.(?= )")
_SPOONS = re.compile(r"(?<=[\d\u00bd\u00bc\u00be]) ?(tsp|tbsp)\b(?:\.(?= [a-z]))?")


def _range_of_names(reading: Reading, match: Match) -> str:
    return f"{_SHORT[match[1]]} {reading.words.to} {_SHORT[match[2]]}"


def _moment(reading: Reading, match: Match) -> str | None:
    day = reading.date(match[1], match[2], match[3])
    time = reading.time(match[4], match[5], "")
    return f"{day} at {time}" if day and time else None


def _ratio(reading: Reading, match: Match) -> str | None:
    """Returns "3 to 1"; after a name the two are a verse: "Psalm 3:7"."""
    before = match.string[: match.start()].split()
    if before and before[-1][:1].isupper():
        return None
    low, high = match[0].split(":")
    return f"{low} {reading.words.to} {high}"


def _score(reading: Reading, match: Match) -> str | None:
    """Returns "2 to 0" after words of a contest; elsewhere it may be a difference."""
    before = match.string[max(0, match.start() - _CONTEXT_CHARS) : match.start()]
    if _CONTEST.search(before) is None:
        return None
    return f"{match[1]} {reading.words.to} {match[2]}"


def _feet(_reading: Reading, match: Match) -> str:
    feet = "foot" if match[1] == "1" else "feet"
    return f"{match[1]} {feet} {match[2]} {'inch' if match[2] == '1' else 'inches'}"


def _inches(_reading: Reading, match: Match) -> str | None:
    """Returns inches; None where the mark closes a quotation."""
    before = match.string[: match.start()]
    if len(_OPENING_QUOTES.findall(before)) % 2:
        return None
    one = match[1] == "1" or _OF_A_THING.search(before)
    return f"{match[1]} {'inch' if one else 'inches'}"


def _roman(reading: Reading, match: Match) -> str:
    """Returns a small Roman numeral's number: "part iii"."""
    values = [_ROMAN[letter] for letter in match[2]]
    pairs = zip(values, [*values[1:], 0], strict=True)
    return match[1] + reading.say(sum(-one if one < after else one for one, after in pairs))


def _spoons(_reading: Reading, match: Match) -> str:
    one = re.search(r"(?<![\d.,/])1$|1/[2-9]$|[\u00bd\u00bc\u00be]$", match.string[: match.start()])
    name = "teaspoon" if match[1] == "tsp" else "tablespoon"
    return f" {name}" if one else f" {name}s"


FIRST: tuple[Rule, ...] = (
    (_MOMENT, _moment),
    (_NAMES, _range_of_names),
    (_LISTED, lambda _, m: _SHORT[m[1] or m[2]]),
    (_FEET, _feet),
    (_INCHES, _inches),
    (_IN, lambda _, m: f"{m[1]} {'inch' if m[1] == '1' else 'inches'}"),
    (_RATIO, _ratio),
    (_SCORE, _score),
    (_NUMERAL, _roman),
    (_CARE_OF, lambda *_: "care of"),
    (_EXCEPT, lambda _, m: "including" if m[1] == "incl" else "excluding"),
)
"""Before the rules of all languages."""

LAST: tuple[Rule, ...] = (
    (_SPOONS, _spoons),
    (_POINT, lambda r, m: f"point {r.digits(m[1])}"),
    (_ZEROS, lambda r, m: r.digits(m[0])),
)
"""After them: a date, a time or a telephone number may begin with a zero, too."""
