"""Agents in the admin."""

import io
import re
import wave
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from sessions_app.engine.core.events import Latency, Speaker, TurnEnded
from sessions_app.models import Agent
from sessions_app.services import calls, turns
from tests.conftest import CallMaker
from tests.fixtures.models import install_engines, model_folder

AGENTS = "/admin/sessions_app/agent/"
GIVEN = {
    "name": "Clerk",
    "slug": "clerk",
    "language": "en-GB",
    "recogniser": "default",
    "responder": "",
    "responder_options": "{}",
    "synthesiser": "default",
    "speed": "1",
    "endpointer": "default",
    "barge_in": "default",
    "min_delay_ms": "600",
    "max_delay_ms": "2500",
    "barge_in_ms": "500",
    "barge_in_words": "2",
    "silence_s": "20",
    "max_length_s": "0",
}


CHAT = {
    "chat": {
        "BACKEND": "sessions_app.engine.agent.responders.chat.responder.ChatResponder",
        "OPTIONS": {"model": "m", "base_url": "http://127.0.0.1:9/v1"},
    }
}


@pytest.fixture
def hears_any(settings: Any) -> None:
    """Adds a recogniser `any` that takes any language."""
    backend = {"BACKEND": "sessions_app.engine.stt.engines.null.NullRecogniser"}
    known = {**settings.VOICE["RECOGNISERS"], "any": backend}
    settings.VOICE = {**settings.VOICE, "RECOGNISERS": known}


@pytest.fixture
def whisper(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Adds a recogniser `whisper`, and returns its model's folder."""
    install_engines(monkeypatch)
    folder = model_folder(tmp_path, "whisper")
    backend = "sessions_app.engine.stt.engines.whisper.WhisperRecogniser"
    entry = {"BACKEND": backend, "OPTIONS": {"model": str(folder)}}
    known = {**settings.VOICE["RECOGNISERS"], "whisper": entry}
    settings.VOICE = {**settings.VOICE, "RECOGNISERS": known}
    return folder


@pytest.fixture
def first(db: None) -> Agent:
    calls.seed_agents()
    return Agent.objects.get(is_default=True)


@pytest.fixture
def viewer_only(db: None) -> User:
    """Staff who may look at agents, and change none."""
    user = User.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_agent"))
    return user


def problems(answer: Any) -> list[str]:
    return list(answer.context["adminform"].form.errors)


def test_an_agent_is_added(at_desk: Any, first: Agent) -> None:
    assert at_desk.post(f"{AGENTS}add/", GIVEN | {"is_active": "on"}).status_code == 302
    assert calls.agent_for("clerk").language == "en-GB"
    assert calls.agent_for("") == first


def test_ticking_default_moves_it(at_desk: Any, first: Agent) -> None:
    at_desk.post(f"{AGENTS}add/", GIVEN | {"is_active": "on", "is_default": "on"})
    assert calls.agent_for("").slug == "clerk"
    assert Agent.objects.filter(is_default=True).count() == 1


def test_there_is_always_a_default(at_desk: Any, first: Agent) -> None:
    address = f"{AGENTS}{first.pk}/change/"
    same = GIVEN | {"slug": first.slug}
    assert problems(at_desk.post(address, same | {"is_active": "on"})) == ["is_default"]
    assert problems(at_desk.post(address, same | {"is_default": "on"})) == ["is_active"]
    assert at_desk.post(f"{AGENTS}{first.pk}/delete/", {"post": "yes"}).status_code == 403
    assert calls.agent_for("") == first


def test_only_recognisers_that_exist_are_offered(at_desk: Any, first: Agent) -> None:
    answer = at_desk.post(f"{AGENTS}add/", GIVEN | {"recogniser": "acme", "is_active": "on"})
    assert problems(answer) == ["recogniser"]
    assert at_desk.get(AGENTS).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"responder": "acme"}, "responder"),
        ({"responder": "scribe", "voice": "klingon9"}, "voice"),
        ({"responder": "scribe", "responder_options": "[1]"}, "responder_options"),
        ({"speed": "9"}, "speed"),
        ({"phrases": "Tamolin\n" + "all of a pasted page " * 6}, "phrases"),
        ({"phrases": "\n".join(f"name {at}" for at in range(501))}, "phrases"),
        ({"min_delay_ms": "3000"}, "max_delay_ms"),
        ({"responder": "chat", "responder_options": '{"warmth": 1}'}, "responder_options"),
        ({"responder": "chat", "responder_options": '{"tools": ["fly"]}'}, "responder_options"),
    ],
)
def test_what_would_not_work_is_named(
    at_desk: Any, first: Agent, wrong: dict[str, str], field: str, settings: Any
) -> None:
    settings.VOICE = {**settings.VOICE, "RESPONDERS": {**settings.VOICE["RESPONDERS"], **CHAT}}
    assert problems(at_desk.post(f"{AGENTS}add/", GIVEN | wrong)) == [field]


def test_a_voice_that_exists_is_taken(at_desk: Any, first: Agent) -> None:
    given = GIVEN | {"responder": "scribe", "voice": "en-gb+f3", "is_active": "on"}
    assert at_desk.post(f"{AGENTS}add/", given).status_code == 302


def test_a_backend_that_does_not_load_says_why(at_desk: Any, first: Agent, settings: Any) -> None:
    broken = {"BACKEND": "sessions_app.engine.agent.responders.gone.GoneResponder"}
    settings.VOICE = {**settings.VOICE, "RESPONDERS": {"broken": broken}}
    answer = at_desk.post(f"{AGENTS}add/", GIVEN | {"responder": "broken"})
    told = answer.context["adminform"].form.errors["responder"][0]
    assert "VOICE['RESPONDERS']['broken']" in told
    assert "No module" in told


def tried(at_desk: Any, agent: Agent, what: str, body: object) -> Any:
    address = f"{AGENTS}{agent.pk}/{what}/"
    return at_desk.post(address, body, content_type="application/json")


def test_an_agents_voice_is_heard_and_its_answer_read(at_desk: Any, first: Agent) -> None:
    scribe = Agent.objects.get(slug="scribe")
    page = at_desk.get(f"{AGENTS}{scribe.pk}/change/").content.decode()
    assert "Try it" in page
    assert f"/{scribe.pk}/say/" in page
    wav = tried(at_desk, scribe, "say", {"text": "Hello there."})
    assert wav["Content-Type"] == "audio/wav"
    with wave.open(io.BytesIO(wav.content)) as sound:
        assert 0.3 < sound.getnframes() / sound.getframerate() < 3
    told = tried(at_desk, scribe, "answer", {"text": "take a note buy milk"}).json()
    assert told == {"answer": "Noted: buy milk."}


def test_variables_are_empty_where_an_agent_is_tried_and_that_is_told(
    at_desk: Any, first: Agent
) -> None:
    Agent.objects.filter(slug="scribe").update(greeting="Hi {{name}}", prompt="{{a}} {{name}}")
    scribe = Agent.objects.get(slug="scribe")
    told = tried(at_desk, scribe, "answer", {"text": "take a note buy milk"}).json()
    assert told == {"answer": "Noted: buy milk.", "missing": ["name", "a"]}
    page = at_desk.get(f"{AGENTS}{scribe.pk}/change/").content.decode()
    assert "Variables such as {{name}} are empty here." in page


def test_voices_are_heard_side_by_side(at_desk: Any, first: Agent, settings: Any) -> None:
    broken = {"BACKEND": "sessions_app.engine.tts.engines.piper.PiperSynthesiser"}
    tones = {"BACKEND": "sessions_app.engine.tts.engines.scripted.ScriptedSynthesiser"}
    engines = {**settings.VOICE["SYNTHESISERS"], "broken": broken, "tones": tones}
    settings.VOICE = {**settings.VOICE, "SYNTHESISERS": engines}
    scribe = Agent.objects.get(slug="scribe")
    told = tried(at_desk, scribe, "voices", {}).json()["voices"]
    by_name = {(one["synthesiser"], one["voice"]): one for one in told}
    assert by_name["default", "heart"]["label"] == "Heart (American English), hibari"
    assert by_name["default", "en-gb"]["label"].endswith(", eSpeak NG")
    assert ("default", "de") not in by_name
    assert by_name["tones", ""]["label"] == "usual voice"
    assert "cannot be made" in by_name["broken", ""]["problem"]
    lengths = set()
    for voice, rate in (("heart", 24_000), ("en-gb", 22_050)):
        wav = tried(
            at_desk, scribe, "say", {"text": "Hello.", "synthesiser": "default", "voice": voice}
        )
        assert float(re.fullmatch(r"first;dur=([\d.]+)", wav["Server-Timing"])[1]) > 0  # type: ignore[index]
        with wave.open(io.BytesIO(wav.content)) as sound:
            assert sound.getframerate() == rate
            lengths.add(sound.getnframes())
    assert len(lengths) == 2


@pytest.mark.parametrize(
    "named", [{"synthesiser": "gone"}, {"synthesiser": "default", "voice": "klingon9"}]
)
def test_a_voice_that_is_not_there_is_told(
    at_desk: Any, first: Agent, named: dict[str, str]
) -> None:
    scribe = Agent.objects.get(slug="scribe")
    answer = tried(at_desk, scribe, "say", {"text": "Hi"} | named)
    assert answer.status_code == 400
    assert [*named.values()][-1] in answer.json()["message"]


@pytest.mark.parametrize("named", [{"synthesiser": 1}, {"synthesiser": "default", "voice": []}])
def test_a_voice_that_is_no_name_is_told(
    at_desk: Any, first: Agent, named: dict[str, object]
) -> None:
    answer = tried(at_desk, Agent.objects.get(slug="scribe"), "say", {"text": "Hi"} | named)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "x" * 501}, "no json"])
def test_a_try_without_text_is_told(at_desk: Any, first: Agent, body: object) -> None:
    answer = tried(at_desk, Agent.objects.get(slug="scribe"), "say", body)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_try_that_cannot_work_says_why(at_desk: Any, first: Agent) -> None:
    Agent.objects.filter(slug="scribe").update(voice="klingon9", responder="gone")
    scribe = Agent.objects.get(slug="scribe")
    assert "klingon9" in tried(at_desk, scribe, "say", {"text": "Hi"}).json()["message"]
    assert "'gone'" in tried(at_desk, scribe, "answer", {"text": "Hi"}).json()["message"]


def test_only_who_may_change_agents_tries_them(client: Client, viewer_only: Any) -> None:
    scribe = Agent.objects.get(slug="scribe")
    client.force_login(viewer_only)
    assert tried(client, scribe, "say", {"text": "Hi"}).status_code == 403
    assert tried(client, scribe, "voices", {}).status_code == 403


def test_latency_is_told_by_agent_and_engines(
    at_desk: Any, alice: User, make_call: CallMaker
) -> None:
    call = make_call(alice)
    call.persona = {"responder": "scribe", "synthesiser": "default"}
    call.save()
    for index, wait in enumerate((700, 800, 3000), start=1):
        latency = Latency(1000, 1000 + wait // 2, 1000, 1000 + wait // 2, 1000 + wait)
        turns.save(call.pk, TurnEnded(2 * index, Speaker.AGENT, 1000, 9000, latency=latency))
    page = at_desk.get(f"{AGENTS}latency/").content.decode()
    assert "scribe + default" in page
    assert "<strong>800</strong>" in page
    assert "<strong>3000</strong>" in page


def why(answer: Any, field: str) -> str:
    return str(answer.context["adminform"].form.errors[field][0])


@pytest.mark.usefixtures("hears_any")
def test_a_voice_of_another_language_is_named_with_those_that_speak_it(
    at_desk: Any, first: Agent
) -> None:
    chinese = GIVEN | {"language": "zh-CN", "recogniser": "any", "responder": "scribe"}
    german = at_desk.post(f"{AGENTS}add/", chinese | {"voice": "de"})
    assert problems(german) == ["voice"]
    assert "'de' speaks de, not zh-CN. Choose cmn" in why(german, "voice")
    taken = at_desk.post(f"{AGENTS}add/", chinese | {"voice": "cmn", "is_active": "on"})
    assert taken.status_code == 302
    usual = at_desk.post(f"{AGENTS}add/", chinese | {"slug": "any-voice", "is_active": "on"})
    assert usual.status_code == 302


@pytest.mark.usefixtures("hears_any")
def test_a_language_that_no_voice_speaks_is_told(at_desk: Any, first: Agent) -> None:
    given = GIVEN | {"language": "lo-LA", "recogniser": "any", "responder": "scribe"}
    answer = at_desk.post(f"{AGENTS}add/", given)
    assert "This synthesiser has none that does." in why(answer, "voice")


@pytest.mark.usefixtures("hears_any")
def test_a_recogniser_of_another_language_is_named_with_those_that_hear_it(
    at_desk: Any, first: Agent
) -> None:
    answer = at_desk.post(f"{AGENTS}add/", GIVEN | {"language": "nb-NO"})
    assert problems(answer) == ["recogniser"]
    assert "hears en" in why(answer, "recogniser")
    assert "not nb-NO. Choose any." in why(answer, "recogniser")
    taken = at_desk.post(
        f"{AGENTS}add/", GIVEN | {"language": "nb-NO", "recogniser": "any", "is_active": "on"}
    )
    assert taken.status_code == 302


def test_a_language_that_nothing_hears_is_told(at_desk: Any, first: Agent) -> None:
    answer = at_desk.post(f"{AGENTS}add/", GIVEN | {"language": "th"})
    assert problems(answer) == ["language"]
    assert "No recogniser here hears th, only en" in why(answer, "language")
    assert "fetch_model whisper-base --use" in why(answer, "language")
    answer = at_desk.post(f"{AGENTS}add/", GIVEN | {"language": "ckb-IQ"})
    assert "docs/settings.md tells" in why(answer, "language")


@pytest.mark.usefixtures("first")
def test_an_engine_is_not_offered_for_what_its_stand_in_hears(
    at_desk: Any, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_engines(monkeypatch)
    entry = {
        "BACKEND": "sessions_app.engine.stt.engines.vosk.VoskRecogniser",
        "OPTIONS": {"model": str(model_folder(tmp_path, "vosk")), "language": "ko-KR"},
        "WRAPPERS": settings.VOICE["RECOGNISERS"]["moonshine"]["WRAPPERS"],
    }
    known = {**settings.VOICE["RECOGNISERS"], "vosk": entry}
    settings.VOICE = {**settings.VOICE, "RECOGNISERS": known}
    english = at_desk.post(f"{AGENTS}add/", GIVEN | {"language": "en-US", "recogniser": "vosk"})
    assert "hears ko, ko-KR, not en-US. Choose default, moonshine" in why(english, "recogniser")
    korean = GIVEN | {"language": "ko-KR", "recogniser": "vosk", "is_active": "on"}
    assert at_desk.post(f"{AGENTS}add/", korean).status_code == 302


@pytest.mark.usefixtures("first")
@pytest.mark.parametrize(("entries", "offered"), [(51_865, True), (51_864, False)])
def test_whisper_is_offered_for_the_languages_of_its_model(
    at_desk: Any, whisper: Path, entries: int, offered: bool
) -> None:
    (whisper / "vocabulary.txt").write_text("\n" * entries)
    german = GIVEN | {"language": "de-DE", "is_active": "on"}
    answer = at_desk.post(f"{AGENTS}add/", german)
    if offered:
        assert "Choose whisper." in why(answer, "recogniser")
        german |= {"recogniser": "whisper"}
        assert at_desk.post(f"{AGENTS}add/", german).status_code == 302
    else:
        assert problems(answer) == ["language"]


def test_an_agent_that_was_set_up_before_may_be_mended_elsewhere(
    at_desk: Any, first: Agent
) -> None:
    Agent.objects.filter(pk=first.pk).update(language="th")
    same = GIVEN | {"slug": first.slug, "language": "th", "is_active": "on", "is_default": "on"}
    address = f"{AGENTS}{first.pk}/change/"
    assert at_desk.post(address, same | {"description": "new"}).status_code == 302
    assert problems(at_desk.post(address, same | {"language": "km"})) == ["language"]
