"""The fork server that loads PocketSphinx's model once, and its workers.

A worker decodes one utterance at a time for whoever has leased it. Its owner sends:

    BEGIN     JSON: `words` as for LEARN, `cmn` as FINAL told it, or null; an utterance begins
    AUDIO     the next audio, int16 at 16 kHz; answered by INTERIM where the text has changed
    END       the utterance is over; answered by FINAL
    REDECODE  all audio of an utterance, decoded at once; answered by FINAL
    LEARN     JSON: words and their ARPAbet phones, which are added for good
    PING      answered by PING

INTERIM is JSON with `text`. FINAL is JSON with `words`, each of text, start and end in seconds
from the utterance's first sample, and `cmn`, what the decoder knows of the channel (its cepstral
mean): the next utterance of the same speaker begins with it.
"""

import os
import socket
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from sessions_app.engine.workers.fork_server import serve_forks
from sessions_app.engine.workers.framing import PING, WorkerMessage, as_json, messages, send

BEGIN, AUDIO, END, REDECODE, INTERIM, FINAL, LEARN = b"BAERIFL"
LIVE, CALM, THOROUGH = b"L", b"C", b"T"
"""Kinds of workers: for speech of now, for second looks at it, for recordings."""

NICE = 10
"""What CALM and THOROUGH workers add to their niceness: they give way to all that is live."""

LIVE_SETTINGS = {"lw": 5.0, "fwdflatlw": 7.0, "bestpathlw": 8.0, "maxhmmpf": 3000}
"""PocketSphinx's options, the best measured.

0.32 CPU seconds a second of speech live, as much again for a re-decode.
"""

THOROUGH_SETTINGS = LIVE_SETTINGS | {"maxhmmpf": 30_000}
"""Without pruning: twice the work."""

BOOST = 300.0
"""The weight of hint words in the language model: how much likelier than other words they are.

Larger hears them where other words were said; smaller misses them. Of ten made-up names seven
are heard with it, three with none.
"""

_NO_WORDS = ("<", "[", "+")
"""How entries of the dictionary begin that stand for silence and noise."""


class PocketSphinxWorker:
    """Decodes one utterance at a time for whoever holds the other end of its socket."""

    def __init__(self, decoder: Any, channel: socket.socket) -> None:
        self._decoder = decoder
        self._channel = channel
        self._first_cmn = decoder.get_cmn()
        self._shown = ""

    def serve(self, requests: Iterable[WorkerMessage]) -> None:
        """Answers requests in the order they come."""
        for request in requests:
            self._answer(request)

    def _answer(self, request: WorkerMessage) -> None:
        kind = request.kind
        if kind == BEGIN:
            request_body = request.json()
            self._learn(request_body["words"])
            self._decoder.set_cmn(request_body["cmn"] or self._first_cmn)
            self._decoder.start_utt()
            self._shown = ""
        elif kind == AUDIO:
            self._decoder.process_raw(request.body, no_search=False, full_utt=False)
            self._interim()
        elif kind == END:
            self._decoder.end_utt()
            self._send(FINAL, self._result())
        elif kind == REDECODE:
            self._decoder.set_cmn(self._first_cmn)
            self._decoder.start_utt()
            self._decoder.process_raw(request.body, no_search=False, full_utt=True)
            self._decoder.end_utt()
            self._send(FINAL, self._result())
        elif kind == LEARN:
            self._learn(request.json())
        elif kind == PING:
            send(self._channel, PING)

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

    def _send(self, kind: int, body: dict[str, Any]) -> None:
        send(self._channel, kind, as_json(body))


def load(settings: dict[str, float] = LIVE_SETTINGS) -> Any:
    """Returns a decoder with the model that the wheel carries."""
    from pocketsphinx import Decoder  # noqa: PLC0415 - only this process needs it

    return Decoder(loglevel="FATAL", **settings)


def main(descriptor: int) -> None:
    """Loads the model, then forks a worker for each request until the owner has ended."""
    decoder = load()

    def work(channel: socket.socket, kind: bytes) -> None:
        if kind in (CALM, THOROUGH):
            os.nice(NICE)
        own = load(THOROUGH_SETTINGS) if kind == THOROUGH else decoder
        PocketSphinxWorker(own, channel).serve(messages(channel))

    serve_forks(descriptor, work)


if __name__ == "__main__":
    main(int(sys.argv[1]))
