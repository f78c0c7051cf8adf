"""When an agent speaks up by itself."""

from sessions_app.engine.session.idle_prompts import IdlePrompts, Prompt


def prompts(
    patience: IdlePrompts, until_ms: int, *, listening: bool = True
) -> list[tuple[int, str]]:
    found = []
    for now in range(0, until_ms, 1000):
        prompt = patience.due(now, listening=listening)
        if prompt is not None:
            found.append((now, prompt.value))
    return found


def test_it_asks_once_and_then_gives_up() -> None:
    assert prompts(IdlePrompts(20_000, 0), 100_000) == [
        (20_000, Prompt.STILL_THERE),
        (40_000, Prompt.GIVE_UP),
    ]


def test_a_caller_who_answers_is_asked_again_only_after_new_silence() -> None:
    patience = IdlePrompts(20_000, 0)
    assert patience.due(20_000, listening=True) is Prompt.STILL_THERE
    patience.heard_caller(25_000)
    assert patience.due(44_000, listening=True) is None
    assert patience.due(45_000, listening=True) is Prompt.STILL_THERE


def test_silence_counts_from_when_nobody_speaks() -> None:
    patience = IdlePrompts(20_000, 0)
    assert prompts(patience, 60_000, listening=False) == []
    assert patience.due(78_000, listening=True) is None
    assert patience.due(79_000, listening=True) is Prompt.STILL_THERE


def test_it_warns_before_the_end_of_the_time() -> None:
    assert prompts(IdlePrompts(0, 120_000), 200_000) == [
        (90_000, Prompt.NEARLY_OVER),
        (120_000, Prompt.TIME_IS_UP),
    ]


def test_a_short_time_ends_without_warning_even_while_somebody_speaks() -> None:
    assert prompts(IdlePrompts(0, 60_000), 100_000, listening=False) == [
        (60_000, Prompt.TIME_IS_UP)
    ]


def test_nothing_is_asked_where_nothing_is_set() -> None:
    assert prompts(IdlePrompts(0, 0), 1_000_000) == []
