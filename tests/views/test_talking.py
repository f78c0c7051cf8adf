"""How quickly an agent answered, and what it noted, as the page of a call shows it."""

from typing import Any

from sessions_app.models import Note, Segment, Turn
from sessions_app.services import transcript_lines, waterfalls
from sessions_app.views import talking


def turn(index: int = 2, **stages: int) -> Turn:
    return Turn(index=index, speaker="agent", start_ms=14_000, end_ms=15_000, **stages)


def answer_of(**stages: int) -> waterfalls.AnswerTimes:
    found = waterfalls.of([turn(**stages)], {})
    assert found is not None
    return found.rows[0]


def lengths(row: waterfalls.AnswerTimes) -> dict[str, int]:
    return {bar.stage: bar.length_ms for bar in row.bars}


def test_an_answer_is_told_stage_by_stage() -> None:
    row = answer_of(
        speech_end_ms=10_000,
        endpoint_ms=10_600,
        final_ms=10_650,
        first_token_ms=10_800,
        first_audio_ms=11_000,
    )
    assert lengths(row) == {"endpoint": 600, "final": 50, "token": 150, "audio": 200}
    assert row.total_ms == sum(lengths(row).values()) == 1000
    assert [bar.x for bar in row.bars] == ["0.00", "60.00", "65.00", "80.00"]
    assert [bar.width for bar in row.bars] == ["60.00", "5.00", "15.00", "20.00"]


def test_a_stage_that_was_early_took_no_time() -> None:
    row = answer_of(
        speech_end_ms=1000,
        endpoint_ms=1600,
        final_ms=1200,
        first_token_ms=1500,
        first_audio_ms=1700,
    )
    assert lengths(row) == {"endpoint": 600, "final": 0, "token": 0, "audio": 100}
    assert row.total_ms == 700


def test_what_was_typed_begins_with_its_first_stage() -> None:
    typed = turn(endpoint_ms=500, first_token_ms=650, first_audio_ms=900)
    found = waterfalls.of([typed], {})
    assert found is not None
    assert lengths(found.rows[0]) == {"token": 150, "audio": 250}
    assert (found.rows[0].typed, found.rows[0].total_ms) == (True, 400)
    assert found.median_ms is None


def test_an_answer_without_sound_has_no_total() -> None:
    found = waterfalls.of([turn(speech_end_ms=100, endpoint_ms=700, first_token_ms=900)], {})
    assert found is not None
    assert (found.rows[0].total_ms, found.median_ms) == (None, None)


def test_answers_share_a_scale_and_a_median() -> None:
    turns = [
        turn(index, speech_end_ms=0, first_token_ms=100, first_audio_ms=total)
        for index, total in ((2, 400), (4, 1000), (6, 600))
    ]
    found = waterfalls.of(turns, {4: 9})
    assert found is not None
    assert found.median_ms == 600
    assert [row.seq for row in found.rows] == [None, 9, None]
    assert [(row.index, row.number) for row in found.rows] == [(2, 1), (4, 2), (6, 3)]
    assert [row.bars[1].width for row in found.rows] == ["30.00", "90.00", "50.00"]


def test_callers_turns_and_greetings_are_no_answers() -> None:
    assert waterfalls.of([turn(), turn(speech_end_ms=5)], {}) is None
    assert waterfalls.of([], {}) is None


def test_notes_lead_to_what_was_being_said() -> None:
    kept = [
        Note(number=n, kind=kind, text="x", at_ms=at)
        for n, kind, at in ((1, "note", 50), (2, "action", 2000), (3, "note", 61_000))
    ]
    found = talking.notes(kept, {1: 100, 2: 3000})
    assert [(note.label, note.seq, note.time) for note in found] == [
        ("Note", None, "0:00"),
        ("To do", 1, "0:02"),
        ("Note", 2, "1:01"),
    ]


def agents_line(
    text: str, heard: str | None, words: int, **more: Any
) -> transcript_lines.TranscriptEntry:
    spans = [{"text": "w", "start_ms": 100 * n, "end_ms": 100 * n + 90} for n in range(words)]
    segment = Segment(
        seq=1, speaker="agent", text=text, heard_text=heard, start_ms=0, end_ms=900, **more
    )
    segment.words = spans
    return transcript_lines.lines([segment], "Ada")[0]


def test_an_interrupted_sentence_has_the_words_that_were_heard() -> None:
    for timed in (5, 2):  # with times for the whole sentence, or only for what was heard
        found = agents_line("One two three four five.", "One two", timed)
        assert [(word.text, word.start_ms) for word in found.words] == [("One", 0), ("two", 100)]
        assert (found.interrupted, found.unheard) == (True, "three four five.")
        assert found.speaker_label == "Ada"


def test_a_sentence_of_which_nothing_was_heard_has_no_words() -> None:
    found = agents_line("One two.", "", 2)
    assert (found.words, found.unheard) == ((), "One two.")


def test_a_sentence_that_was_heard_is_whole() -> None:
    found = agents_line("One two.", None, 2)
    assert (len(found.words), found.interrupted, found.unheard) == (2, False, "")
