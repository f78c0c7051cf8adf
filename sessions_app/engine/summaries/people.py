"""Finds the person in an action item: who should do it, or should be contacted. English."""

import re

from sessions_app.engine.summaries.actions import LEADS, VERBS
from sessions_app.engine.summaries.address import addressed
from sessions_app.engine.summaries.asides import without_asides
from sessions_app.engine.summaries.assignments import assignee
from sessions_app.engine.summaries.first_names import with_names
from sessions_app.engine.summaries.places import is_place

_NAME_ENDS = (
    "about|after|again|alone|and|as|at|back|because|before|but|by|for|from|go|how|if|in|into|know|next|no|now"
    "|of|off|on|once|or|out|over|please|so|some|soon|that|then|the|this|to|today|tomorrow|tonight|twice|up"
    "|between|during|until|till|around|near|within|without|under|over|via|through|since|later|early"
    "|instead|first|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|\\d+\\w*"
    "|what|when|where|whether|which|who|why|with|a|an|my|our|your|his|her|their|again"
    "|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
)
_PRONOUN = (
    "every|each|me|him|her|them|us|you|it|i|we|he|she|they|that|this|there|everybody|everyone|somebody|someone"
    "|anybody|anyone|nobody|what|which|who|nothing|something|everything|all|both|one|people|things"
)
_NO_NOUN = (
    "said|says|sorry|hi|hello|hey|thanks|yes|okay|ok|goodbye|bye|nicely|gently|have|has|had|will"
    "|would|can|could|should|must|not|never|always|is|are|was|were|am|need|needs|want|wants|like|how"
)
"""Words after "her" or "his" that begin no description of a person: "tell her I said hi"."""

_NOUN = rf"(?!(?:{_NAME_ENDS}|{_PRONOUN}|{_NO_NOUN})\b)[\w'\u2019-]+"
_NAME = r"(?!I\b)(?-i:[A-Z])[\w'\u2019-]+"
_TITLED = rf"(?:(?-i:Dr|Mr|Mrs|Ms|Prof|St)\.? )?{_NAME}(?: {_NAME})*"
_DESCRIBED = rf"(?:the|my|our|your|his|her|their|a|an) {_NOUN}(?: {_NOUN})?"
_DESCRIBED_BY_ONE = rf"(?:the|my|our|your|his|her|their|a|an) {_NOUN}"
_NO_NAME = rf"(?!(?:{_NAME_ENDS}|{_PRONOUN})\b)"
_POSSESSIVE = r"(?:my|our|your|his|her|their)"
_VERB_NEXT = r"(?! (?:will|should|must|has|needs|is|are|was|can|could|would|ought|does|did)\b)"
_MORE_PEOPLE = (
    rf"(?:(?:, (?:and )?| and | or | & )(?:{_NO_NAME}{_TITLED}|{_POSSESSIVE} {_NOUN})"
    rf"{_VERB_NEXT}(?![\w'\u2019]))*"
)
"""More people of the same clause: "John and Mary"."""

_PERSON = (
    r"(?P<who>[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    rf"|(?:{_DESCRIBED}|{_NO_NAME}{_TITLED}){_MORE_PEOPLE}"
    rf"|{_NO_NAME}[\w'\u2019-]+(?= (?:{_NAME_ENDS})\b|[.,;!?]?$))"
)
_CONTACTED = re.compile(
    r"\b(?:call|phone|ring|tell|ask|email|remind|inform|contact|invite|meet|notify|write to|talk to"
    rf"|speak to|text|message|let|reply to) (?:up )?{_PERSON}",
    re.IGNORECASE,
)
_UP_TO = re.compile(rf"\bup to {_PERSON}", re.IGNORECASE)
_NO_PURPOSE = (
    r"(?<!\bready)(?<!\bable)(?<!\bhave)(?<!\bneed)(?<!\bwant)(?<!\bgoing)(?<!\bhow)(?<!\bwhere)"
    r"(?<!\bwhat)(?<!thing)(?<!\btime)(?<!\bin order)"
)
"""Not before "to" that goes with a verb: "be ready to talk"."""

_RECIPIENT = re.compile(
    r"\b(?:send|email|forward|bring|give|show|return|deliver|post|hand)\b[^;,]*?"
    rf"{_NO_PURPOSE} to {_PERSON}",
    re.IGNORECASE,
)
_GIVEN = re.compile(
    r"\b(?:send|give|bring|show|lend|hand|pay|order|buy|post|pass|forward|offer|fetch|get|make|write)"
    rf" (?P<who>{_NO_NAME}{_TITLED}|{_POSSESSIVE} {_NOUN}|the {_NOUN})"
    r"(?= (?:the|a|an|my|our|your|his|her|their|some|this|that|these|those|two|three|four|five|ten"
    r"|\d+|\w+ (?:hundred |thousand )?(?:euros?|pounds?|dollars?))\b)",
    re.IGNORECASE,
)
"""Who is given something: "send Paul the invoice"."""

_GIVEN_UNMARKED = re.compile(
    rf"\b(?:send|give|lend|hand|show) (?P<who>{_NO_NAME}(?!(?:along|away|round|together|forward"
    r"|straight|anyone|fewer|more|less)\b)[\w'\u2019-]+)(?= (?:the|a|an|my|our|your)\b)",
    re.IGNORECASE,
)
"""The same with a name that has no capital, as some recognisers write it."""

_SENT = (_RECIPIENT,)
"""Things are sent to places, too."""

_DOER = re.compile(
    r"(?:^|\b(?:and|that|then|but|so|,) )"
    rf"(?P<who>(?:{_TITLED}|(?:the|{_POSSESSIVE}) [\w'\u2019-]+)"
    rf"(?:(?:, (?:and )?| and | or )(?:{_TITLED}|(?:the|{_POSSESSIVE}) [\w'\u2019-]+))*)"
    r"(?:['\u2019]s going to|['\u2019]ll| will| (?:should|must)(?! be\b)"
    r"| would(?! (?:be|have|like|love)\b)"
    r"| (?:agreed|offered|promised|volunteered|undertook) to"
    r"| (?:is|are|has|have) to(?! be\b)| needs? to(?! be\b)"
    r"| is going to| are going to| ought to"
    r"| said (?:that )?(?:he|she|they)(?:['\u2019](?:d|ll)| would| will))\b",
    re.IGNORECASE,
)
_DOER_UNMARKED = re.compile(
    rf"^{LEADS}(?P<who>{_NO_NAME}(?!(?:please|who|nobody|none|neither)\b)[a-z][\w\u2019-]{{2,}}(?<!s))"
    rf" (?:will|should|must|has to|needs to|is going to) {VERBS}\b"
)
"""The same with a name that has no capital: "dariusz should call the plumber"."""

_CAUSED = re.compile(
    rf"\b(?:have (?P<who>{_NO_NAME}{_TITLED}|{_DESCRIBED_BY_ONE}|accounting|accounts|legal|sales)"
    rf" (?:{VERBS}|look|come|go|do|give|make|pay|refund|see|take)\b"
    rf"|get (?P<got>{_NO_NAME}{_TITLED}|{_DESCRIBED_BY_ONE}) to (?!(?:the|a|an|my|our|your)\b)\w)",
    re.IGNORECASE,
)
"""Who is made to do it: "have Oleg check the roof", "get Tom to call you"."""

_NAMED_ITEM = re.compile(
    rf"\b(?:action (?:item|point)|to-?do|task|follow[ -]up|next step) for {_PERSON}(?=[:,;]| is\b)",
    re.IGNORECASE,
)
"""Whose item it is: "action item for Farid: get three quotes"."""

_THINGS = (
    "address|agenda|answer|bill|cab|contract|copy|details|document|documents|draft|file|files|form"
    "|figures|information|invoice|letter|link|list|meeting|minutes|notes|number|numbers|offer|order"
    "|photo|photos|pictures|plan|question|questions|quote|report|results|slides|summary|taxi|text"
    "|party|wedding|concert|dinner|lunch|breakfast|event|funeral|festival|conference|lesson"
    "|bell|doorbell|room|gate|floor|platform|door|flat|apartment|unit|table|page|line|extension|building|terminal"
    "|day|days|week|weeks|month|months|hour|hours|minute|minutes|time"
)
_NOT_A_PERSON = re.compile(rf"(?:{_PRONOUN}|{_NAME_ENDS})$|.*\b(?:{_THINGS})$", re.IGNORECASE)


_NAMING = (
    *(_NAMED_ITEM, _DOER, _DOER_UNMARKED, _UP_TO),
    *(_CONTACTED, _RECIPIENT, _GIVEN, _GIVEN_UNMARKED),
)
"""In the order of precedence."""


def person(text: str) -> str:
    """Returns the person `text` names, spelt as there; empty for none.

    The person who should act takes precedence over the one to be called, told or written to:
    "Anna should call the plumber" names Anna, and "call the plumber" the plumber.
    """
    who = _person(with_names(text))
    at = text.lower().find(who.lower())
    return text[at : at + len(who)] if at >= 0 else who


def _person(text: str) -> str:
    """Returns the person that a text with capitals names."""
    if (asked := addressed(text) or assignee(text)) and not _NOT_A_PERSON.match(asked):
        return asked
    if (caused := _CAUSED.search(without_asides(text))) is not None:
        who = caused["who"] or caused["got"]
        if not _NOT_A_PERSON.match(who) and not is_place(who):
            return who
    for pattern in _NAMING:
        for match in pattern.finditer(without_asides(text)):
            who = match["who"].rstrip(".,;!?").removesuffix("'s")
            if not _NOT_A_PERSON.match(who) and not (pattern in _SENT and is_place(who)):
                return who
    return ""
