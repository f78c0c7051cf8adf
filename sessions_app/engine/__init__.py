"""Live voice without Django: audio in and out, recognition, turns, answers, one live call.

    core        values and contracts that all the rest shares: frames, events, commands, errors
    text        how languages are written: words, marks, where a sentence ends
    workers     processes for what blocks or may crash: fork server, wire, pool
    audio       sound itself: Opus, G.711 and G.722, resampling, levels, VAD, playout
    recording   a call's sides as Ogg Opus files that grow while it goes on
    rtc         WebRTC: offers, ICE, RTP (jitter buffer, NACK, RED), the loop that reads and sends
    websocket   the same audio over a WebSocket, where UDP is blocked
    stt         speech to text: engines, wrappers that make them last, worker processes
    tts         text to speech: voices, and how figures and signs are said
    turns       when the caller's turn is over, and when the caller interrupts the agent
    agent       what an agent says: responders, tools, memory, one answer on its way
    session     one live call, which puts all of this together
    protocols   what clients send and are sent, a file for each wire protocol
    exports     a transcript as SRT, WebVTT, CSV, JSON and plain text
    summaries   a summary and the things to do, out of a transcript

No module here imports Django, Channels or Celery; `make check` holds that.
"""

import os

# From 1.29, onnxruntime sends Microsoft what runs it and which models, unless this is set before it
# is first imported. A self-hosted product tells nobody anything. (onnxruntime's docs/Privacy.md)
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
