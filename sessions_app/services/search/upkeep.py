"""Restores the search index after migrations, and rebuilds it."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import post_migrate

from sessions_app.services.search.index import Progress, index_of

MIGRATION = ("sessions_app", "0021_search_index")


def after_migrations(app: AppConfig) -> None:
    """Rebuilds, after every migration, the index that it dropped.

    On SQLite Django changes a table by making a new one; the triggers are lost with the old one.
    """
    post_migrate.connect(_install, sender=app, dispatch_uid="search index")


def rebuild(alias: str, progress: Progress) -> None:
    """Empties a database's index and fills it again; meanwhile searches read the texts."""
    index = index_of(alias)
    index.install()
    index.empty()
    index.fill(progress)


def complete(alias: str, progress: Progress) -> None:
    """Makes a database's index if there is none, and continues to fill it."""
    index = index_of(alias)
    index.install()
    index.fill(progress)


def _install(using: str, **_: Any) -> None:
    if MIGRATION in MigrationRecorder(connections[using]).applied_migrations():
        complete(using, lambda _count: None)
