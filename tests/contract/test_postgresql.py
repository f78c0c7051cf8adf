"""What holds on SQLite holds on PostgreSQL, where the two have differed."""

import pytest

from tests.fixtures.services import pass_on_postgres


@pytest.mark.services
def test_times_orders_and_locks_are_the_same_on_postgresql() -> None:
    pass_on_postgres(
        "tests/admin/test_lookups.py",
        "tests/services/test_extractions.py",
        "tests/services/test_heartbeats.py",
    )
