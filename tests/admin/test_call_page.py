"""What the page of a call is made of."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User

from bench.long_call import long_call
from sessions_app.admin import call_page, parting, persona
from sessions_app.engine.core.agent_config import AgentConfig, TurnSettings
from sessions_app.engine.core.party import visitor_name
from sessions_app.models import AccessLog, Agent, Call, Extraction, Recording, Segment, Summary
from sessions_app.services import access, corrections
from sessions_app.services.call_parts import FIRST_ANSWERS, FIRST_LINES, Asked
from tests.admin.conftest import signed_in
from tests.conftest import CallMaker


def test_the_timeline_is_in_order(alice: User, recording: Recording, summary: Summary) -> None:
    access.log(recording.call, alice, AccessLog.Action.LISTENED, "on the page")
    call = Call.objects.get(pk=recording.call_id)
    what = [moment.what for moment in call_page.timeline(call)]
    assert what[0].startswith("Caller agreed")
    assert "Answered" in what
    assert "Ended: Caller hung up" in what
    assert what[-3:] == ["Recording done", "Summary done", "Listened by alice (on the page)"]


def test_a_failure_without_a_time_comes_last(ended: Call) -> None:
    Summary.objects.filter(call=ended).update(state="failed", error="No memory.")
    last = call_page.timeline(Call.objects.get(pk=ended.pk))[-1]
    assert (last.what, last.at, last.kind) == ("Summary failed: No memory.", None, "bad")


def test_who_typed_a_line_is_shown_also_where_it_was_corrected(
    at_desk: Any, ended: Call, staff: User
) -> None:
    Segment.objects.filter(call=ended, seq=2).update(said_by=staff)
    corrections.correct(Segment.objects.get(call=ended, seq=2), staff, "Good evening")
    text = at_desk.get(f"/admin/sessions_app/call/{ended.pk}/change/").content.decode()
    assert text.count("Typed by <bdi>staff</bdi>") == 1
    assert 'title="Recognised as: good morning">Corrected by' in text
    Call.objects.filter(pk=ended.pk).update(state="active")
    text = at_desk.get(f"/admin/sessions_app/call/{ended.pk}/change/").content.decode()
    assert text.count("Typed by <bdi>staff</bdi>") == 1


def test_a_correction_is_shown_with_what_was_recognised(ended: Call, staff: User) -> None:
    corrections.correct(Segment.objects.get(call=ended, seq=2), staff, "Good evening")
    lines = parting.transcript(ended).lines(Asked(whole=True))
    assert [(line.seq, line.text) for line in lines][1] == (2, "Good evening")
    assert [line.original for line in lines] == ["", "good morning", ""]
    assert [line.time for line in lines] == ["0:00", "0:02", "0:04"]


@pytest.mark.parametrize(
    ("visitor", "shown"), [("", None), ("id:4711", "4711"), ("ticket:9", visitor_name("ticket:9"))]
)
def test_who_came_by_a_ticket_is_told(
    visitor: str, shown: str | None, alice: User, make_call: CallMaker
) -> None:
    labels = dict(call_page.facts(make_call(alice, visitor=visitor), 0))
    assert labels.get("Visitor") == shown


def test_the_settings_that_a_call_ran_with_are_shown(
    at_desk: Any, looking: Any, staff: User, ended: Call
) -> None:
    ran_with = AgentConfig(
        name="Robo",
        prompt="Be brief.\nBe kind.",
        phrases=("Ann", "Bob"),
        responder="chat",
        responder_options={"temperature": 0.3},
        turns=TurnSettings(min_delay_ms=450, preemptive=True),
    )
    Call.objects.filter(pk=ended.pk).update(persona=ran_with.as_json())
    Agent.objects.update(prompt="Be long.")
    shown = dict(persona.rows(Call.objects.get(pk=ended.pk)))
    assert shown["Prompt"] == "Be brief.\nBe kind."
    assert (shown["Likely words"], shown["Responder options"]) == (
        "Ann, Bob",
        '{"temperature": 0.3}',
    )
    assert (shown["Shortest silence (ms)"], shown["Start answering early"]) == ("450", "yes")
    assert not {"Voice", "Greeting", "Turns"} & set(shown)
    address = f"/admin/sessions_app/call/{ended.pk}/change/"
    text = at_desk.get(address).content.decode()
    assert "Be kind." in text
    assert "Be long." not in text
    # who may not see agents is not shown their prompts
    assert "Be kind." not in looking.get(address).content.decode()
    assert persona.rows(Call()) == []


def test_what_a_call_was_given_is_shown(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    assert not {"Variables", "Metadata"} & set(dict(call_page.facts(call, 0)))
    call.variables, call.metadata = {"name": "Ada", "vip": True}, {"order": "4711 ü"}
    labels = dict(call_page.facts(call, 0))
    assert labels["Variables"] == "name: Ada, vip: true"
    assert labels["Metadata"] == '{"order": "4711 ü"}'


def test_what_a_summary_rests_on_is_told_in_times(
    at_desk: Any, recording: Recording, summary: Summary
) -> None:
    todo = {"text": "Send it.", "seq": 2, "seqs": [2, 3, 99], "due": "2026-12-01T09:00"}
    plain = {"text": "Call Bob on Friday.", "seq": 2, "due": "2026-12-04"}
    decided = [{"text": "It is Friday.", "seqs": [3]}]
    Summary.objects.update(action_items=[todo, plain], decisions=decided, key_points=[])
    fields = {"order": {"type": "string"}, "mood": {"type": "string"}}
    Extraction.objects.create(
        call=recording.call,
        state="done",
        schema={"type": "object", "properties": fields},
        values={"order": "4711", "mood": "calm"},
        evidence={"order": [2, 99], "mood": [3]},
        corrections={"mood": "calm"},
    )
    page = at_desk.get(f"/admin/sessions_app/call/{recording.call_id}/change/").content.decode()
    shown = page.partition("vs-summary-title")[2].partition("vs-versions-title")[0]
    assert re.findall(r'href="(#segment-\d+)" aria-label="Go to 0:0\d">(.*?)</a>', shown) == [
        ("#segment-3", "0:04"),
        *(("#segment-2", "0:02"), ("#segment-3", "0:04"), ("#segment-2", "0:02")),
        ("#segment-2", "0:02"),
    ]
    assert 'datetime="2026-12-01T09:00">Tuesday 1 December 2026, 09:00</time>' in shown
    assert ">Friday 4 December 2026</time>" in shown


def test_the_title_comes_first_and_rare_things_are_folded(
    at_desk: Any, recording: Recording, summary: Summary
) -> None:
    page = at_desk.get(f"/admin/sessions_app/call/{recording.call_id}/change/").content.decode()
    parts = ["rv-title", "facts-part", "detail-head", "vs-transcript-title", "comments-title"]
    parts += ["vs-summary-title", "vs-review-title", "vs-versions-title", "vs-timeline-title"]
    places = [page.index(f'id="{part}"') for part in parts]
    assert places == sorted(places)
    tools = page[page.index('id="detail-head"') : page.index('class="vs-columns"')]
    assert "Transcript .txt" in tools
    assert "Recording details" in tools
    assert "<a " not in re.sub(r"<details>.*?</details>", "", tools, flags=re.DOTALL)
    changed = {"title": "Another"}
    answer = at_desk.post(f"/calls/{recording.call.public_id}/title?on=admin", changed)
    assert answer.headers["Location"].endswith(f"/call/{recording.call_id}/change/#review")
    assert "Another" in at_desk.get(answer.headers["Location"]).content.decode()


def test_gaps_and_each_answer_s_wait_are_shown(at_desk: Any, looking: Any, alice: User) -> None:
    call = long_call(alice, 2 * FIRST_ANSWERS + 4)
    call.gaps = [[10, 5010], [9_000_000, 9_007_000]]
    call.save()
    address = f"/admin/sessions_app/call/{call.pk}/change/"
    text = at_desk.get(address).content.decode()
    assert text.count("The connection was lost for 5 s") == 1
    assert text.index("lost for 5 s") < text.index('id="segment-2"')
    last = f'data-part="lines:{FIRST_LINES}-{FIRST_LINES + 4}"'
    assert text.index(last) < text.index("lost for 7 s")
    assert text.count('data-testid="turn"') == FIRST_ANSWERS
    part = f"{address}?part=answers:{FIRST_ANSWERS}-{FIRST_ANSWERS + 2}"
    assert f'data-part="{part.partition("=")[2]}"' in text
    rest = looking.get(part).content.decode()
    assert (rest.count('data-testid="turn"'), "<html" in rest) == (2, False)
    lines = f"{address}?part=lines:{FIRST_LINES}-{FIRST_LINES + 4}"
    rest = looking.get(lines).content.decode()
    assert re.findall('id="segment-([0-9]+)"', rest) == ["81", "82", "83", "84"]
    for one in (part, lines):
        assert signed_in(alice).get(one).status_code == 302
        assert at_desk.get(one.replace(str(call.pk), "999999")).status_code == 404
