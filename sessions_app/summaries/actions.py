"""Which sentences are action items: rules for English, found by their words alone."""

import re

_WHO = r"(?:i|we|you|he|she|they|somebody|someone|everybody|everyone)"

_VERBS = (
    "add|arrange|ask|book|bring|buy|call|cancel|check|clean|collect|confirm|contact|correct"
    "|create|deliver|discuss|draft|email|ensure|find|finish|fix|follow up|forward|inform"
    "|install|invite|meet|move|notify|order|organise|organize|pay|phone|prepare|print|remind"
    "|remove|rename|renew|repair|replace|reply|report|reserve|return|review|ring|schedule|send"
    "|set up|ship|sign|submit|talk to|tell|update|upload|write"
)

_DAY = (
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|tonight|noon"
    r"|midnight|(?:the )?end of (?:the |this |next )?(?:day|week|month|year)"
    r"|(?:next|this) (?:week|month|year)"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)"
)

_START = r"^(?:(?:and|then|so|also|now|okay|ok|well|first|second|next|finally|just)[, ]+)*"

RULES = {
    "a request": r"\bplease,? \w+",
    "a question that asks for something": (
        r"\b(?:can|could|would|will) you "
        r"(?!(?:hear|see|imagine|believe|guess|remember|repeat|be|like)\b)\w+"
    ),
    "a promise or a duty": (
        rf"\b{_WHO}(?:['\u2019]ll| will| shall| should| must| ought to)"
        r" (?!be (?:glad|happy|sorry)\b|see\b)\w+"
    ),
    "a need": rf"\b{_WHO}(?:['\u2019]ve)? (?:needs? to|have to|has to|got to|have got to)\b",
    "a plan": (
        r"\b(?:let us|let['\u2019]s)(?! see\b)"
        rf"|\b{_WHO}(?:['\u2019](?:m|s|re)| am| is| are) going to (?!(?:the|a|an|my|our)\b)"
    ),
    "a reminder": r"\b(?:remember to|make sure|be sure to|(?:do not|don['\u2019]t) forget)\b",
    "named as one": r"\b(?:action (?:item|point)|to-?do|next step|follow[ -]up|deadline)s?\b",
    "a date to keep": rf"\b(?:by|no later than|due) (?:on )?(?:next )?{_DAY}\b",
    "an order": rf"{_START}(?:{_VERBS})\b(?! (?:was|were|is|are|has|had)\b)",
}
"""What makes a sentence an action item, by the words that show it: anywhere in the sentence,
but an order only where it begins one."""

_ANY = re.compile("|".join(f"(?:{rule})" for rule in RULES.values()), re.IGNORECASE)


def is_action(sentence: str) -> bool:
    """Returns whether the sentence asks for, promises, or dates something to be done."""
    return _ANY.search(" ".join(sentence.split())) is not None
