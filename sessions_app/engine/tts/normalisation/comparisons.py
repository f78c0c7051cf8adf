"""What signs before a figure say of it in each language: less, more, about."""

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
    base: dict(zip(_SIGNS, said.split("/"), strict=True)) for base, said in _SAID.items()
}
