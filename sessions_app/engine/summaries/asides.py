"""Relative clauses and reported speech, which are no part of the main clause. English; pure."""

import re

from sessions_app.engine.summaries.actions import VERBS

_RELATIVE = r",\s(?:(?:and|all|both|most|some|one) (?:of )?)?(?:who|whom|whose|which|where)\b"
_ASIDE = re.compile(rf"{_RELATIVE}[^,]*(?:,|$)", re.IGNORECASE)
_OPEN_ASIDE = re.compile(rf"{_RELATIVE}[^,]*$", re.IGNORECASE)
_SAYING_VERBS = (
    r"\b(?:said|says|wrote|writes|replied|answered|shouted"
    r"|yelled|whispered|went on|(?:was|were) like|told (?:me|us|him|her|them|\w+)|asked)"
    r"(?: to (?:me|us|him|her|them))?[,:]?"
    r"(?:\s+(?:well|okay|ok|so|oh|look|listen|hey|yes|no|please note),?)*"
)
_SELF_QUOTE = re.compile(r"\b(?:what|as|like|than|everything|all) (?:\w+ ){1,2}$", re.IGNORECASE)
"""Before "said": the request is the speaker's own, as in "as I said, call him"."""

_ENDS_SAYING = re.compile(rf"{_SAYING_VERBS}\s*$", re.IGNORECASE)
_REPORTED = re.compile(
    rf"({_SAYING_VERBS})\s[\"'\u201c\u2018]?(?:please\b|(?:can|could|would|will) you\b"
    rf"|don['\u2019]t\b|{VERBS}\b).*",
    re.IGNORECASE,
)


def without_asides(text: str) -> str:
    """Returns a sentence without its relative clauses: "Call Anna, who was ill, on Friday"."""
    return " ".join(_ASIDE.sub(" ", text).split()) or text


def without_reports(text: str) -> str:
    """Returns a sentence without a request that it reports: "he said call me"."""
    for reported in _REPORTED.finditer(text):
        if not _SELF_QUOTE.search(text[: reported.start()]):
            return text[: reported.end(1)]
    return text


def is_within_aside(head: str) -> bool:
    """Returns whether `head` ends within a relative clause."""
    return _OPEN_ASIDE.search(head) is not None


def is_reporting(head: str) -> bool:
    """Returns whether `head` ends with words that introduce reported speech: "she said"."""
    verb = _ENDS_SAYING.search(head)
    return verb is not None and not _SELF_QUOTE.search(head[: verb.start()])
