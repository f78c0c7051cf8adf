"""E-mail addresses, written, or read aloud: "anna at example dot com". Pure."""

import re
from collections.abc import Iterator, Sequence

from sessions_app.engine.redaction.reading import LATIN, NumberReading, TextToken
from sessions_app.engine.redaction.spans import FoundSpan
from sessions_app.engine.text.word_lists import listed

KIND, LABEL = "email", "e-mail address"


def _address_of(letter: str) -> re.Pattern[str]:
    """Returns a pattern for addresses of these letters, which go into a character class."""
    host = rf"[{letter}\-]{{1,63}}"
    return re.compile(rf"[{letter}.%+\-]{{1,64}}\s?@\s?{host}(?:\.{host}){{1,5}}")


_WRITTEN = (_address_of(rf"{LATIN}\d_"), _address_of(r"\w"))
"""In Latin letters, which words of a script without blanks may touch, and in any."""

_AT = listed("at arroba klammeraffe affenklammer @")
_DOT = listed("dot punkt punto .")
_LINKS = _DOT | listed("dash hyphen underscore minus bindestrich unterstrich guion bajo _ -")
_TOP_LEVEL = listed(
    "com net org info biz edu gov io co eu uk us ca de at ch es mx ar cl pe fr it nl be pt pl se "
    "dk no fi ie app dev me tv"
)
_NO_NAMES = listed(
    "me us him her it them you look find meet reach see visit available now here is are was be "
    "contact write mail email buy online shop search order read more us sich uns mich dich ihn sie "
    "nos visite busque"
)
"""Words before "at" that are no name of a mailbox: "visit us at example dot com"."""

_NAMES_FOLLOW = listed("is address email mail lautet ist adresse es correo direccion to an a")
"""Words after which the name of a mailbox begins."""

MOST_NAME_TOKENS = 24
"""Most tokens of a mailbox's name that is spelt out. More may hide words that came before it."""


def find(reading: NumberReading) -> Iterator[FoundSpan]:
    """Yields e-mail addresses."""
    found = list[tuple[int, int]]()
    for pattern in _WRITTEN:
        places = [match.span() for match in pattern.finditer(reading.text)]
        found += [p for p in places if not any(p[0] < end and start < p[1] for start, end in found)]
    for start, end in found:
        yield FoundSpan(start, end, KIND, LABEL)
    for at, token in enumerate(reading.tokens):
        if token.folded in _AT:
            span = _spoken_at(reading.tokens, at)
            if span is not None:
                yield span


def _spoken_at(tokens: Sequence[TextToken], at: int) -> FoundSpan | None:
    """Returns the address around the token "at", if there is one."""
    end = _domain_end(tokens, at + 1)
    start = _name_start(tokens, at - 1)
    if end is None or start is None:
        return None
    return FoundSpan(tokens[start].start, tokens[end].end, KIND, LABEL)


def _domain_end(tokens: Sequence[TextToken], at: int) -> int | None:
    """Returns the last token of a domain that begins at `at`; None where there is none."""
    end = None
    while at < len(tokens):
        linked = at + 1
        while linked < len(tokens) and _is_short(tokens[at]) and _is_short(tokens[linked]):
            at, linked = linked, linked + 1  # spelt letter by letter
        if linked + 1 >= len(tokens) or tokens[linked].folded not in _LINKS:
            break
        if tokens[linked].folded in _DOT and tokens[linked + 1].folded in _TOP_LEVEL:
            end = linked + 1
        at = linked + 1
    return end


def _name_start(tokens: Sequence[TextToken], last: int) -> int | None:
    """Returns the first token of the name of a mailbox that ends at `last`."""
    if last < 0 or tokens[last].folded in _NO_NAMES:
        return None
    first = last
    while first > 0 and last - first < MOST_NAME_TOKENS:
        before = tokens[first - 1]
        spelt = _is_short(tokens[first]) and _is_short(before)
        if before.folded in _LINKS and first > 1:
            first -= 2
        elif spelt or (tokens[first].folded.isdecimal() and before.folded not in _NAMES_FOLLOW):
            first -= 1
        else:
            break
    return first


def _is_short(token: TextToken) -> bool:
    """Returns whether it is one letter or figure of a name that is spelt."""
    return len(token.folded) == 1
