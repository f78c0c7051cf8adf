import pytest

from sessions_app.engine.core.states import LIVE, TERMINAL, CallState, may_move, sources_of

ALLOWED = {
    ("created", "connecting"),
    ("created", "ending"),
    ("created", "failed"),
    ("connecting", "active"),
    ("connecting", "ending"),
    ("connecting", "failed"),
    ("active", "reconnecting"),
    ("active", "ending"),
    ("active", "failed"),
    ("reconnecting", "active"),
    ("reconnecting", "ending"),
    ("reconnecting", "failed"),
    ("ending", "ended"),
    ("ending", "failed"),
}


@pytest.mark.parametrize("source", CallState)
@pytest.mark.parametrize("target", CallState)
def test_the_table(source: CallState, target: CallState) -> None:
    assert may_move(source, target) is ((source.value, target.value) in ALLOWED)
    assert (source in sources_of(target)) is may_move(source, target)


def test_every_state_is_live_or_terminal() -> None:
    assert set(CallState) == LIVE | TERMINAL
    assert not LIVE & TERMINAL
    assert all(CallState.FAILED in {t for t in CallState if may_move(s, t)} for s in LIVE)
