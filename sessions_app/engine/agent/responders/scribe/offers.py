"""What a caller offers somebody else: "how can I help you?", "may I take a message?". English."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.text.word_lists import listed

_I_MAY = (["may", "i"], ["can", "i"], ["could", "i"], ["shall", "i"], ["let", "me"], ["can", "we"])
_WE = listed("i we")
_PAPER = listed("paper slip card napkin receipt envelope board")


def offers_help(words: Sequence[str]) -> bool:
    """Returns whether the words of a sentence offer help, or ask how one may help."""
    for at, word in enumerate(words):
        if word == "help" and (
            list(words[at + 1 : at + 2]) == ["you"] or _WE & set(words[max(0, at - 1) : at])
        ):
            return True
    asked = " ".join(words)
    return "i do for you" in asked or "we do for you" in asked or _may_help(words)


def offers_to_write(intent: Intent, before: Sequence[str], words: Sequence[str]) -> bool:
    """Returns whether the caller offers to write for somebody: "let me write it down for you".

    `before` are the words that introduce the phrase, `words` those from the phrase on.
    """
    offers = list(before[-2:]) in _I_MAY
    if intent is not Intent.NOTE or not offers:
        return False
    message = "message" in words[:3]
    return message or list(words[-2:]) == ["for", "you"] or bool(_PAPER & set(words))


def _may_help(words: Sequence[str]) -> bool:
    return list(words[:2]) in _I_MAY and list(words[2:3]) == ["help"]
