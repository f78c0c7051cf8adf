"""The examples of docs/adding.md work as they are printed."""

import inspect
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import include, path
from django.utils import timezone

from sessions_app import models
from sessions_app.engine import exports, protocols
from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.events import NoteKind, SegmentFinal, Speaker, StateChanged
from sessions_app.engine.core.states import CallState
from sessions_app.engine.exports import registry
from sessions_app.engine.exports.base import ExportSegment
from sessions_app.engine.exports.registry import FORMATS, Format
from sessions_app.models import Call, Note, WebhookDelivery, WebhookEndpoint
from sessions_app.models import webhook as webhook_models
from sessions_app.runtime.doors import DoorPlan
from tests.conftest import CallMaker
from tests.engine.exports.calls import CALL
from tests.fixtures.server import ROOT
from tests.static_files import static_files
from tests.views import test_offers
from tests.views.conftest import add_segment
from tests.views.test_pages import text_of
from voicesite import urls as all_urls

TEXT = (ROOT / "docs/adding.md").read_text()
BLOCKS = re.findall(r"```(?:python|html)\n(.*?)```", TEXT, re.DOTALL)

__all__ = ["static_files"]

asked = test_offers.asked

Modules = Callable[[str, str], ModuleType]


def example(word: str) -> str:
    """Returns the one example that holds `word`."""
    (code,) = [block for block in BLOCKS if word in block]
    return str(code)


@pytest.fixture
def module(monkeypatch: pytest.MonkeyPatch) -> Modules:
    """Returns what makes the example that holds a word a module of a dotted name."""

    def make(word: str, name: str) -> ModuleType:
        made = ModuleType(name)
        exec(compile(example(word), "docs/adding.md", "exec"), made.__dict__)
        package, _, last = name.rpartition(".")
        monkeypatch.setitem(sys.modules, name, made)
        monkeypatch.setattr(sys.modules[package], last, made, raising=False)
        return made

    return make


@pytest.fixture
def captions(module: Modules) -> ModuleType:
    return module("class CaptionsOutlet", f"{protocols.__name__}.captions")


def serve(settings: Any, *patterns: Any) -> None:
    """Has the site answer these addresses, too."""
    site = ModuleType("site_with_an_example")
    site.urlpatterns = [*patterns, *all_urls.urlpatterns]  # type: ignore[attr-defined]
    site.handler500 = all_urls.handler500  # type: ignore[attr-defined]
    settings.ROOT_URLCONF = site


class Session:
    """Keeps what is sent over a call's data channel."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, message: str | bytes) -> None:
        self.sent.append(json.loads(message))

    def close_channel(self) -> None:
        self.sent.append("closed")


def test_the_protocol_s_channel_gets_segments_and_is_closed(
    captions: ModuleType, module: Modules
) -> None:
    speaks = module("def _captions", "sessions_app.runtime.doors_example")._captions
    session = Session()
    outlet = DoorPlan(captions.CHANNEL, speaks).dialect(Offer("v=0"), session)  # type: ignore[arg-type]
    outlet.receive("hello")
    outlet.emit(SegmentFinal(1, Speaker.CALLER, "Größe?", 1200.4, 2000.0))
    outlet.emit(StateChanged(CallState.ACTIVE))
    outlet.emit(StateChanged(CallState.ENDED))
    assert session.sent == [{"who": "caller", "at_ms": 1200, "text": "Größe?"}, "closed"]


@pytest.mark.django_db
def test_the_protocol_s_address_places_calls(
    captions: ModuleType,
    module: Modules,
    settings: Any,
    alice: User,
    asked: list[tuple[int, Offer]],
) -> None:
    view = module("async def offer", "sessions_app.views.captions").offer
    door = path("captions", view)
    serve(settings, door, path("t/<str:ticket>/", include([door])))
    client = Client(enforce_csrf_checks=True)
    assert test_offers.post("/captions", {"sdp": "v=0"}, client=client).status_code == 401
    client.force_login(alice)
    own = {"client": client, "Origin": test_offers.OWN}
    wrong = test_offers.post("/captions", {"offer": "v=0"}, **own)
    assert (wrong.status_code, wrong.json()["code"]) == (422, "bad_message")
    assert test_offers.post("/captions", "{", **own).json()["code"] == "bad_json"
    assert not asked
    done = test_offers.post("/captions", {"sdp": "v=0"}, **own)
    assert (done.status_code, done.json()) == (200, {"sdp": "v=0 answer"})
    assert asked == [(alice.pk, Offer("v=0", door="captions"))]


def note(call: Call, text: str) -> None:
    Note.objects.create(call=call, number=1, kind=NoteKind.NOTE, text=text, at_ms=0)


def test_the_page_shows_notes_to_who_may_see_them(
    module: Modules,
    settings: Any,
    tmp_path: Path,
    alice: User,
    make_call: CallMaker,
) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "noted.html").write_text(example("{% extends"))
    (engine,) = settings.TEMPLATES
    settings.TEMPLATES = [engine | {"DIRS": [*engine["DIRS"], str(tmp_path)]}]
    view = module("def noted", "sessions_app.views.noted").noted
    serve(settings, path("noted/", view, name="noted"))
    note(make_call(alice), "buy <milk>")
    client = Client()
    assert client.get("/noted/")["Location"] == "/login/?next=/noted/"
    client.force_login(alice)
    assert "buy &lt;milk&gt;" in text_of(client.get("/noted/"))
    assert client.post("/noted/").status_code == 405
    client.force_login(User.objects.create_user("bob"))
    shown = text_of(client.get("/noted/"))
    assert "No notes yet." in shown
    assert "milk" not in shown


@pytest.fixture
def form(module: Modules, monkeypatch: pytest.MonkeyPatch) -> Format:
    """The example's format, among those that there are."""
    markdown = module("def render", f"{exports.__name__}.markdown")
    names = {**vars(registry), "markdown": markdown}
    made = eval(example('Format("md"'), names)
    assert isinstance(made, Format)
    monkeypatch.setitem(FORMATS, made.extension, made)
    return made


def test_the_export_writes_what_was_said_and_no_markup(form: Format) -> None:
    said = [
        ExportSegment(1, "caller", 0, 900, "What is 2*3*4?\n# one"),
        ExportSegment(2, "agent", 1000, 1900, "It is", interrupted=True),
    ]
    assert form.render(CALL, said).split("\n\n") == [
        "# Call abc",
        r"**Caller** (00:00:00.000): What is 2\*3\*4? \# one",
        "**Agent** (00:00:01.000): It is —\n",
    ]


def test_the_export_is_served_over_rest(form: Format, alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    add_segment(call, 1, "Good morning.")
    client = Client()
    client.force_login(alice)
    answer = client.get(f"/api/v1/calls/{call.public_id}/transcript.md")
    assert answer["Content-Type"] == form.media_type
    assert answer.content.decode().endswith("(00:00:01.000): Good morning.\n")
    listed = client.get(f"/api/v1/calls/{call.public_id}/").json()
    assert "md" in json.dumps(listed)


@pytest.fixture
def held(module: Modules, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The example's module, with the example's event among those that there are."""
    line = example("CALL_HELD =").strip()
    source = f"{inspect.getsource(webhook_models.WebhookEvent)}    {line}\n"
    names = dict(vars(webhook_models))
    exec(compile(source, "docs/adding.md", "exec"), names)
    monkeypatch.setattr(models, "WebhookEvent", names["WebhookEvent"])
    return module("def _queue_held", "sessions_app.services.held_example")


def hold(call: Call, held: ModuleType) -> None:
    call.held_at = timezone.now()
    held._queue_held(call)
    held._queue_held(call)


@pytest.mark.django_db
def test_the_webhook_event_is_sent_once_for_each_hold(
    held: ModuleType, alice: User, make_call: CallMaker
) -> None:
    call = make_call(alice)
    for event in ("call.held", "call.ended"):
        WebhookEndpoint.objects.create(name=event, url="https://a.example/", events=[event])
    hold(call, held)
    hold(call, held)
    with transaction.atomic():
        hold(call, held)
        transaction.set_rollback(True)
    sent = WebhookDelivery.objects.order_by("pk")
    assert [(row.endpoint.name, row.payload["type"]) for row in sent] == [
        ("call.held", "call.held")
    ] * 2
    assert sent[0].payload["data"]["call"]["id"] == call.public_id
