"""Offers that somebody else accepts: "Shall I book the room?" "Yes, please.". English; pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from sessions_app.engine.summaries.actions import LEADS
from sessions_app.engine.summaries.sentences import CallSentence

_TO_DO = (
    r"(?!(?:to|be|have|know|see|think|feel|say|tell you (?:what|why|how|something)|go on|start"
    r"|begin|continue|repeat|explain|spell|hold|wait|come|go|put you|worry|laugh|cry|stop)\b)\w+"
)
_OFFER = re.compile(
    rf"{LEADS}(?:shall|should) (?:i|we) {_TO_DO}.*\?"
    rf"|{LEADS}(?:do you|would you like|do you want|want|would it help if)"
    rf"(?: (?:want|like))?(?: me| us| i)(?: to)? {_TO_DO}.*\?"
    rf"|{LEADS}why don['\u2019]t (?:i|we) {_TO_DO}.*\?"
    rf"|{LEADS}how about (?:i|we) {_TO_DO}.*\?"
    rf"|{LEADS}(?:i|we) (?:can|could) (?:always |also )?{_TO_DO}\b.*,? if (?:you (?:like|want|wish)"
    r"|that helps|it helps|that['\u2019]s easier)[.?!]*",
    re.IGNORECASE,
)
_OPEN_QUESTION = re.compile(r"\b(?:or (?:shall|should|not)|what|which|when)\b", re.IGNORECASE)

_YES = (
    r"(?:yes|yeah|yep|yup|sure|please|please do|ok|okay|of course|go ahead|perfect|great|lovely"
    r"|absolutely|definitely|by all means|why not|do that|do it|sounds good|good idea|alright"
    r"|all right|fine|brilliant|wonderful|if you (?:could|would|can|like|don['\u2019]t mind)"
    r"|(?:that|it)(?:['\u2019]d| would) (?:be|help)|that(?:['\u2019]s| is) (?:a )?"
    r"(?:very |really )?(?:good|great|kind|nice|fine|lovely)|i(?:['\u2019]d| would) (?:like|love)"
    r"|let['\u2019]s do (?:that|it)|you do that)"
)
_ACCEPTS = re.compile(rf"(?:(?:oh|well|ah|mhm|um|uh)[, ]+)*{_YES}\b", re.IGNORECASE)
_AFTER_ALL_NOT = re.compile(
    r"\b(?:no|not|don['\u2019]t|doesn['\u2019]t|but|rather|instead|already|myself|later|maybe"
    r"|perhaps|wait|never|if|unless|without)\b",
    re.IGNORECASE,
)
_IF_YOU = re.compile(r"\bif (?:you|that|it)\b", re.IGNORECASE)


def with_offers_marked(sentences: Sequence[CallSentence]) -> list[CallSentence]:
    """Returns the sentences, those with an offer that was accepted as promises of the speaker."""
    return [
        replace(sentence, promised=True) if _is_accepted(sentences, at) else sentence
        for at, sentence in enumerate(sentences)
    ]


def is_offer(text: str) -> bool:
    """Returns whether a sentence offers to do something: "shall I book the room?"."""
    plain = " ".join(text.split())
    return _OFFER.fullmatch(plain) is not None and not _OPEN_QUESTION.search(plain)


def accepts(text: str) -> bool:
    """Returns whether an answer accepts an offer without a condition: "yes, please"."""
    plain = " ".join(text.split())
    denied = _AFTER_ALL_NOT.search(_IF_YOU.sub("", plain))
    return _ACCEPTS.match(plain) is not None and denied is None


def _is_accepted(sentences: Sequence[CallSentence], at: int) -> bool:
    """Returns whether the next speaker accepts the offer in a sentence at once."""
    offer = sentences[at]
    if at + 1 >= len(sentences) or not is_offer(offer.text):
        return False
    answer = sentences[at + 1]
    if answer.speaker == offer.speaker or not accepts(answer.text):
        return False
    more = sentences[at + 2 : at + 3]
    return not any(s.speaker == answer.speaker and _takes_back(s.text) for s in more)


def _takes_back(text: str) -> bool:
    return re.match(r"(?:no|wait|actually no|don['\u2019]t|but)\b", text, re.IGNORECASE) is not None
