"""Patterns for marks that end a sentence or a clause, or open or close a quote. Pure.

The only place that lists them; `writing` and `stops` interpret them in texts.
"""

# -- scripts --------------------------------------------------------------------------------

DENSE = (
    "\u2e80-\u2fdf\u3000-\u312f\u3190-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f"
    "\uff00-\uff9f\U0001aff0-\U0001b16f\U00020000-\U0003ffff"
)
"""Han, Kana and their marks: no blank stands between words, nor beside a word of another script."""

PHRASED = (
    "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aad\ua9e0-\ua9fe\uaa60-\uaadf"
)
"""Thai, Lao, Tibetan, Burmese, Khmer and kin: a blank separates phrases, not words."""

# -- marks ----------------------------------------------------------------------------------

CLOSERS = "\"'\u201d\u2019)\\]»›」』）】〉》〕｝｣〗〙〛〞〟﹂﹄＂＇"
"""Closing marks that may follow a sentence mark and belong to it; for a character class."""

ALSO_CLOSE = "\u201c\u2018«\u2039"
"""Open a quote in some languages and close it in others: "Ja.\u201c", »Ja.«."""

SPACED = " \u00a0\u2009\u202f"
_GOES_ON = rf"(?=[\s.,;:!?…)\]{ALSO_CLOSE[0]}»]|$)"
"""Lookahead for what may follow a closing quote, but never an opening one."""

OPENERS = "\"'\u201c\u2018\u201e([«‹「『（【〈《〔｛｢¿¡"
"""Opening marks that may stand before a word and belong to it."""

ASCII_ENDS = ".!?…"
OWN_ENDS = (
    "。！？｡．﹒﹖﹗︒‼⁇⁈⁉‽"  # Chinese, Japanese
    "؟۔܀܁܂߹"  # Arabic, Urdu, Syriac, N'Ko
    "।॥෴။။។៕"  # Hindi and kin, Sinhala, Burmese, Khmer
    "։።፧፨།༎᠃᠉᙮᥄᥅꓿"  # Armenian, Ethiopic, Tibetan, Mongolian, Cree, Limbu, Lisu
)
"""Sentence_Terminal of other scripts (Unicode, PropList): they end a sentence without a blank."""

ASCII_CLAUSES = ",;:·"
OWN_CLAUSES = "，、；：﹐﹑﹔﹕､،؛՝၊፣፤፥"
_GREEK = "\u0370-\u03ff\u1f00-\u1fff"
GREEK_QUESTION = f"(?<=[{_GREEK}])[;\u037e]"


def closing(also: str = "") -> str:
    """Returns a pattern for closing quotes and brackets after a mark; it also matches none.

    It allows for the blank before a French guillemet, and for German quotes, which open with the
    mark that closes in English. Characters of `also` count as closing marks.
    """
    return (
        rf"(?:[{CLOSERS}{also}]|[{ALSO_CLOSE}]{_GOES_ON}"
        rf"|(?<![{SPACED}])[{SPACED}]{{1,2}}[»\u203a]{_GOES_ON})*"
    )


_BLANKS = rf"\s+(?!\s*[»\u203a]{_GOES_ON})"
"""The blanks between sentences, but not one before a closing guillemet."""


def sentence_end(also: str = "") -> str:
    """Returns a pattern for the end of a sentence: its marks and the blanks after them.

    Closing marks, and characters of `also`, may stand between the two.
    """
    close = closing(also)
    return (
        rf"(?:(?:[{ASCII_ENDS}]|{GREEK_QUESTION})+{close}(?:{_BLANKS}|(?<=[.!?])(?=[{DENSE}]))"
        rf"|[{OWN_ENDS}](?<!．(?=\d))[{OWN_ENDS}{ASCII_ENDS}]*{close}\s*)"
    )


def clause_end(also: str = "") -> str:
    """Returns a pattern for the end of a clause or sentence, where a voice may pause."""
    close = closing(also)
    return (
        rf"(?:[{ASCII_CLAUSES}{ASCII_ENDS}]{close}(?:{_BLANKS}|(?<=[,;:.!?])(?=[{DENSE}]))"
        rf"|[{OWN_CLAUSES}{OWN_ENDS}]{close}\s*)"
    )


PHRASE_END = rf"(?<=[{PHRASED}])\s+(?=[{PHRASED}])"
"""A blank between phrases, in scripts with neither blanks between words nor other marks."""


def may_close(text: str) -> bool:
    """Returns whether `text` has an open guillemet, which a blank and a closing one may follow."""
    return text.rfind("«") > text.rfind("»")
