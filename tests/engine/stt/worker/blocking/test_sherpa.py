from sessions_app.engine.stt.worker.blocking.sherpa import words_of


def test_no_word_is_later_than_its_utterance() -> None:
    """A model says its last tokens in the silence that is put after an utterance."""
    tokens, times = ["▁good", "▁mor", "ning", "▁all"], [0.2, 0.9, 1.04, 1.2]
    assert words_of(tokens, times, 1.0) == [
        ("good", 0.2, 0.9, None),
        ("morning", 0.9, 1.0, None),
        ("all", 1.0, 1.0, None),
    ]
