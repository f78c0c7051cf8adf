"""Spoken audio, and places to record to."""

import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.core.frames import Samples

TEXT = "The quick brown fox jumps over the lazy dog, and then it rests for a little while."


@pytest.fixture(scope="session")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Samples:
    """About five seconds of flite speech: int16 mono at 16 kHz."""
    path = tmp_path_factory.mktemp("speech") / "speech.wav"
    subprocess.run(["flite", "-voice", "slt", "-t", TEXT, "-o", str(path)], check=True, timeout=60)
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels()) == (16_000, 1)
        return np.frombuffer(file.readframes(file.getnframes()), np.int16)


class MemorySink:
    """A byte sink that keeps what it was given, piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.pieces.append(data)

    async def aclose(self) -> None:
        self.closed = True

    def saved(self, path: Path) -> Path:
        path.write_bytes(b"".join(self.pieces))
        return path


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink()
