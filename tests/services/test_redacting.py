"""Words of a call that is over are hidden by hand, and by patterns, wherever people read them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.core.events import SegmentFinal, Speaker, Word
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.redaction.detectors.registry import KINDS
from sessions_app.models import (
    AccessLog,
    Call,
    Extraction,
    Note,
    Recording,
    RedactedOriginal,
    Redaction,
    Segment,
    SoundRedaction,
    Summary,
    SummaryVersion,
    Version,
    VersionSegment,
)
from sessions_app.models.work import WorkState
from sessions_app.services import calls, corrections, erasure, exports, redacting, transcripts
from tests.conftest import CallMaker
from tests.fixtures.left import left_in_database
from tests.fixtures.spoken_call import (
    AGAIN,
    CORRECTED,
    CORRECTED_BEFORE,
    NOTED,
    SAID,
    exported,
    spoken_call,
)

pytestmark = pytest.mark.django_db

ALL = RedactionSettings(tuple(KINDS))
CARD = "4111 1111 1111 1111"


@pytest.fixture
def spoken(alice: User, own_folders: Path, tmp_path: Path) -> Call:
    call = spoken_call(alice, tmp_path)
    RedactedOriginal.objects.all().delete()
    return call


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    """A call that is over, in which nothing was said yet."""
    call = make_call(alice)
    for state in (CallState.CONNECTING, CallState.ACTIVE, CallState.ENDING, CallState.ENDED):
        calls.move(call.public_id, state, reason=EndReason.CALLER_HUNG_UP, duration_ms=9_000)
    call.refresh_from_db()
    return call


def say(call: Call, seq: int, text: str, at_ms: float = 0.0, **more: Any) -> None:
    words = tuple(
        Word(word, at_ms + 100 * at, at_ms + 100 * at + 90) for at, word in enumerate(text.split())
    )
    end = at_ms + 100 * len(words)
    final = SegmentFinal(seq, Speaker.CALLER, text, at_ms, end, words, **more)
    transcripts.append([(call.pk, final)])


def test_words_are_hidden_everywhere(spoken: Call, bob: User) -> None:
    words = SAID[1].split()
    row = Segment.objects.get(call=spoken, seq=2)
    assert row.shown_text == AGAIN, "people read the second pass"
    redacting.hide_by_hand(spoken, bob, 2, 0, len(AGAIN))
    assert left_in_database([AGAIN, words[0]]) == set()
    row.refresh_from_db()
    assert (row.shown_text, row.word_count) == ("[redacted]", 1)
    for hidden in Redaction.objects.filter(call=spoken):  # at the times of both
        assert (hidden.kind, hidden.by, hidden.seq) == (Redaction.BY_HAND, bob, 2)


def test_a_span_of_words_takes_its_own_times(call: Call, bob: User) -> None:
    say(call, 1, "The code is blue moon, okay?", 1_000)
    at = "The code is blue moon, okay?".index("blue")
    redacting.hide_by_hand(call, bob, 1, at, at + len("blue moon"))
    row = Segment.objects.get()
    assert row.text == "The code is [redacted], okay?"
    assert [word["text"] for word in row.words] == ["The", "code", "is", "[redacted]", "okay?"]
    hidden = Redaction.objects.get()
    assert (hidden.start_ms, hidden.end_ms) == (1_300, 1_490)
    _, text = exports.render(call, "txt", bob)
    assert "moon" not in text
    assert AccessLog.objects.filter(user=bob, detail="segment 1: words hidden").exists()


def test_the_same_words_go_from_notes_and_title(spoken: Call, bob: User) -> None:
    say(spoken, 20, f"note {NOTED}", 8_000)
    spoken.title = f"about {NOTED.upper()} and more"
    spoken.save()
    redacting.hide_by_hand(spoken, bob, 20, len("note "), len(f"note {NOTED}"))
    assert Note.objects.get(call=spoken).text == "[redacted]"
    spoken.refresh_from_db()
    assert spoken.title == "about [redacted] and more"
    assert left_in_database([NOTED]) == set()


def test_the_summary_is_made_anew_and_the_sound_is_scheduled(spoken: Call, bob: User) -> None:
    redacting.hide_by_hand(spoken, bob, 2, 0, 4)
    summary = Summary.objects.get(call=spoken)
    assert (summary.state, summary.text, summary.key_points) == (WorkState.PENDING, "", [])
    assert SoundRedaction.objects.get().state == WorkState.PENDING
    assert Recording.objects.exists()


def test_the_original_is_kept_where_the_agent_says_so(call: Call, bob: User) -> None:
    say(call, 1, "my secret word")
    call.agent.redact_keep_original = True
    call.agent.save()
    redacting.hide_by_hand(call, bob, 1, 3, 9)
    redacting.hide_by_hand(Call.objects.get(), bob, 1, 0, 2)
    kept = RedactedOriginal.objects.get()
    assert kept.texts["text"] == "my secret word", "the first one counts"
    assert Segment.objects.get().text == "[redacted] [redacted] word"


def test_otherwise_it_is_nowhere(call: Call, bob: User) -> None:
    say(call, 1, "my quexovar word")
    redacting.hide_by_hand(call, bob, 1, 3, 11)
    assert left_in_database(["quexovar"]) == set()


def test_patterns_find_numbers_in_all_lines(call: Call, bob: User) -> None:
    say(call, 1, "It's 4111 1111.")
    say(call, 2, "1111 1111, okay?", 2_000)
    say(call, 3, "Nothing here, room 412.", 4_000)
    Segment.objects.filter(seq=3).update(edited_text="Write to anna@example.com")
    assert redacting.hide_by_patterns(call, bob, ALL) == 3
    rows = Segment.objects.order_by("seq")
    assert [row.text for row in rows] == [
        "It's [card number].",
        "[card number], okay?",
        "Nothing here, room 412.",
    ]
    assert rows[2].shown_text == "Write to [e-mail address]"
    assert redacting.hide_by_patterns(call, bob, ALL) == 0, "nothing is left"


def test_patterns_find_keys_and_second_transcripts(call: Call, bob: User) -> None:
    for seq, key in enumerate("4111111111111111", start=1):
        say(call, seq, f"Pressed {key}", seq, typed=True, key=key)
    version = Version.objects.create(call=call, number=2, recogniser="x")
    VersionSegment.objects.create(
        version=version, index=1, speaker="caller", text=CARD, start_ms=0, end_ms=900
    )
    redacting.hide_by_patterns(call, bob, ALL)
    assert {row.text for row in Segment.objects.all()} == {"Pressed [card number]"}
    assert VersionSegment.objects.get().text == "[card number]"


def test_an_interrupted_answer_shows_no_part_of_a_number(call: Call, bob: User) -> None:
    text = f"Your card {CARD} is saved."
    say(call, 1, text, heard_text="Your card 4111 11")
    redacting.hide_by_patterns(call, bob, ALL)
    row = Segment.objects.get()
    assert (row.text, row.heard_text) == (
        "Your card [card number] is saved.",
        "Your card [card number]",
    )


def test_what_is_hidden_is_not_found_by_a_search(call: Call, bob: User) -> None:
    say(call, 1, "the word is quexovar")
    redacting.hide_by_hand(call, bob, 1, 12, 20)
    assert "quexovar" not in Segment.objects.get().search_text


def test_what_cannot_be_hidden_says_why(call: Call, bob: User) -> None:
    say(call, 1, "one two")
    for place in ((2, 0, 3), (1, 3, 3), (1, 0, 99), (1, 3, 4)):
        with pytest.raises(redacting.NothingThereError):
            redacting.hide_by_hand(call, bob, *place)
    later = timezone.now() + timedelta(minutes=1)
    Summary.objects.update(state=WorkState.RUNNING, leased_until=later)
    with pytest.raises(redacting.WordsInUseError):
        redacting.hide_by_hand(call, bob, 1, 0, 3)
    Summary.objects.update(state=WorkState.DONE, leased_until=None)
    Call.objects.update(held_at=timezone.now())
    with pytest.raises(erasure.LegalHoldError):
        redacting.hide_by_hand(call, bob, 1, 0, 3)
    Call.objects.update(held_at=None, state="active")
    with pytest.raises(erasure.CallLiveError):
        redacting.hide_by_patterns(call, bob, ALL)
    assert Segment.objects.get().text == "one two"


def test_no_undo_and_no_history_brings_words_back(spoken: Call, bob: User) -> None:
    redacting.hide_by_hand(spoken, bob, 1, 0, len(CORRECTED))
    row = Segment.objects.get(call=spoken, seq=1)
    for _ in range(2):
        corrections.undo(row, bob)
        row.refresh_from_db()
        assert row.shown_text == "[redacted]"
    assert left_in_database([CORRECTED, CORRECTED_BEFORE, *SAID[0].split()]) == set()


def test_who_has_the_line_open_does_not_write_it_back(call: Call, bob: User) -> None:
    say(call, 1, "my quexovar word")
    seen = Segment.objects.get()
    redacting.hide_by_hand(call, bob, 1, 3, 11)
    with pytest.raises(corrections.StaleRevisionError):
        corrections.correct(seen, bob, "my quexovar words", expected=seen.revision)


def test_patterns_look_through_the_history_of_lines(call: Call, bob: User) -> None:
    say(call, 1, "It is nothing.")
    row = Segment.objects.get()
    corrections.correct(row, bob, f"It is {CARD}, bad.")
    corrections.correct(row, bob, "It is a card.")
    redacting.hide_by_patterns(call, bob, ALL)
    assert left_in_database([CARD]) == set()
    texts = {(change.before, change.after) for change in corrections.history(row)}
    hidden = "It is [card number], bad."
    assert texts == {("It is nothing.", hidden), (hidden, "It is a card.")}


def test_what_was_made_of_the_words_goes_and_is_made_anew(spoken: Call, bob: User) -> None:
    row = Extraction.objects.get(call=spoken)
    row.found, row.corrections = {"caller_name": SAID[1]}, {"caller_name": AGAIN, "mood": "calm"}
    row.save()
    Summary.objects.update(title=AGAIN, decisions=[{"text": AGAIN, "seq": 2}], note=AGAIN)
    SummaryVersion.objects.update(text=AGAIN, decisions=[{"text": AGAIN, "seq": 2}])
    redacting.hide_by_hand(spoken, bob, 2, 0, len(AGAIN))
    assert left_in_database([AGAIN, *SAID[1].split()]) == set()
    row.refresh_from_db()
    kept = {"caller_name": "[redacted]", "mood": "calm"}
    assert (row.state, row.values) == (WorkState.PENDING, kept)
    assert SummaryVersion.objects.get().engine, "who wrote it and what it cost stays"


def test_exports_with_the_words_go(spoken: Call, alice: User, bob: User) -> None:
    made = exported(alice)
    redacting.hide_by_hand(spoken, bob, 2, 0, 4)
    made.refresh_from_db()
    assert not made.is_ready
