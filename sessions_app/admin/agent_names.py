"""What the form of an agent calls its fields, and what it says of them."""

from sessions_app.admin import redaction_fields
from sessions_app.i18n import gettext_lazy

NAMED = {
    "recogniser": ("RECOGNISERS", gettext_lazy("Turns the caller's speech into text.")),
    "responder": (
        "RESPONDERS",
        gettext_lazy("Decides what the agent says. Without one it only transcribes."),
    ),
    "synthesiser": ("SYNTHESISERS", gettext_lazy("The engine that speaks for the agent.")),
    "endpointer": ("ENDPOINTERS", gettext_lazy("Decides when the caller has finished speaking.")),
    "barge_in": (
        "BARGE_INS",
        gettext_lazy("Tells an interruption apart from a cough or an “mhm”."),
    ),
}
"""Fields that name an entry of VOICE: the section, and what the entry does."""

LABELS = {
    "recogniser": gettext_lazy("Speech recognition"),
    "synthesiser": gettext_lazy("Speech engine"),
    "endpointer": gettext_lazy("End-of-turn rule"),
    "barge_in": gettext_lazy("Interruption rule"),
    "phrases": gettext_lazy("Likely words"),
    "preemptive": gettext_lazy("Start answering early"),
    "min_delay_ms": gettext_lazy("Shortest silence (ms)"),
    "max_delay_ms": gettext_lazy("Longest silence (ms)"),
    "barge_in_ms": gettext_lazy("Speech that interrupts (ms)"),
    "barge_in_words": gettext_lazy("Words that interrupt"),
    "silence_s": gettext_lazy("Ask after a silence of (s)"),
    "max_length_s": gettext_lazy("Longest call (s)"),
    "keep_audio_days": gettext_lazy("Keep audio for (days)"),
    "keep_text_days": gettext_lazy("Keep text for (days)"),
    "is_active": gettext_lazy("Active"),
    **redaction_fields.LABELS,
}

HELP = {
    "language": gettext_lazy("A BCP 47 tag, such as en-US."),
    "phrases": gettext_lazy(
        "Names and words that callers are likely to say, one per line. They are "
        "then recognised better."
    ),
    "greeting": gettext_lazy(
        "What the agent says as soon as the call is connected. Empty for no greeting. "
        "{{name}} becomes the variable of that name, which a call is given at its start."
    ),
    "prompt": gettext_lazy(
        "Who the agent is and how it should answer, for the language model. {{name}} "
        "becomes the variable of that name."
    ),
    "responder_options": gettext_lazy('Extra options as JSON, for example {"temperature": 0.3}.'),
    "preemptive": gettext_lazy(
        "Start an answer before the caller has clearly finished: faster, but costs more."
    ),
    "voice": gettext_lazy(
        "A voice of the speech engine. Empty for its default voice or, in another language, "
        "for one that speaks it."
    ),
    "speed": gettext_lazy("From 0.5 to 2; 1 is the voice's normal speed."),
    "min_delay_ms": gettext_lazy(
        "The shortest silence, in milliseconds, before the agent answers."
    ),
    "max_delay_ms": gettext_lazy(
        "The longest silence, in milliseconds, for example after a number or an "
        "unfinished sentence."
    ),
    "barge_in_ms": gettext_lazy(
        "How long, in milliseconds, the caller must speak to interrupt the agent."
    ),
    "barge_in_words": gettext_lazy(
        "How many words interrupt the agent. “Mhm” and “okay” do not count."
    ),
    "silence_s": gettext_lazy(
        "After this many seconds of silence the agent asks whether the caller is still "
        "there. 0 for never."
    ),
    "max_length_s": gettext_lazy("The longest call in seconds. 0 uses the server's own limit."),
    "closing_words": gettext_lazy(
        "What the agent says before it hangs up. Empty for the default goodbye."
    ),
    "keep_audio_days": gettext_lazy(
        "Recordings of its calls are deleted after this many days. Empty for the "
        "installation's RECORDINGS_KEEP_DAYS, 0 for ever."
    ),
    "keep_text_days": gettext_lazy(
        "Transcripts, notes and summaries of its calls are deleted after this many "
        "days. Empty for the installation's TEXT_KEEP_DAYS, 0 for ever."
    ),
    "is_active": gettext_lazy("Untick to hide the agent and refuse new calls."),
    **redaction_fields.HELP,
}
"""Help texts of the form; the model's own are shorter."""
