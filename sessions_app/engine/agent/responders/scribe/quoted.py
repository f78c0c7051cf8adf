"""Requests that somebody else made: "she goes, could you note that", "Tom wrote: remind me"."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_REPORTING_VERBS = listed("asked told texted emailed messaged wrote writes begged")
"""Verbs that quote, perhaps with the person told: "I asked him, please write it"."""

_SAYS = listed(
    "said says goes went go read reads replied shouted answered thought yelled whispered mumbled "
    "muttered screamed shouts yells insisted insists begs asks"
)
"""Verbs that quote if a mark follows at once: "she said, stop"."""

_TELLERS = listed("it he she they")
SHORTEST_TOLD = 4
"""Words of a quote and who said it: "go home, he said"."""

_BE = listed("is was were am are be been")
_LIKE_TOO = listed("like all just")
_WORDS = listed("message text email mail letter sign question answer reply request order words")
"""Nouns whose wording is quoted: "the message was, remind me"."""

_ASIDES = (["as", "i"], ["like", "i"], ["here"], ["it"], ["so", "it"], ["there"], ["as", "you"])
"""Before "said" or "goes" these quote nobody: "as I said, please note that"."""

_WHO_GO = listed("i they we you always then people")
"""Before "go" these quote: "they go, what time is it"; in "I have to go" nobody is quoted."""

_MODALS = listed("should must would might may will shall to not never people they who")
"""Before "please" these make a statement: "people should please be quiet"."""

_REQUESTS = listed("please could can would will you kindly so and now also then")
_ASK_FIRST = listed("please could can would will")

LONGEST_NAME = 2
"""Words that name the person told, with "to": "to Anna". More takes what was said for a name."""

LONGEST_OPENING = 6
"""How many words before a quote are examined."""


def quote_begin(words: Sequence[PlainWord], start: int, end: int) -> int:
    """Returns where a quote begins in a sentence, after a mark; `end` if nobody is quoted."""
    if _is_told_by_others(words, start, end):
        return start
    marked = (at + 1 for at in range(start, end) if words[at].marked)
    return next((stop for stop in marked if _quotes(words, start, stop)), end)


def _is_told_by_others(words: Sequence[PlainWord], start: int, end: int) -> bool:
    """Returns whether a sentence ends in ", it said": all of it is a quote."""
    if end - start < SHORTEST_TOLD or not words[end - 3].marked:
        return False
    return words[end - 2].text in _TELLERS and words[end - 1].text in _SAYS


def is_reported(words: Sequence[PlainWord], start: int, at: int) -> bool:
    """Returns whether a request at a word is reported without a mark: "he said please stop"."""
    first = at
    while first > max(start, at - LONGEST_OPENING) and _belongs_to_request(words[first - 1]):
        first -= 1
    if first == start or words[first - 1].marked:
        return False
    if words[first - 1].text in _MODALS and words[first].text == "please":
        return True
    return (first == at or words[first].text in _ASK_FIRST) and _quotes(words, start, first)


def _belongs_to_request(word: PlainWord) -> bool:
    return word.text in _REQUESTS and not word.marked


def _quotes(words: Sequence[PlainWord], start: int, stop: int) -> bool:
    """Returns whether the words before `stop` introduce a quote: "she was like"."""
    before = [word.text for word in words[max(start, stop - LONGEST_OPENING) : stop]]
    last = len(before) - 1
    while last > 0 and before[last] in _LIKE_TOO:
        last -= 1
    if last < len(before) - 1:
        is_so = (last > 0 and before[last] in _BE) or before[last].endswith("'s")
        return (is_so or before[last] == "something") and "like" in before[last:]
    if before[last] in _BE:
        return before[last - 1] in _WORDS
    if before[last] in _SAYS:
        return last > 0 and _says(before[:last], before[last])
    verbs = [n for n, word in enumerate(before) if word in _REPORTING_VERBS and n]
    return bool(verbs) and _is_whom(before[verbs[-1] + 1 :])


def _says(before: Sequence[str], verb: str) -> bool:
    """Returns whether a verb after these words quotes somebody: not "as I said"."""
    if verb == "go" and before[-1] not in _WHO_GO:
        return False
    return not any(list(before[-len(aside) :]) == aside for aside in _ASIDES)


def _is_whom(words: Sequence[str]) -> bool:
    """Returns whether these words are nothing or the person told; "you" is the scribe itself."""
    if list(words) == ["you"]:
        return False
    return len(words) <= 1 or (words[0] == "to" and len(words) <= LONGEST_NAME)
