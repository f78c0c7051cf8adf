"""The picture of what imports what: that it is right, and that the one in the tree is current."""

import pytest

from deploy.draw_imports import (
    DOCUMENT,
    arrows_of_imports,
    drawing,
    redrawn,
    room_of,
    without_shortcuts,
)


@pytest.mark.parametrize(
    ("module", "room"),
    [
        ("sessions_app", ""),
        ("sessions_app.apps", "apps"),
        ("sessions_app.views.pages", "views"),
        ("sessions_app.engine", ""),
        ("sessions_app.engine.rtc.rtp.nack", "engine.rtc"),
        ("sessions_app.migrations.0001_initial", ""),
    ],
)
def test_a_module_belongs_to_a_room(module: str, room: str) -> None:
    assert room_of(module) == room


def test_an_arrow_that_a_longer_way_repeats_is_left_out() -> None:
    arrows = {("views", "runtime"), ("runtime", "services"), ("views", "services")}
    assert without_shortcuts(arrows) == [("runtime", "services"), ("views", "runtime")]


def test_a_circle_is_named() -> None:
    with pytest.raises(ValueError, match=r"import each other: one, two\.$"):
        without_shortcuts({("zero", "one"), ("one", "two"), ("two", "one")})


def test_rooms_stand_in_their_half() -> None:
    arrows = [("runtime", "engine.session"), ("runtime", "models")]
    assert drawing(arrows).splitlines() == [
        "flowchart TD",
        '  subgraph django_half["sessions_app: Django"]',
        "    models; runtime",
        "  end",
        '  subgraph engine_half["sessions_app/engine: no Django"]',
        "    session",
        "  end",
        "  runtime --> session & models",
    ]


def test_two_rooms_of_one_name_are_not_drawn_as_one() -> None:
    with pytest.raises(ValueError, match="one name"):
        drawing([("exports", "engine.exports")])


def test_imports_are_found_and_never_lead_out_of_the_engine() -> None:
    arrows = arrows_of_imports()
    assert {("engine.session", "engine.rtc"), ("runtime", "engine.session")} <= arrows
    assert not [
        (room, other)
        for room, other in arrows
        if room.startswith("engine.") and not other.startswith("engine.")
    ]


def test_a_document_without_a_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="one block of Mermaid"):
        redrawn("# Architecture\n")


def test_the_picture_in_the_tree_is_current() -> None:
    """`make picture` draws it."""
    written = DOCUMENT.read_text()
    assert redrawn(written) == written
