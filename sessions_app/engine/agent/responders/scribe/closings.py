"""Recognises how callers end a conversation, and how they agree to end the call."""

from collections.abc import Collection, Sequence

from sessions_app.engine.agent.responders.scribe.found_command import polite
from sessions_app.engine.agent.responders.scribe.sound_alike import sound
from sessions_app.engine.agent.responders.scribe.vocabulary import COMMANDS, Intent
from sessions_app.engine.text.word_lists import listed

_PARTINGS = frozenset(
    f"you {may} {go}" for may in ("can", "may") for go in ("hang up", "end the call")
)
"""Phrases that end the call, if nothing but closing words comes before them."""

_IF = listed("if when whenever once after before until till unless while")
"""First words of sentences that are about another call: "if nobody answers, hang up"."""

_VERBS = listed("end finish close terminate hang stop disconnect cut")

_DONE = (
    *("we are done", "we are done here", "i am done", "that is all", "that was all", "that is it"),
    *("that was it", "for today", "for now", "thanks", "thank you", "i have to go", "i need to go"),
    *("i am off", "i have got to go", "i must go"),
)
_WRONG = ("that is wrong", "that was wrong", "that is not right", "not that one")
_MISHEARD = {
    "and the call": (Intent.END, _DONE),
    **dict.fromkeys(("and do it", "and do that"), (Intent.UNDO, _WRONG)),
    **dict.fromkeys(("i am do it", "i am do that"), (Intent.UNDO, _WRONG)),
}
"""What recognisers write instead of "end the call" and "undo it".

Each with its command, and with the words of which one must come before it.
"""

_LIKE_CALL = ("k", "l")
"""Sounds of "call": the first one, and one after it."""

_YES = listed(
    "yes yeah yep yup yea aye sure okay ok correct right alright absolutely definitely certainly "
    "exactly indeed fine please"
)
_YES_TOO = frozenset(
    {
        *("go ahead", "of course", "do it", "do that", "do so", "all right", "uh huh", "i do"),
        *("yes do", "please do", "i am sure", "i think so", "why not", "sounds good", "you may"),
        *("that is right", "that is correct", "that is fine", "that is okay", "that is ok"),
        *("end it", "end the call", "finish it", "you can", "you should", "let us do that"),
        *("let us end it", "you can end it", "i would like that", "i want that", "i am off"),
    }
)
_OVER = frozenset(
    {
        *("that is all", "that was all", "that is it", "that was it", "that will be all"),
        *("that is everything", "that was everything", "that would be all", "nothing else"),
        "that said",  # "that's it" misheard
        *("we are done", "we are done here", "we are finished", "i am done", "i am finished"),
        *("i have to go", "i need to go", "i must go", "i have got to go", "i am off"),
        *("all done", "that is all for today", "that is all for now", "there is nothing else"),
    }
)
_COURTESIES = listed(
    "thanks thank you so well and then now scribe um uh oh ah hm hmm great good perfect lovely "
    "excellent wonderful really very much just here today no"
)
_COURTESIES_TOO = frozenset(
    {
        *("thank you", "thanks a lot", "thank you very much", "thank you so much", "you too"),
        *("i think", "i guess", "for now", "for today", "right now", "for your help", "by the way"),
        *("for me", "for everything", "for the help", "thanks for everything", "i said"),
    }
)
_GOODBYES = frozenset(
    " ".join(phrase) for phrase, command in COMMANDS.items() if command is Intent.END
)

_CONSENT = _YES | _YES_TOO | _OVER | _GOODBYES | {"bye", "end"}
_AROUND_CONSENT = (_COURTESIES - {"no"}) | _COURTESIES_TOO
_CLOSES = _OVER | (_GOODBYES - _PARTINGS)
_AROUND_CLOSES = _COURTESIES | _COURTESIES_TOO | (_YES - {"please"}) | {"all right"}
_LONGEST = max(len(phrase.split()) for phrase in _CONSENT | _AROUND_CLOSES | _CLOSES)


def consents(words: Sequence[str]) -> bool:
    """Returns whether the words agree to end the call, and nothing more: "yes, please"."""
    phrases = _phrases(words, _CONSENT | _AROUND_CONSENT)
    return phrases is not None and any(phrase in _CONSENT for phrase in phrases)


def only_closes(words: Sequence[str]) -> bool:
    """Returns whether the words only close the talk: "okay thanks, that was everything"."""
    return _phrases(words, _CLOSES | _AROUND_CLOSES) is not None


def ends_call(before: Sequence[str], phrase: Sequence[str]) -> bool:
    """Returns whether `phrase` ends the call, given the words `before` it in its sentence.

    "When the music stops, you can hang up" and "if nobody answers, hang up" do not.
    """
    if not before or only_closes(before):
        return True
    if " ".join(phrase) in _PARTINGS:
        return False
    return phrase[0] not in _VERBS or before[0] not in _IF


def lets_go(words: Sequence[str]) -> bool:
    """Returns whether the words only allow the scribe to end the call: "you can hang up now"."""
    text = " ".join(words)
    return any(text.startswith(bye) and polite(words[len(bye.split()) :]) for bye in _PARTINGS)


def misheard_command(before: Sequence[str], words: Sequence[str]) -> Intent | None:
    """Returns the command that was misheard: END for "and the call" after "we are done"."""
    said = " ".join(words)
    if list(words[:-1]) == ["and", "the"] and _sounds_like_call(words[-1]):
        said = "and the call"
    command, leads = _MISHEARD.get(said, (None, ()))
    return command if " ".join(before).endswith(leads) else None


def _sounds_like_call(word: str) -> bool:
    first, then = _LIKE_CALL
    sounds = sound(word)
    return sounds.startswith(first) and then in sounds[1:]


def _phrases(words: Sequence[str], known: Collection[str]) -> list[str] | None:
    """Returns the words split into `known` phrases, longest match first; None if they cannot be."""
    phrases: list[str] = []
    at = 0
    while at < len(words):
        many = min(_LONGEST, len(words) - at)
        while many and " ".join(words[at : at + many]) not in known:
            many -= 1
        if not many:
            return None
        phrases.append(" ".join(words[at : at + many]))
        at += many
    return phrases
