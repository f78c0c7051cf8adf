"""Bar charts as shapes."""

from sessions_app.admin.pictures import (
    BOTTOM,
    LEAST,
    LEFT,
    MOST_ROWS,
    RIGHT,
    TOP,
    WIDTH,
    Amount,
    columns,
    rows,
)


def test_columns_are_as_high_as_their_amounts() -> None:
    drawn = columns([Amount("2026-11-01", (4,), "4"), Amount("2026-11-02", (2, 1), "3")])
    heights = [float(bar.height) for bar in drawn.bars]
    full = BOTTOM - TOP
    assert heights == [full, full / 2, full / 4]
    assert [bar.kind for bar in drawn.bars] == ["solid", "solid", "hatched"]
    solid, hatched = drawn.bars[1:]
    assert float(hatched.y) + float(hatched.height) == float(solid.y)
    assert float(solid.y) + float(solid.height) == BOTTOM


def test_columns_name_their_largest_amount_and_their_first_and_last_day() -> None:
    days = [Amount(f"2026-11-0{n}", (n,), str(n)) for n in (1, 2, 3)]
    assert [label.text for label in columns(days).labels] == ["3", "0", "2026-11-01", "2026-11-03"]
    named = columns(days, ("Good", "Failed"))
    assert [label.text for label in named.labels[:2]] == ["Good", "Failed"]
    assert [bar.kind for bar in named.bars[:2]] == ["solid", "hatched"]


def test_all_columns_of_a_long_period_are_in_the_picture() -> None:
    drawn = columns([Amount("2026-11-01", (1,), "1")] * 92)
    assert all(
        float(bar.x) >= LEFT and float(bar.x) + float(bar.width) <= RIGHT for bar in drawn.bars
    )
    assert len({hit.x for hit in drawn.hits}) == 92


def test_little_can_be_seen_and_nothing_is_not_drawn() -> None:
    drawn = columns([Amount("a", (10_000,), ""), Amount("b", (1,), ""), Amount("c", (0,), "")])
    assert [float(bar.height) for bar in drawn.bars[1:]] == [LEAST]
    assert not columns([Amount("a", (0,), "0")]).bars


def test_rows_are_as_long_as_their_amounts() -> None:
    drawn = rows([Amount("one", (300, 100), "300 ms, 400 ms", "/x"), Amount("two", (200,), "200")])
    assert [float(bar.width) for bar in drawn.bars] == [WIDTH * 0.75, WIDTH * 0.25, WIDTH * 0.5]
    assert float(drawn.bars[1].x) == WIDTH * 0.75
    texts = [label.text for label in drawn.labels]
    assert texts == ["one", "300 ms, 400 ms", "two", "200"]
    assert [(hit.href, hit.name) for hit in drawn.hits] == [
        ("/x", "one: 300 ms, 400 ms"),
        ("", "two: 200"),
    ]


def test_rows_may_have_a_scale_of_their_own() -> None:
    (bar,) = rows([Amount("one", (50,), "50 %")], most=100).bars
    assert float(bar.width) == WIDTH / 2


def test_rows_beyond_the_most_are_left_to_the_table() -> None:
    drawn = rows([Amount(str(n), (1,), "1") for n in range(MOST_ROWS + 5)])
    assert (len(drawn.hits), drawn.left_out) == (MOST_ROWS, 5)
    last = drawn.bars[-1]
    assert float(last.y) + float(last.height) < drawn.height


def test_long_names_are_cut() -> None:
    label = rows([Amount("a" * 200, (1,), "1")]).labels[0]
    assert len(label.text) < 30
