"""Fills a product's database with what its pages can show. Run inside `manage.py shell`."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

LENGTH_MS = 9000
LONG_WORD = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle" * 2
ERRORS = {
    "400": {},
    "403_csrf": {},
    "429": {"minutes": 12, "seconds": 700, "busy": False},
    "500": {},
    "503": {"seconds": 5},
}


def main(audio: str) -> None:
    """Prints as JSON: `calls` (public ids and keys), `cookies` of users, `errors` (pages)."""
    from django.conf import settings
    from django.contrib.auth.models import User
    from django.template.loader import render_to_string
    from django.test import Client

    from sessions_app.models import Agent, ScorecardForm
    from sessions_app.services import calls
    from tests.browser import check_rows, link_rows

    calls.seed_agents()
    user, staff = User.objects.get(username="user"), User.objects.get(username="staff")
    others = [
        User.objects.create_user("newcomer", first_name="Newcomer"),
        User.objects.create_user("clerk", is_staff=True),
        User.objects.create_superuser("root"),
    ]
    made = _calls(user, Path(audio).read_bytes())
    _log(made["full"], staff)
    _exports(staff, others[0])
    _change_agent(made["full"], staff)
    cookies = {}
    for person in (user, staff, *others):
        client = Client()
        client.force_login(person)
        cookies[person.get_username()] = client.cookies[settings.SESSION_COOKIE_NAME].value
    told = {
        "calls": {name: {"id": call.public_id, "pk": call.pk} for name, call in made.items()},
        "keys": {
            "agent": Agent.objects.values_list("pk", flat=True)[0],
            "recording": made["full"].recording.pk,
            "summary": made["full"].summary.pk,
            "user": user.pk,
            "check": check_rows.a_check(user),
            **_shared(made["full"], user),
            "chosen": link_rows.a_link(others[0]),
            "scorecard": ScorecardForm.objects.values_list("pk", flat=True)[0],
        },
        "cookies": cookies,
        "cookie": settings.SESSION_COOKIE_NAME,
        "errors": {name: render_to_string(f"{name}.html", given) for name, given in ERRORS.items()},
    }
    json.dump(told, sys.stdout)


def _calls(owner: Any, audio: bytes) -> dict[str, Any]:
    from django.core.files.base import ContentFile
    from django.utils import timezone

    from sessions_app.models import Recording, Summary

    made = {"full": _full(_call(owner, title="Friday's meeting"), audio)}
    for number in range(22):
        _segment(_call(owner, duration_ms=1000 * number), 1, "caller", f"Call {number}.", (0, 900))
    visited = [_call(owner, visitor=f"ticket:{number}") for number in (1, 2)]
    visited.append(_call(owner, visitor="id:Mrs Example"))
    for call in visited:
        _segment(call, 1, "caller", "I am only visiting.", (0, 900))
    made["visitor"] = visited[0]
    made["lost"] = _call(owner, state="failed", end_reason="never_connected", duration_ms=None)
    made["under_way"] = _call(owner)
    later = timezone.now() + timedelta(hours=1)
    Recording.objects.create(call=made["under_way"], state="running", leased_until=later)
    Summary.objects.create(call=made["under_way"], state="running", leased_until=later)
    made["broken"] = _call(owner)
    Recording.objects.create(call=made["broken"], state="failed", error="The disk was full.")
    Summary.objects.create(call=made["broken"], state="failed", error="It took too long.")
    made["unread"] = _call(owner)
    _segment(made["unread"], 1, "caller", "Can you hear me?", (0, 900))
    unread = Recording(call=made["unread"], state="done", sha256="1" * 64, peaks=[[0], [50]])
    unread.file.save("call.ogg", ContentFile(audio))
    made["missing"] = _call(owner)
    Recording.objects.create(
        call=made["missing"], state="done", file="nowhere.ogg", sha256="2" * 64, peaks=[[9], [9]]
    )
    made["deleted"] = _call(owner)
    Recording.objects.create(call=made["deleted"], state="done", delete_after=timezone.now())
    # a fresh sign of life, from the future: nobody reaps it while the test runs
    live = {"state": "active", "end_reason": "", "duration_ms": None, "ended_at": None}
    made["live"] = _call(owner, heartbeat_at=later, worker="elsewhere:1", **live)
    _segment(made["live"], 1, "caller", "We are still talking.", (0, 900))
    return made


def _call(owner: Any, **given: Any) -> Any:
    from django.utils import timezone

    from sessions_app.models import Call
    from sessions_app.services import calls

    agent = calls.agent_for("")
    fields = {
        "agent": agent,
        "language": agent.language,
        "recogniser": agent.recogniser,
        "persona": {"name": "Ada", "responder": "scribe", "synthesiser": "default"},
        "state": "ended",
        "end_reason": "caller_hung_up",
        "duration_ms": LENGTH_MS,
        "consented_at": timezone.now(),
        "ended_at": timezone.now(),
    }
    return Call.objects.create(owner=owner, **(fields | given))


def _segment(
    call: Any, seq: int, speaker: str, text: str, span: tuple[int, int], **given: Any
) -> None:
    from sessions_app.models import Segment

    said, (start_ms, end_ms) = text.split(), span
    step = (end_ms - start_ms) // max(1, len(said))
    words = [
        {"text": word, "start_ms": start_ms + n * step, "end_ms": start_ms + n * step + step}
        for n, word in enumerate(said)
    ]
    Segment.objects.create(
        call=call,
        seq=seq,
        speaker=speaker,
        text=text,
        start_ms=start_ms,
        end_ms=end_ms,
        words=words,
        **given,
    )


def _full(call: Any, audio: bytes) -> Any:
    """Gives a call all that one can have: talk at once, long words, answers, notes, versions."""
    from django.core.files.base import ContentFile
    from django.utils import timezone

    from sessions_app.models import Note, Recording, Turn

    _segment(call, 1, "agent", "Good morning, I am Ada.", (0, 900), turn_index=1)
    _segment(call, 2, "caller", f"We moved to friday. {LONG_WORD}", (1000, 2600))
    _segment(call, 3, "agent", "Which friday?", (1800, 2400), turn_index=2)
    _segment(call, 4, "caller", "The next one.", (2700, 3400), edited_text="The last one.")
    late = {"heard_text": "I have", "turn_index": 4}
    _segment(call, 5, "agent", "I have written it down.", (4200, 5000), **late)
    _segment(call, 6, "caller", "نلتقي يوم الجمعة", (6000, 7000), revised_text="نلتقي الجمعة",
             revised_at=timezone.now())  # fmt: skip
    call.gaps = [[5000, 5900]]
    call.save()
    stages = {"speech_end_ms": 3400, "endpoint_ms": 4000, "final_ms": 3900}
    heard = {"first_token_ms": 4100, "first_audio_ms": 4200}
    rows: list[dict[str, Any]] = [
        {"speaker": "agent", "start_ms": 0, "end_ms": 900, "first_audio_ms": 0},
        {"speaker": "caller", "start_ms": 1000, "end_ms": 3400},
        {"speaker": "caller", "start_ms": 3500, "end_ms": 3600},
        {"speaker": "agent", "start_ms": 4200, "end_ms": 5000, "interrupted": True}
        | stages
        | heard,
    ]
    for index, row in enumerate(rows, start=1):
        Turn.objects.create(call=call, index=index, **row)
    Note.objects.create(call=call, number=1, kind="note", text="Friday.", at_ms=4000)
    Note.objects.create(call=call, number=2, kind="action", text=LONG_WORD, at_ms=4500)
    recording = Recording(call=call, state="done", duration_ms=LENGTH_MS, sha256="0" * 64)
    recording.peaks = [[10, 60, 90, 40] * 50, [0, 30] * 100]
    recording.checks = [
        {"name": "length", "ok": True, "detail": "As long as the call."},
        {"name": "sound", "ok": False, "detail": "No sound under 1 of 6 segments."},
    ]
    recording.file.save("call.ogg", ContentFile(audio))
    _summaries(call)
    _taken(call)
    _versions(call)
    _correct(call)
    _review(call)
    _usage(call)
    return call


def _correct(call: Any) -> None:
    """Corrects a line after the summary was made, which is older than that then."""
    from sessions_app.models import Segment
    from sessions_app.services import corrections

    line = Segment.objects.get(call=call, seq=2)
    for text in ("We moved to Friday. Or not.", f"We moved it to friday. {LONG_WORD}"):
        corrections.correct(line, call.owner, text)


def _summaries(call: Any) -> None:
    """Gives a call two summaries, the newer one by a language model."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from sessions_app.models import Summary, SummaryVersion

    todo = {"text": "Write it down.", "seq": 5, "seqs": [5, 6], "who": LONG_WORD}
    told = {
        "engine": "model",
        "model": f"org/{LONG_WORD}",
        "title": "The day of the meeting",
        "text": "They moved to friday.",
        "note": "One statement has no place in the call to check by.",
        "key_points": [{"text": "They moved it to friday.", "seq": 2, "seqs": [2, 3, 4]}],
        "decisions": [{"text": "It is the last friday.", "seq": 4, "seqs": [4]}],
        "action_items": [{**todo, "due": "2026-12-01T09:00"}],
    }
    shares = [
        {"speaker": "caller", "spoken_ms": 4000, "words": 12},
        {"speaker": "agent", "spoken_ms": 2000, "words": 9},
    ]
    Summary.objects.create(call=call, state="done", speakers=shares, number=2, **told)
    used = {"requests": 2, "tokens_in": 1800, "tokens_out": 250, "cost": "0.000950"}
    used["asked_by"] = User.objects.get(username="staff")
    old: dict[str, Any] = {"engine": "extractive", "text": "We moved to friday."}
    kept = [old, {**told, **used}]
    for number, given in enumerate(kept, start=1):
        SummaryVersion.objects.create(call=call, number=number, made_at=timezone.now(), **given)


def _taken(call: Any) -> None:
    """Gives a call values of every type, long ones and corrected ones."""
    from sessions_app.models import Extraction

    fields: dict[str, Any] = {
        "order_number": {"type": "string", "description": "As the caller says it."},
        "callback_wanted": {"type": "boolean"},
        "mood": {"type": "string", "enum": ["calm", "angry"], "title": LONG_WORD},
        "pieces": {"type": "integer"},
        "price": {"type": "number"},
        "goods": {"type": "array", "items": {"type": "string"}},
    }
    values = {"order_number": LONG_WORD, "callback_wanted": True, "goods": ["a chair", "a lamp"]}
    Extraction.objects.create(
        call=call,
        state="done",
        engine="rules",
        schema={"type": "object", "properties": fields},
        values=values,
        found=values,
        corrections={"goods": values["goods"]},
        evidence={"order_number": [2, 4, 6]},
        note="No language model could be used: these values were found by rules.",
    )


def _review(call: Any) -> None:
    """Gives a call tags, comments, scorecards, and has it reviewed."""
    from django.contrib.auth.models import User

    from sessions_app.models import ScorecardForm
    from sessions_app.services import comments, reviews, scorecards, tags

    staff = User.objects.get(username="staff")
    tags.add(call, staff, ["billing", "follow up", "d" * 40])
    first = comments.say(call, staff, 2000, f"Which one? {LONG_WORD}", staff_only=False)
    comments.answer(first, staff, "The last one.", staff_only=True)
    done = comments.say(call, staff, 65_000, "They agreed.", staff_only=True)
    comments.resolve(done, staff, resolved=True)
    form = ScorecardForm.objects.create(name="Courtesy", description="How the caller was met.")
    form.questions.create(position=1, text="Score", kind="number", lowest=1, highest=5)
    form.questions.create(position=2, text="Tone", kind="choice", choices="warm\ncold")
    form.questions.create(position=3, text="Was it solved?", kind="yes_no")
    form.questions.create(position=4, text=LONG_WORD, kind="text", required=False)
    version = scorecards.publish(form)
    given = zip(version.questions, (4, "warm", True, LONG_WORD), strict=True)
    scorecards.score(call, version, staff, {asked["key"]: answer for asked, answer in given})
    reviews.mark(call, staff, reviewed=True)


def _usage(call: Any) -> None:
    """Gives a call all kinds of usage, with costs in two currencies and without."""
    from sessions_app.models import Usage

    counts: list[dict[str, Any]] = [
        {"kind": "recognition", "name": "google", "audio_ms": 9000, "cost": "0.0024"},
        {"kind": "answers", "name": f"org/{LONG_WORD}", "requests": 2, "tokens_in": 1800}
        | {"tokens_out": 90, "estimated": True, "cost": "0.00003", "currency": "USD"},
        {"kind": "speech", "name": "default", "voice": "en-US-Neural2-C", "characters": 62},
        {"kind": "second_pass", "name": "thorough", "run": 2, "audio_ms": 200_000},
    ]
    for given in counts:
        Usage.objects.create(call=call, **{"currency": "EUR", **given})


def _versions(call: Any) -> None:
    from django.contrib.auth.models import User
    from django.utils import timezone

    from sessions_app.models import Version, VersionSegment

    staff = User.objects.get(username="staff")
    one = Version.objects.create(
        call=call, number=2, recogniser="thorough", state="done", asked_by=staff
    )
    later = timezone.now() + timedelta(hours=1)
    Version.objects.create(
        call=call, number=3, recogniser="thorough", state="running", leased_until=later
    )
    Version.objects.create(call=call, number=4, recogniser="thorough", state="failed", error="No.")
    texts = [(2, "We moved it to friday."), (4, "The next one."), (None, "Not there before.")]
    for index, (seq, text) in enumerate(texts, start=1):
        VersionSegment.objects.create(
            version=one,
            index=index,
            seq=seq,
            added=seq is None,
            speaker="caller",
            text=text,
            start_ms=1000 * index,
            end_ms=1000 * index + 900,
        )
    accepted = VersionSegment.objects.create(
        version=one,
        index=4,
        seq=6,
        speaker="caller",
        text="نلتقي الجمعة",
        start_ms=6000,
        end_ms=7000,
    )
    accepted.accepted_at, accepted.accepted_by = timezone.now(), staff
    accepted.save()


def _shared(call: Any, owner: Any) -> dict[str, str]:
    """Returns the secrets of links: to all of a call, and one that asks for a password."""
    from django.utils import timezone

    from sessions_app.services import sharing

    until = timezone.now() + timedelta(days=7)
    whole = sharing.ShareWish(until, with_audio=True, with_summary=True, note=LONG_WORD[:100])
    locked = sharing.ShareWish(until, password="quiet orange river")
    return {
        "shared": sharing.share(call, owner, whole)[1],
        "locked": sharing.share(call, owner, locked)[1],
    }


def _change_agent(call: Any, staff: Any) -> None:
    """Gives a call's agent a second version; the call ran with the first."""
    from sessions_app.services import agent_versions

    call.agent_version = agent_versions.number_of(call.agent)
    call.save()
    agent = call.agent
    agent.prompt, agent.closing_words, agent.speed = f"Be kind.\n{LONG_WORD}", LONG_WORD, 1.1
    agent.save()
    agent_versions.keep(agent, staff)


def _exports(ready: Any, waiting: Any) -> None:

    from django.utils import timezone

    from sessions_app.models import Archive

    later = timezone.now() + timedelta(days=7)
    facts = {"state": "done", "size": 9_000_000, "calls": 12, "file_name": "exports/x.zip"}
    times = {"done_at": timezone.now(), "expires_at": later}
    Archive.objects.create(kind="own", user=ready, subject=ready, **facts, **times)
    # one that a worker is at: nobody takes it from that
    running = {"state": "running", "leased_until": later}
    Archive.objects.create(kind="own", user=waiting, subject=waiting, **running)


def _log(call: Any, staff: Any) -> None:
    from sessions_app.models import AccessLog
    from sessions_app.services import access

    access.log(call, staff, AccessLog.Action.READ, "on the page")
    access.issue_token(staff, "A program")
    old, _ = access.issue_token(staff, "An old program")
    access.revoke(old)
