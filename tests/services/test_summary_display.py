"""What voicesite itself says of a call is read in the page's language."""

from dataclasses import dataclass

import pytest
from django.utils.translation import override

from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.services.summary_display import text_shown


@dataclass(frozen=True)
class Line:
    seq: int
    text: str
    start_ms: int
    end_ms: int
    speaker: str = "caller"


def summary_of(*said: str) -> str:
    """Returns the text that is kept of a call in which these lines are said."""
    lines = [Line(n, text, 4000 * n, 4000 * n + 900) for n, text in enumerate(said, start=1)]
    return ExtractiveSummariser(sentences=2).summarise(lines, "en-US").text


TO_DO = (
    "Please call the plumber on Tuesday.",
    "Please send the letter to Martin.",
    "Please order the new chairs today.",
)
THREE = summary_of(*TO_DO)
QUOTED = THREE.split(". ", 1)[1]
"""What was said, which is quoted as it is."""


@pytest.mark.parametrize(
    ("kept", "german"),
    [
        (summary_of(), "In diesem Anruf wurde nichts gesagt."),
        (summary_of("Hm."), "Ein Wort wurde gesagt, zu wenig für eine Zusammenfassung."),
        (
            summary_of("Guten Tag."),
            "Nur 2 Wörter wurden gesagt, zu wenig für eine Zusammenfassung.",
        ),
        (summary_of(*TO_DO[:2]), "Alles, was gesagt wurde, ist zu erledigen."),
        (
            THREE,
            f"Alles, was gesagt wurde, ist zu erledigen, insgesamt 3 Punkte. {QUOTED}",
        ),
        (
            "Beside notes and requests only 4 words were said, too few to summarise.",
            "Außer Notizen und Bitten wurden nur 4 Wörter gesagt, zu wenig für eine "
            "Zusammenfassung.",
        ),
        ("The caller ordered chairs.", "The caller ordered chairs."),
    ],
)  # fmt: skip
def test_what_voicesite_says_of_a_call_is_in_the_readers_language(kept: str, german: str) -> None:
    with override("en"):
        assert text_shown(kept) == kept
    with override("de"):
        assert text_shown(kept) == german
