"""Who is named in something to do: who is to do it, or who is to be reached. For English."""

import re

_END = (
    "about|after|again|and|as|at|back|because|before|but|by|for|from|how|if|in|into|know|next|no|now"
    "|of|off|on|once|or|out|over|please|so|some|soon|that|then|the|this|to|today|tomorrow|tonight|up"
    "|what|when|where|whether|which|who|why|with|a|an|my|our|your|his|her|their|again"
    "|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)
_PRONOUN = (
    "me|him|her|them|us|you|it|i|we|he|she|they|that|this|there|everybody|everyone|somebody|someone"
    "|anybody|anyone|nobody|what|which|who|nothing|something|everything|all|both|one|people|things"
)
_NOUNS = rf"(?!(?:{_END})\b)[\w'\u2019-]+"
_PERSON = (
    rf"(?P<who>(?:the|my|our|your|his|her|their|a|an) {_NOUNS}(?: {_NOUNS})?"
    rf"|(?!(?:{_END}|{_PRONOUN})\b)(?-i:[A-Z])[\w'\u2019.-]+(?: (?-i:[A-Z])[\w'\u2019-]+)*"
    rf"|(?!(?:{_END}|{_PRONOUN})\b)[\w'\u2019-]+(?= (?:{_END})\b|[.,;!?]?$))"
)
_TOLD = re.compile(
    r"\b(?:call|phone|ring|tell|ask|email|remind|inform|contact|invite|meet|notify|write to|talk to"
    rf"|speak to|text|message|let|reply to) (?:up )?{_PERSON}",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    rf"\b(?:send|email|forward|bring|give|show|return|deliver|post|hand)\b[^.;,]*? to {_PERSON}",
    re.IGNORECASE,
)
_DOES = re.compile(
    r"(?:^|\b(?:and|that|then|but|so|,) )"
    r"(?P<who>(?-i:[A-Z])[\w'\u2019-]+(?: (?-i:[A-Z])[\w'\u2019-]+)?"
    r"|(?:the|my|our|your|his|her|their) [\w'\u2019-]+)"
    r" (?:will|should|must|has to|needs to|is going to|ought to)\b",
    re.IGNORECASE,
)
_THINGS = (
    "address|agenda|answer|bill|cab|contract|copy|details|document|documents|draft|file|files|form"
    "|figures|information|invoice|letter|link|list|meeting|minutes|notes|number|numbers|offer|order"
    "|photo|photos|pictures|plan|question|questions|quote|report|results|slides|summary|taxi|text"
)
_NOT_ONE = re.compile(rf"(?:{_PRONOUN}|{_END})$|.*\b(?:{_THINGS})$", re.IGNORECASE)


def person(text: str) -> str:
    """Returns who `text` names first, as it is written there; empty for nobody.

    Who does it goes before who is called, told, asked or written to: "Anna should call the
    plumber" names Anna, and "call the plumber" the plumber.
    """
    for pattern in (_DOES, _TOLD, _GIVEN):
        for match in pattern.finditer(text):
            who = match["who"].rstrip(".,;!?").removesuffix("'s")
            if not _NOT_ONE.match(who):
                return who
    return ""
