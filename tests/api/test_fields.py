"""Named choices in the schema."""

from sessions_app.engine.core.states import CallState
from tests.api.conftest import openapi


def test_each_set_of_choices_is_one_component() -> None:
    schemas = openapi()["components"]["schemas"]
    assert schemas["CallState"]["enum"] == [state.value for state in CallState]
    assert schemas["WorkState"]["enum"] == ["pending", "running", "done", "failed"]
    assert not [name for name in schemas if name.endswith("Enum") and "State" in name]
