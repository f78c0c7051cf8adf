"""Who does what, told in the present: "Marta brings the wine", "Uwe is in charge of the music".

English, which has no other sign of a plan here than the tense: the subject is a name, the verb one
of tasks, and nothing says that it happens all the time. Pure.
"""

import re

from sessions_app.engine.summaries.actions import LEADS
from sessions_app.engine.summaries.day_words import DAYS, MONTHS, NUMBER
from sessions_app.engine.summaries.places import is_place

_TASKS = (
    "arrange|bake|bring|book|build|buy|call|carry|chair|check|clean|clear|close|collect|complete"
    "|confirm|contact|cook|coordinate|cover|deal with|decorate|deliver|design|do|draft|drive|edit"
    "|draft|email|empty|feed|fetch|finish|fix|get|give|handle|host|inform|install|invite|lead|load|lock"
    "|look after|make|manage|mow|open|order|organise|organize|pack|paint|pay for|pay|phone|pick up"
    "|post|prepare|present|print|provide|read|repair|reserve|review|ring|run|schedule|see to|sell"
    "|send|serve|set|set up|sign|sort|sort out|submit|supply|sweep|take|take care of|take over"
    "|teach|tidy|translate|type|update|upload|walk|wash|water|write"
)


def _inflected(task: str, ending: str) -> str:
    """Returns "picks up" and "picking up" for "pick up"."""
    verb, _, rest = task.partition(" ")
    if ending == "s":
        if verb.endswith("y") and verb[-2] not in "aeou":
            verb = f"{verb[:-1]}ies"
        else:
            verb += "es" if verb.endswith(("s", "sh", "ch", "x", "o")) else "s"
    elif verb.endswith("e") and not verb.endswith("ee"):
        verb = f"{verb[:-1]}ing"
    else:
        verb = f"{verb}{verb[-1] if verb in {'get', 'run', 'set'} else ''}ing"
    return f"{verb} {rest}".rstrip()


_BY_LENGTH = sorted(_TASKS.split("|"), key=len, reverse=True)
_DOES = f"(?:{'|'.join(_inflected(task, 's') for task in _BY_LENGTH)})"
_DO = f"(?:{'|'.join(_BY_LENGTH)})"
_DOING = f"(?:{'|'.join(_inflected(task, 'ing') for task in _BY_LENGTH)})"

_NO_NAME = (
    r"(?!(?:i|you|we|he|she|it|they|this|that|these|those|there|here|who|what|which|where|when|why|how"
    r"|whoever|whatever|nobody|someone|somebody|anyone|anybody|something|nothing|everything|anything"
    r"|one|each|every|any|no|some|all|both|neither|either|none|another|nature|life|time|money|love"
    r"|luck|music|art|work|rain|snow|wind|water|air|fire|light|spring|summer|autumn|fall|winter"
    r"|my|our|your|his|her|their|its|christmas|easter|religion|science|history|law|god|faith|hope|fear|anger|hunger|sleep|death"
    r"|war|peace|power|knowledge|practice|experience|sport|football|coffee|tea|milk|beer|wine|sugar"
    r"|food|bread|meat|salt|gold|oil|gas|petrol|electricity|technology|software|hardware|traffic"
    r"|weather|sunshine|business|education|research|marketing|management|customer|support|google"
    r"|amazon|facebook|microsoft|apple|windows|linux|excel|word|netflix|youtube|today|tomorrow"
    rf"|tonight|yesterday|{'|'.join(DAYS)}|{'|'.join(MONTHS)}|not|also|if|as|because|since"
    r"|while|after|before|until|unless|so|but|and|or|then|now|please|let|the|a|an)\b)"
    r"(?![\w'\u2019-]+(?:ing|tion|ness|ment|ship|ism|ity|logy)\b)"
)
"""What begins a sentence with a capital and no article, and is no name: nouns without a plural."""

_NAME = (
    rf"{_NO_NAME}(?:(?-i:Dr|Mr|Mrs|Ms|Prof)\.? )?(?-i:[A-Z])[\w\u2019-]*[a-z\u00df-\u00ff]"
    r"(?: (?-i:[A-Z])[\w\u2019-]*[a-z])?"
)
_KIN = (
    "brother|sister|mother|father|mum|mom|mam|dad|wife|husband|son|daughter|uncle|aunt|cousin|nephew"
    "|niece|grandma|grandpa|grandmother|grandfather|neighbour|neighbor|colleague|boss|assistant"
    "|friend|partner|flatmate|roommate|secretary|team|intern|trainee|deputy|girlfriend|boyfriend"
)
_RELATED = rf"(?:my|our|your|his|her|their) (?:(?:big|little|older|younger|new) )?(?:{_KIN})"
_ANYONE = rf"(?:{_NAME}|{_RELATED})"
_MANY = rf"{_ANYONE}(?:(?:, {_ANYONE})*,? (?:and|&) {_ANYONE})"

_BAD_THINGS = (
    r"(?!(?:the |a |an |some |all (?:the )?|his |her |their )?(?:bus|train|tube|metro|mickey|view"
    r"|point|lead|blame|chance|time|cake is|difference|most|best|world|rules|decisions?|money|job"
    r"|same|opposite|impression|feeling|creeps|show|marathon|accident|damage|delay|mess|mistakes?"
    r"|errors?|problems?|crisis|loss(?:es)?|death|joy|luck|happiness|hope|peace|shame|it all|right"
    r"|wrong|trick|idea|way|law|news|clouds?|sense|sure|up|himself|herself|themselves)\b)"
)
"""No tasks: "takes the bus", "makes a difference", "is responsible for the delay"."""

_THING = (
    rf"{_BAD_THINGS}(?:(?:the|an?|my|our|your|his|her|their|some|all|both|this|these|those|two|three"
    r"|four|five|six|everything|everyone|everybody|me|us|you|it|them|one of)\b"
    r"|(?-i:[A-Z])[\w\u2019-]+)"
)
_BROUGHT = rf"(?:brings?|buys?|orders?|provides?|prints|bakes?|cooks?) {_BAD_THINGS}[a-z]{{3,}}"
_DUTY = (
    rf"(?:in charge of|responsible for|down for|accountable for) {_BAD_THINGS}\w"
    r"|on (?:(?:the )?[\w-]+ (?:duty|shift|rota)|duty)\b"
    r"|on (?:drinks|food|music|dishes|catering|lights|sound|setup|registration|parking|snacks"
    r"|salads?|desserts?|transport|tickets|decorations?|security|cleaning|cooking)\b"
)
_IS = r"(?:['\u2019]s| is| is going to be| will be)"
_FUTURE_DAY = (
    rf"(?:today|tonight|tomorrow|(?:on|this|next|by|before|for|until) (?:{'|'.join(DAYS)})\b(?!s)"
    r"|(?:this|next|the) (?:weekend|week|month|evening|afternoon)|(?:in|within) "
    rf"(?:half an? |the )?(?:{NUMBER} )?(?:hour|minute|day|week|month)s?|day after tomorrow"
    r"|(?:on|by|until|before) (?:the )?\d)"
)
_ADVERB = r"(?:also |then |just |already |now )?"
_OPENING = (
    r"(?:(?:i think|i believe|i guess|as agreed|as discussed|we (?:said|agreed)(?: that)?"
    r"|(?:on|for|at|by|before) [^,]{2,25}|tomorrow|tonight|today|this \w+|next \w+),? )?"
)
_SUBJECT_DOES = (
    rf"(?P<who>{_NAME}) {_ADVERB}(?:{_DOES} {_THING}|{_BROUGHT})",
    rf"(?P<who>{_NAME}) {_ADVERB}{_DOES} that\b(?=,? {_FUTURE_DAY})",
    rf"(?P<who>{_MANY}) {_ADVERB}(?:{_DO} {_THING}|{_BROUGHT})",
    rf"(?P<who>{_RELATED}) {_ADVERB}(?:{_DOES} {_THING}|{_BROUGHT})(?=.*\b{_FUTURE_DAY})",
    rf"(?P<who>{_ANYONE}){_IS} {_ADVERB}(?:{_DUTY}|{_DOING} {_THING})",
    rf"(?P<who>{_MANY})(?:['\u2019]re| are| will be) {_ADVERB}(?:{_DUTY}|{_DOING} {_THING})",
    r"it(?:['\u2019]s| is| will be) (?P<who>" + _ANYONE + r")['\u2019]s?"
    r" (?:job|task|turn|responsibility|duty) to \w",
    r"(?P<who>" + _ANYONE + r")['\u2019]s? (?:job|task|responsibility|duty) (?:is|will be) to \w",
    r"(?:the|our|all the) [\w ]{2,30}? (?:is|are) (?P<who>" + _ANYONE + r")['\u2019]s?"
    r" (?:job|task|responsibility|duty|department)\b",
    rf"you(?:['\u2019]re| are) (?:{_DUTY}|{_DOING} {_THING})[^,]*, (?P<who>{_NAME})[.!]?$",
    r"(?P<who>everyone|everybody) (?:brings|pays|buys|sends|prepares|picks|writes) \w",
    rf"(?P<who>i|we) {_ADVERB}{_DO} {_THING}(?=.*\b{_FUTURE_DAY})",
    rf"(?P<who>i|we)(?:['\u2019]m| am|['\u2019]re| are) {_ADVERB}(?:{_DUTY}"
    rf"|{_DOING} {_THING}(?=.*\b{_FUTURE_DAY}))",
)
_ASSIGNED = [
    re.compile(rf"^{LEADS}{_OPENING}{pattern}", re.IGNORECASE) for pattern in _SUBJECT_DOES
]
_NO_PLAN = re.compile(
    r"\b(?:always|usually|often|sometimes|never|rarely|seldom|normally|generally|typically|mostly"
    r"|every|each (?:day|week|month|year|time)|daily|weekly|monthly|yearly|whenever|when|if|unless"
    r"|most (?:days|weeks|mornings|evenings|nights)|(?:once|twice|times) an? \w+|all the time"
    r"|for a living|these days|nowadays|at the moment|right now|currently|since|used to"
    rf"|on (?:{'|'.join(DAYS)})s|in the (?:film|movie|book|story|play|game|dream)"
    r"|yesterday|ago|last (?:night|week|weekend|month|year|time|summer|winter|\w+day))\b|\?\s*$",
    re.IGNORECASE,
)
"""What happens all the time, happens now, is over or is asked: no plan."""

ASSIGNED_START = rf"{_NAME} (?:{_DOES} {_THING}|is (?:in charge of|responsible for|down for) \w)"
"""What begins a clause of its own: "and Felix brings the cake"."""


def assignee(text: str) -> str | None:
    """Returns who a clause in the present gives a task to, spelt as there; None if it gives none.

    Empty for the speakers themselves and for everybody.
    """
    plain = " ".join(text.split())
    if _NO_PLAN.search(plain):
        return None
    matches = (pattern.match(plain) for pattern in _ASSIGNED)
    for match in filter(None, matches):
        who = match["who"]
        if is_place(who):
            return None
        return "" if who.lower() in {"i", "we", "everyone", "everybody"} else who
    return None
