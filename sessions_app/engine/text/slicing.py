"""A recogniser's text and its timed words, which are bare: which part of the text is which word.

Engines give words without marks, in another script of numbers, or several as one; where a final
is cut between two of them, its text is cut there, and not written anew from the words.
"""

from collections.abc import Sequence

from rapidfuzz.distance import LCSseq

from sessions_app.engine.text.marks import OPENERS
from sessions_app.engine.text.writing import atom_spans, blank_between, letters

_OPENS = OPENERS + "{<#@$€£¥-+"
MIN_SHARED_WORDS = 0.5
"""A text that has less of the words in it is no text of these words."""


def written(text: str, words: Sequence[str]) -> list[str]:
    """Returns each word as `text` has it, with the marks and blanks that follow it.

    Put together they are `text`. A word that is not found there is empty, or has what is left
    for it. Where text and words have little in common they are the words themselves, a blank
    after each but where a script has none.
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
    """Returns where each word begins in the text; None where they are not of one another."""
    atoms = atom_spans(text)
    shown = [letters(text[start:end]) for start, end in atoms]
    said: list[str] = []
    firsts: list[int] = []
    for word in words:
        firsts.append(len(said))
        said += [letters(word[start:end]) for start, end in atom_spans(word)]
    found = _matched(said, shown)
    if not said or len(found) < MIN_SHARED_WORDS * len(said):
        return None
    places: list[int] = []
    seen = 0
    for first, following in zip(firsts, [*firsts[1:], len(said)], strict=True):
        atom = next((found[n] for n in range(first, following) if n in found), None)
        start = _opened(text, atoms[atom][0]) if atom is not None else None
        if atom is None or start is None:
            # what stands between two that were found belongs to the first that was not
            start = _after(text, atoms, seen, places[-1] if places else 0)
        else:
            seen = max(seen, max(found[n] for n in range(first, following) if n in found) + 1)
        places.append(max(start, places[-1] if places else 0))
    places[0] = 0
    return places


def _matched(said: Sequence[str], shown: Sequence[str]) -> dict[int, int]:
    """Returns which atom of the text each atom of the words is, where there is one."""
    # difflib takes ten seconds where four hundred words repeat themselves; this is live code
    alike = (step for step in LCSseq.opcodes(said, shown) if step.tag == "equal")
    return {
        step.src_start + n: step.dest_start + n
        for step in alike
        for n in range(step.src_end - step.src_start)
    }


def _after(text: str, atoms: Sequence[tuple[int, int]], seen: int, least: int) -> int:
    """Returns where the first atom begins that no word was found for; the end for none."""
    at = _opened(text, atoms[seen][0]) if seen < len(atoms) else len(text)
    return max(at, least)


def _opened(text: str, at: int) -> int:
    """Returns where the marks begin that belong to the atom at this place."""
    while at > 0 and text[at - 1] in _OPENS and (at < 2 or not text[at - 2].isalnum()):  # noqa: PLR2004
        at -= 1
    return at


def part(text: str, words: Sequence[str], kept: Sequence[bool]) -> str:
    """Returns what of the text belongs to the words that are kept."""
    return "".join(
        own for own, keep in zip(written(text, words), kept, strict=True) if keep
    ).strip()
