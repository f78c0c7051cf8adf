"""Which English sentences are complete but for a full stop, and which cannot have one."""

from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.writing import plain_words, sentences
from sessions_app.engine.turns.endpointing import english
from sessions_app.engine.turns.endpointing.attentive import share_of
from sessions_app.engine.turns.endpointing.english import LastSentence, is_question
from sessions_app.engine.turns.endpointing.shares import PLAIN


def is_statement(text: str, language: str = "") -> bool:
    """Returns whether `text` ends with a complete English statement that lacks its full stop.

    An answer of one letter is complete; "on Monday and" is not.
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
    """Returns whether `text` ends within an English sentence despite its full stop: "in the."."""
    if base_of(language) not in ("", "en") or not text.strip():
        return False
    return english.is_open(_sentence(sentences(text)[-1].strip()))


def _sentence(last: str) -> LastSentence:
    return LastSentence(last.lower(), plain_words(last.lower()) or [""])
