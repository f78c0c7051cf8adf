"""Modern spelling in place of old ones, which the model has from the books it was trained on."""

import re

_MODERN = {
    "to-day": "today",
    "to-night": "tonight",
    "to-morrow": "tomorrow",
    "good-bye": "goodbye",
    "good-by": "goodbye",
}
_OLD = re.compile(rf"\b({'|'.join(sorted(_MODERN, key=len, reverse=True))})\b", re.IGNORECASE)


def modernised(text: str) -> str:
    """Returns a text with modern spelling; capitals stay."""
    return _OLD.sub(_respelt, text)


def _respelt(old: re.Match[str]) -> str:
    new = _MODERN[old[0].lower()]
    return new.capitalize() if old[0][0].isupper() else new
