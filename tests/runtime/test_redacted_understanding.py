"""An agent hides words live, sums up and takes values: what it hides is in none of that."""

import pytest
from django.contrib.auth.models import User

from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.core.events import FinalRedacted, SegmentFinal, Speaker, Word
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.redaction.finder import finder_for
from sessions_app.engine.redaction.live import LiveRedactor, RedactedFinal
from sessions_app.models import (
    Agent,
    Call,
    Extraction,
    RedactedOriginal,
    Segment,
    Summary,
    SummaryVersion,
)
from sessions_app.runtime import finalising
from sessions_app.services import calls, corrections, redactions, transcripts
from tests.conftest import CallMaker
from tests.fixtures.left import left_in_database

pytestmark = pytest.mark.django_db

MAIL, SHOWN = "anna@example.com", "My e-mail address is [e-mail address]."
FIELDS = {
    "type": "object",
    "properties": {"email": {"type": "string", "description": "The caller's e-mail address"}},
}


@pytest.fixture(params=[False, True], ids=["not kept", "kept"])
def call(request: pytest.FixtureRequest, alice: User, make_call: CallMaker) -> Call:
    """A call that is over, whose agent hid an address while it was said."""
    call = make_call(alice)
    Agent.objects.filter(pk=call.agent_id).update(extraction_schema=FIELDS)
    _say(call, f"My e-mail address is {MAIL}.", original=request.param)
    for state in (CallState.CONNECTING, CallState.ACTIVE, CallState.ENDING, CallState.ENDED):
        calls.move(call.public_id, state, reason=EndReason.CALLER_HUNG_UP, duration_ms=9_000)
    return Call.objects.get(pk=call.pk)


def _say(call: Call, text: str, *, original: bool) -> None:
    def report(found: RedactedFinal) -> None:
        redactions.keep_live(call.pk, found, original=original)

    redactor = LiveRedactor(finder_for(RedactionSettings(("email",)), "en-US"), report)
    words = tuple(Word(word, 200 * n, 200 * n + 150) for n, word in enumerate(text.split()))
    for event in redactor.shown(SegmentFinal(1, Speaker.CALLER, text, 0, 900, words)):
        final = event.final if isinstance(event, FinalRedacted) else event
        assert isinstance(final, SegmentFinal)
        transcripts.append([(call.pk, final)])


def test_what_is_hidden_live_is_not_summed_up_and_not_taken(call: Call) -> None:
    finalising.take_values(call)
    finalising.summarise(call)
    assert Segment.objects.get().text == SHOWN
    assert (Extraction.objects.get().state, Summary.objects.get().state) == ("done", "done")
    assert SummaryVersion.objects.count() == 1
    kept = RedactedOriginal.objects.exists()
    tables = {"sessions_app_redactedoriginal"} if kept else set()
    assert {table for table, _ in left_in_database([MAIL])} == tables


def test_a_correction_and_its_undo_do_not_know_what_was_hidden(call: Call, alice: User) -> None:
    line = corrections.correct(Segment.objects.get(), alice, "It is [e-mail address].")
    assert MAIL not in str(corrections.history(line).values())
    assert corrections.undo(line, alice).shown_text == SHOWN
