"""What is to be written down of the words after a request: no tags, no hesitations. English."""

import re

from sessions_app.engine.text.hesitations import without_hesitations

_TAG = re.compile(
    r",\s*(?:(?:will|would|can|could|won['\u2019]t|wouldn['\u2019]t|couldn['\u2019]t)"
    r" (?:you|ya)(?: please| kindly)?|ok(?:ay)?|alright|yeah)"
    r"(?:, (?:please|love|mate|dear))?[?.!]*$",
    re.IGNORECASE,
)
"""What people ask after a request: "take a note, will you?"."""

_INSTEAD = re.compile(
    r"(?P<first>[^,]{2,60}), (?:no,?|oh no,?|no,? sorry,?|no,? wait,?|sorry,?|wait,?|i mean,?"
    r"|or rather,?|make that,?)(?: (?:no|sorry|i mean|i meant),?)* (?P<second>[^,]{2,60})",
    re.IGNORECASE,
)
"""One text and another instead: "butter, no, margarine"."""

MOST_INSTEAD = 3
"""Words of a thing that is named instead of another. More: parts of a sentence get lost."""

_TO_INSTEAD = re.compile(
    r"[^,;.]+,? (?:(?:no|sorry|wait|actually|or rather|i mean|i meant|rather),? )+to "
    r"(?P<rest>\S.*)",
    re.IGNORECASE,
)
"""One task and another instead: "email Tina, no sorry, to ring Tina"."""

_BACK_TO_THE_STORY = re.compile(
    r", (?:and|but|so) (?:then )?(?:he|she|they) "
    r"(?:also |just |then )?"
    r"(?:said|told|thought|reckoned|says|say|think|asked|went|came|was|were)\b.*$",
    re.IGNORECASE,
)


def written_text(text: str, *, task: bool, in_story: bool) -> str:
    """Returns what is to be written down of the words after a request.

    `task`: they say what to do, so that "to" before them is left out ("remind me, would you, to
    call Ann"). `in_story`: other words stand before the request in its sentence, which may go on.
    """
    if task and in_story:
        text = _BACK_TO_THE_STORY.sub("", text)
    text = as_meant(text)
    if not task:
        return text
    instead = _TO_INSTEAD.fullmatch(text)
    text = instead["rest"] if instead else text
    return text[3:] if text.startswith(("to ", "To ")) else text


def as_meant(text: str) -> str:
    """Returns a text without hesitations and tags, and with a thing named instead of another."""
    text = without_hesitations(_TAG.sub("", text))
    instead = _INSTEAD.fullmatch(text)
    if instead and max(len(part.split()) for part in instead.groups()) <= MOST_INSTEAD:
        return instead["second"]
    return text
