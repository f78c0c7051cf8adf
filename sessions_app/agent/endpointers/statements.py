"""Which sentences lack nothing but their full stop, by their words."""

from sessions_app.agent.endpointers.attentive import share_of
from sessions_app.agent.endpointers.english import Sentence, is_question
from sessions_app.agent.endpointers.shares import PLAIN
from sessions_app.core.languages import base_of
from sessions_app.core.writing import plain_words, sentences


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
    said = Sentence(last.lower(), plain_words(last.lower()) or [""])
    return not is_question(said) and share_of(bare.lower(), english=True) <= PLAIN
