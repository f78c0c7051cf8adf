"""Maps a recogniser's timed words, which have no punctuation, to slices of its formatted text.

Engines give words without marks, with other forms of numbers, or several as one. When a final is
cut between two words, its text is cut at the same place instead of being rebuilt from the words.
"""

from collections.abc import Sequence

from rapidfuzz.distance import LCSseq

from sessions_app.engine.text.marks import OPENERS
from sessions_app.engine.text.writing import atom_spans, blank_between, letters

_OPENS = OPENERS + "{<#@$€£¥-+"
MIN_SHARED_WORDS = 0.5
"""Share of the words that the text must contain; below it, the two are unrelated."""


def word_slices(text: str, words: Sequence[str]) -> list[str]:
    """Returns each word as `text` writes it, with the marks and blanks after it.

    Concatenated they are `text`. A word that is not found is empty or takes unmatched text at its
    place. If text and words have little in common, the words themselves are returned, with a blank
    after each where their script has blanks.
    """
    if not words:
        return []
    places = _places(text, words)
    if places is None:
        return _bare(words)
    ends = [*places[1:], len(text)]
    return [text[start:end] for start, end in zip(places, ends, strict=True)]


def _bare(words: Sequence[str]) -> list[str]:
    return [
        f"{word} " if blank_between(word, following) else word
        for word, following in zip(words, [*words[1:], ""], strict=True)
    ]


def _places(text: str, words: Sequence[str]) -> list[int] | None:
    """Returns where each word begins in the text; None if the two are unrelated."""
    atoms = atom_spans(text)
    written = [letters(text[start:end]) for start, end in atoms]
    spoken: list[str] = []
    firsts: list[int] = []
    for word in words:
        firsts.append(len(spoken))
        spoken += [letters(word[start:end]) for start, end in atom_spans(word)]
    matches = _matched(spoken, written)
    if not spoken or len(matches) < MIN_SHARED_WORDS * len(spoken):
        return None
    places: list[int] = []
    seen = 0
    for first, following in zip(firsts, [*firsts[1:], len(spoken)], strict=True):
        atom = next((matches[n] for n in range(first, following) if n in matches), None)
        start = _opened(text, atoms[atom][0]) if atom is not None else None
        if atom is None or start is None:
            # unmatched text belongs to the first unmatched word at its place
            start = _after(text, atoms, seen, places[-1] if places else 0)
        else:
            seen = max(seen, max(matches[n] for n in range(first, following) if n in matches) + 1)
        places.append(max(start, places[-1] if places else 0))
    places[0] = 0
    return places


def _matched(spoken: Sequence[str], written: Sequence[str]) -> dict[int, int]:
    """Returns the index of the matching text atom for each matched atom of the words."""
    # difflib takes ten seconds for four hundred repetitive words, and this is live code
    runs = (step for step in LCSseq.opcodes(spoken, written) if step.tag == "equal")
    return {
        step.src_start + n: step.dest_start + n
        for step in runs
        for n in range(step.src_end - step.src_start)
    }


def _after(text: str, atoms: Sequence[tuple[int, int]], seen: int, least: int) -> int:
    """Returns where the next unmatched atom begins; the end of the text if there is none."""
    at = _opened(text, atoms[seen][0]) if seen < len(atoms) else len(text)
    return max(at, least)


def _opened(text: str, at: int) -> int:
    """Returns the start of the opening marks before the atom at `at`."""
    while at > 0 and text[at - 1] in _OPENS and (at < 2 or not text[at - 2].isalnum()):  # noqa: PLR2004
        at -= 1
    return at


def kept_text(text: str, words: Sequence[str], kept: Sequence[bool]) -> str:
    """Returns the parts of the text that belong to the kept words."""
    return "".join(
        own for own, keep in zip(word_slices(text, words), kept, strict=True) if keep
    ).strip()
