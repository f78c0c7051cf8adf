"""Joins a note that was said in two breaths: "my sister. Is coming" is "my sister is coming".

A recogniser ends a sentence at each breath. Two are joined only if their words show that they are
one, since a note may hold several sentences.
"""

from sessions_app.engine.summaries.breaths import goes_on_after_breath, join_breaths
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import plain_words, sentences

_VERBS = listed("is are was were isn't aren't wasn't weren't has have had will would can could")
_SUBJECTS = listed(
    "i you he she it we they there that this these those the a an my your his her our their its "
    "anybody anyone somebody someone everybody everyone"
)
_NOT_AFTER = listed("it that this he she they we i you")
"""After these the sentence may be complete: "I know it. Is coming late a habit"."""

ENGLISH = "en"


def in_one_breath(text: str) -> str:
    """Returns a note's text with the sentences joined that belong together."""
    parts = sentences(text)
    whole = parts[:1]
    for part in parts[1:]:
        if goes_on_after_breath(whole[-1], part, 0, ENGLISH) or _lacks_subject(whole[-1], part):
            whole[-1] = join_breaths(whole[-1], part, ENGLISH)
        else:
            whole.append(part)
    return " ".join(whole) if len(whole) < len(parts) else text


def _lacks_subject(before: str, after: str) -> bool:
    """Returns whether `after` begins with the verb of `before`: "my sister", "is coming".

    A question has its subject next: "is the door open", "is Anna coming".
    """
    previous, shown = plain_words(before), after.split()
    words = plain_words(after)
    if len(words) < 2 or not previous or words[0] not in _VERBS:  # noqa: PLR2004 - verb and what follows
        return False
    if after.endswith("?") or _VERBS & set(previous) or previous[-1] in _NOT_AFTER:
        return False
    return words[1] not in _SUBJECTS and not shown[1][:1].isupper()
