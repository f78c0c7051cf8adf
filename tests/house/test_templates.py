"""Every template can be read: one that is included on one page alone is seen by no other test."""

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
