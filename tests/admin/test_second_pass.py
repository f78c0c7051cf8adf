from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.models import AccessLog, Call, Recording, Segment, Version
from sessions_app.services import corrections
from tests.services.test_versions import made, row


def page(recording: Recording, tail: str = "change/") -> str:
    return f"/admin/sessions_app/call/{recording.call_id}/{tail}"


@pytest.fixture
def version(recording: Recording, staff: User) -> Version:
    return made(
        recording.call,
        staff,
        row(1, "Hallo there."),
        row(3, "please send the report"),
        row(None, "More."),
    )


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def test_a_second_transcript_is_asked_for(at_desk: Any, recording: Recording) -> None:
    shown = text_of(at_desk.get(page(recording)))
    assert "<option selected>thorough</option>" in shown
    answer = at_desk.post(page(recording, "versions/"), {"recogniser": "thorough"}, follow=True)
    assert answer.redirect_chain == [(page(recording, "versions/2/"), 302)]
    assert "being transcribed" in text_of(answer)
    assert "Transcript 2" in text_of(at_desk.get(page(recording)))


def test_an_unknown_recogniser_is_named(at_desk: Any, recording: Recording) -> None:
    answer = at_desk.post(page(recording, "versions/"), {"recogniser": "nobody"}, follow=True)
    assert "no recogniser &#x27;nobody&#x27;; there are: " in text_of(answer)
    assert not Version.objects.exists()


def test_a_recogniser_of_another_language_is_named(at_desk: Any, recording: Recording) -> None:
    Call.objects.update(language="de-DE")
    answer = at_desk.post(page(recording, "versions/"), {"recogniser": "thorough"}, follow=True)
    assert "hears de-DE" in text_of(answer)
    assert not Version.objects.exists()


def test_without_a_recording_it_says_so(at_desk: Any, recording: Recording) -> None:
    Recording.objects.update(file="")
    answer = at_desk.post(page(recording, "versions/"), {"recogniser": "thorough"}, follow=True)
    assert "This call has no recording" in text_of(answer)


def test_the_difference_is_shown_word_by_word(at_desk: Any, version: Version) -> None:
    shown = text_of(at_desk.get(f"/admin/sessions_app/call/{version.call_id}/versions/2/"))
    assert "<del>hello</del> <ins>Hallo</ins> there." in shown
    assert "new words" in shown
    assert "Accept all 2" in shown
    assert '<span class="quiet">the same</span>' in shown


def test_it_is_accepted_by_segment_and_taken_back(
    at_desk: Any, staff: User, version: Version
) -> None:
    address = f"/admin/sessions_app/call/{version.call_id}/versions/2/"
    at_desk.post(address, {"what": "accept", "index": "1"})
    assert Segment.objects.get(seq=1).shown_text == "Hallo there."
    shown = text_of(at_desk.get(address))
    assert '<span class="vs-badge vs-badge-done">staff</span>' in shown
    assert "Accept all 1" in shown
    call_page = text_of(at_desk.get(f"/admin/sessions_app/call/{version.call_id}/change/"))
    assert 'title="Recognised as: hello there">Second pass</span>' in call_page
    at_desk.post(address, {"what": "take_back", "index": "1"})
    assert Segment.objects.get(seq=1).shown_text == "hello there"


def test_it_is_accepted_wholly(at_desk: Any, version: Version) -> None:
    address = f"/admin/sessions_app/call/{version.call_id}/versions/2/"
    assert "2 accepted." in text_of(at_desk.post(address, {"what": "accept_all"}, follow=True))
    assert Segment.objects.filter(source="second_pass").count() == 1


def test_a_correction_that_stays_is_told(at_desk: Any, staff: User, version: Version) -> None:
    corrections.correct(Segment.objects.get(seq=1), staff, "Hello Anna.")
    shown = text_of(at_desk.get(f"/admin/sessions_app/call/{version.call_id}/versions/2/"))
    assert 'title="People read: Hello Anna."' in shown


@pytest.mark.parametrize("index", ["99", "x", ""])
def test_a_segment_that_is_not_there_is_told(at_desk: Any, version: Version, index: str) -> None:
    address = f"/admin/sessions_app/call/{version.call_id}/versions/2/"
    answer = at_desk.post(address, {"what": "accept", "index": index}, follow=True)
    assert "no longer in this version" in text_of(answer)


def test_who_only_looks_changes_nothing(looking: Any, version: Version) -> None:
    address = f"/admin/sessions_app/call/{version.call_id}/versions/2/"
    shown = text_of(looking.get(address))
    assert "<ins>Hallo</ins>" in shown
    assert "Accept all" not in shown
    assert looking.post(address, {"what": "accept_all"}).status_code == 403
    ask = f"/admin/sessions_app/call/{version.call_id}/versions/"
    assert looking.post(ask, {"recogniser": "thorough"}).status_code == 403
    assert AccessLog.objects.filter(detail="version 2 in the admin").count() == 1
