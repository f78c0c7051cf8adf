"""The tests of the feed of changes, on PostgreSQL: there, transactions run side by side."""

import pytest

from tests.fixtures.services import pass_on_postgres


@pytest.mark.services
def test_none_is_missed_on_postgresql() -> None:
    pass_on_postgres("tests/services/test_changes.py", "tests/api/test_given.py")
