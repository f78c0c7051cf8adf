"""`manage.py recognisers`: lists the recognisers, whether they work here, and how fast."""

import asyncio
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sessions_app.call_client.microphone import RATE, FileError, read_sound
from sessions_app.engine.audio.resample import Resampler
from sessions_app.engine.core.frames import Samples
from sessions_app.engine.text.languages import base_of
from sessions_app.runtime import recogniser_trials, stored_settings
from sessions_app.runtime.recogniser_trials import TrialResult


class Command(BaseCommand):
    help = 'Lists VOICE["RECOGNISERS"], and tries each with a few words of the default voice.'

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--file", type=Path, help="a sound file to try them with instead")

    def handle(self, *_args: str, file: Path | None, **_options: object) -> None:
        stored_settings.refresh()
        try:
            tried = asyncio.run(_run(file))
        except FileError as error:
            raise CommandError(str(error)) from error
        for one in tried:
            self._show(one, own_words=file is not None)
        broken = [one.name for one in tried if one.problem]
        if broken:
            raise CommandError(f"Not usable as they are set: {', '.join(broken)}.")

    def _show(self, one: TrialResult, *, own_words: bool) -> None:
        self.stdout.write(f"{one.name}: {one.engine}")
        if one.abilities:
            self.stdout.write(f"    {one.abilities}")
        if one.problem:
            self.stdout.write(f"    cannot be used: {one.problem}")
        elif one.abilities:
            speed = one.audio_s / one.took_s if one.took_s else 0.0
            self.stdout.write(
                f"    ready in {one.start_s:.1f} s; {one.audio_s:.1f} s of sound in "
                f"{one.took_s:.1f} s, {speed:.1f} times as fast as it is spoken"
            )
            self.stdout.write(f"    heard: {one.text or '(nothing)'}")
            if not own_words and base_of(one.language) != "en":
                self.stdout.write(
                    f"    It was told English words and hears {one.language}: try it with --file."
                )


async def _run(file: Path | None) -> list[TrialResult]:
    samples = _from(file) if file is not None else await recogniser_trials.spoken()
    return await recogniser_trials.try_all(samples)


def _from(file: Path) -> Samples:
    """Returns what a sound file holds at 16 kHz; raises FileError."""
    return Resampler(RATE, 1).process(read_sound(file).reshape(1, -1))
