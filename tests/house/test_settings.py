"""docs/settings.md has every setting once, and each as the code reads it."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from inspect import Parameter, signature
from typing import Any

import pytest
from django.utils.module_loading import import_string

from sessions_app.consumers.streaming import SIGN_IN_S
from sessions_app.engine.audio import demux_worker
from sessions_app.engine.core.body_limits import MAX_BODY
from sessions_app.engine.protocols import limits, reading, streaming
from sessions_app.engine.rtc import peer_connection
from sessions_app.engine.session import call_session
from sessions_app.engine.session.supervisor import Limits
from sessions_app.models.ticket import TICKET_LIFE
from sessions_app.server.http import channel
from sessions_app.services import sign_ins
from tests.fixtures.server import ROOT
from voicesite.voice import voice

SETTINGS = (ROOT / "docs" / "settings.md").read_text()
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text()
MODEL_ENGINES = ("VOSK", "SHERPA")
"""What `{name.upper()}` stands for in voicesite/voice.py."""

OTHERS = {"GOOGLE_APPLICATION_CREDENTIALS", "OPENBLAS_NUM_THREADS"}
"""Variables of other programs."""

IN_WORDS = ("var", "from ", "made at ", "SQLite ", "in memory", "a folder ", "OpenAI's")
"""How a default begins that is made up from other settings, or another program's."""

EMBEDDED = {"CELERY_BROKER_URL"}
"""Whose default is an address that means an embedded part."""

Default = str | None
"""A default as the table has it; None for one that is made up."""


def read_calls() -> Iterator[tuple[str, Default]]:
    """Yields each variable that the settings read, and what it is where it is not set."""
    for name in ("settings", "voice", "tracing"):
        for node in ast.walk(ast.parse((ROOT / "voicesite" / f"{name}.py").read_text())):
            if isinstance(node, ast.Call):
                yield from _variables(node)


def _variables(call: ast.Call) -> Iterator[tuple[str, Default]]:
    kind = ast.unparse(call.func)
    if kind == "env.db_url":
        yield ast.literal_eval(call.args[0]), None
    elif kind == "choice":
        yield ast.literal_eval(call.args[0]), ast.literal_eval(call.args[1])[0]
    elif kind == "secret":
        yield ast.literal_eval(call.args[0]), ""
    elif kind == "within":
        yield ast.literal_eval(call.args[0]), _default(call.args[1])
    elif kind == "read":
        given = call.args[1]
        names = [ast.literal_eval(given)] if isinstance(given, ast.Constant) else _each(given)
        yield from ((name, _default(call.args[2])) for name in names)


def _each(name: ast.expr) -> list[str]:
    assert isinstance(name, ast.JoinedStr)
    end = ast.literal_eval(name.values[-1])
    return [f"{engine}{end}" for engine in MODEL_ENGINES]


def _default(node: ast.expr) -> Default:
    try:
        value = eval(compile(ast.Expression(node), "settings", "eval"), {"__builtins__": {}})
    except NameError:
        return None
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)


@cache
def rows() -> list[list[str]]:
    """Returns the cells of each row of the tables whose heads name variables."""
    found: list[list[str]] = []
    counts = False
    for line in SETTINGS.splitlines():
        if not line.startswith("|"):
            counts = False
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if counts and not set(line) <= set("|- "):
            found.append(cells[-3:])
        counts = counts or "variable" in cells
    return found


def documented() -> Iterator[tuple[str, str]]:
    """Yields each variable of a row, and its default there."""
    for variables, defaults, _ in rows():
        names = re.findall(r"`([A-Z_0-9]+)`", variables)
        each = defaults.split(", ") if len(names) > 1 and ", " in defaults else [defaults]
        given = [default.strip("`") for default in each]
        given *= len(names) if len(given) == 1 else 1
        assert len(names) == len(given), variables
        yield from zip(names, given, strict=True)


def test_every_setting_is_documented_exactly_once() -> None:
    counted = Counter(name for name, _ in documented())
    assert set(counted) == {name for name, _ in read_calls()}
    assert {name for name, times in counted.items() if times > 1} == set()


def test_each_is_what_it_is_said_to_be_where_it_is_not_set() -> None:
    said = dict(documented())
    for name, default in read_calls():
        told = said[name]
        if default is None or name in EMBEDDED or (not default and told.startswith(IN_WORDS)):
            assert told.startswith(IN_WORDS), name
        else:
            assert (told if default else told.replace("none", "")) == default, name


KEYS = re.compile(r"^\| (`[A-Z_`, ]+`) \| [^|]*\| [^|]*\| ", re.MULTILINE)


def test_every_key_of_voice_is_explained_once(tmp_path: Any) -> None:
    keys = re.findall(r"`([A-Z_]+)`", " ".join(KEYS.findall(SETTINGS)))
    assert sorted(keys) == sorted(voice(tmp_path, "UTC"))


OURS = re.compile(
    r"\b(?:VOICE|GOOGLE|CHAT|TRANSCRIBE|VOSK|SHERPA|WHISPER|MOONSHINE|POCKETSPHINX)_[A-Z_0-9]+\b"
)


def test_variables_that_documents_name_are_there() -> None:
    known = {name for name, _ in read_calls()} | OTHERS
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        named = set(OURS.findall(path.read_text()))
        gone = {name for name in named - known if name not in {"VOSK_USER", "VOSK_NETWORKS"}}
        assert not gone, path.name


BUDGETS = {
    "text frames; one more for each full 4 KiB": "MESSAGES_PER_SOCKET",
    "messages that are answered with an `error`": "MISTAKES_PER_SOCKET",
    "binary frames with audio, and as many `audio_chunk`": "AUDIO_MESSAGES_PER_CALL",
    "`text` and `say`": "TEXTS_PER_CALL",
    (
        "`keys`, `interrupt`, `agent` and `mute`; each key that comes with the sound"
    ): "REQUESTS_PER_CALL",
    "`app-message`": "APP_MESSAGES_PER_CALL",
    "`resume`": "RESUMES_PER_CALL",
}


@pytest.mark.parametrize("what", BUDGETS)
def test_budgets_are_told_as_they_are_enforced(what: str, tmp_path: Any) -> None:
    told = re.search(rf"^\| {re.escape(what)} \| [^|]* \| (\d+) \|$", PROTOCOL, re.MULTILINE)
    assert told
    assert int(told[1]) == voice(tmp_path, "UTC")[BUDGETS[what]]


CLASSES = re.findall(r"^\| `([\w.]+\.[A-Z]\w+)` \| (.*) \|$", SETTINGS, re.MULTILINE)
WRAPPERS = "sessions_app.engine.stt.wrappers."


@pytest.mark.parametrize(("name", "rest"), CLASSES, ids=[name for name, _ in CLASSES])
def test_every_class_has_the_options_that_it_is_said_to_have(name: str, rest: str) -> None:
    backend = import_string(name if name.startswith("sessions_app") else WRAPPERS + name)
    given = signature(backend).parameters.values()
    various = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)
    plain = {one.name for one in given if one.kind not in various} - {"inner"}
    options = rest.partition(" | ")[0] if " | " in rest else ""
    assert set(re.findall(r"`(\w+)`", re.sub(r"\([^()]*\)", "", options))) == plain


SIGN_INS = {
    "one account from one address": sign_ins.BY_ACCOUNT_AND_ADDRESS,
    "one address, whatever the accounts": sign_ins.BY_ADDRESS,
    "one account from all addresses": sign_ins.BY_ACCOUNT,
    "one account in one browser that has signed in to it before": sign_ins.BY_DEVICE,
}


def test_the_limits_of_signing_in_are_those_that_are_told() -> None:
    rows = re.findall(r"^\| (\d+) \| (15 minutes|an hour) \| (.*) \|$", SETTINGS, re.MULTILINE)
    spans = {"15 minutes": timedelta(minutes=15), "an hour": timedelta(hours=1)}
    told = {whose: sign_ins.Limit(int(count), spans[span]) for count, span, whose in rows}
    assert told == SIGN_INS


NUMBERS = [
    (r"a text frame is over (\d+) KiB", reading.MAX_FRAME_BYTES / 1024),
    (r"or one of audio over (\d+) KiB", streaming.MAX_AUDIO_BYTES / 1024),
    (r"A body is JSON in UTF-8, of (\d+) KiB", MAX_BODY / 1024),
    (r"over (\d+) candidates for one call", peer_connection.MAX_CANDIDATES),
    (r"After `resume` the newest\s(\d+) finals", call_session.MAX_FINALS),
    (r"in `heldMs` how much, (\d+) s at most", streaming.MOST_HELD_MS / 1000),
    (r"It must be used within (\d+) s", TICKET_LIFE.total_seconds()),
    (r"A client whose socket broke has (\d+) s", Limits().grace_s),
    (r"first message, within (\d+) s", SIGN_IN_S),
    (r"kept waiting for (\d+) s within", limits.MOST_PACED_S),
    (r"when (\d+) were ignored within a minute", limits.MOST_IGNORED),
    (r"A container may have (\d+) tracks", demux_worker.MOST_TRACKS),
    (r"PCM, (\d+) to 192000 Hz", demux_worker.LOWEST_RATE),
    (r"(\d+) KiB \(431", 16),
    (r"its headers within (\d+) s", channel.HEAD_S),
    (r"(\d+) s, its headers within", channel.BODY_S),
]


@pytest.mark.parametrize(("pattern", "value"), NUMBERS)
def test_numbers_of_the_protocol_are_those_of_the_code(pattern: str, value: float) -> None:
    found = re.search(pattern, PROTOCOL)
    assert found
    assert int(found[1]) == value
