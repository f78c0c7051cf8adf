"""Phrases that introduce a request: "it would be great if you could". English."""

from sessions_app.engine.agent.responders.scribe.vocabulary import written_out

_IF_YOU = "if you could|can|would? please|also|just|quickly?"
_GOOD = "great|nice|good|kind|helpful|lovely|perfect|wonderful"

FRAMES = frozenset(
    phrase
    for line in (
        f"it would be so|really|very? {_GOOD} {_IF_YOU}",
        f"that|it would really? help me? {_IF_YOU}",
        f"i would really? love|like it {_IF_YOU}",
        f"i would be grateful|glad|happy|pleased {_IF_YOU}",
        f"i would appreciate it {_IF_YOU}",
        f"would it be possible|okay|ok {_IF_YOU}",
        "i was|am just? hoping|wondering if|whether|that? you could|can|would|might please|also?",
        "i hope|wonder if|whether|that? you could|can please|also?",
        "could|would|can|will you please? be so kind|good as to",
        "could|would|can|will you please? be so kind|good and",
        "could|would|can|will you please? do me a favor|favour and",
        "would you be kind|good enough to",
        "be so kind|good as to",
        "before i forget it|this|that?",
        "before it slips my mind",
        "while i think of it",
        "while i am at it",
        "while i remember it?",
        "so that? i|we do not forget",
        "so that? i|we do not forget it|this|that",
        "in case i|we forget",
        "lest i|we forget",
        "i need|want you to please|also|quickly",
        "i would like|love you to please|also|quickly",
        "could|can|may|might i get|ask|trouble|bother you to",
        "please do",
        "please to|you",
        "i want|need that you",
        "i would like that you",
        "do you can",
        "you may please|kindly",
        "kindly? do the needful and",
    )
    for phrase in written_out(line)
)
BEFORE_TEXTS = frozenset(
    phrase
    for line in (
        "make|be sure to|you",
        "make|be sure that you",
        "do not you? forget to",
        "do? you? want to",
    )
    for phrase in written_out(line)
)
"""Phrases that introduce only requests to write something down: "make sure to note". In "make sure
to stop" somebody else is told to."""

LONGEST_FRAME = max(len(phrase.split()) for phrase in FRAMES)
