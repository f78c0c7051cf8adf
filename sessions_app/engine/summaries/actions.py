"""Recognises action items by rules for English wording."""

import re

from sessions_app.engine.summaries.day_words import MONTHS, ORDINAL
from sessions_app.engine.summaries.orders import ORDER_ABOUT

WHO = r"(?:i|we|you|he|she|they|somebody|someone|everybody|everyone)"

VERBS = (
    r"(?:add|arrange|ask|book|bring|buy|call|cancel|check|clean|collect|confirm|contact|correct"
    "|create|deliver|discuss|draft|email|ensure|find|finish|fix|follow up|forward|inform"
    r"|install|invite|let (?:(?:the|my|our|his|her|their|your) )?\w+ know|look (?:into|up|for)"
    "|look after|meet|message|move|notify|order|organise"
    "|organize|pay|phone|pick up|post|prepare|print|put (?:the|my|our|out)|remind|remove|rename"
    "|renew|repair|replace|reply|report|reschedule|reserve|return|review|ring|schedule|send|set up"
    "|ship|sign|speak to|submit"
    "|take (?:the|my|our|out|him|her|them)|talk to|tell|text|update|upload|water|write)"
)
"""Verbs of things that people ask others to do."""

_DUE_DAY = (
    r"(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|tonight|noon"
    r"|midnight|(?:the )?end of (?:the |this |next )?(?:day|week|month|year)"
    r"|(?:next|this) (?:week|month|year)|(?:the |this |next )?weekend"
    rf"|(?:the )?{ORDINAL}(?= of (?:{'|'.join(MONTHS)})\b)"
    rf"|the {ORDINAL}(?=\.?$|[.,;!?]| (?:and|at|or|please|so|because|if|the latest)\b)"
    r"|(?:the )?\d{1,2}(?:st|nd|rd|th)\b|\d{1,2}[/.]\d{1,2}"
    r"(?=\.?$|[.,;!?]|\.? (?:and|at|or|please|so|because|if|the latest)\b)"
    r"|mid[- ]\w+|close of (?:business|play)"
    r"|(?:the )?(?:start|beginning|middle) of (?:the |this |next )?(?:week|month|year)"
    r"|january|february|march|april|may|june|july|august|september|october|november|december)"
)

_CLOCK_TIME = (
    r"(?:\d{1,2}(?::\d\d)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
)
_CLOCK_TIME += r"(?: ?[ap]\.? ?m\b\.?| o['\u2019]clock)?"

BY_THE_WAY = r"(?:(?:by the way|before i forget|one more thing|while i think of it|oh and)[,:]? )"
"""What comes before a request that occurs to the speaker in between."""

LEADS = (
    rf"(?:{BY_THE_WAY}|(?:and|but|then|so|also|now|okay|ok|well|right|yes|yeah|um|uh|oh|first|second"
    r"|next(?! steps?\b)|finally|just|kindly|maybe|perhaps"
    r"|for (?:heaven|god|goodness|pete)['\u2019]?s? sake"
    r"|(?:number )?(?:one|two|three|four|five|six)(?=,)|(?:second|third|fourth|last)ly)[, ]+)*"
)
"""Fillers and conjunctions that may stand before a clause."""

_NOT_A_HOPE = (
    r"(?!(?:see|like|love|hate|hear|know|think|feel|want|win|lose|never|not|probably not)\b"
    r"|be (?!there|here|back|in touch)|have (?:fun|a (?!\w+ (?:look|come|go|do)\b)|to be ))"
)
"""Not after "I will": a hope or a state is no plan."""

_PARTICIPLE = (
    r"(?:(?!(?:tired|excited|interested|pleased|worried|loved|allowed|married|need|indeed)\b)\w{2,}ed"
    r"|done|paid|sent|bought|brought|made|cut|mown|sold|told|taken|given|written|put|found|built|swept"
    r"|redone|rebuilt|rewritten|chosen|drawn|fed|hung|lit|shut|thrown|sewn|dealt with|seen to)\b"
)
_CARE = (
    r"(?!(?:anything|something|nothing|everything|being|having|saying|knowing)\b)\w{3,}ing\b"
    r"(?=[.,;!?]|$| (?:before|by|on|at|up|out|down|off|again|soon|next|this|today|tomorrow|tonight"
    r"|badly|urgently|with|in|every|until|first|please|and|but|because|since|too|as|now|for|to"
    r"|after|from|over|through)\b)"
)
"""What a thing needs: "cleaning"; in "helping hands" it is an adjective."""

_BEFORE_THING = r"(?<!\bdo )(?<!\bdid )(?<!\bdoes )(?<!\bif )"
_THING = (
    r"\b(?:the|my|our|your|his|her|their|these|those|all) (?:[\w'\u2019]+ )?"
    r"[\w'\u2019]+(?<!n't)(?<!n\u2019t)(?<!\bnot)"
)
_PERFECT = (
    rf"(?:{_PARTICIPLE}|(?:been|gone|seen|had|known|come|said|left|met|kept|got|spoken|thought)\b)"
)
_NOT_A_PHRASE = (
    r"(?!(?:say(?! (?:goodbye|hello|sorry|thank))|admit|confess|agree|disagree|concede|mention"
    r"|stress|know that|understand|tell you|warn you|be honest|point out|laugh|smile|wonder)\b)"
)
"""Not after "I have to": a phrase that only introduces a statement: "I must say, it was good"."""

_ADVERB = (
    r"(?:also |still |just |really |then |definitely |probably |certainly |absolutely |simply )*"
)
"""What may stand beside "should" or "need to"."""

_DONE_TO_IT = (
    r"(?!(?:said|admitted|mentioned|seen|expected|noted|remembered|needed|delayed|confused|crowded"
    r"|damaged|blocked|jammed|exhausted|related|connected|located|retired|bored|scared|surprised"
    rf"|annoyed|disappointed)\b){_PARTICIPLE}"
)
"""What is done to a thing by whoever does it: "must be signed"; "must be said" only introduces."""

_NOT_A_MEMORY = (
    r"(?! (?:\w+ )?(?:time|day|night|evening|morning|summer|winter|year|week|man|woman|guy|girl|boy"
    r"|film|movie|song|book|party|trip|game|story|war|days|times|years|rule|one|first|last)s?\b)"
    r"(?!.*\?)"
)
"""After "remember the": what is to be brought or done, no memory: "remember the milk"."""

_NAMED = (
    r"(?!(?:It|That|This|There|Which|What|Who|Nothing|Something|Everything|I|We|You|He|She|They)\b)"
    r"(?-i:[A-Z])[\w'\u2019]+"
)
_NOT_AN_EFFECT = (
    r"(?!(?:cost|need|take|make|get|enjoy|miss|kill|have|become|remain|last|affect|hurt|change|help|save"
    r"|cause|bring|give|show|reach)\b)"
)
"""Not after a name and "will": what things do to people, "Brexit will cost the country"."""

_NOT_A_STATE = (
    r"(?!(?:be(?! (?:here|there|back|in touch)\b)|know|understand|have|feel|like|see|hear|think"
    r"|believe|win|lose|stop)\b)"
)
"""Not a state: "I want you to be happy" is nothing to do."""

_SOMEBODY = (
    r"(?:you|him|her|them|somebody|someone|everybody|everyone|(?-i:[A-Z])[\w'\u2019]+"
    r"|(?:the|my|our|his|her|their|your) [\w'\u2019]+)"
)

_SOMEBODY_ELSE = rf"(?!you\b)(?:{_SOMEBODY}|an? [\w'\u2019]+)"
_SOMEBODY_OR_WE = rf"(?:{_SOMEBODY}|i|we|he|she|they|me|us)"
_PLAIN_PASTS = (
    "took|sent|brought|bought|made|paid|told|wrote|gave|came|went|rang|met|put|got|did|found|spoke"
)
_ANYBODY = "(?:somebody|someone|anybody|anyone|one of you)"

_NOT_A_NOUN = (
    r"(?! (?:was|were|is|are|has|had|came|comes|went|goes|works?|worked|looks?|looked|seems?"
    r"|seemed|of|for sale|numbers?|it a day|me crazy|sense|sure|place|part|care|time)\b)"
)
"""Not after the first word: then that was a noun, or part of an idiom."""

_ALSO_NOUNS = (
    r"(?:book|call|check|contact|contract|draft|email|fix|message|move|order|phone|post|print|report"
    r"|return|review|ring|schedule|ship|sign|text|update|water|clean|forward|meet|reply|repair)"
)
_NOT_IN_NAMES = (
    r"(?!(?:the|a|an|my|our|your|his|her|their|its|this|that|these|those|i|we|you|he|she|it|they|me"
    r"|him|us|them|what|who|how|if|whether|when|where|why|which|and|or|but|to|for|with|about|on|at|in"
    r"|by|from|up|back|because|so|then|there|not|all|every\w*|some\w*|any\w*)\b)"
)
_NOT_A_COMPOUND = (
    rf"(?!{_ALSO_NOUNS}(?: {_NOT_IN_NAMES}(?-i:[a-z])[\w'\u2019-]*){{1,2}}"
    r"(?: (?:in|of|at|from|for) (?:(?:the|my|our) )?[\w'\u2019-]+)?"
    r" (?:was|were|is|are|has|had|have|will|would|can|could|should|did|does|do|came|comes?|went"
    r"|goes|go|got|gets?|seems?|seemed|looks?|looked|sounds?|rose|rise|fell|fall|costs?|needs?|began"
    r"|begins?|starts?|started|works?|worked|drives?|makes?|takes?|keeps?|annoys?|wasn|weren|isn|aren|hasn|haven|didn|doesn|don|won|can)\b)"
)
"""The first word is no verb if it begins a compound noun that has a verb of its own:
"call quality was poor", "post offices are closed"."""

_BEFORE_NEED = r"(?<!\bif )(?<!\bdo )(?<!\bdid )(?<!\bwhat )(?<!\bwhen )(?<!\bwhy )(?<!n't )"
_BEFORE_NEED += r"(?<!n\u2019t )(?<!\bwhether )(?<!\bwould )(?<!\bmay )(?<!\bmight )"

_AGENDA = (
    r" (?:now |first |just |quickly )?(?:go (?:through|over)|start (?:with|off)|begin with"
    r"|(?:move|carry|go) on(?: to| with)?|talk about|turn to|look at|come (?:back )?to"
    r"|(?:get|go) back to|wrap up)\b"
    rf"(?!.*\b(?:{_DUE_DAY}|at {_CLOCK_TIME}|later|soon"
    r"|(?:in|within) \w+ (?:minute|hour|day|week)s?)\b)"
)
"""What the call itself goes on to, with no day for it: "let's go through the plan"."""

RULES = {
    "a request": r"\bplease,? (?!note that\b)\w+",
    "a question that asks for something": (
        r"\b(?:can|could|would|will) you "
        r"(?!(?:hear|see|imagine|believe|guess|remember|repeat|be|like|understand|say|come again"
        rf"|not|rather|ever|agree|prefer|recommend)\b"
        rf"|have (?:ever |also |already |just )?{_PERFECT})\w+"
        rf"|\b(?:can|could|would|will) {_ANYBODY} (?:please |also )?{VERBS}\b"
        rf"|\b(?:can|could) we (?:please |also )?(?:get (?:a|an|the|some|more)\b|{VERBS}\b)"
        rf"|\bany chance (?:that )?(?:you|he|she|they|{_ANYBODY}) (?:can|could|would)\b"
        r"|\bi(?: was| am|['\u2019]m)? (?:just )?wonder(?:ing|ed)? (?:if|whether)"
        rf" (?:you|{_ANYBODY}) (?:can|could|would)\b(?! (?:be|like|agree|ever)\b)"
        rf"|\bdo you think (?:you|{_ANYBODY}) (?:can|could|might)\b(?! (?:be|win|have)\b)"
        r"|\b(?:i|we)(?: would|['\u2019]d) (?:really |also )?(?:love|like|appreciate"
        rf"|be (?:glad|happy|grateful)) (?:it )?if (?:you|{_ANYBODY}) (?:can|could|would)\b"
        rf"|\bit would (?:be|help)\b[\w ]{{0,20}} if (?:you|{_ANYBODY}) (?:can|could|would)\b"
    ),
    "a wish that somebody do it": (
        r"(?<!\bif )(?<!\bwhen )\b(?:(?:i|we|they)(?: (?:also |just |still |really )*(?:want|need)"
        r"|(?: would|['\u2019]d) (?:also |just |really )*(?:like|love|prefer))"
        rf"|(?<!\bif )(?:he|she|(?-i:[A-Z])\w+|(?:the|my|our|his|her) \w+) (?:wants|needs))"
        rf" (?:{_SOMEBODY}|me|us) (?:also |please )?to {_NOT_A_STATE}\w+"
        rf"|\b(?:i|we)(?: would|['\u2019]d) rather (?:that )?{_SOMEBODY}"
        r" (?!(?:were|was|had|did|could|would|not|knew|liked|felt|stayed|stopped)\b)"
        rf"(?:\w+ed|{_PLAIN_PASTS})\b"
        rf"|\bwhy (?:don['\u2019]t|do not) you {VERBS}\b|\bhow about you {VERBS}\b"
    ),
    "work that waits": (
        r"(?<!\bif the )(?<!\bif it )\b(?!(?:that|which|who)\b)[\w'\u2019]+"
        rf" {_ADVERB}(?:needs to|has to) be {_ADVERB}{_DONE_TO_IT}"
        rf"|{_BEFORE_THING}{_THING} (?:must|should) {_ADVERB}be {_ADVERB}{_DONE_TO_IT}"
        r"|(?<!\bdo )(?<!\bdid )(?<!\bif )\b(?:the|my|our|his|her|their|these|those|all)"
        rf" (?:[\w'\u2019]+ )?[\w'\u2019]+s {_ADVERB}(?:need|have) to be {_ADVERB}{_DONE_TO_IT}"
        rf"|(?<!\bif the )(?<!\bif my )(?<!\bif it )\b(?!(?:he|she|nobody|who)\b)[\w'\u2019]+"
        rf" (?:still |also )?needs {_CARE}"
        rf"|{_BEFORE_THING}{_THING} (?:still |also )?(?:needs?|wants?) {_CARE}"
        rf"|{_BEFORE_THING}{_THING} could do with"
        r" (?:(?:a|some) )?(?:\w{3,}ing|wash|clean|trim|polish|tidy|service)\b(?! \w+\.)"
    ),
    "a promise or a duty": (
        rf"(?<!\bif )(?<!\bwhen )\b{WHO}(?:['\u2019]ll| will| shall)"
        rf" (?:also |just |then )?{_NOT_A_HOPE}{_NOT_A_PHRASE}\w+"
        rf"|(?<!\bif )(?<!\bwhen )\b{WHO} {_ADVERB}(?:should|must|ought to) {_ADVERB}"
        rf"{_NOT_A_PHRASE}(?!be |see\b|have |not )\w+"
        r"|\b(?!(?:it|that|this|there|which|what|who|and|but|or|nothing|something|everything)\b)"
        r"[\w'\u2019]+"
        rf" (?:will|should|must|has to|needs to|is going to) {VERBS}\b"
        rf"|\b{_NAMED}(?: will|['\u2019]ll|(?: is|['\u2019]s) going to)"
        rf" {_ADVERB}{_NOT_AN_EFFECT}{_NOT_A_HOPE}\w+"
        r" (?:it|them|him|that|the|a|an|my|our|your|his|her|their|some)\b"
        rf"|\b{WHO}['\u2019]d better (?!(?:not|be|have|than)\b)\w+|\bhad better {VERBS}\b"
        r"|\bsee to it\b"
    ),
    "an agreement": (
        rf"\b(?:agreed|decided|arranged|settled) that {_SOMEBODY_OR_WE}"
        rf" (?:will|would|should) {VERBS}\b"
        rf"|(?<!\bif )\b(?:agreed|offered|promised|volunteered|undertook) to {VERBS}\b"
        rf"|\bpromised(?: {_SOMEBODY})?(?: that)? {WHO} (?:will|would|['\u2019]d) {VERBS}\b"
        rf"|\bup to {_SOMEBODY_OR_WE} to {VERBS}\b"
        r"|(?-i:[A-Z])[\w'\u2019]+ said (?:that )?(?:he|she|they)(?:['\u2019](?:d|ll)| would| will)"
        r" (?!(?:be|have|like|love|rather|never|not)\b)\w+"
    ),
    "a need": (
        rf"{_BEFORE_NEED}\b{WHO}(?:['\u2019]ve)? {_ADVERB}"
        rf"(?:needs? to|have to|has to|got to|have got to)\b(?= {_NOT_A_PHRASE}|$)"
        r"|\b(?!(?:It|That|This|There|Which|What|Nothing|Something|Everything)\b)(?-i:[A-Z])[\w'\u2019]+"
        r" (?:needs to|has to|must)"
        r" (?!(?:not|never|be|have|win|lose|know|understand|improve|stop)\b)\w+"
    ),
    "a plan": (
        rf"\b(?:let us|let['\u2019]s)(?! (?:see|say|hope|face|be honest)\b)(?!{_AGENDA})"
        r"|(?<!\bif )\b(?:my|our|the) (?:(?:next|first|main) )?(?:plan|task|homework|intention"
        rf"|(?<=next )job|(?<=first )job)(?: for [\w ]{{2,20}})? is to {_NOT_A_STATE}\w+"
        r"|(?<!\bif )\b(?:i|we)(?: (?:plan|intend)|(?:['\u2019](?:m|re)| am| are) planning) to"
        rf" {_NOT_A_STATE}\w+"
        rf"|\b{WHO}(?:['\u2019](?:m|s|re)| am| is| are) going to"
        rf" (?!(?:the|a|an|my|our)\b){_NOT_A_HOPE}"
    ),
    "a reminder": (
        rf"^{LEADS}remember (?:the|your|my|our)\b{_NOT_A_MEMORY}"
        r"|\b(?:remember to|make sure|be sure to"
        r"|(?:do not|don['\u2019]t|must not|mustn['\u2019]t|can['\u2019]t|never)"
        r"(?: let (?:me|us|him|her|them))? forget)\b"
    ),
    "named as one": r"\b(?:action (?:item|point)|to-?do|next step|follow[ -]up|deadline)s?\b",
    "a date to keep": (
        rf"\b(?:by|no later than|due) (?:on )?(?:{_CLOCK_TIME} )?(?:next |on )?{_DUE_DAY}\b"
        r"|(?<!\bif )\b(?:i|we) (?:also |just |still |really |will )?need"
        r" (?:the|those|these|that|your|it|them)\b[^,;]{0,30}?"
        r" (?:first thing|tomorrow|tonight|today|as soon as possible|asap|before"
        r"|in (?:an|\w+) hours?)\b"
    ),
    "an order": (
        rf"^{LEADS}(?:(?:if|when|once|before|after|unless|as soon as)\b[^,]*, )?"
        rf"(?:please |do )?{_NOT_A_COMPOUND}{VERBS}\b{_NOT_A_NOUN} (?!it (?:was|is)\b)\S"
        rf"|^{LEADS}(?:(?:if|when|once|before|after|unless|as soon as)\b[^,]*, )?"
        rf"(?:please |do )?{ORDER_ABOUT}"
        rf"|^{LEADS}(?:please )?(?![^?]*[?])"
        rf"(?:have {_SOMEBODY_ELSE} (?:{VERBS}|look|come|see|take|give)"
        rf"|get {_SOMEBODY_ELSE} to (?:{VERBS}|look|come|see|take|give))\b"
    ),
}
"""The patterns of action items by kind; an order counts only at the beginning of a clause."""

_NOBODYS_DUTY = re.compile(
    r"\b(?:nobody|no[ -]one|none|neither(?: [\w']+){1,4}? nor(?: \w+){1,2}?|neither|nothing"
    r"|not (?:every(?:body|one)|all|many)"
    r"|no (?!(?:i|we|you|he|she|it|they|this|that|the|my|our)\b)\w+)\b"
    r"(?: of (?:us|you|them|the \w+|my \w+|our \w+))?"
    r" (?:will|shall|should|must|can|could|has to|have to|needs? to|(?:is|are) going to|ought to)\b"
    r" (?:ever |really )?\w+",
    re.IGNORECASE,
)
"""A duty that nobody has is no action item: "nobody has to bring anything"."""

_ONLY_NAMED = re.compile(
    rf"{LEADS}(?:(?:the|our|my|some|any|no|more|other|here are the) )*"
    r"(?:action (?:items?|points?)|to-?dos?|next steps?|follow[ -]ups?|deadlines?)[.:!?]*",
    re.IGNORECASE,
)
_ANY_RULE = re.compile("|".join(f"(?:{rule})" for rule in RULES.values()), re.IGNORECASE)
_PAST_TENSE = re.compile(
    rf"{LEADS}{WHO} (?:said|thought|knew|hoped|told|asked|wanted|used) ", re.IGNORECASE
)


_OPEN_QUESTION = re.compile(
    rf"{LEADS}(?:what|when|where|why|who|whom|how|which)(?: (?!you\b|i\b|we\b)\w+)?"
    r" (?:will|would|can|could|should|shall|must|do|does|did|is|are|was|were|have|has)\b"
    r"(?!n['\u2019]t)",
    re.IGNORECASE,
)
"""A question for information is no request: "what will you do tomorrow?"."""

_OPINION = re.compile(
    rf"{LEADS}(?:(?:do|did|don['\u2019]t|would) (?:you|they|we) (?:not )?(?:think|believe|suppose"
    r"|reckon|feel|say)"
    r"|(?:i|we)(?: (?:am|was|are|were)|['\u2019](?:m|re))? (?:just |also )?(?:wonder(?:ed|ing)?"
    r"|doubt|(?:do not|don['\u2019]t) know|not (?:so |quite )?sure|have no idea))\b"
    rf"(?!(?: (?:if|whether|that))? (?:you|{_ANYBODY}) (?:can|could|would|might)\b)",
    re.IGNORECASE,
)
"""Asks for an opinion, or is in doubt: "do you think we should sell it?"."""

_IF_PROMISE = re.compile(
    rf"{LEADS}(?:if|unless|in case|suppose|as long as)\b.*?"
    rf"[, ]{WHO}(?:['\u2019]ll| will| can| could)\b",
    re.IGNORECASE,
)
_PROMISE_IF = re.compile(
    rf"{LEADS}{WHO}(?:['\u2019]ll| will| can| could)\b.* (?:if|unless|in case)\b", re.IGNORECASE
)
"""A promise that depends on a condition: "if it rains, we will cancel"."""

_ASKS_EVEN_SO = re.compile(
    rf"\bplease\b|\b(?:can|could|would|will) you\b|\bremind\b|{RULES['a need']}"
    rf"|{RULES['a reminder']}|{RULES['named as one']}|{RULES['a date to keep']}",
    re.IGNORECASE,
)
"""A request even under a condition."""

_PAST_PROMISE = re.compile(
    r".*\b(?:agreed|offered|promised|volunteered|undertook)\b.*"
    r"\b(?:yesterday|last (?:week|weekend|month|year|night|\w+day))\b",
    re.IGNORECASE,
)
_NO_REQUESTS = (_PAST_TENSE, _OPEN_QUESTION, _OPINION, _PAST_PROMISE)


def is_action(text: str) -> bool:
    """Returns whether a clause or sentence asks for, promises, or dates something to be done."""
    plain = _NOBODYS_DUTY.sub("nobody", " ".join(text.split()))
    if _ONLY_NAMED.fullmatch(plain):
        return False  # "Action points." names none
    if _ANY_RULE.search(plain) is None or any(rule.match(plain) for rule in _NO_REQUESTS):
        return False
    may_be = _IF_PROMISE.match(plain) or _PROMISE_IF.match(plain)
    return may_be is None or _ASKS_EVEN_SO.search(plain) is not None
