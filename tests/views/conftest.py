"""A call with all that is kept of one."""

import hashlib
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import Call, Recording, Segment, Summary
from sessions_app.models.work import WorkState
from tests.conftest import CallMaker
from tests.static_files import static_files

__all__ = ["static_files"]

AUDIO = bytes(range(256)) * 1200  # longer than one chunk
SHA256 = hashlib.sha256(AUDIO).hexdigest()
WORDS = ("good", "morning", "everybody")


def add_segment(call: Call, seq: int, text: str, *, edited: str = "") -> Segment:
    start = seq * 1000
    words = [
        {"text": word.lower(), "start_ms": start + 300 * i, "end_ms": start + 300 * i + 250}
        for i, word in enumerate(text.split())
    ]
    return Segment.objects.create(
        call=call,
        seq=seq,
        speaker="caller",
        text=text,
        edited_text=edited,
        start_ms=start,
        end_ms=start + 900,
        words=words,
    )


@pytest.fixture
def finished(make_call: CallMaker) -> Callable[[User], Call]:
    """Returns what makes an ended call with transcript, recording and summary."""

    def make(owner: User) -> Call:
        call = make_call(owner, consented=True)
        call.state, call.end_reason = CallState.ENDED, EndReason.CALLER_HUNG_UP
        call.duration_ms, call.ended_at = 65_000, timezone.now()
        call.save()
        add_segment(call, 1, "Good morning everybody.")
        add_segment(call, 2, "The price is fifty euros.", edited="The price is fifteen euros.")
        recording = Recording(call=call, state=WorkState.DONE, duration_ms=65_000, sha256=SHA256)
        recording.peaks = [[1, 50, 100], [0, 0, 0]]
        recording.file.save("call.ogg", ContentFile(AUDIO))
        Summary.objects.create(
            call=call,
            state=WorkState.DONE,
            text="They spoke about the price.",
            key_points=[{"text": "The price is fifteen euros.", "seq": 2}],
            action_items=[{"text": "Somebody sends the offer.", "seq": None}],
            speakers=[{"speaker": "caller", "spoken_ms": 1800, "words": 8}],
        )
        return call

    return make


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client
