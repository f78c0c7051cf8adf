"""`manage.py fetch_model`: brings a model of a recogniser or of turns onto this machine."""

import importlib.util
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions_app.engine.text.languages import is_tag
from sessions_app.model_files import fetching
from sessions_app.model_files.fetching import ADDRESS, PACKAGES, fetch
from sessions_app.model_files.known_models import KINDS, KNOWN, KnownModel
from sessions_app.model_files.model_folders import model_folder
from sessions_app.model_files.unpacking import FetchError

ENGINES = {
    "vosk": "vosk",
    "sherpa": "sherpa-onnx",
    "whisper": "faster-whisper",
    "smart_turn": "onnxruntime",
}
"""The package that each needs."""

OF_ONE_LANGUAGE = ("vosk", "sherpa")
"""Engines whose models understand one language, which they must be told."""

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
        parser.add_argument(
            "--language",
            default="",
            metavar="TAG",
            help="with --use, what a model of vosk or sherpa-onnx understands, such as de-DE "
            "(English unless told); if that is not English, agents choose the engine by its name",
        )

    def handle(
        self,
        *_args: str,
        source: str,
        folder: Path,
        use: str | None,
        language: str,
        origins: Sequence[str],
        **_options: object,
    ) -> None:
        if not source:
            self._list()
            return
        self._shown = ""
        named = KNOWN.get(source)
        engine = use or (named.engine if named is not None else "")
        _check_language(language, engine, use)
        try:
            path = fetch(source, folder, self._progress, origins=origins, line=self._line)
        except FetchError as error:
            raise CommandError(str(error)) from error
        self._line(f"The model is at {path}")
        if use is not None:
            self._use(engine, path, language, named)
        elif engine:
            self.stdout.write(f"To use it: manage.py fetch_model {source} --use")

    def _list(self) -> None:
        """Writes the names of all models, by what they are for."""
        for kind, engines in KINDS.items():
            self.stdout.write(f"{kind.capitalize()}:")
            for name, known in KNOWN.items():
                if known.engine in engines:
                    self.stdout.write(f"  {name}: {known.note}")

    def _use(self, engine: str, path: Path, language: str, known: KnownModel | None) -> None:
        if not engine:
            raise CommandError(f"Say which engine the model is for: --use {'|'.join(ENGINES)}")
        package = ENGINES[engine]
        if importlib.util.find_spec(package.replace("-", "_")) is None:
            # an engine that cannot be loaded would keep the server from starting
            raise CommandError(
                f"The model is kept, but not used yet: {engine} needs a package. Run "
                f"`pip install {package}` in voicesite's environment, then this command again."
            )
        try:
            # what digests were held against is whole
            model = path if known is not None and known.files else model_folder(path, engine)
        except FetchError as error:
            raise CommandError(str(error)) from error
        language = language or (known.language if known is not None else "")
        fetching.use(engine, model, Path(settings.VAR_DIR) / "settings.env", language)
        told = "From the next start on, calls are recognised with it."
        if fetching.serves_agents_alone(engine, language):
            told = f"From the next start on, agents in {language} may have the recogniser {engine}."
        self.stdout.write(USED.get(engine, told))

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


def _check_language(language: str, engine: str, use: str | None) -> None:
    """Raises CommandError for a language that is not to be told here, or is no tag."""
    if not language:
        return
    if use is None:
        raise CommandError("--language goes with --use.")
    if engine and engine not in OF_ONE_LANGUAGE:
        raise CommandError(f"--language is for models of {' and '.join(OF_ONE_LANGUAGE)} alone.")
    if not is_tag(language):
        raise CommandError(f"{language!r} is no BCP 47 tag, such as de-DE.")
