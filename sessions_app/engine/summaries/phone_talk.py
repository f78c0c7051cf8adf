"""Words about the moment, which ask for nothing that remains to be done: "hold the line".

They keep a call going, or a visitor: "please sit down". Only a whole clause of such words counts:
"hold the delivery until Friday" asks for something.
"""

import re

from sessions_app.engine.summaries.actions import LEADS

_ASKS = (
    r"(?:(?:(?:please|just|kindly|quickly|also|actually|perhaps|maybe|if you (?:can|could|would)"
    r"|(?:can|could|would|will) (?:you|i|we)|would you mind|do you mind"
    r"|let (?:me|us)|let['\u2019]s"
    r"|(?:i|we)(?:['\u2019]ll| will)|(?:i|we)(?:['\u2019]m| am|['\u2019]re| are) (?:just )?going to"
    r"|i(?:['\u2019]d| would) like to|i(?:['\u2019]ll| will)? (?:need|have) to"
    r"|i(?:['\u2019]ve)? got to)[, ]+)*)"
)
_A_MOMENT = (
    r"(?:(?:for |just )*(?:a|one|another|two) (?:short |quick )?(?:sec\w*|moments?|minutes?|bit))"
)
_TAIL = (
    rf"(?:[, ]+(?:please|thanks|thank you|now|again|here|first|quickly|then|too|{_A_MOMENT}"
    r"|for (?:me|you|us)|if you (?:can|could|would|don['\u2019]t mind|like)|will you|would you"
    r"|while i \w+(?: (?:that|it))?(?: up)?))*"
)
_YOURS = (
    r"(?:your (?:\w+ ){0,2}(?:name|surname|number|address|postcode|post code|zip code|email"
    r"|birthday|date of birth|reference|password)"
    r"|the (?:\w+ ){0,2}(?:order|account|customer|booking|reference|invoice|serial) number"
    r"|(?:that|it|this))"
)
_CORES = (
    rf"hold(?:ing)?(?: on)?(?: the line| that thought)?(?: {_A_MOMENT})?",
    rf"(?:wait|hang on|stand by|stay there)(?: {_A_MOMENT})?",
    r"(?:stay|remain|wait|be) (?:on|in) the (?:line|phone|call|queue)",
    rf"bear with (?:me|us)(?: {_A_MOMENT})?",
    rf"give (?:me|us) {_A_MOMENT}",
    r"(?:speak|talk|say it)(?: up)?(?: a (?:little|bit))?"
    r"(?: (?:more )?(?:up|louder|slower|slowly|clearly|quieter|quietly))+(?: a (?:little|bit))?",
    r"(?:speak|talk) up(?: a (?:little|bit))?",
    r"(?:say|repeat|tell me) (?:that|it|this|your name|the (?:last )?\w+)?"
    r"(?: (?:again|once more))?",
    rf"spell {_YOURS}(?: out)?",
    rf"(?:tell|give) (?:me|us) {_YOURS}",
    r"(?:go ahead|carry on|go on|continue|start|begin|get started|take your time|excuse me)",
    r"let (?:me|us) (?:finish|speak|talk|think|explain|know when you(?:['\u2019]re| are) ready)",
    r"finish|think|explain|see|start",
    r"(?:turn|switch) (?:your|the) (?:microphone|mic|camera|video|sound|volume)"
    r" (?:on|off|up|down)|(?:turn|switch) (?:on|off|up|down) (?:your|the)"
    r" (?:microphone|mic|camera|video|sound|volume)",
    r"(?:un)?mute (?:yourself|your (?:microphone|mic)|your phone)",
    rf"(?:put|place) (?:you|me|us) (?:(?:on|through)(?: hold)?)(?: {_A_MOMENT})?",
    r"(?:sit(?: down)?|(?:have|take) a seat|be seated|come (?:on )?in|follow me|hurry(?: up)?"
    r"|step (?:this way|in|inside|aside|forward)|come (?:here|this way|with me)|relax|calm down"
    r"|make yourself (?:comfortable|at home)|help yourself|help (?:me|us)(?: out)?)",
    r"(?:transfer|connect) (?:you|me)(?: now)?",
    rf"be (?:right )?(?:back|with you)(?: in)?(?: {_A_MOMENT})?",
    r"(?:check|look|double[- ]check|(?:have|take) a (?:quick )?look|look (?:it|that) up"
    r"|find (?:it|that)|look into (?:it|that)|see (?:if|what|whether) (?:i|we) can \w+)"
    r"(?: (?:that|it))?",
)
_BEFORE = (
    r"(?:(?:sure|hello|hi|oh|sorry|excuse me|i see|of course|certainly|thanks|thank you"
    rf"|(?:just )?{_A_MOMENT}|(?-i:[A-Z])[\w\u2019'-]+(?=,))[,.!]* )*"
)
"""What may stand before it: "sure,", "just a moment,", somebody's name."""

_ABOUT_THE_CALL = re.compile(
    rf"{_BEFORE}{LEADS}{_ASKS}(?:{'|'.join(_CORES)}){_TAIL}[\s.,;!?\u2026]*", re.IGNORECASE
)


def is_about_the_call(clause: str) -> bool:
    """Returns whether a clause only keeps the call going: "bear with me", "can you speak up?"."""
    return _ABOUT_THE_CALL.fullmatch(" ".join(clause.split())) is not None
