"""Lines of a transcript as pages show them."""

from django.utils import timezone

from sessions_app.models import Segment
from sessions_app.services import transcript_lines


def segment(text: str, words: int, edited: str = "") -> Segment:
    spans = [
        {"text": f"w{i}", "start_ms": 1000 + 100 * i, "end_ms": 1090 + 100 * i}
        for i in range(words)
    ]
    return Segment(
        seq=1,
        speaker="caller",
        text=text,
        edited_text=edited,
        start_ms=1000,
        end_ms=1400,
        words=spans,
    )


def words_of(row: Segment) -> list[tuple[str, int]]:
    (line,) = transcript_lines.lines([row])
    return [(word.text, word.start_ms) for word in line.words]


def test_words_are_spelt_as_the_text_and_timed_as_recognised() -> None:
    assert words_of(segment("Good morning.", 2)) == [("Good", 1000), ("morning.", 1100)]


def test_a_correction_keeps_its_place_in_time() -> None:
    row = segment("one two three four", 4, edited="One, too.")
    assert words_of(row) == [("One,", 1000), ("too.", 1200)]
    longer = segment("one two", 2, edited="one and then two")
    assert [start for _, start in words_of(longer)] == [1000, 1045, 1100, 1151]


def test_a_text_without_word_times_is_spread_evenly() -> None:
    assert words_of(segment("a b c d", 0)) == [("a", 1000), ("b", 1100), ("c", 1200), ("d", 1300)]


def test_an_empty_text_has_no_words() -> None:
    assert words_of(segment("", 0)) == []


def test_gaps_stand_before_what_was_said_next_or_at_the_end() -> None:
    row = segment("Good morning.", 2)
    gaps = [[200, 900], [5000, 9000]]
    (line,) = transcript_lines.lines([row], gaps=gaps)
    assert line.gap_before == "1 s"
    assert transcript_lines.gap_after([row], gaps) == "4 s"
    assert transcript_lines.gap_after([row], gaps[:1]) == ""


def test_words_of_a_script_without_blanks_have_their_own_times() -> None:
    said = "我想问一下。"
    words = [
        {"text": c, "start_ms": 200 * n, "end_ms": 200 * n + 200}
        for n, c in enumerate(said.rstrip("。"))
    ]
    segment = Segment(seq=1, speaker="caller", text=said, start_ms=0, end_ms=1000, words=words)
    (line,) = transcript_lines.lines([segment])
    assert [(w.text, w.start_ms, w.end_ms) for w in line.words] == [
        ("我想", 0, 400),
        ("问", 400, 600),
        ("一下。", 600, 1000),
    ]
    assert not any(word.blank for word in line.words)


def test_what_was_not_heard_follows_as_it_is_written() -> None:
    cut = [("山上有一座庙。", "山上有"), ("Well, it may rain.", "Well, it"), ("Well.", "Well")]
    found = transcript_lines.lines(
        Segment(seq=n, speaker="agent", text=text, heard_text=heard, start_ms=0, end_ms=9)
        for n, (text, heard) in enumerate(cut, start=1)
    )
    assert [line.unheard for line in found] == ["一座庙。", "may rain.", ""]
    assert [line.words[-1].blank for line in found] == [False, True, False]


def test_lines_that_the_recogniser_was_unsure_of_say_how_sure_it_was() -> None:
    made = [segment("good mourning", 2, edited) for edited in ("", "", "Good morning.", "")]
    sure = (0.416, 0.7, 0.2, None)
    for row, confidence in zip(made, sure, strict=True):
        row.confidence = confidence
    assert [line.sure for line in transcript_lines.lines(made)] == [42, None, None, None]
    made[0].revised_at, made[0].revised_text = timezone.now(), "good morning"
    assert transcript_lines.lines(made)[0].sure is None
