"""Text normalisation: the spoken form of a written text, with an alignment between the two.

Voices read plain words well, but differ on "$3.50", "9:05", "1/2" or "No. 5" (eSpeak NG reads them
sign by sign). Only what voices misread is spelt out; what is ambiguous is left to the voice. The
written text is what is shown and stored.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial

from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.links import LINK
from sessions_app.engine.text.writing import is_spaceless
from sessions_app.engine.tts.normalisation import amounts, contacts, english, local, plain
from sessions_app.engine.tts.normalisation.comparisons import COMPARISONS
from sessions_app.engine.tts.normalisation.halves import HALF, half
from sessions_app.engine.tts.normalisation.languages import WORDS, Words
from sessions_app.engine.tts.normalisation.reading import Reading
from sessions_app.engine.tts.normalisation.symbols import SYMBOL_WORDS, TAG, per_rule, tag
from sessions_app.engine.tts.word_places import Change

Match = re.Match[str]
Rule = tuple[re.Pattern[str], Callable[[Reading, Match], str | None]]


@dataclass(frozen=True, slots=True)
class SpokenForm:
    """The text for the voice; each of `changes` aligns a spoken span with its written span."""

    text: str
    changes: tuple[Change, ...] = ()


def spoken_form(text: str, language: str) -> SpokenForm:
    """Returns the spoken form of `text` in a language (a BCP 47 tag).

    `text` itself where nothing in it needs normalising.
    """
    base = base_of(language)
    if not _MAY_NEED_READING.search(text):
        return SpokenForm(text)
    if base not in WORDS:
        return _apply(text, (*plain.EVERYWHERE, *plain.RULES.get(base, ())))
    reading = Reading(WORDS[base], base, language.lower().replace("_", "-"))
    rules = [(pattern, partial(_read_safely, read, reading)) for pattern, read in _rules(base)]
    return _apply(text, rules)


def _apply(text: str, rules: Iterable[plain.Rule]) -> SpokenForm:
    """Applies the rules in order: the first one to read a span claims it."""
    readings: dict[int, tuple[int, str]] = {}
    claimed = [False] * len(text)
    for pattern, read in rules:
        for match in pattern.finditer(text):
            start, end = match.span()
            if start == end or any(claimed[start:end]):
                continue
            spoken = read(match)
            if spoken is not None:
                readings[start] = (end, spoken)
                claimed[start:end] = [True] * (end - start)
    return _assemble(text, readings)


def _read_safely(
    read: Callable[[Reading, Match], str | None], reading: Reading, match: Match
) -> str | None:
    """Returns the reading; None where num2words cannot spell the number out."""
    try:
        return read(reading, match)
    except Exception:  # noqa: BLE001 - num2words raises many kinds; the voice reads it
        return None


def _assemble(text: str, readings: dict[int, tuple[int, str]]) -> SpokenForm:
    """Puts each reading in place of its written span, and aligns the two."""
    out, at, length = [], 0, 0
    changes: list[Change] = []
    for start in sorted(readings):
        end, spoken = readings[start]
        kept = text[at:start]
        # a blank keeps a reading apart from the word it would join
        if _would_join(kept[-1:], spoken[:1]):
            spoken = f" {spoken}"
        if _would_join(spoken[-1:], text[end : end + 1]):
            spoken = f"{spoken} "
        out += [kept, spoken]
        length += len(kept)
        changes.append(((length, length + len(spoken)), (start, end)))
        length += len(spoken)
        at = end
    return SpokenForm("".join([*out, text[at:]]), tuple(changes))


def _would_join(one: str, other: str) -> bool:
    """Returns whether two characters side by side make one word, as in scripts with spaces."""
    return one.isalnum() and other.isalnum() and not is_spaceless(one + other)


_MAY_NEED_READING = re.compile(
    r"[\d@½⅓⅔¼¾#_<&*~\u2600-\u27bf\U0001f000-\U0001faff]|://|\w\.|[wc]/o|\bM(?:me|lle)\b"
    r"|\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
    r"|\b(?i:part|page|chapter|section|item|clause|volume|step|type) \(?[ivx]"
)

_ISO_DATE = re.compile(r"(?<![\w.-])(\d{4})-(\d\d)-(\d\d)(?![\w-])")
_DATE = re.compile(r"(?<![\w./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?![\w/-])")
_TIME = re.compile(
    r"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d)(?![\w:])(?: (?:Uhr|uur|heures?)\b)?(?= ?([ap]\.?m\b)?)"
)
_FRENCH_TIME = re.compile(r"(?<!\w)([01]?\d|2[0-4]) ?h ?([0-5]\d)?(?!\w)")
_BLANK_TIME = re.compile(r"(?<![\w:.,])(1[0-2]|[1-9]) ([0-5]\d)(?= ?[ap]\.?m\b)")
_FRACTION = re.compile(
    r"(?<![\w./])(?:(?:(\d{1,3}) )?(\d{1,2})/(\d{1,3})(?![\w/]|\.\d)|(?:(\d{1,3}) ?)?([½⅓⅔¼¾]))"
)
_DECADE = re.compile(r"(?<!\w)(?:(1\d|20)(\d0)|['\u2019](\d0))(?:'?s\b|er(?!\w))")
_YEAR = re.compile(
    r"(?:(?<=\bin )|(?<=\bsince )|(?<=\buntil )|(?<=\bof )|(?<=\bfrom )|(?<=\byear )"
    r"|(?<=(?:ary|rch|ril|May|une|uly|ust|ber) )|(?<=\d, ))(1[1-9]\d\d|20\d\d)"
    r"(?![\w%:/-]|[.,]\d| ?(?:people|men|women|dollars|euros|pounds|percent|k?m\b|words|miles))"
)
_RANGE = re.compile(r"(?<![\w.,/-])(\d[\d.,]*)(?:[-\u2013]| \u2013 )(\d[\d.,]*)(?![\w/-])")
_DASH = re.compile(
    r"(?<=\d)(?: [-\u2013\u2212] ?|\u2212)(?=\d)|(?<=\d[:h]\d\d)[-\u2013](?=\d{1,2}(?!\d))"
)
_MINUS = re.compile(
    r"(?<![\w)])(?:\u2212(?=\d)|[-\u2212](?=(?:[A-Z]{1,2}\$|[$€£¥₹])[ \u00a0]?\d)"
    r"|-(?=\d[\d.,]*[ \u00a0\u202f]?[€£$](?!\w)))|(?<![^\n])[-\u2212] (?=(?:[A-Z]{0,2}[$€£])?\d)"
)
"""A minus sign that voices would skip (before money) or read as a dash (at a line's start).

They read the hyphen before a bare number themselves.
"""

_TIMES = re.compile(r"(?<=\d)( ?[*\u00d7] ?| x )(?=\d)")
_AND = re.compile(r"(?<=\s)&(?=\s)")
_VERSION = re.compile(
    r"(?<![\w.,:/-])(?:([vV])\d+(?:\.\d+)+|\d{1,3}(?:\.\d{1,3}){2,4})(?![\w-]|[.,]\d)"
)
_ZIP_CODE = re.compile(r"(?<=\b[A-Z]{2} )\d{5}(?![\w-])")


_LAKHS = re.compile(r"(?<![\w.,/-])\d{1,2}(?:,\d\d)+,\d{3}(?![\w,]|\.\d{3})")
"""Indian digit grouping ("1,50,000"), which voices read group by group."""

_HALF_DAY = r" ?[ap]\.?m\b"
_HOUR_RANGE = re.compile(
    rf"(?:(?<=\d)|(?<=\d[ap]m)|(?<=\d [ap]m)|(?<=\d[ap]\.m\.)|(?<=\d [ap]\.m\.))(?: ?\u2013 ?|-)"
    rf"(?=(?:1[0-2]|[1-9])(?::[0-5]\d)?{_HALF_DAY}|noon\b|midnight\b)"
)
"""The dash between two hours: "5-6pm", "10 a.m.-noon"."""

_PERIODS = {"hr": "hour", "mo": "month", "wk": "week", "yr": "year", "min": "minute"}
_PER_PERIOD = re.compile(rf"(?<=[\w%])/({'|'.join(_PERIODS)})(?![\w/])")


def _version(reading: Reading, match: Match) -> str:
    """Returns a version number with its points, which voices skip."""
    spoken = " point ".join(reading.say(int(part)) for part in re.findall(r"\d+", match[0]))
    return f"version {spoken}" if match[1] else spoken


def _unit_pattern(words: Words) -> re.Pattern[str]:
    units = "|".join(re.escape(unit) for unit in sorted(words.units, key=len, reverse=True))
    return re.compile(rf"(?<=\d)[ \u00a0]?({units})(?![\w/²³&])")


def _any_of(entries: Iterable[str], tail: str) -> re.Pattern[str]:
    """Returns the pattern of any of `entries`, the longest first, before what `tail` matches."""
    alternatives = "|".join(re.escape(entry) for entry in sorted(entries, key=len, reverse=True))
    return re.compile(rf"(?<![\w.<>=-])({alternatives}){tail}")


_ADDRESSES_AND_TIMES: tuple[Rule, ...] = (
    (LINK, contacts.link),
    (contacts.EMAIL, contacts.email),
    (contacts.FILE, contacts.file),
    (contacts.PAGE, contacts.page),
    (contacts.DOMAIN, contacts.domain),
    (contacts.IDENTIFIER, contacts.identifier),
    (contacts.IPV4, contacts.ipv4),
    (TAG, tag),
    (_AND, lambda r, _: SYMBOL_WORDS[r.base].ampersand),
    (_ISO_DATE, Reading.iso_date),
    (_DATE, Reading.written_date),
    (contacts.PHONE, contacts.phone),
    (_TIME, lambda r, m: r.time(m[1], m[2], m[3] or "")),
)
_NUMBERS: tuple[Rule, ...] = (
    (contacts.DIGIT_GROUPS, contacts.digit_groups),
    (contacts.SHORT_CODE, contacts.short_code),
    (HALF, half),
    (_FRACTION, Reading.fraction),
    (_DECADE, Reading.decade),
)
_BETWEEN_NUMBERS: tuple[Rule, ...] = (
    (_RANGE, Reading.number_range),
    (_DASH, Reading.dash),
    (_MINUS, lambda r, _: f"{r.words.minus} "),
    (_TIMES, lambda r, _: f" {r.words.times} "),
)
_ONE_LANGUAGE: dict[str, tuple[Rule, ...]] = {
    "en": (
        (_BLANK_TIME, lambda r, m: r.time(m[1], m[2], "am")),
        (_ZIP_CODE, lambda r, m: r.digits(m[0])),
        (_VERSION, _version),
        (_YEAR, Reading.year),
        (_LAKHS, lambda _, m: m[0].replace(",", "")),
        (_HOUR_RANGE, lambda _r, _m: " to "),
        (_PER_PERIOD, lambda _, m: f" per {_PERIODS[m[1]]}"),
        *english.LAST,
    ),
    "fr": ((_FRENCH_TIME, lambda r, m: r.time(m[1], m[2] or "00", "")),),
}
"""Rules of one language that come last; those of `local` come first."""


@lru_cache
def _rules(base: str) -> tuple[Rule, ...]:
    """Returns a language's rules in the order in which they claim spans of a text.

    A narrow pattern comes before a wide one that would match part of it: a date before a fraction.
    """
    return (
        *local.rules(base),
        *_ADDRESSES_AND_TIMES,
        *amounts.RULES,
        *_NUMBERS,
        (_unit_pattern(WORDS[base]), Reading.unit),
        *_BETWEEN_NUMBERS,
        *_word_rules(base),
        *_ONE_LANGUAGE.get(base, ()),
    )


def _word_rules(base: str) -> Iterator[Rule]:
    """Yields the rules whose patterns are made of a language's tables."""
    words = WORDS[base]
    yield per_rule(base), lambda r, _: f" {SYMBOL_WORDS[r.base].per} "
    yield _any_of(COMPARISONS[base], r" ?(?=[\d$€£])"), Reading.comparison
    yield _any_of(words.before_figure, r" ?(?=\d)"), Reading.before_figure
    for pattern, _ in plain.SIGNS:
        yield pattern, lambda _r, _m: ""
    if words.abbreviations:
        yield _any_of(words.abbreviations, r"(?!\w)"), Reading.abbreviation
