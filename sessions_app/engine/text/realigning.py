"""Gives the words of a corrected text the times of the recognised words. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq

from sessions_app.engine.core.events import Word
from sessions_app.engine.text.writing import Token, atom_spans, letters, tokens

Times = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Atom:
    """The smallest unit of a word (a Han character, a run of letters), and its word's index."""

    plain: str
    word: int


def realigned(heard: Sequence[Word], text: str, start_ms: float, end_ms: float) -> tuple[Word, ...]:
    """Returns the words of `text` with their places on the call clock, one for each of `tokens`.

    `heard` are the recogniser's words of the segment from `start_ms` to `end_ms`. Words that it
    has too keep their times and confidence. Others have no confidence, and share the time of the
    words whose place they take, or of the pause that they are put into. Times never decrease and
    stay within the segment.
    """
    shown = tokens(text)
    old, new = _atoms([word.text for word in heard]), _atoms([token.text for token in shown])
    kept = _kept(old, new)
    times = _times(_spread(heard, old), kept, new, (start_ms, end_ms))
    made = []
    now, label = start_ms, heard[0].speaker if heard else ""
    for own, token in zip(_by_word(new, len(shown)), shown, strict=True):
        begin = max(now, times[own[0]][0]) if own else now
        now = min(end_ms, max(begin, times[own[-1]][1])) if own else now
        sources = [heard[old[kept[n]].word] for n in own if n in kept]
        label = sources[0].speaker if sources else label
        made.append(Word(token.text, min(begin, now), now, _sure(token, sources), label))
    return tuple(made)


def _atoms(words: Sequence[str]) -> list[_Atom]:
    return [
        _Atom(letters(word[start:end]), index)
        for index, word in enumerate(words)
        for start, end in atom_spans(word)
    ]


def _by_word(atoms: Sequence[_Atom], words: int) -> list[list[int]]:
    """Returns the indexes of each word's atoms; none for a mark."""
    found: list[list[int]] = [[] for _ in range(words)]
    for n, atom in enumerate(atoms):
        found[atom.word].append(n)
    return found


def _kept(old: Sequence[_Atom], new: Sequence[_Atom]) -> dict[int, int]:
    """Returns which old atom each new one is; only of those that are still there."""
    steps = LCSseq.opcodes([atom.plain for atom in old], [atom.plain for atom in new])
    return {
        step.dest_start + n: step.src_start + n
        for step in steps
        if step.tag == "equal"
        for n in range(step.src_end - step.src_start)
    }


def _spread(heard: Sequence[Word], old: Sequence[_Atom]) -> list[Times]:
    """Returns the times of the recogniser's atoms: each has its share of its word."""
    spans: list[Times] = []
    for own, word in zip(_by_word(old, len(heard)), heard, strict=True):
        spans += _shares([old[n].plain for n in own], (word.start_ms, word.end_ms))
    return spans


def _times(
    spans: Sequence[Times], kept: Mapping[int, int], new: Sequence[_Atom], whole: Times
) -> list[Times]:
    """Returns the time of each new atom; `spans` are those of the old ones."""
    made: list[Times] = []
    for index in range(len(new)):
        if index in kept:
            made.append(spans[kept[index]])
        elif len(made) == index:
            end = next((n for n in range(index, len(new)) if n in kept), len(new))
            texts = [one.plain for one in new[index:end]]
            first = kept[index - 1] + 1 if index else 0
            last = kept[end] if end in kept else len(spans)
            before = spans[first - 1][1] if first else whole[0]
            after = spans[last][0] if last < len(spans) else whole[1]
            made += _instead(spans[first:last], texts, (before, max(before, after)))
    return made


def _instead(replaced: Sequence[Times], texts: Sequence[str], pause: Times) -> Iterator[Times]:
    """Yields the times of `texts`, which stand where `replaced` did, or in a pause."""
    olds, news = len(replaced), len(texts)
    if not olds:
        yield from _shares(texts, pause)
    elif news <= olds:
        for n in range(news):
            yield replaced[n * olds // news][0], replaced[(n + 1) * olds // news - 1][1]
    else:
        for n in range(olds):
            yield from _shares(texts[n * news // olds : (n + 1) * news // olds], replaced[n])


def _shares(texts: Sequence[str], span: Times) -> Iterator[Times]:
    """Yields a share of the span for each text, by its length."""
    start, end = span
    step = (end - start) / max(1, sum(map(len, texts)))
    for text in texts:
        yield start, start + step * len(text)
        start += step * len(text)


def _sure(token: Token, sources: Sequence[Word]) -> float | None:
    """Returns how sure the recogniser was of a word that is as it heard it; else None."""
    distinct = list(dict.fromkeys(sources))
    if letters(token.text) != "".join(letters(word.text) for word in distinct):
        return None
    given = [word.confidence for word in distinct if word.confidence is not None]
    return min(given) if distinct and len(given) == len(distinct) else None
