"""Every template can be read: one that is included on one page alone is seen by no other test."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

FOLDER = Path(__file__).resolve().parents[2] / "templates"
NAMES = sorted(
    str(file.relative_to(FOLDER)) for end in ("html", "txt") for file in FOLDER.rglob(f"*.{end}")
)


@pytest.mark.parametrize("name", NAMES)
def test_it_can_be_read(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_of_a_merge_is_left_in_it(name: str) -> None:
    lines = (FOLDER / name).read_text().splitlines()
    assert not [line for line in lines if line.startswith(("<<<<<<<", "=======", ">>>>>>>"))]


@pytest.mark.parametrize("name", NAMES)
def test_no_script_runs_before_the_page_is_whole(name: str) -> None:
    """One with `async` runs as soon as it is there, and then misses what comes further down."""
    scripts = re.findall(r"<script[^>]*>", (FOLDER / name).read_text())
    assert not [script for script in scripts if re.search(r"\sasync\b", script)]
