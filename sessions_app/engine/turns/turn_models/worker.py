"""The fork server that loads a turn model once, and its forked workers."""

import os
import socket
import sys
from collections.abc import Callable

import numpy as np

from sessions_app.engine.core.errors import hide_exception_messages
from sessions_app.engine.core.frames import Samples
from sessions_app.engine.turns.turn_models.log_mel import log_mel
from sessions_app.engine.workers.fork_server import serve_forks
from sessions_app.engine.workers.framing import as_json, messages, send

JUDGE = b"J"[0]
"""The body is int16 at 16 kHz; answered by JUDGE with JSON: {"finished": 0..1}."""

NICE = 5
"""Added to a worker's niceness: below the media path, above background work."""

PauseJudge = Callable[[Samples], float]
"""Returns the probability (0..1) that the turn has ended, for its audio (int16, 16 kHz)."""


def load(path: str) -> PauseJudge:
    """Returns a function that runs the smart-turn model at `path` (ONNX, by Daily, BSD-2)."""
    import onnxruntime  # noqa: PLC0415 - only this process needs it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # a fork has no threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    entry = session.get_inputs()[0].name

    def judge(samples: Samples) -> float:
        (answer,) = session.run(None, {entry: log_mel(samples)[None]})
        return float(np.asarray(answer).reshape(-1)[0])

    return judge


def serve(judge: PauseJudge, channel: socket.socket) -> None:
    """Answers requests until the other end closes; PING and unknown kinds with the same kind."""
    for request in messages(channel):
        answer = b""
        if request.kind == JUDGE:
            answer = as_json({"finished": judge(np.frombuffer(request.body, np.int16))})
        send(channel, request.kind, answer)


def main(descriptor: int, path: str) -> None:
    """Loads the model, then forks a worker for each request until the owner has ended."""
    hide_exception_messages()
    judge = load(path)

    def work(channel: socket.socket, _kind: bytes) -> None:
        os.nice(NICE)
        serve(judge, channel)

    serve_forks(descriptor, work)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
