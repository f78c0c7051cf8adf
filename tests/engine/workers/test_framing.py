"""The wire to workers: messages whole, in pieces, broken off, and none at all."""

import asyncio
import socket
import subprocess
import sys
import threading

import pytest

from sessions_app.engine.workers.framing import (
    HEADER,
    LONGEST_BODY,
    InvalidMessageError,
    MessageBuffer,
    WorkerGoneError,
    WorkerMessage,
    as_json,
    messages,
    pack,
    receive,
    send,
)

SENT = [
    WorkerMessage(1, 0, b""),
    WorkerMessage(255, 0xFFFF_FFFF, as_json({"text": "so many"})),
    WorkerMessage(7, 3, bytes(range(256)) * 1_000),
]
TOO_LONG = HEADER.pack(1, 0, LONGEST_BODY + 1)


def packed() -> bytes:
    return b"".join(pack(sent.kind, sent.body, sent.number) for sent in SENT)


def reader(data: bytes) -> asyncio.StreamReader:
    made = asyncio.StreamReader()
    made.feed_data(data)
    made.feed_eof()
    return made


@pytest.mark.parametrize("size", [1, HEADER.size, 1_000, len(packed())])
def test_pieces_of_any_size_make_the_same_messages(size: int) -> None:
    buffer, data = MessageBuffer(), packed()
    pieces = [data[start : start + size] for start in range(0, len(data), size)]
    assert [message for piece in pieces for message in buffer.feed(piece)] == SENT


def test_a_worker_reads_what_was_sent_until_the_other_end_closes() -> None:
    ours, theirs = socket.socketpair()

    def owner() -> None:
        with ours:
            for sent in SENT:
                send(ours, sent.kind, sent.body, sent.number)

    sending = threading.Thread(target=owner)
    sending.start()
    with theirs:
        assert list(messages(theirs)) == SENT
    sending.join()
    assert SENT[1].json() == {"text": "so many"}


@pytest.mark.parametrize("left", [1, HEADER.size - 1, HEADER.size, HEADER.size + 1])
async def test_half_a_message_is_dropped_and_its_sender_is_gone(left: int) -> None:
    half = pack(1, b"body")[:left]
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            ours.sendall(pack(2, b"whole") + half)
        assert list(messages(theirs)) == [WorkerMessage(2, 0, b"whole")]
    stream = reader(pack(2, b"whole") + half)
    assert await receive(stream) == WorkerMessage(2, 0, b"whole")
    with pytest.raises(WorkerGoneError):
        await receive(stream)


async def test_an_end_between_messages_is_the_same_to_whoever_waits_for_one() -> None:
    stream = reader(packed())
    assert [await receive(stream) for _ in SENT] == SENT
    with pytest.raises(WorkerGoneError):
        await receive(stream)


async def test_a_connection_that_breaks_is_a_worker_that_is_gone() -> None:
    stream = asyncio.StreamReader()
    stream.set_exception(ConnectionResetError())
    with pytest.raises(WorkerGoneError):
        await receive(stream)


async def test_a_length_that_no_message_has_is_told_before_anything_is_kept() -> None:
    longest = HEADER.pack(1, 0, LONGEST_BODY)
    assert list(MessageBuffer().feed(longest)) == []
    with pytest.raises(InvalidMessageError):
        list(MessageBuffer().feed(TOO_LONG))
    with pytest.raises(InvalidMessageError):
        await receive(reader(TOO_LONG + b"the rest"))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.sendall(packed()[: HEADER.size] + TOO_LONG)
        with pytest.raises(InvalidMessageError):
            list(messages(theirs))


def test_no_event_loop_is_in_a_worker_for_the_sake_of_the_wire() -> None:
    told = "import sys, sessions_app.engine.workers.fork_server; "
    told += "import sessions_app.engine.workers.framing; print('asyncio' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True
    ).stdout
    assert done == "False\n"
