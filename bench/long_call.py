"""A call of two hours for measurements; the functions run in a Django process."""

import json
import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sessions_app.models import Call, Recording, Segment, Turn
from sessions_app.services import calls

LINES = 1800
WORDS = (5, 13)
"""Fewest and most of a line: 9 on average."""

LINE_MS = 4000


def fill(lines: int = LINES) -> None:
    """Makes the call, inside `manage.py shell`; prints its pages, each with a session, as JSON."""
    call = long_call(User.objects.get(username="user"), lines)
    admin = reverse("admin:sessions_app_call_change", args=[call.pk])
    pages = [
        _page("the call's page", reverse("call_detail", args=[call.public_id]), call.owner),
        _page("in the admin", admin, User.objects.get(username="staff")),
    ]
    json.dump({"pages": pages}, sys.stdout)


def _page(name: str, path: str, user: Any) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"name": name, "path": path, "cookie": settings.SESSION_COOKIE_NAME, "session": session}


def long_call(owner: Any, lines: int = LINES) -> Any:
    """Returns an ended call in which the agent answers each line, with a recording."""
    calls.seed_agents()
    agent = calls.agent_for("")
    now, length = timezone.now(), lines * LINE_MS
    call = Call.objects.create(
        owner=owner,
        agent=agent,
        language=agent.language,
        recogniser=agent.recogniser,
        state="ended",
        end_reason="caller_hung_up",
        duration_ms=length,
        consented_at=now,
        ended_at=now,
    )
    Segment.objects.bulk_create(
        Segment(
            call=call,
            seq=number + 1,
            speaker=("caller", "agent")[number % 2],
            start_ms=number * LINE_MS,
            end_ms=number * LINE_MS + LINE_MS - 200,
            turn_index=number + 1,
            text=" ".join(word["text"] for word in words),
            words=words,
        )
        for number, words in enumerate(map(_words, range(lines)))
    )
    Turn.objects.bulk_create(_answer(call, number) for number in range(1, lines, 2))
    recording = Recording(call=call, state="done", duration_ms=length, sha256="0" * 64)
    recording.peaks = [[10, 60, 90, 40] * 500, [0, 30] * 1000]
    recording.file.save("call.ogg", ContentFile(b"OggS"))
    return call


def _answer(call: Any, number: int) -> Turn:
    start = number * LINE_MS
    return Turn(
        call=call,
        index=number + 1,
        speaker="agent",
        start_ms=start,
        end_ms=start + LINE_MS - 200,
        interrupted=number % 20 == 1,
        speech_end_ms=start - 900,
        endpoint_ms=start - 500,
        final_ms=start - 400 + number % 90,
        first_token_ms=start - 200,
        first_audio_ms=start,
    )


def _words(number: int) -> list[dict[str, Any]]:
    fewest, most = WORDS
    many = fewest + number * 7 % (most - fewest)
    step, start = (LINE_MS - 200) // many, number * LINE_MS
    texts = [f"word{(number * 31 + at) % 997}" for at in range(many - 1)]
    texts = ["Well,", *texts[1:], f"line {number + 1}.".replace(" ", "\u2011")]
    return [
        {"text": text, "start_ms": start + at * step, "end_ms": start + at * step + step}
        for at, text in enumerate(texts)
    ]
