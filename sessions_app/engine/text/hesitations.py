"""Takes hesitations out of English speech: "the, um, the rehearsal" is "the rehearsal". Pure.

Only sounds, asides to oneself, and words said twice around them go; what was said stays.
"""

import re

_SOUND = r"(?:[Uu]m+|[Uu]h+m*|[Ee]rm?|[Ee]hm?|[Hh]mm+)\b(?!['\u2019-]|\.\w)"
"""Sounds that fill a pause; "ER" in capitals is a place."""

_ASIDE = (
    r"(?:what (?:was|is) it(?: again| called)?|what['\u2019]s it called|what else"
    r"|how do you (?:say|call it)|let me (?:see|think|check|find it|look|have a look)"
    r"|(?:hang|hold) on(?: a (?:second|sec|moment|minute))?|wait a (?:second|sec|moment|minute)"
    r"|where is it|oh yes|oh yeah|i think it was|you know)"
)
"""What people say to themselves while they look for words; only between marks."""

_MARK = r"(?:\s*[,;\u2026\u2013\u2014]|\.{2,})"
_SOUNDS = re.compile(
    rf"(?P<before>^|{_MARK}|(?<=[\w'\u2019:])(?=\s))\s*(?<![\w'\u2019-]){_SOUND}"
    rf"(?:{_MARK}?\s*{_SOUND})*(?P<after>{_MARK}+|(?=\s|$))(?P<space>\s*)"
)
_ASIDES = re.compile(
    rf"(?P<before>^|{_MARK}|(?<=:)(?=\s))\s*{_ASIDE}(?:{_MARK}+\s*{_ASIDE})*(?P<after>{_MARK}+)"
    r"(?P<space>\s*)",
    re.IGNORECASE,
)
_TWICE = re.compile(
    r"\b(?P<word>the|a|an|my|our|your|his|their|to|at|for|of|with|from|and|i|we|he|she)"
    r"(?:\s*[,\u2026\u2013\u2014]+|\.{2,})?\s+(?P=word)\b(?!['\u2019])",
    re.IGNORECASE,
)
"""Words with which no phrase ends. Others may be meant twice: "I like it, it is new"."""


def without_hesitations(text: str) -> str:
    """Returns a text without sounds such as "um", asides to oneself, and words said twice."""
    plain = _SOUNDS.sub(_joined, text)
    plain = _ASIDES.sub(_joined, plain)
    plain = _TWICE.sub(r"\g<word>", plain)
    if plain == text:
        return text
    shown = plain.strip(" ,;\u2026\u2013\u2014")
    begins = text.lstrip()[:1].isupper() and shown[:1].islower()
    return shown[:1].upper() + shown[1:] if begins else shown


def _joined(said: re.Match[str]) -> str:
    """Returns what stays between the words around a hesitation: a blank."""
    return " " if said.start() and said["space"] + said["after"] else ""
