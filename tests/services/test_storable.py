from sessions_app.services.storable import one_line, storable


def test_what_no_database_takes_is_left_out() -> None:
    assert storable("a\x00b\ud800ü\n") == "ab?ü\n"


def test_words_are_parted_by_single_blanks() -> None:
    assert one_line("  a\x00 \n b\u3000c ") == "a b c"
