"""What is hidden in a call that has everything is nowhere afterwards: no table, no file.

But in the originals, where the agent says that these are kept.
"""

import subprocess
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from sessions_app import tasks
from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.core.desk import StaffAction, StaffMember
from sessions_app.engine.core.events import (
    NoteKind,
    NoteTaken,
    SegmentFinal,
    Speaker,
    StaffActed,
    Word,
)
from sessions_app.models import (
    Agent,
    Archive,
    AudioCopy,
    Call,
    CallTag,
    Extraction,
    Note,
    Recording,
    ReviewComment,
    Scorecard,
    Segment,
    SegmentRevision,
    SoundRedaction,
    Summary,
    SummaryVersion,
    Ticket,
    Version,
    VersionSegment,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from sessions_app.models.work import WorkState
from sessions_app.services import (
    archive_writing,
    archives,
    audio_copies,
    comments,
    corrections,
    extractions,
    live_desk,
    redacted_traces,
    redacting,
    sharing,
    tags,
    transcripts,
    turns,
    versions,
    webhooks,
    work,
)
from sessions_app.services.redacted_traces import Phrase
from tests.conftest import Queued
from tests.fixtures.left import left_in_database, left_in_files
from tests.fixtures.spoken_call import exported, spoken_call
from tests.static_files import static_files  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db

WORD, HEARD = "vexalorum", "truskanib"
"""What is hidden: as a correction has it, and as it was recognised."""

SEQ = 30
SHOWN = f"The word is {WORD}, yes."
LENGTH_MS = 2_000
OWN = RedactionSettings((), (f"word: {WORD}",))


@pytest.fixture(scope="module")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recording that names the word in its tags."""
    path = tmp_path_factory.mktemp("tone") / "call.ogg"
    source = f"sine=frequency=330:duration={LENGTH_MS / 1000}"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-ac", "2", "-c:a", "libopus"]
    command += ["-metadata", f"title={WORD}"]
    subprocess.run([*command, str(path)], check=True, timeout=60)
    return path


@pytest.fixture
def call(alice: User, own_folders: Path, tmp_path: Path, tone: Path) -> Call:
    call = spoken_call(alice, tmp_path)
    _said(call)
    _made_of_it(call, alice)
    _written_about_it(call, alice)
    _given(call)
    _sound(call, tone)
    exported(alice)
    call.refresh_from_db()
    return call


def _said(call: Call) -> None:
    texts = ["The", "word", "is", HEARD]
    words = tuple(Word(text, 200 + 300 * n, 450 + 300 * n) for n, text in enumerate(texts))
    final = SegmentFinal(SEQ, Speaker.CALLER, " ".join(texts), 200, 1_400, words)
    transcripts.append([(call.pk, final)])


def _made_of_it(call: Call, user: User) -> None:
    line = Segment.objects.get(call=call, seq=SEQ)
    for text in (f"It is {WORD}", "Something else", SHOWN):
        corrections.correct(line, user, text)
    version = versions.ask(call, user, "thorough")
    assert version is not None
    row = VersionSegment(seq=SEQ, speaker="caller", start_ms=200, end_ms=1_400)
    row.text = f"the word is {WORD}"
    row.words = [{"text": WORD, "start_ms": 1_100, "end_ms": 1_350}]
    with work.claimed(Version, version.pk) as taken:
        assert taken is not None
        assert versions.keep(taken, [row])
    said: dict[str, Any] = {"text": WORD, "title": WORD, "note": WORD}
    said |= {name: [{"text": WORD, "seq": SEQ}] for name in ("key_points", "decisions")}
    Summary.objects.update(**said)
    SummaryVersion.objects.update(**said)
    Extraction.objects.update(found={"caller_name": WORD}, values={"caller_name": WORD})
    extractions.correct(Extraction.objects.get(), user, {"caller_name": f"Mr {WORD}"})


def _written_about_it(call: Call, user: User) -> None:
    turns.replace_notes(call.pk, (NoteTaken(1, NoteKind.NOTE, f"use {WORD}", 900),))
    Call.objects.filter(pk=call.pk).update(title=f"About {WORD.upper()}!")
    tags.add(call, user, [WORD])
    comments.say(call, user, 900, f"Why '{WORD}'?", staff_only=True)
    whispered = StaffActed(StaffAction.WHISPER, StaffMember(user.pk, "x"), 900, f"say {WORD}")
    live_desk.note(call.pk, whispered)
    card = Scorecard.objects.get()
    card.answers = dict.fromkeys(card.answers, f"said {WORD}")
    card.save()
    wish = sharing.ShareWish(timezone.now() + timedelta(days=1), note=f"for {WORD}")
    sharing.share(call, user, wish)


def _given(call: Call) -> None:
    given = {"variables": {"code": WORD, "n": 4}, "metadata": {"list": [f"a {WORD}"]}}
    Call.objects.filter(pk=call.pk).update(**given)
    Ticket.objects.filter(call_id=call.public_id).update(**given)
    events = [WebhookEvent.CALL_ENDED.value]
    WebhookEndpoint.objects.create(name="own", url="https://example.com/", events=events)
    webhooks.schedule(WebhookEvent.CALL_ENDED, call.public_id)


def _sound(call: Call, tone: Path) -> None:
    row = Recording.objects.get(call=call)
    Path(row.file.path).write_bytes(tone.read_bytes())
    Recording.objects.update(duration_ms=LENGTH_MS, sha256="ab" * 32)
    copy = AudioCopy.objects.get()
    path = Path(audio_copies.storage().path(copy.file_name))
    path.write_bytes(f"ID3 {WORD}".encode())


def hide(call: Call, user: User) -> None:
    start = SHOWN.index(WORD)
    redacting.hide_by_hand(call, user, SEQ, start, start + len(WORD))


def let_work(call: Call) -> None:
    """Does the pending jobs, in an order that the queue may have."""
    for copy in AudioCopy.objects.all():
        tasks.copy_audio(copy.pk)
    tasks.summarise_call(call.pk)
    tasks.redact_sound(call.pk)
    AudioCopy.objects.update(leased_until=None)
    for copy in AudioCopy.objects.all():
        tasks.copy_audio(copy.pk)


@pytest.fixture
def committed(queued: Queued, django_capture_on_commit_callbacks: Any) -> Callable[[], Any]:
    """Returns what does at the end of a block what waits for its transaction."""
    return partial(django_capture_on_commit_callbacks, execute=True)


@pytest.mark.parametrize("how", [("hand", False), ("hand", True), ("own", False), ("own", True)])
def test_no_table_and_no_file_holds_the_word_afterwards(
    call: Call, bob: User, own_folders: Path, committed: Any, how: tuple[str, bool]
) -> None:
    by_hand, original = how[0] == "hand", how[1]
    Agent.objects.update(redact_keep_original=original)
    call = Call.objects.get(pk=call.pk)
    assert len(left_in_database([WORD, HEARD])) >= 16, "it is everywhere before"
    assert len(left_in_files([WORD], own_folders)) == 3, "recording, copy and export"
    sound = Recording.objects.get()
    with committed():
        if by_hand:
            hide(call, bob)
        else:
            assert redacting.hide_by_patterns(call, bob, OWN)
    with committed():
        let_work(call)
    there = {("sessions_app_redactedoriginal", WORD)} if original else set()
    assert left_in_database([WORD]) == there
    assert left_in_files([WORD], own_folders) == {("original.ogg", WORD) for _ in there}
    if by_hand:
        assert left_in_database([HEARD]) == {(table, HEARD) for table, _ in there}
    _is_whole(call, sound)


def _is_whole(call: Call, before: Recording) -> None:
    """What was made of the words and of the sound is there again, and says so."""
    copy, recording = AudioCopy.objects.get(), Recording.objects.get()
    assert (recording.sha256, recording.file.name) != (before.sha256, before.file.name)
    assert recording.peaks != before.peaks
    assert copy.is_ready
    assert audio_copies.storage().exists(copy.file_name)
    assert Path(copy.file_name).stem == Path(str(recording.file.name)).stem
    assert (Summary.objects.get().state, Extraction.objects.get().state) == ("done", "done")
    emptied, newest = SummaryVersion.objects.order_by("number")
    assert (emptied.text, emptied.note) == ("", redacted_traces.EMPTIED)
    assert newest.number == Summary.objects.get().number
    assert Archive.objects.get().gone_because == "erased"
    call.refresh_from_db()
    assert call.title in {"About [redacted]!", "About [word]!"}
    assert call.variables["n"] == 4
    assert Ticket.objects.get().variables == call.variables
    told = WebhookDelivery.objects.get().payload["data"]["call"]
    assert (told["variables"], told["metadata"]) == (call.variables, call.metadata)
    assert Note.objects.get().text in {"use [redacted]", "use [word]"}
    assert ReviewComment.objects.filter(text__startswith="Why '[").exists()
    assert CallTag.objects.filter(call=call).count() == 1, "the tag without it stays"


def test_undoing_and_accepting_bring_nothing_back(call: Call, bob: User) -> None:
    hide(call, bob)
    line = Segment.objects.get(call=call, seq=SEQ)
    for _ in range(3):
        line = corrections.undo(line, bob)
        assert not {WORD, HEARD} & set(line.shown_text.lower().replace(",", "").split())
    assert line.shown_text == "The word is [redacted]"
    row = VersionSegment.objects.get(version__call=call, seq=SEQ)
    assert versions.accept(row, bob)
    line.refresh_from_db()
    assert line.shown_text == "the word is [redacted]"
    assert left_in_database([WORD, HEARD]) == left_in_database(["no such word"])


def test_whoever_was_correcting_the_line_is_told(call: Call, bob: User) -> None:
    line = Segment.objects.get(call=call, seq=SEQ)
    hide(call, bob)
    with pytest.raises(corrections.StaleRevisionError):
        corrections.correct(line, bob, f"{SHOWN} Indeed.", expected=line.revision)
    line = corrections.correct(line, bob, f"It was {WORD}.")
    assert line.shown_text == f"It was {WORD}.", "typed again, knowingly"


def test_nobody_hears_and_nothing_is_made_of_the_old_sound(
    call: Call, alice: User, bob: User
) -> None:
    hide(call, bob)
    copy = AudioCopy.objects.get()
    tasks.copy_audio(copy.pk)
    copy.refresh_from_db()
    assert (copy.state, copy.file_name) == (WorkState.PENDING, "")
    assert "sound of hidden words" in copy.error
    wanted = archives.ask_calls(Call.objects.all(), bob)
    archive_writing.make(wanted.pk)
    wanted.refresh_from_db()
    assert (wanted.state, wanted.is_ready) == (WorkState.PENDING, False)
    assert "sound of hidden words" in wanted.error
    client = Client()
    client.force_login(alice)
    page, sound = f"/calls/{call.public_id}/", f"/calls/{call.public_id}/recording"
    assert client.get(sound).status_code == 404
    assert "Hidden words are being taken out" in client.get(page).content.decode()
    tasks.redact_sound(call.pk)
    assert client.get(sound).status_code == 200
    assert 'data-state="ready"' in client.get(page).content.decode()
    archive_writing.make(wanted.pk)
    wanted.refresh_from_db()
    assert wanted.is_ready


def test_a_worker_that_is_at_a_copy_has_lost_it(
    call: Call, bob: User, own_folders: Path, committed: Any
) -> None:
    copy, recording = AudioCopy.objects.get(), Recording.objects.get()
    work.retry(copy)
    stale = work.claim(AudioCopy, copy.pk)
    assert stale is not None
    with committed():
        hide(call, bob)
    tasks.redact_sound(call.pk)
    AudioCopy.objects.update(leased_until=None)
    tasks.copy_audio(copy.pk)
    late = own_folders / "late.mp3"
    late.write_bytes(f"ID3 {WORD}".encode())
    audio_copies.keep(stale, late, {"size": 9, "sha256": "ef"}, recording)
    late.unlink()
    assert AudioCopy.objects.get().is_ready
    assert not {file for file, _ in left_in_files([WORD], own_folders) if file.endswith(".mp3")}


def test_a_second_pass_waits_for_the_sound(call: Call, bob: User) -> None:
    hide(call, bob)
    version = versions.ask(call, bob, "thorough")
    assert version is not None
    assert versions.startable([version.pk]) == []
    tasks.redact_sound(call.pk)
    assert versions.startable([version.pk]) == [version.pk]


def test_values_that_are_just_being_taken_are_waited_for(call: Call, bob: User) -> None:
    later = timezone.now() + timedelta(minutes=1)
    Extraction.objects.update(state=WorkState.RUNNING, leased_until=later)
    with pytest.raises(redacting.WordsInUseError):
        hide(call, bob)


def test_a_line_that_was_typed_is_hidden_as_it_was_recognised(call: Call, bob: User) -> None:
    typed = SegmentFinal(40, Speaker.CALLER, HEARD, 1_500, 1_500, typed=True)
    transcripts.append([(call.pk, typed)])
    corrections.correct(Segment.objects.get(call=call, seq=40), bob, "glomvertin")
    redacting.hide_by_hand(call, bob, 40, 0, len("glomvertin"))
    assert Segment.objects.get(call=call, seq=40).text == "[redacted]"
    assert left_in_database(["glomvertin"]) == set()
    revision = SegmentRevision.objects.get(segment__seq=40)
    assert (revision.before, revision.after) == ("[redacted]", "[redacted]")


def test_audio_that_goes_meanwhile_leaves_no_file(call: Call, bob: User, own_folders: Path) -> None:
    hide(call, bob)
    left = own_folders / "recordings" / "begun.ogg"
    left.write_bytes(b"OggS begun")
    SoundRedaction.objects.update(stale=["begun.ogg"])
    Recording.objects.update(file="")
    tasks.redact_sound(call.pk)
    assert not left.exists()
    assert SoundRedaction.objects.get().state == WorkState.DONE


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Blue, moon it is", "[x] it is"),
        ("İstanbul BLUE MOON", "İstanbul [x]"),
        ("bluemoon", "bluemoon"),
        ("thebluemoon blue-moons", "thebluemoon [x]s"),
        ("rail rails the", "[x] rails the"),
        ("number 77319924, 7731-9924 and 7 7 3 1 9 9 2 4", "number [x], [x] and [x]"),
        ("177319924 24 2, 4", "177319924 24 2, 4"),
        ("Zoe\u0301 O'Leary; zoe o leary", "[x]; [x]"),
    ],
)
def test_words_are_found_however_they_are_written(text: str, shown: str) -> None:
    phrases = [Phrase("blue moon", "x", chosen=True), Phrase("rail", "x"), Phrase("the", "x")]
    phrases += [Phrase("7731 9924", "x"), Phrase("Zoé O\u2019Leary", "x"), Phrase("2 4", "x")]
    assert redacted_traces.without(phrases)(text) == shown
