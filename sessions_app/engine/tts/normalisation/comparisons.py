"""Comparison signs before a figure, in the words of each language: "less than", "about"."""

_SIGNS = ("<", ">", "≤", "≥", "~", "≈")
_SAID = {
    "en": "less than/more than/at most/at least/about/about",
    "de": "weniger als/mehr als/höchstens/mindestens/etwa/etwa",
    "fr": "moins de/plus de/au plus/au moins/environ/environ",
    "es": "menos de/más de/como máximo/como mínimo/unos/unos",
    "it": "meno di/più di/al massimo/almeno/circa/circa",
    "nl": "minder dan/meer dan/hoogstens/minstens/ongeveer/ongeveer",
    "pt": "menos de/mais de/no máximo/no mínimo/cerca de/cerca de",
}
COMPARISONS = {
    base: dict(zip(_SIGNS, spoken.split("/"), strict=True)) for base, spoken in _SAID.items()
}
