"""Who is addressed by name: "Kim, you take the flyers", "can you ring Ben, Mia?". English; pure."""

import re

from sessions_app.engine.summaries.actions import LEADS, VERBS

_NO_NAME = (
    r"(?!(?:i|you|we|he|she|it|they|sorry|thanks|thank|hello|hi|hey|listen|look|see|no|yes|yeah"
    r"|please|well|okay|ok|right|so|then|now|first|next|finally|great|fine|good|perfect|sure|anyway|excuse|today|tomorrow|tonight|again|also|here"
    r"|there|hmm|ah|and|but|if|when|however|actually|honestly|wait|alright|absolutely|exactly"
    r"|besides|sometimes|usually|otherwise|therefore|instead|meanwhile|maybe|perhaps|once|later"
    r"|on|in|at|by|for|to|from|with|after|before|since|until|dear|sir|madam|miss|mr|mrs|ms|pls"
    r"|firstly|secondly|thirdly|luckily|normally|generally|basically|hopefully|sadly|obviously"
    r"|clearly|personally|frankly|ideally|early|probably|possibly|certainly|surely|really|simply"
    r"|suddenly|recently|lovely|brilliant|excellent|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)\b)"
)
_NAME = rf"{_NO_NAME}(?-i:[A-Z])[\w'\u2019-]+(?: (?-i:[A-Z])[\w'\u2019-]+)?"

_THING = (
    r"(?:the|a|an|my|our|your|his|her|their|these|those|some|all|both|two|three|four|care of"
    r"|(?-i:[A-Z])[\w'\u2019-]+)"
)
_TASKS = (
    r"(?:take|bring|do|get|make|handle|cover|drive|fetch|carry|cook|bake|run|lead|chair|watch|start"
    r"|open|close|lock|print|write|prepare|pack|load|serve|sort|sweep|wash|mow|paint|look after"
    r"|deal with|see to|pick up|set up|clear|empty|feed|walk|open up|lock up|keep)"
)
_YOU_DO = (
    rf"you(?:['\u2019]ll| will)? (?:please )?(?:{_TASKS} {_THING}|{VERBS} \S)"
    r"(?!.*\b(?:don['\u2019]t|do|didn['\u2019]t|aren['\u2019]t|can['\u2019]t) you\?)"
    r"|you(?:['\u2019]re| are) (?:on|doing|in charge of|responsible for) \w"
)
_ORDER = rf"(?<!ly, )(?<!days, )(?:(?:{_TASKS}|charge|{VERBS}) {_THING}\b)"
"""An order after a name; "fortunately, order the parts" has none."""

_ASSIGNMENT = re.compile(
    rf"^{LEADS}{_NAME}, (?:{_YOU_DO}|{_ORDER}(?!.* (?:was|were|is|are)\b))"
    rf"|^{LEADS}you (?:{_TASKS} {_THING}\b[^,]*|{VERBS} [^,]+), {_NAME}[.!]?$",
    re.IGNORECASE,
)
"""A request by a name alone: "Kim, you take the flyers"."""

_ASKED = r"(?:you\b|(?:can|could|would|will) you\b|please\b(?= \w))"
_ADDRESSED = re.compile(rf"^{LEADS}(?P<who>{_NAME}), (?:{_ASKED}|{_ORDER})", re.IGNORECASE)
_AT_END = re.compile(
    rf"^{LEADS}(?:you|(?:can|could|would|will) you)\b[^,]+, (?:please, )?(?P<who>{_NAME})"
    r"(?:, please)?[.?!]*$",
    re.IGNORECASE,
)
OPENS_ADDRESS = re.compile(
    rf"(?:^{LEADS}|.*\b(?:and|but|then|so|also) |.*[;:] ){_NAME}$", re.IGNORECASE
)
"""The words before the comma in "Kim, you take": that comma parts nothing."""

ADDRESS_START = rf"{_NAME}, {_ASKED}"
"""What begins a clause of its own: "and Ben, you take the posters"."""


def is_assignment(text: str) -> bool:
    """Returns whether a clause gives a task to somebody by name: "Kim, you take the flyers"."""
    return _ASSIGNMENT.search(" ".join(text.split())) is not None


def addressed(text: str) -> str:
    """Returns the person that a clause asks by name; empty for none."""
    match = _ADDRESSED.match(text) or _AT_END.match(text)
    return match["who"] if match else ""
