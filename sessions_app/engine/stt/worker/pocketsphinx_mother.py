"""The process that loads the PocketSphinx model once and forks a worker for each request."""

import json
import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sessions_app.engine.core.fork_server import serve_forks

HEADER = struct.Struct("<IB")
BEGIN, AUDIO, END, REDECODE, PING, INTERIM, FINAL, LEARN = b"BAERPIFL"
LIVE, CALM, THOROUGH = b"L", b"C", b"T"
NICE = 10

LIVE_SETTINGS = {"lw": 5.0, "fwdflatlw": 7.0, "bestpathlw": 8.0, "maxhmmpf": 3000}
"""The best measured: 0.32 CPU-seconds a second of speech live, as much again for a re-decode."""

THOROUGH_SETTINGS = LIVE_SETTINGS | {"maxhmmpf": 30_000}
"""Without pruning: twice the work."""

BOOST = 300.0
"""So much likelier than other words: seven of ten made-up names are heard then, three without."""

_NO_WORDS = ("<", "[", "+")


class PocketSphinxWorker:
    """Decodes one utterance at a time for whoever holds the other end of its socket."""

    def __init__(self, decoder: Any, channel: socket.socket) -> None:
        self._decoder = decoder
        self._channel = channel
        self._first_cmn = decoder.get_cmn()
        self._shown = ""

    def serve(self) -> None:
        """Answers until the other end closes."""
        for kind, body in messages(self._channel):
            self._answer(kind, body)

    def _answer(self, kind: int, body: bytes) -> None:
        if kind == BEGIN:
            told = json.loads(body)
            self._learn(told["words"])
            self._decoder.set_cmn(told["cmn"] or self._first_cmn)
            self._decoder.start_utt()
            self._shown = ""
        elif kind == AUDIO:
            self._decoder.process_raw(body, no_search=False, full_utt=False)
            self._interim()
        elif kind == END:
            self._decoder.end_utt()
            self._send(FINAL, self._result())
        elif kind == REDECODE:
            self._decoder.set_cmn(self._first_cmn)
            self._decoder.start_utt()
            self._decoder.process_raw(body, no_search=False, full_utt=True)
            self._decoder.end_utt()
            self._send(FINAL, self._result())
        elif kind == LEARN:
            self._learn(json.loads(body))
        elif kind == PING:
            self._send(PING, {})

    def _learn(self, words: dict[str, str]) -> None:
        """Adds words to dictionary and language model, with the phones that are given."""
        model = self._decoder.get_lm()
        for word, phones in words.items():
            if self._decoder.lookup_word(word) is None:
                with suppress(RuntimeError):  # phones that the model lacks
                    model.add_word(word, BOOST)
                    self._decoder.add_word(word, phones, True)

    def _interim(self) -> None:
        hypothesis = self._decoder.hyp()
        text = hypothesis.hypstr if hypothesis is not None else ""
        if text != self._shown:
            self._shown = text
            self._send(INTERIM, {"text": text})

    def _result(self) -> dict[str, Any]:
        segments = [s for s in self._decoder.seg() or () if not s.word.startswith(_NO_WORDS)]
        words = [
            (s.word.partition("(")[0], s.start_frame / 100, (s.end_frame + 1) / 100)
            for s in segments
        ]
        return {"words": words, "cmn": self._decoder.get_cmn(True)}

    def _send(self, kind: int, message: dict[str, Any]) -> None:
        send(self._channel, kind, message)


def messages(channel: socket.socket) -> Iterator[tuple[int, bytes]]:
    """Yields the messages that come for a worker, kind and body, until the other end closes."""
    while (head := _read(channel, HEADER.size)) is not None:
        size, kind = HEADER.unpack(head)
        body = _read(channel, size)
        if body is None:
            return
        yield kind, body


def send(channel: socket.socket, kind: int, message: dict[str, Any]) -> None:
    """Sends a worker's answer, as `pool.WorkerLink` reads it."""
    body = json.dumps(message).encode()
    channel.sendall(HEADER.pack(len(body), kind) + body)


def _read(channel: socket.socket, size: int) -> bytes | None:
    pieces = b""
    while len(pieces) < size:
        piece = channel.recv(size - len(pieces))
        if not piece:
            return None
        pieces += piece
    return pieces


def load(settings: dict[str, float] = LIVE_SETTINGS) -> Any:
    """Returns a decoder with the model that the wheel carries."""
    from pocketsphinx import Decoder  # noqa: PLC0415 - only this process needs it

    return Decoder(loglevel="FATAL", **settings)


def main(descriptor: int) -> None:
    """Loads the model, then forks a worker for each request until the owner is gone."""
    decoder = load()

    def work(channel: socket.socket, kind: bytes) -> None:
        if kind != LIVE:
            os.nice(NICE)
        PocketSphinxWorker(
            load(THOROUGH_SETTINGS) if kind == THOROUGH else decoder, channel
        ).serve()

    serve_forks(descriptor, work)


if __name__ == "__main__":
    main(int(sys.argv[1]))
