"""Compares BCP 47 tags: which of them are the same language. Pure.

Tags are compared as RFC 5646 and Unicode's data of languages have them (langcodes): `cmn-Hans-CN`
is Chinese, `nb-NO` Norwegian, `iw` Hebrew.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

import langcodes
from langcodes.tag_parser import LanguageTagError

SAME_BELOW = 10
"""CLDR tag distance below which two tags count as one language: regional variants are nearer."""


@lru_cache(1024)
def base_of(tag: str) -> str:
    """Returns the language of a BCP 47 tag alone, in lower case; `zh` of `cmn-Hans-CN`.

    Of an invalid tag the first part.
    """
    try:
        found = langcodes.Language.get(tag.replace("_", "-"), normalize=True)
        return found.prefer_macrolanguage().language or ""
    except (LanguageTagError, ValueError):
        return tag.replace("_", "-").partition("-")[0].lower()


@lru_cache(4096)
def same_language(one: str, other: str) -> bool:
    """Returns whether both tags are the same language, whatever their regions."""
    if base_of(one) == base_of(other):
        return True
    try:
        return langcodes.tag_distance(one, other) < SAME_BELOW
    except (LanguageTagError, ValueError):
        return False


def closest(tag: str, known: Collection[str]) -> str:
    """Returns the one of the `known` tags that is the language of `tag`; empty for none."""
    if tag in known:
        return tag
    try:
        found = langcodes.closest_supported_match(
            base_of(tag), sorted(known), max_distance=SAME_BELOW - 1
        )
    except (LanguageTagError, ValueError):
        return ""
    return found or ""


def among(tag: str, known: Iterable[str]) -> bool:
    """Returns whether one of the `known` tags is the language of `tag`."""
    return any(same_language(tag, other) for other in known)
