"""Times as everywhere on the site and in the admin: 2026-11-30 08:40."""

DATETIME_FORMAT = "Y-m-d H:i"
