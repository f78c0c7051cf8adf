"""Pipecat's own turn analyser on sound files; runs in an environment of its own that has Pipecat.

    python peer_turns.py FOLDER

Prints one JSON line: for each file (16 kHz mono) the moments, in ms, when a turn was taken to be
over. Its VAD and analyser run as they come; the transcript that Pipecat waits for besides, unless
it is told not to, is not counted.
"""

import asyncio
import json
import sys
import time
import wave
from pathlib import Path

from loguru import logger
from pipecat.audio.turn.base_turn_analyzer import EndOfTurnState
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADState

RATE = 16_000
FRAME_MS = 20


async def ends(path: Path) -> list[float]:
    """Returns when turns were over."""
    with wave.open(str(path)) as file:
        audio = file.readframes(file.getnframes())
    vad, analyser = SileroVADAnalyzer(sample_rate=RATE), LocalSmartTurnAnalyzerV3()
    vad.set_sample_rate(RATE)
    analyser.set_sample_rate(RATE)
    analyser.update_vad_start_secs(vad.params.start_secs)
    found: list[float] = []
    speaking, size = False, 2 * RATE * FRAME_MS // 1000
    for number, at in enumerate(range(0, len(audio), size), 1):
        frame = audio[at : at + size]
        state = await vad.analyze_audio(frame)
        began_s = time.perf_counter()
        was, speaking = speaking, speaks(state, speaking)
        over = analyser.append_audio(frame, speaking)
        if was and not speaking:
            over, _ = await analyser.analyze_end_of_turn()
        if over == EndOfTurnState.COMPLETE:
            found.append(FRAME_MS * number + 1000 * (time.perf_counter() - began_s))
    await analyser.cleanup()
    return found


def speaks(state: VADState, before: bool) -> bool:
    """Returns whether somebody speaks; what begins or ends has not done so yet."""
    if state in (VADState.STARTING, VADState.STOPPING):
        return before
    return state == VADState.SPEAKING


async def main(paths: list[Path]) -> None:
    print(json.dumps({path.stem: await ends(path) for path in paths}))


if __name__ == "__main__":
    logger.remove()
    asyncio.run(main(sorted(Path(sys.argv[1]).glob("*.wav"))))
