"""What the pages show of agents: cards to choose from, and a conversation that was held."""

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.models import Agent, Call, Note, Segment, Turn
from tests.views.test_pages import agent, config_in, text_of

__all__ = ["agent"]

Maker = Callable[[User], Call]


def test_agents_are_cards_that_say_what_they_do(as_alice: Client, agent: Agent) -> None:
    Agent.objects.exclude(pk=agent.pk).delete()
    only = as_alice.get("/").content.decode()
    assert re.search(rf'type="hidden" name="agent" value="{agent.slug}" data-name=', only)
    Agent.objects.create(slug="ada", name="Ada", language="en-GB", responder="scribe")
    response = as_alice.get("/")
    for said in ("Ada", "Talks with you", "British English", "Transcribes only", "English (US)"):
        assert said in text_of(response)
    assert re.search(r'value="ada" data-name="Ada" data-answers="yes"', response.content.decode())


@pytest.fixture
def talked(alice: User, finished: Maker) -> Call:
    """A call in which an agent answered, was interrupted, and made a note."""
    call = finished(alice)
    call.persona = {"name": "Ada"}
    call.save()
    Segment.objects.create(
        call=call, seq=3, speaker="agent", turn_index=2, start_ms=4000, end_ms=5000,
        text="I have noted that for you.", heard_text="I have",
    )  # fmt: skip
    Turn.objects.create(
        call=call, index=2, speaker="agent", start_ms=4000, end_ms=5000, interrupted=True,
        speech_end_ms=3000, endpoint_ms=3600, final_ms=3650, first_token_ms=3700,
        first_audio_ms=4000,
    )  # fmt: skip
    Note.objects.create(call=call, number=1, kind="action", text="Send the offer.", at_ms=4100)
    return call


def test_a_conversation_is_told_from_both_sides(as_alice: Client, talked: Call) -> None:
    response = as_alice.get(f"/calls/{talked.public_id}/")
    page, html = text_of(response), response.content.decode()
    assert "Ada" in page
    assert "Not heard: noted that for you." in " ".join(page.split())
    assert "Interrupted" in page
    # two words were heard, from 4000 and 4500 ms
    assert 'data-words="1 0 500 4 0 500">I have </span><s class="unheard">' in html
    assert config_in(html, "detail-config")["agentName"] == "Ada"
    assert re.search(r'data-kind="action">.*To do.*#segment-3.*Send the offer', html)


def test_answers_are_drawn_as_a_waterfall(as_alice: Client, talked: Call) -> None:
    response = as_alice.get(f"/calls/{talked.public_id}/")
    page, html = text_of(response), response.content.decode()
    assert "Half of the answers came within 1000 ms" in page
    assert "End of turn 600 ms Final words 50 ms First token 50 ms First sound 300 ms" in page
    assert '<rect class="fall-audio" x="70.00" width="30.00" height="6"/>' in html
    assert not re.search(r"\sstyle=", html)


def test_a_call_without_answers_has_neither(as_alice: Client, alice: User, finished: Maker) -> None:
    html = as_alice.get(f"/calls/{finished(alice).public_id}/").content.decode()
    assert re.search(r'id="turns-part"[^>]* hidden>', html)
    assert re.search(r'id="notes-part"[^>]* hidden>', html)


def test_a_list_tells_calls_apart_by_what_the_caller_said(as_alice: Client, talked: Call) -> None:
    Segment.objects.filter(call=talked, speaker="agent").update(start_ms=0)
    page = text_of(as_alice.get("/calls/"))
    assert "Good morning everybody." in page
    assert "I have" not in page
