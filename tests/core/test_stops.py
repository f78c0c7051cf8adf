"""Where sentences end."""

import pytest

from sessions_app.core.stops import whole_sentences


@pytest.mark.parametrize(
    ("text", "language", "pieces"),
    [
        ("Pay $3.50. Meet at 9 a.m. today.", "en", ["Pay $3.50.", "Meet at 9 a.m. today."]),
        ("Ask Dr. Lee about No. 7. Then go.", "en", ["Ask Dr. Lee about No. 7.", "Then go."]),
        ("We met at 3 p.m. Then we left.", "en", ["We met at 3 p.m.", "Then we left."]),
        ("At 9 a.m. Tuesday we go.", "en", ["At 9 a.m. Tuesday we go."]),
        ("See J. Smith. So do I. Yes!", "en", ["See J. Smith.", "So do I.", "Yes!"]),
        ("He waited... and left. Well… maybe.", "en", ["He waited... and left.", "Well… maybe."]),
        ("“Go!” he said. Really? yes", "en", ["“Go!” he said.", "Really?", "yes"]),
        ("how are you. fine, thank you", "en", ["how are you.", "fine, thank you"]),
        ("1. Buy milk. 2. Sleep.", "en", ["1. Buy milk.", "2. Sleep."]),
        ("Am 3. März kommt er. Dann geht es.", "de", ["Am 3. März kommt er.", "Dann geht es."]),
        ("I have 3. You have 4.", "en", ["I have 3.", "You have 4."]),
        ("今天的会议很长。再见", "zh", ["今天的会议很长。", "再见"]),
        ("no marks at all", "en", ["no marks at all"]),
        ("...", "en", ["..."]),
        ("", "en", []),
    ],
)
def test_a_sentence_ends_where_a_reader_says_so(
    text: str, language: str, pieces: list[str]
) -> None:
    assert whole_sentences(text, language) == pieces
