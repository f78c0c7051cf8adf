"""What the documents name is there: files, modules, commands, addresses, codes."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.urls import resolve
from django.utils.module_loading import import_string

from sessions_app.api.views import NoSuchAddress
from tests.fixtures.server import ROOT

ENGINE = ROOT / "sessions_app" / "engine"
DOCUMENTS = sorted(
    {*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ENGINE / "README.md"}
    - {ROOT / "CHANGELOG.md"}
)
BELOW = [
    ROOT / folder
    for folder in (
        *("", "sessions_app", "sessions_app/engine", "tests", "tests/engine"),
        *("docs", "voicesite", "static"),
    )
]
CODE = re.compile(r"`([^`\n]+)`")
FOLDER = re.compile(r"[\w.-]+(?:/[\w.-]+)*/")
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)+|[\w-]+\.(?:py|md|js|toml|conf)")
MADE = re.compile(r"^(var/|mycompany|/|(audio|text|application)/(?!.*\.py$))|\.ogg$|^@")
"""What a running copy makes, what an operator writes, types and packages of others."""

SHOWN = re.compile(
    r"/(protocols|views)/captions\.py$|/exports/markdown\.py$|/noted\.(py|html)$"
    r"|^transcript\.md$|^transcribe_wav\.py$"
)
"""What docs/adding.md and the engine's README show how to write, or what comes of it."""

FIELDS = re.compile(r"audio\.(codec|sampleRate|channels)|recording\.ready")
"""Fields of messages and webhooks' events, which are no modules."""

MADE_BELOW = re.compile(r"^(var|mycompany|static/js)/")
FEW = 20
OF_DJANGO = {"check", "collectstatic", "createsuperuser", "migrate", "runserver", "shell"}
"""Commands of manage.py that are not our own."""


ROOMS = "|".join(sorted(path.parent.name for path in ENGINE.glob("*/__init__.py")))

each = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


def named(path: Path) -> Iterator[str]:
    """Yields what stands between backticks outside of blocks of code."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(), flags=re.DOTALL | re.MULTILINE)
    yield from CODE.findall(text)


@each
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text()):
        assert "://" in target or (path.parent / target).exists(), target


def anchors(path: Path) -> set[str]:
    """Returns what links within a document may lead to."""
    heads = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@each
def test_links_into_documents_lead_to_a_heading(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s:]*)#([^)\s]+)\)", path.read_text()):
        assert anchor in anchors((path.parent / target) if target else path), anchor


@each
def test_files_that_are_named_are_there(path: Path) -> None:
    gone = [
        name
        for name in named(path)
        if FILE.fullmatch(name)
        and ("." in name.rpartition("/")[2] or name.split("/")[0] in {"tests", "docs", "deploy"})
        and not MADE.search(name)
        and not SHOWN.search(name)
        and not any((folder / name).exists() for folder in BELOW)
    ]
    assert not gone


@each
def test_modules_and_classes_that_are_named_are_there(path: Path) -> None:
    for name in named(path):
        if re.fullmatch(r"sessions_app(\.\w+)+", name) and find_spec_or_none(name) is None:
            assert import_string(name)
        engine = rf"({ROOMS})(\.\w+)+"
        half = r"(runtime|services|proxy)(\.\w+)+"
        if re.fullmatch(rf"{engine}|{half}", name) and not FIELDS.fullmatch(name):
            below = "engine." if re.fullmatch(engine, name) else ""
            whole = f"sessions_app.{below}{name}"
            assert find_spec_or_none(whole) is not None or import_string(whole), name


def find_spec_or_none(name: str) -> object:
    try:
        return find_spec(name)
    except ModuleNotFoundError:
        return None


@each
def test_commands_that_are_named_are_there(path: Path) -> None:
    text = path.read_text()
    for command in re.findall(r"manage\.py ([a-z_]+)", text):
        own = ROOT / "sessions_app" / "management" / "commands" / f"{command}.py"
        assert own.exists() or command in OF_DJANGO, command
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    told = re.findall(r"`(?:[A-Z_]+=\S+ )*make ([a-z]+)|^make ([a-z]+)", text, re.MULTILINE)
    assert {first or second for first, second in told} <= set(targets)


@each
def test_addresses_of_rest_are_there(path: Path) -> None:
    for address in re.findall(r"/api/v1/[\w/<>.-]+", path.read_text()):
        found = resolve(re.sub(r"<\w+>", "x", address.rstrip(".")))
        assert getattr(found.func, "cls", None) is not NoSuchAddress, address


def test_places_to_look_are_there() -> None:
    table = (ROOT / "ARCHITECTURE.md").read_text().partition("## Where to look")[2]
    places = CODE.findall(table.partition("\n## ")[0])
    paths = [place for place in places if "/" in place or place.endswith(".py")]
    assert len(paths) > FEW
    there = (ROOT / "sessions_app", ROOT)
    assert not [path for path in paths if not any((base / path).exists() for base in there)]


@each
def test_folders_that_are_named_are_there(path: Path) -> None:
    below = {path.parent, *BELOW}
    told = {name for name in named(path) if FOLDER.fullmatch(name) and not MADE_BELOW.search(name)}
    assert not [name for name in told if not any((folder / name).is_dir() for folder in below)]


def test_the_layers_are_those_that_are_held() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    held = [*contracts["contracts"][0]["layers"][:-1], *contracts["contracts"][1]["layers"]]
    block = (ROOT / "ARCHITECTURE.md").read_text().partition("## Layers")[2].split("```")[1]
    lines = [line for line in block.strip().splitlines() if not line.startswith("-")]
    told = [re.split(r"\s{2,}", line)[0].strip() for line in lines]
    assert told == held


def test_every_code_that_closes_a_socket_is_explained() -> None:
    protocol = (ROOT / "docs" / "protocol.md").read_text()
    told = {int(code) for code in re.findall(r"^\| (4\d{3}) \|", protocol, re.MULTILINE)}
    used = {4000 + status for status in (401, 403)}  # CLOSE + RefusedError.status
    for floor in ("consumers", "proxy", "engine/protocols"):
        for source in (ROOT / "sessions_app" / floor).glob("*.py"):
            used |= {
                node.value
                for node in ast.walk(ast.parse(source.read_text()))
                if isinstance(node, ast.Constant)
                and isinstance(node.value, int)
                and 4001 <= node.value < 4500
            }
    assert told == used
