"""What redaction hides of 300 sentences in three languages, and what of 300 harmless ones."""

import time
from collections import defaultdict
from collections.abc import Sequence

from bench.redaction.sentences import LANGUAGES, Case, harmless_cases, secret_cases
from bench.tables import write_table
from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.core.events import Word
from sessions_app.engine.redaction.detectors.registry import KINDS
from sessions_app.engine.redaction.finder import Finder
from sessions_app.engine.redaction.lines import HiddenLine, Line, find_in_lines, hide

EACH = 100
SEED = 2
HEAD = ("language", "what", "sentences", "hidden", "partly", "not", "other words hidden")


def main() -> None:
    """Measures, and writes the table."""
    finders = {
        name: Finder(RedactionSettings(tuple(KINDS)), tag) for name, tag in LANGUAGES.items()
    }
    secret = list(secret_cases(SEED, EACH))
    harmless = list(harmless_cases(SEED, EACH))
    began = time.process_time()
    results = [(case, shown(finders[case.language], case)) for case in [*secret, *harmless]]
    took_us = (time.process_time() - began) / len(results) * 1e6
    rows = _rows(results)
    found = sum(is_hidden(case, lines) for case, lines in results if case.secret)
    false = sum(any(line.hits for line in lines) for case, lines in results if not case.secret)
    _tell_wrong(results)
    headline = (
        f"Of {len(secret)} generated numbers and addresses {found} are hidden whole "
        f"({100 * found / len(secret):.1f} %), and {false} of {len(harmless)} harmless sentences "
        f"have something hidden ({100 * false / len(harmless):.1f} %). All kinds are looked for, "
        f"in text and words; {took_us:.0f} µs of CPU a sentence"
    )
    print(write_table("redaction", "Redaction: what is hidden", headline, HEAD, rows))


def shown(finder: Finder, case: Case) -> list[HiddenLine]:
    """Returns the sentence as it is shown, as it would be recognised word by word."""
    lines = [_line(text, 1000.0 * at) for at, text in enumerate(case.lines)]
    spans = find_in_lines(finder, lines)
    return [hide(line, own) for line, own in zip(lines, spans, strict=True)]


def _line(text: str, at_ms: float) -> Line:
    words = tuple(
        Word(word, at_ms + 10 * place, at_ms + 10 * place + 9)
        for place, word in enumerate(text.split())
    )
    return Line(text, words, at_ms, at_ms + 10 * len(words))


def is_hidden(case: Case, lines: Sequence[HiddenLine]) -> bool:
    """Returns whether no part of the secret is left, neither in the text nor in the words."""
    return left(case, lines) == 0


def left(case: Case, lines: Sequence[HiddenLine]) -> int:
    """Returns how many characters of the secret are left in the text, or in the words."""
    whole = " ".join(case.lines)
    start = whole.index(case.secret)
    places = {at for at in range(start, start + len(case.secret)) if whole[at].isalnum()}
    at = 0
    for text, line in zip(case.lines, lines, strict=True):
        for hit in line.hits:
            places -= set(range(at + hit.span.start, at + hit.span.end))
        at += len(text) + 1
    spoken = " ".join(word.text for line in lines for word in line.words)
    kept = case.secret in spoken
    return len(places) or int(kept)


def others_hidden(case: Case, lines: Sequence[HiddenLine]) -> int:
    """Returns how many words are hidden that are no part of the secret."""
    whole = " ".join(case.lines)
    start = whole.index(case.secret) if case.secret else len(whole)
    own = set(range(start, start + len(case.secret)))
    count = at = 0
    for text, line in zip(case.lines, lines, strict=True):
        for hit in line.hits:
            rest = [
                whole[place]
                for place in range(at + hit.span.start, at + hit.span.end)
                if place not in own
            ]
            count += len("".join(rest).split())
        at += len(text) + 1
    return count


def _rows(results: Sequence[tuple[Case, list[HiddenLine]]]) -> list[list[str]]:
    groups: dict[tuple[str, str], list[tuple[Case, list[HiddenLine]]]] = defaultdict(list)
    for case, lines in results:
        groups[case.language, case.kind].append((case, lines))
    return [_row(language, kind, group) for (language, kind), group in groups.items()]


def _row(language: str, kind: str, group: Sequence[tuple[Case, list[HiddenLine]]]) -> list[str]:
    others = sum(others_hidden(case, lines) for case, lines in group)
    if kind == "harmless":
        touched = sum(any(line.hits for line in lines) for _, lines in group)
        return [language, kind, str(len(group)), str(touched), "", "", str(others)]
    hidden = sum(is_hidden(case, lines) for case, lines in group)
    nothing = sum(not any(line.hits for line in lines) for _, lines in group)
    partly = len(group) - hidden - nothing
    return [language, kind, *map(str, (len(group), hidden, partly, nothing, others))]


def _tell_wrong(results: Sequence[tuple[Case, list[HiddenLine]]]) -> None:
    for case, lines in results:
        wrong = not is_hidden(case, lines) if case.secret else any(line.hits for line in lines)
        if wrong or (case.secret and others_hidden(case, lines)):
            print(case.kind, case.manner, case.lines, [line.text for line in lines])
