"""Lists of words, written as people read them."""


def listed(text: str) -> frozenset[str]:
    """Returns the words of `text`."""
    return frozenset(text.split())
