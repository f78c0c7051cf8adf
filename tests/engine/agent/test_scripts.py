"""Echoes and the ends of turns, in scripts without blanks and with marks of their own."""

from dataclasses import replace

import pytest

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.echo import echo_share
from sessions_app.engine.turns.endpointing.attentive import AttentiveEndpointer
from sessions_app.engine.turns.overlaps import Overlap

TURNS = TurnSettings(min_delay_ms=100, max_delay_ms=1100)


def test_an_echo_is_known_word_by_word() -> None:
    said = "从前有一座山，山上有一座庙。庙里有一个老和尚。"
    assert echo_share("山上有一座庙", said) == 1.0
    assert echo_share("一座庙", said) == 1.0
    assert echo_share("我想问一下别的事情", said) < 0.3
    assert echo_share("สวัสดีครับ", "สวัสดีครับ ผมชื่อบอบ") == 1.0
    assert echo_share("I don’t know", "i don't know what") == 1.0


@pytest.mark.parametrize(
    ("text", "delay_ms"),
    [
        ("你好吗？", 100),
        ("كيف حالك؟", 100),
        ("Πώς είσαι;", 100),
        ("好的！", 100),
        ("我想去，", 1100),
        ("我想……", 1100),
        ("أريد،", 1100),
        ("我的号码是138", 1100),
        ("我的号码是一三八", 1100),
        ("我的号码是 13812345678", 100),
        ("我的号码是13812345678。", 100),
        ("मैं ठीक हूँ।", 100),
        ("我知道了。", 100),
        ("我想问一下", 300),
        ("I’m", 1100),
    ],
)
def test_turns_end_by_the_marks_and_numbers_of_any_script(text: str, delay_ms: float) -> None:
    assert AttentiveEndpointer().delay_ms(text, TURNS) == delay_ms


@pytest.mark.parametrize(
    ("text", "language", "delay_ms"),
    [
        ("Non lo so.", "it-IT", 100),
        ("Ich rufe dich an.", "de-DE", 100),
        ("non lo so", "it", 300),
        ("Co to", "pl", 300),
        ("Il y en a dix, onze, six", "fr", 300),
        ("Er sagte,", "de", 1100),
        ("Die Nummer ist 138", "de", 1100),
        ("I do not know what so.", "en-GB", 1100),
    ],
)
def test_no_language_is_taken_for_english(text: str, language: str, delay_ms: float) -> None:
    turns = replace(TURNS, language=language)
    assert AttentiveEndpointer().delay_ms(text, turns) == delay_ms


def test_what_is_said_over_the_agent_is_one_text() -> None:
    over = Overlap(0.0)
    over.take("等一下。", last=False)
    over.interim = "我想问"
    assert over.text == "等一下。我想问"
