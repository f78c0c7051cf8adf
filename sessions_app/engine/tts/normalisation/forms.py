"""What a voice is given to read in place of a text, and which of its words stand for which.

Voices read plain words well; "$3.50", "9:05", "1/2" or "No. 5" each in a way of its own, eSpeak NG
sign by sign. Only what is misread is said in words, and a reading that is unsure is left to the
voice. The text itself is what is shown and kept.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache, partial

from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.links import LINK
from sessions_app.engine.text.writing import is_spaceless
from sessions_app.engine.tts.normalisation import amounts, contacts, local, plain
from sessions_app.engine.tts.normalisation.comparisons import COMPARISONS
from sessions_app.engine.tts.normalisation.halves import HALF, half
from sessions_app.engine.tts.normalisation.languages import WORDS, Words
from sessions_app.engine.tts.normalisation.reading import Reading
from sessions_app.engine.tts.normalisation.small import SMALL, TAG, per_rule, tag
from sessions_app.engine.tts.word_places import Change

Match = re.Match[str]
Rule = tuple[re.Pattern[str], Callable[[Reading, Match], str | None]]


@dataclass(frozen=True, slots=True)
class SpokenForm:
    """The text to read; `changes` say which runs of it stand for which of the written text."""

    text: str
    changes: tuple[Change, ...] = ()


def spoken_form(text: str, language: str) -> SpokenForm:
    """Returns how `text` is said in a language (BCP 47); as it is in one without rules."""
    base = base_of(language)
    if not _MAYBE.search(text):
        return SpokenForm(text)
    if base not in WORDS:
        return _found(text, (*plain.EVERYWHERE, *plain.RULES.get(base, ())))
    reading = Reading(WORDS[base], base, language.lower().replace("_", "-"))
    return _found(
        text, [(pattern, partial(_tried, read, reading)) for pattern, read in _rules(base)]
    )


def _found(text: str, rules: Iterable[plain.Rule]) -> SpokenForm:
    """Returns the text with what each rule reads; the first one that does has its place."""
    found: dict[int, tuple[int, str]] = {}
    claimed = [False] * len(text)
    for pattern, read in rules:
        for match in pattern.finditer(text):
            start, end = match.span()
            if start == end or any(claimed[start:end]):
                continue
            said = read(match)
            if said is not None:
                found[start] = (end, said)
                claimed[start:end] = [True] * (end - start)
    return _put(text, found)


def _tried(
    read: Callable[[Reading, Match], str | None], reading: Reading, found: Match
) -> str | None:
    """Returns a reading; none where a number is beyond what can be said."""
    try:
        return read(reading, found)
    except Exception:  # noqa: BLE001 - num2words fails in its own ways; a voice reads on
        return None


def _put(text: str, found: dict[int, tuple[int, str]]) -> SpokenForm:
    out, at, length = [], 0, 0
    changes: list[Change] = []
    for start in sorted(found):
        end, said = found[start]
        kept = text[at:start]
        # words that touch what stands there would become one with it
        if _touch(kept[-1:], said[:1]):
            said = f" {said}"
        if _touch(said[-1:], text[end : end + 1]):
            said = f"{said} "
        out += [kept, said]
        length += len(kept)
        changes.append(((length, length + len(said)), (start, end)))
        length += len(said)
        at = end
    return SpokenForm("".join([*out, text[at:]]), tuple(changes))


def _touch(one: str, other: str) -> bool:
    """Returns whether two characters would be of one word; scripts without blanks need none."""
    return one.isalnum() and other.isalnum() and not is_spaceless(one + other)


_MAYBE = re.compile(
    r"[\d@½⅓⅔¼¾#_<&*~\u2600-\u27bf\U0001f000-\U0001faff]|://|\w\.|w/o|\bM(?:me|lle)\b"
)

_ISO_DATE = re.compile(r"(?<![\w.-])(\d{4})-(\d\d)-(\d\d)(?![\w-])")
_DATE = re.compile(r"(?<![\w./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?![\w/-])")
_TIME = re.compile(
    r"(?<![\w:.,])([01]?\d|2[0-4]):([0-5]\d)(?![\w:])(?: (?:Uhr|uur|heures?)\b)?(?= ?([ap]\.?m\b)?)"
)
_FRENCH_TIME = re.compile(r"(?<!\w)([01]?\d|2[0-4]) ?h ?([0-5]\d)?(?!\w)")
_BLANK_TIME = re.compile(r"(?<![\w:.,])(1[0-2]|[1-9]) ([0-5]\d)(?= ?[ap]\.?m\b)")
_MIXED = re.compile(
    r"(?<![\w./])(?:(?:(\d{1,3}) )?(\d{1,2})/(\d{1,3})(?![\w/]|\.\d)|(?:(\d{1,3}) ?)?([½⅓⅔¼¾]))"
)
_DECADE = re.compile(r"(?<!\w)(?:(1\d|20)(\d0)|['\u2019](\d0))(?:'?s\b|er(?!\w))")
_YEAR = re.compile(
    r"(?:(?<=\bin )|(?<=\bsince )|(?<=\buntil )|(?<=\bof )|(?<=\bfrom )|(?<=\byear )"
    r"|(?<=(?:ary|rch|ril|May|une|uly|ust|ber) )|(?<=\d, ))(1[1-9]\d\d|20\d\d)"
    r"(?![\w%:/-]|[.,]\d| ?(?:people|men|women|dollars|euros|pounds|percent|k?m\b|words|miles))"
)
_RANGE = re.compile(r"(?<![\w.,/-])(\d[\d.,]*)(?:[-\u2013]| \u2013 )(\d[\d.,]*)(?![\w/-])")
_LESS = re.compile(
    r"(?<=\d)(?: [-\u2013\u2212] ?|\u2212)(?=\d)|(?<=\d[:h]\d\d)[-\u2013](?=\d{1,2}(?!\d))"
)
_MINUS = re.compile(
    r"(?<![\w)])(?:\u2212(?=\d)|[-\u2212](?=(?:[A-Z]{1,2}\$|[$€£¥₹])[ \u00a0]?\d)"
    r"|-(?=\d[\d.,]*[ \u00a0\u202f]?[€£$](?!\w)))|(?<![^\n])[-\u2212] (?=(?:[A-Z]{0,2}[$€£])?\d)"
)
"""A hyphen is left to the voice before a bare number; before money it would be left out.
Nor is one with a blank after it where nothing stands before it: that would be read as a dash."""

_TIMES = re.compile(r"(?<=\d)( ?[*\u00d7] ?| x )(?=\d)")
_AND = re.compile(r"(?<=\s)&(?=\s)")
_VERSION = re.compile(
    r"(?<![\w.,:/-])(?:([vV])\d+(?:\.\d+)+|\d{1,3}(?:\.\d{1,3}){2,4})(?![\w-]|[.,]\d)"
)
_GROUPED = re.compile(r"(?<=\b[A-Z]{2} )\d{5}(?![\w-])")


_LAKHS = re.compile(r"(?<![\w.,/-])\d{1,2}(?:,\d\d)+,\d{3}(?![\w,]|\.\d{3})")
"""Figures as India groups them, which would be read group by group."""

_HALF_DAY = r" ?[ap]\.?m\b"
_HOURS = re.compile(
    rf"(?:(?<=\d)|(?<=\d[ap]m)|(?<=\d [ap]m)|(?<=\d[ap]\.m\.)|(?<=\d [ap]\.m\.))(?: ?\u2013 ?|-)"
    rf"(?=(?:1[0-2]|[1-9])(?::[0-5]\d)?{_HALF_DAY}|noon\b|midnight\b)"
)
"""The dash between two hours: "5-6pm", "10 a.m.-noon"."""

_PERIODS = {"hr": "hour", "mo": "month", "wk": "week", "yr": "year", "min": "minute"}
_PER = re.compile(rf"(?<=[\w%])/({'|'.join(_PERIODS)})(?![\w/])")


def _version(reading: Reading, found: Match) -> str:
    """Returns the number of a version with its points, which voices leave out."""
    said = " point ".join(reading.say(int(part)) for part in re.findall(r"\d+", found[0]))
    return f"version {said}" if found[1] else said


def _unit_rule(words: Words) -> re.Pattern[str]:
    units = "|".join(re.escape(unit) for unit in sorted(words.units, key=len, reverse=True))
    return re.compile(rf"(?<=\d)[ \u00a0]?({units})(?![\w/²³&])")


def _listed(table: Iterable[str], tail: str) -> re.Pattern[str]:
    listed = "|".join(re.escape(entry) for entry in sorted(table, key=len, reverse=True))
    return re.compile(rf"(?<![\w.<>=-])({listed}){tail}")


@lru_cache
def _rules(base: str) -> tuple[Rule, ...]:
    """Returns a language's rules, what must be tried first at the beginning."""
    words = WORDS[base]
    general: list[Rule] = [
        (LINK, contacts.link),
        (contacts.EMAIL, contacts.email),
        (contacts.FILE, contacts.file),
        (contacts.DOMAIN, contacts.domain),
        (contacts.NAME, contacts.name),
        (contacts.HOST, contacts.host),
        (TAG, tag),
        (_AND, lambda r, _: SMALL[r.base].both),
        (_ISO_DATE, Reading.iso_date),
        (_DATE, Reading.written_date),
        (contacts.PHONE, contacts.phone),
        (_TIME, lambda r, m: r.time(m[1], m[2], m[3] or "")),
        *amounts.RULES,
        (contacts.RUN, contacts.run),
        (contacts.SHORT, contacts.short),
        (HALF, half),
        (_MIXED, Reading.fraction),
        (_DECADE, Reading.decade),
        (_unit_rule(words), Reading.unit),
        (_RANGE, Reading.span),
        (_LESS, Reading.less),
        (_MINUS, lambda r, _: f"{r.words.minus} "),
        (_TIMES, lambda r, _: f" {r.words.times} "),
        (per_rule(base), lambda r, _: f" {SMALL[r.base].per} "),
        (_listed(COMPARISONS[base], r" ?(?=[\d$€£])"), Reading.comparison),
        (_listed(words.before_figure, r" ?(?=\d)"), Reading.before_figure),
    ]
    general += [(pattern, lambda _r, _m: "") for pattern, _ in plain.SIGNS]
    if words.abbreviations:
        general.append((_listed(words.abbreviations, r"(?!\w)"), Reading.abbreviation))
    own: dict[str, list[Rule]] = {
        "en": [
            (_BLANK_TIME, lambda r, m: r.time(m[1], m[2], "am")),
            (_GROUPED, lambda r, m: r.digits(m[0])),
            (_VERSION, _version),
            (_YEAR, Reading.year),
            (_LAKHS, lambda _, m: m[0].replace(",", "")),
            (_HOURS, lambda _r, _m: " to "),
            (_PER, lambda _, m: f" per {_PERIODS[m[1]]}"),
        ],
        "fr": [(_FRENCH_TIME, lambda r, m: r.time(m[1], m[2] or "00", ""))],
    }
    return (*local.rules(base), *general, *own.get(base, ()))
