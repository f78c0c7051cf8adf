"""Applies speakers' own corrections: "Monday, no wait, I mean Tuesday". English; pure.

The later words count. They replace the last ones of their kind (a day, a time or number, a name),
or everything since the speaker first said the words that the correction begins with.
"""

import re

from sessions_app.engine.summaries.day_words import ORDINAL

_CORRECTIONS = (
    r"no|nope|wait|sorry|i meant?|i meant to say|make (?:that|it)|or rather|scratch that|correction"
    r"|actually|rather|let me correct that"
)
_CORRECTION_WORDS = rf"{_CORRECTIONS}|well|oh|uh|um|er|hmm|hold on|let us say|let['\u2019]s say"
_PAUSE = r"[\s,;.:\u2026\u2013\u2014-]"
_UNMARKED = (
    r"no,? wait|wait,? no|no,? sorry|sorry,? no|no,? no|i meant?|or rather|scratch that|correction"
)
"""Words that occur only in corrections, and need no punctuation before them."""

_CORRECTION_MARK = re.compile(
    rf"(?:\s*[,;.:\u2026\u2013\u2014-]+\s*(?:(?:{_CORRECTION_WORDS})\b{_PAUSE}+)*?(?:{_CORRECTIONS})\b"
    rf"|\s(?:{_UNMARKED})\b)"
    rf"(?:{_PAUSE}+(?:{_CORRECTION_WORDS})\b)*{_PAUSE}+",
    re.IGNORECASE,
)
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_MONTH_NAME = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
)
_NUMBER = (
    r"(?:\d[\d.,:]*\d|\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen"
    r"|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
    r"|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)"
    r"(?:[ -](?:one|two|three|four|five|six|seven|eight|nine)\b)?|(?:a|one) hundred)"
)
_DAY_NUMBER = r"(?:\d{1,2}(?:st|nd|rd|th)?|(?:twenty[ -]|thirty[ -])?(?:\w+th|first|second|third))"
_CLOCK_TIME = (
    rf"(?:(?:half past|(?:a )?quarter (?:past|to)) )?{_NUMBER}"
    r"(?: (?:fifteen|thirty|forty[ -]five))?(?: ?[ap]\.? ?m\b\.?| o['\u2019]clock)?|noon|midnight"
)
_KINDS = tuple(
    re.compile(rf"(?P<before>(?:{before}) )?(?P<core>{core})(?![\w'\u2019])", flags)
    for before, core, flags in (
        (
            "on|by|until|before|for|from|since|in",
            rf"(?:(?:next|this|the coming) )?{_WEEKDAY}(?: week\b)?(?: the {_DAY_NUMBER})?"
            rf"|today|tomorrow|tonight|the day after tomorrow|(?:next|this) (?:week|month|year)"
            rf"|(?:the )?{_DAY_NUMBER}(?: of)? {_MONTH_NAME}"
            rf"|{_MONTH_NAME}(?: the)? {_DAY_NUMBER}|(?:in )?{_MONTH_NAME}"
            rf"|the (?:\d{{1,2}}(?:st|nd|rd|th)|{ORDINAL})(?=[.,;!?]|$)",
            re.IGNORECASE,
        ),
        ("at|by|around|until|before|for|in", _CLOCK_TIME, re.IGNORECASE),
        ("to|for|with|from|at|in", r"[A-Z][\w'\u2019-]+(?: [A-Z][\w'\u2019-]+)*", 0),
    )
)
_NAMED = re.compile(
    r"(?<=\s)(?P<before>(?:to|for|with|from|at|in) )?"
    r"(?P<core>(?<=\s)[A-Z][\w'\u2019-]+(?: [A-Z][\w'\u2019-]+)*)(?![\w'\u2019])"
)
"""A name within a sentence, but not its first word, which has a capital anyway."""

_AFTER_NAME = re.compile(
    r"\s*(?:[.,;!?]|$)|\s+(?:about|and|at|by|for|from|how|if|in|instead|next|on|that|to|today"
    r"|tomorrow|whether|with)\b",
    re.IGNORECASE,
)
_TIME_NEXT = re.compile(rf"\s*(?:at|by|around) (?:{_CLOCK_TIME})(?![\w'\u2019])", re.IGNORECASE)
_ONE_NAME = re.compile(r"[A-Z][a-z\u00df-\u00ff][\w'\u2019-]*")
_INSTEAD = re.compile(r"\s+instead(?=[.,;!?]|$)", re.IGNORECASE)
_NO_NAME = re.compile(rf"{_WEEKDAY}|{_MONTH_NAME}|I\b", re.IGNORECASE)
MIN_LONE_WORD = 4
"""A single repeated word shows a restart only if it has this many letters."""

MAX_REPAIRS = 5
"""How many corrections of one sentence are applied at most, to limit the time."""


_WITHDRAWAL = re.compile(
    r"(?:(?:oh|actually|no|nope|wait|sorry|well|on second thoughts?|you know what)\b[ ,.!]*)*"
    r"(?:(?:please )?(?:do not|don['\u2019]t)(?: bother| worry| do (?:it|that))?"
    r"|never ?mind(?: that)?|(?:scratch|cancel|strike|ignore) (?:it|that)"
    r"|leave (?:it|that)(?: out)?|cancel (?:the|that) (?:reminder|note|task)"
    r"|forget (?:it|that|(?:about )?(?:the|my|that|this) \w+)"
    r"|no need(?:,? .*)?|(?:i|we|you) (?:do not|don['\u2019]t) (?:need|have) (?:it|that|to)"
    r"(?: any ?more| after all| actually)?)(?:,? thanks)?[.!]?",
    re.IGNORECASE,
)


def withdraws(text: str) -> bool:
    """Returns whether a sentence only withdraws the request before it: "No, don't."."""
    return _WITHDRAWAL.fullmatch(text.strip()) is not None


def repaired(text: str) -> str:
    """Returns `text` with its speaker's corrections applied."""
    start = 0
    for _ in range(MAX_REPAIRS):
        mark = _CORRECTION_MARK.search(text, start)
        if mark is None:
            break
        corrected = _apply_correction(text[: mark.start()], text[mark.end() :])
        start = mark.end() if corrected is None else 0
        text = text if corrected is None else corrected
    return text


def _apply_correction(said: str, later: str) -> str | None:
    """Returns `said` corrected by `later`; None if that corrects nothing."""
    if (named := _first_name_instead(said, later)) is not None:
        return named
    for kind in _KINDS:
        correction = kind.match(later)
        if correction is None or (kind is _KINDS[-1] and not _is_name(correction, later)):
            continue
        pattern = _NAMED if kind is _KINDS[-1] else kind
        candidates = [
            match for match in pattern.finditer(said) if _is_replaceable(match, kind, said)
        ]
        same = [match for match in candidates if _before(match) == _before(correction)]
        if candidates:
            return _replace(said, (same or candidates)[-1], correction, later)
    return _join_at_restart(said, later)


def _first_name_instead(said: str, later: str) -> str | None:
    """Returns "Carol has the keys" for "Karen" and "Carol, has the keys"; None for other words."""
    correction = _KINDS[-1].match(later)
    if correction is None or correction["before"] or not _ONE_NAME.fullmatch(said.strip()):
        return None
    if _NO_NAME.match(said.strip()) or not _is_name(correction, later):
        return None
    rest = later[correction.end() :]
    return f"{correction['core']} {rest.lstrip(', ')}" if rest.startswith(",") else later


def _before(match: re.Match[str]) -> str:
    """Returns the preposition of a day, time or name: of "at ten" and "at nine" it is the same."""
    return (match["before"] or "").lower()


def _replace(said: str, replaced: re.Match[str], correction: re.Match[str], later: str) -> str:
    before = (correction["before"] or replaced["before"] or "").strip()
    if correction["core"].lower() in {"today", "tomorrow", "tonight"}:
        before = "" if before == "on" else before
    tail, rest = said[replaced.end() :], _INSTEAD.sub("", later[correction.end() :], count=1)
    if _TIME_NEXT.match(rest):
        tail = _TIME_NEXT.sub("", tail, count=1)
    if _repeats_noun(tail, rest):
        tail = ""
    new = f"{before} {correction['core']}" if before else correction["core"]
    return f"{said[: replaced.start()]}{new}{tail}{rest}"


def _repeats_noun(tail: str, rest: str) -> bool:
    """Returns whether the noun after a number is repeated: "six doors, no, seven doors"."""
    first, again = (re.match(r"\s+([\w'\u2019]+)", text) for text in (tail, rest))
    return first is not None and again is not None and first[1].lower() == again[1].lower()


def _is_replaceable(candidate: re.Match[str], kind: re.Pattern[str], said: str) -> bool:
    """Returns whether a correction may replace `candidate`: a capital alone makes no name."""
    if candidate.start() and said[candidate.start() - 1].isalnum():
        return False
    if kind is not _KINDS[-1]:
        return True
    return not _NO_NAME.match(candidate["core"])


def _is_name(match: re.Match[str], later: str) -> bool:
    plain = not _NO_NAME.match(match["core"])
    return plain and _AFTER_NAME.match(later, match.end()) is not None


def _join_at_restart(said: str, later: str) -> str | None:
    """Returns `said` up to the words that `later` repeats, and `later`; None if it repeats none."""
    words = re.findall(r"[\w'\u2019]+", later)[:2]
    if words and len(words[0]) >= MIN_LONE_WORD:
        words = words[:1]
    elif len(words) < 2:  # noqa: PLR2004 - one short word is said again by chance
        return None
    again = r"\s+".join(map(re.escape, words))
    there = list(re.finditer(rf"\b{again}\b", said, re.IGNORECASE))
    return said[: there[-1].start()] + later if there else None
