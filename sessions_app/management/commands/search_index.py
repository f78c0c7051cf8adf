"""The search index: says whether it is complete, and rebuilds it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS

from sessions_app.services.search import upkeep
from sessions_app.services.search.index import NoIndex, index_of


class Command(BaseCommand):
    help = "Completes the search index; with --rebuild it is emptied first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--rebuild",
            action="store_true",
            help="Empty it and put all segments into it again. Calls and searches go on.",
        )
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="Its name in DATABASES.")

    def handle(self, *_args: Any, **options: Any) -> None:
        alias, self.done = options["database"], 0
        if isinstance(index_of(alias), NoIndex):
            self.stdout.write("This database can keep no index: searches read the texts.")
            return
        work = upkeep.rebuild if options["rebuild"] else upkeep.complete
        work(alias, self._count)
        self.stdout.write(f"The search index is complete: {self.done} segments were put into it.")

    def _count(self, count: int) -> None:
        self.done += count
