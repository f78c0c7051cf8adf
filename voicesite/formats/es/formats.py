"""Times in the admin's tables: 30/11/2026 08:40."""

DATETIME_FORMAT = "d/m/Y H:i"
