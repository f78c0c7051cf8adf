"""JSON that comes back as it was stored."""

import json
from typing import Any

from django.db import models


class OrderedJSONField(models.JSONField):
    """JSON whose objects keep the order of their keys.

    PostgreSQL's `jsonb` sorts them by length, so there it is text: filters by a key within it do
    not work. Databases that keep the text of JSON have it as they have any.
    """

    def db_type(self, connection: Any) -> str | None:
        """Returns the column's type."""
        return "text" if _sorts_keys(connection) else super().db_type(connection)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Returns what is sent to the database."""
        if not _sorts_keys(connection):
            return super().get_db_prep_value(value, connection, prepared)
        return json.dumps(self.get_prep_value(value), cls=self.encoder)


def _sorts_keys(connection: Any) -> bool:
    return bool(connection.vendor == "postgresql")
