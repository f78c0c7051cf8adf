"""The languages that Whisper hears, by its own codes.

https://github.com/openai/whisper, whisper/tokenizer.py. Most are ISO 639-1, yet Norwegian is `no`,
Filipino `tl` and Javanese `jw`. Models before large-v3 have no `yue`, those
named `.en` English alone.
"""

from collections.abc import Collection

from sessions_app.engine.text.languages import closest

_ALL = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th "
    "ur hr bg lt la mi ml cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr "
    "pa si km sn yo so af oc ka be tg sd gu am yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt "
    "haw ln ha ba jw su yue"
)
CODES = frozenset(_ALL.split())

_WORDS_OF_ALL, _WORDS_OF_MANY = 51_866, 51_865
"""Entries of a vocabulary: one for each language, and 51,766 others."""


def codes_of(entries: int) -> frozenset[str]:
    """Returns the languages of a model whose vocabulary has that number of entries."""
    if entries >= _WORDS_OF_ALL:
        return CODES
    return CODES - {"yue"} if entries == _WORDS_OF_MANY else frozenset({"en"})


def whisper_code(language: str, known: Collection[str] = CODES) -> str:
    """Returns Whisper's code for a BCP 47 tag; empty for a language that is not `known`."""
    return closest(language, known)
