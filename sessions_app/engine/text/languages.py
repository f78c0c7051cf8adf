"""Compares BCP 47 language tags. Pure.

The rules are those of RFC 5646 and of Unicode's language data (langcodes): `cmn-Hans-CN` is
Chinese, `nb-NO` Norwegian, `iw` Hebrew.
"""

from collections.abc import Collection, Iterable
from functools import lru_cache

import langcodes
from langcodes.tag_parser import LanguageTagError

SAME_BELOW = 10
"""CLDR tag distance below which two tags count as one language: regional variants are nearer."""


def is_tag(tag: str) -> bool:
    """Returns whether it is a well-formed BCP 47 tag of a registered language: `de-DE`."""
    try:
        return bool(tag) and langcodes.Language.get(tag).is_valid()
    except (LanguageTagError, ValueError):
        return False


@lru_cache(1024)
def base_of(tag: str) -> str:
    """Returns the language of a BCP 47 tag, in lower case: `zh` for `cmn-Hans-CN`.

    For an invalid tag it is the first part.
    """
    try:
        language = langcodes.Language.get(tag.replace("_", "-"), normalize=True)
        return language.prefer_macrolanguage().language or ""
    except (LanguageTagError, ValueError):
        return tag.replace("_", "-").partition("-")[0].lower()


@lru_cache(4096)
def region_of(tag: str) -> str:
    """Returns the region of a BCP 47 tag, in upper case: `GB` for `en-GB`; empty for none."""
    try:
        return langcodes.Language.get(tag.replace("_", "-"), normalize=True).territory or ""
    except (LanguageTagError, ValueError):
        return ""


@lru_cache(4096)
def likely_region_of(tag: str) -> str:
    """Returns the region of a tag, or else where most speak its language: `JP` for `ja`."""
    if region := region_of(tag):
        return region
    try:
        language = langcodes.Language.get(tag.replace("_", "-"), normalize=True)
        return language.maximize().territory or ""
    except (LanguageTagError, ValueError):
        return ""


def same_language(tag: str, other: str) -> bool:
    """Returns whether both tags are the same language, whatever their regions."""
    if base_of(tag) == base_of(other):
        return True
    try:
        return langcodes.tag_distance(tag, other) < SAME_BELOW
    except (LanguageTagError, ValueError):
        return False


def closest(tag: str, known: Collection[str]) -> str:
    """Returns the `known` tag with the same language as `tag`; empty if there is none."""
    if tag in known:
        return tag
    try:
        match = langcodes.closest_supported_match(
            base_of(tag), sorted(known), max_distance=SAME_BELOW - 1
        )
    except (LanguageTagError, ValueError):
        return ""
    return match or ""


def among(tag: str, known: Iterable[str]) -> bool:
    """Returns whether one of the `known` tags has the same language as `tag`."""
    return any(same_language(tag, other) for other in known)
