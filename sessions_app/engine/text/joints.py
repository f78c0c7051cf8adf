"""Removes the full stop and capital where a sentence was split in two. Pure.

Recognisers punctuate whatever they are given as whole sentences.
"""

import re

from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.marks import ASCII_ENDS, OWN_ENDS
from sessions_app.engine.text.stops import ends_in_abbreviation

_END_MARKS = re.compile(rf"[{ASCII_ENDS.replace('…', '')}{OWN_ENDS}]+$")
_ELLIPSIS = re.compile(r"\.\.+$")
_FIRST = re.compile(r"[^\W_][^\s,;:.!?]*")
_OWN_CAPITAL = re.compile(r"I(?:['\u2019].*)?")

_SMALL_WORDS = """
a an the this that these those and or but nor so yet because if when while which who whom whose
what where why how than then as of to at for from with without by into onto over under about after
before since until till although though unless whether he she it we they you him us them my your
his her our their its he's she's it's we're they're you're we'll you'll they'll he'll she'll it'll
we've you've they've that's there there's is are was were be been am do does did have has had not
in on off out up down also just even still only please would could should can cannot can't don't
won't
"""
_NO_NAMES = frozenset(_SMALL_WORDS.split())
"""English words with a capital only at the start of a sentence; "will" and "may" may be names."""


def without_end_mark(text: str) -> str:
    """Returns `text` without its final sentence mark, if it has one.

    The full stop of an abbreviation is kept, and so is an ellipsis.
    """
    bare = text.rstrip()
    if _ELLIPSIS.search(bare) or ends_in_abbreviation(bare):
        return bare
    return _END_MARKS.sub("", bare)


def uncapitalised(text: str, language: str = "") -> str:
    """Returns `text` with its first letter in lower case; "I", "BBC" and "McLean" stay."""
    first = _FIRST.search(text)
    if first is None or text[: first.start()].strip().isalnum():
        return text
    word, at = first.group(), first.start()
    own = base_of(language) in ("", "en") and _OWN_CAPITAL.fullmatch(word)
    if own or sum(map(str.isupper, word)) > 1:
        return text
    return text[:at] + word[:1].lower() + text[at + 1 :]


def as_continuation(text: str, language: str = "") -> str:
    """Returns `text`, which continues a sentence, without the capital of its first word.

    English only; whatever may be a name keeps its capital.
    """
    first = _FIRST.search(text)
    is_no_name = first is not None and first.group().lower().replace("\u2019", "'") in _NO_NAMES
    return uncapitalised(text, language) if is_no_name and base_of(language) in ("", "en") else text
