"""Writes a list of words as one plain string."""


def listed(text: str) -> frozenset[str]:
    """Returns the words of `text`, which blanks separate, as a set."""
    return frozenset(text.split())
