"""The sentences of the campaign hold what they say, and redaction hides nearly all of it."""

from bench.campaigns.redaction import is_hidden, left, shown
from bench.redaction.sentences import LANGUAGES, Case, harmless_cases, secret_cases
from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.redaction.detectors.registry import KINDS
from sessions_app.engine.redaction.finder import Finder

FINDERS = {name: Finder(RedactionSettings(tuple(KINDS)), tag) for name, tag in LANGUAGES.items()}


def test_nearly_all_is_hidden_and_nearly_nothing_else() -> None:
    secret, harmless = list(secret_cases(7, 25)), list(harmless_cases(7, 25))
    found = [is_hidden(case, shown(FINDERS[case.language], case)) for case in secret]
    false = [any(line.hits for line in shown(FINDERS[c.language], c)) for c in harmless]
    assert len(secret) == len(harmless) == 75
    assert sum(found) >= 73
    assert sum(false) <= 2


def test_a_part_that_is_left_counts_as_not_hidden() -> None:
    case = Case("en", "card", "", ("it is 4111 1111 1111 1111 99", "ok"), "1111 99")
    lines = shown(FINDERS["en"], case)
    assert left(case, lines) > 0
    assert not is_hidden(case, lines)
