"""Which sentences lack nothing but their full stop, and which cannot have one, by their words."""

from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.writing import plain_words, sentences
from sessions_app.engine.turns.endpointing import english
from sessions_app.engine.turns.endpointing.attentive import share_of
from sessions_app.engine.turns.endpointing.english import LastSentence, is_question
from sessions_app.engine.turns.endpointing.shares import PLAIN


def is_statement(text: str, language: str = "") -> bool:
    """Returns whether `text` ends without a mark in a whole English sentence that asks nothing.

    An answer of one letter is whole; what ends as if it went on, such as "on Monday and", is not.
    """
    bare = text.rstrip()
    if base_of(language) not in ("", "en") or not bare or not bare[-1].isalnum():
        return False
    last = sentences(bare)[-1].strip()
    if len(last) == 1:
        return last.isupper() and last != "I"
    said = _sentence(last)
    return not is_question(said) and share_of(bare.lower(), english=True) <= PLAIN


def is_open(text: str, language: str = "") -> bool:
    """Returns whether an English sentence goes on after `text`, whatever its mark: "in the."."""
    if base_of(language) not in ("", "en") or not text.strip():
        return False
    return english.is_open(_sentence(sentences(text)[-1].strip()))


def _sentence(last: str) -> LastSentence:
    return LastSentence(last.lower(), plain_words(last.lower()) or [""])
