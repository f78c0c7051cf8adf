from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.engine.core.events import SegmentFinal, Speaker, Word
from sessions_app.engine.exports.registry import FORMATS
from sessions_app.models import AccessLog, Call, Segment
from sessions_app.services import corrections, exports, transcripts
from tests.api.conftest import end
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
    end(call)
    corrections.correct(Segment.objects.get(seq=1), staff, "Good try!")
    row = exports.rows(call)[1]
    assert (row.text, row.confidence) == ("Good try!", None)
    assert row.words == (Word("Good", 2000, 2300, 0.5), Word("try!", 2300, 2600, None))
    for form, expected in (
        ("srt", "00:00:02,000 --> 00:00:02,663\nCaller: Good try!"),
        ("vtt", "<v Caller>Good try!"),
        ("csv", ",2000,2600,,Good try!,"),
        ("jsonl", '{"text": "try!", "start_ms": 2300, "end_ms": 2600, "confidence": null}'),
    ):
        assert expected in exports.render(call, form, staff)[1]


def test_where_nothing_was_said_nothing_is_exported(call: Call, staff: User) -> None:
    end(call)
    corrections.correct(Segment.objects.get(seq=1), staff, "", nothing_said=True)
    assert [row.text for row in exports.rows(call)] == ["hello"]


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


@pytest.fixture
def taken_over(call: Call, staff: User) -> Call:
    """The call, with a line that staff typed for the agent to say."""
    said = SegmentFinal(3, Speaker.AGENT, "I am here", 3000, 3900, said_by=staff.pk)
    transcripts.append([(call.pk, said)])
    return call


def test_who_typed_a_line_of_the_agent_is_named_for_staff(taken_over: Call, staff: User) -> None:
    for form, expected in (
        ("txt", "[00:00:03] Agent (typed by staff): I am here"),
        ("srt", "Agent (typed by staff): I am here"),
        ("vtt", "<v Agent (typed by staff)>I am here"),
        ("csv", ",agent,3000,3900,,I am here,,staff\r\n"),
        ("json", '"typed_by": "staff"'),
        ("jsonl", '"typed_by": "staff"'),
    ):
        text = exports.render(taken_over, form, staff)[1]
        assert expected in text
        assert text.count("staff") == 1  # the other line of the agent is its own


def test_its_owner_reads_such_a_line_as_the_agents_unless_the_settings_say_more(
    taken_over: Call, alice: User, settings: Any
) -> None:
    for form in FORMATS:
        text = exports.render(taken_over, form, alice)[1]
        assert "I am here" in text
        assert "staff" not in text
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["typed"]}
    assert "Agent (typed by staff): I am here" in exports.render(taken_over, "txt", alice)[1]
