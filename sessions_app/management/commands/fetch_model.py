"""`manage.py fetch_model`: brings a model of a recogniser or of turns onto this machine."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions_app.model_files import fetching
from sessions_app.model_files.fetching import ADDRESS, PACKAGES, fetch
from sessions_app.model_files.known_models import KINDS, KNOWN
from sessions_app.model_files.unpacking import FetchError

ENGINES = {
    "vosk": "vosk",
    "sherpa": "sherpa-onnx",
    "whisper": "faster-whisper",
    "smart_turn": "onnxruntime",
}
"""The package that each needs."""

USED = {
    "whisper": "From the next start on, recordings are transcribed again with it, and agents may "
    "have the recogniser whisper.",
    "smart_turn": "From the next start on, agents may have the end-of-turn rule smart-turn.",
}

BAR = 30
"""Characters of the progress bar."""

MEGABYTE = 1e6
"""Bytes."""


class Command(BaseCommand):
    help = "Fetches a model by name, address or file; without one it lists the names."
    requires_system_checks = ()  # they fail where a model is missing, which this is to mend

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", nargs="?", default="", help="a name, an address or a file")
        parser.add_argument(
            "--folder", type=Path, default=Path(settings.MODELS_DIR), help="where models are kept"
        )
        parser.add_argument(
            "--from",
            nargs="+",
            dest="origins",
            default=[],
            metavar="WHERE",
            help=f"of a model of single files: {ADDRESS}, {PACKAGES}, or folders, archives and "
            "files that have them; without it the address, and the packages where that fails",
        )
        parser.add_argument(
            "--use",
            nargs="?",
            const="",
            choices=["", *ENGINES],
            help="recognise with it from the next start on; name the engine of a model that has "
            "no name here",
        )

    def handle(
        self,
        *_args: str,
        source: str,
        folder: Path,
        use: str | None,
        origins: Sequence[str],
        **_options: object,
    ) -> None:
        if not source:
            self._list()
            return
        self._shown = ""
        try:
            path = fetch(source, folder, self._progress, origins=origins, line=self._line)
        except FetchError as error:
            raise CommandError(str(error)) from error
        self._line(f"The model is at {path}")
        named = KNOWN.get(source)
        engine = use or (named.engine if named is not None else "")
        if use is not None:
            self._use(engine, path)
        elif engine:
            self.stdout.write(f"To use it: manage.py fetch_model {source} --use")

    def _list(self) -> None:
        """Writes the names of all models, by what they are for."""
        for kind, engines in KINDS.items():
            self.stdout.write(f"{kind.capitalize()}:")
            for name, known in KNOWN.items():
                if known.engine in engines:
                    self.stdout.write(f"  {name}: {known.note}")

    def _use(self, engine: str, path: Path) -> None:
        if not engine:
            raise CommandError(f"Say which engine the model is for: --use {'|'.join(ENGINES)}")
        package = ENGINES[engine]
        if importlib.util.find_spec(package.replace("-", "_")) is None:
            # an engine that cannot be loaded would keep the server from starting
            raise CommandError(
                f"The model is kept, but not used yet: {engine} needs a package. Run "
                f"`pip install {package}` in voicesite's environment, then this command again."
            )
        fetching.use(engine, path, Path(settings.VAR_DIR) / "settings.env")
        self.stdout.write(USED.get(engine, "From the next start on, calls are recognised with it."))

    def _line(self, line: str) -> None:
        self.stdout.write(f"\n{line}" if self._shown else line)
        self._shown = ""

    def _progress(self, there: int, total: int | None) -> None:
        """Draws a bar, again only where it changes."""
        megabytes = f"{there / MEGABYTE:.1f} MB"
        if total:
            done = round(BAR * there / total)
            bar = "#" * done + "." * (BAR - done)
            shown = f"[{bar}] {megabytes} of {total / MEGABYTE:.1f} MB"
        else:
            shown = megabytes
        if shown != self._shown:
            self._shown = shown
            self.stdout.write(f"\r{shown}", ending="")
            self.stdout.flush()
