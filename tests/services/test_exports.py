import pytest
from django.contrib.auth.models import User

from sessions_app.engine.core.events import SegmentFinal, Speaker, Word
from sessions_app.models import AccessLog, Call, Segment
from sessions_app.services import exports, transcripts
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    made = make_call(alice)
    words = (Word("good", 2000.0, 2300.0, 0.5), Word("bye", 2300.0, 2600.0))
    transcripts.append(
        [
            (made.pk, SegmentFinal(1, Speaker.CALLER, "good bye", 2000, 2600, words, 0.25)),
            (made.pk, SegmentFinal(2, Speaker.AGENT, "hello", 100, 900)),
        ]
    )
    return made


def test_rows_come_as_they_were_said_with_their_words(call: Call) -> None:
    first, second = exports.rows(call)
    assert (first.seq, first.speaker, first.text, first.words) == (2, "agent", "hello", ())
    assert (second.start_ms, second.end_ms, second.confidence) == (2000, 2600, 0.25)
    assert second.words == (Word("good", 2000, 2300, 0.5), Word("bye", 2300, 2600, None))


def test_corrections_are_exported(call: Call, staff: User) -> None:
    transcripts.correct(Segment.objects.get(seq=1), staff, "Goodbye!")
    assert exports.rows(call)[1].text == "Goodbye!"


def test_the_header_says_whose_call_it_was(call: Call) -> None:
    header = exports.header(call)
    assert (header.call_id, header.owner, header.agent) == (
        call.public_id,
        "alice",
        "Transcribe only",
    )
    assert header.created_at == call.created_at.isoformat()


def test_who_took_a_file_is_noted(call: Call, staff: User) -> None:
    form, text = exports.render(call, "srt", staff)
    assert form.media_type.startswith("application/x-subrip")
    assert "Caller: good bye" in text
    entry = AccessLog.objects.get()
    assert (entry.user, entry.action, entry.detail) == (staff, "exported", "srt")


def test_an_unknown_form_is_not_noted(call: Call, staff: User) -> None:
    with pytest.raises(KeyError):
        exports.render(call, "docx", staff)
    assert not AccessLog.objects.exists()


def test_who_of_several_people_spoke_is_kept(alice: User, make_call: CallMaker) -> None:
    made = make_call(alice)
    words = (Word("hello", 0.0, 400.0, None, "2"),)
    transcripts.append([(made.pk, SegmentFinal(1, Speaker.CALLER, "hello", 0, 400, words))])
    (row,) = exports.rows(made)
    assert row.words == words
    assert row.name == "Caller 2"
