#!/usr/bin/env bash
# PostgreSQL's text search finds "0199" in no "555-0199", and "no" in no "yes/no".
#
# One would guess: the "simple" configuration splits words at punctuation, and a
#   word that stands in a line is found.
# What happens: the parser sees things in speech: in "555-0199" the number -0199,
#   in "covid-19" the number -19, in "yes/no" a file path, in "Stop.Next" a host
#   name. Each is one token, so the part is not found. Seen: "555-0199 -> '-0199'
#   '555'", and searching 0199, 19, no, next: false each time.
# Why it matters for live voice: recognisers write numbers and slashes just so; a
#   call cannot be found by the last four digits of the number that was said.
#   SQLite's search finds them all, so a product tested on SQLite changes its
#   answers when it moves to PostgreSQL.
# Versions: PostgreSQL 16.2 (in the wheel pgserver 0.1.4; run by root, that package
#   makes a system user "pgserver" and leaves it).
# Cause: src/backend/tsearch/wparser_def.c, the default parser: token types int,
#   file and host come before the configuration, so no dictionary can undo them.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'pgserver==0.1.4' 'apsw==3.54.1.0'
mkdir "$dir/data" "$dir/run"
export XDG_RUNTIME_DIR="$dir/run"
"$dir/venv/bin/python" -W ignore - "$dir/data" <<'PY'
import sys

import apsw
import pgserver

LINES = [
    ("call 555-0199 now", "0199"),
    ("covid-19 again", "19"),
    ("answer yes/no please", "no"),
    ("Stop.Next question", "next"),
    ("call 0199 now", "0199"),
]
lite = apsw.Connection(":memory:")
server = pgserver.get_server(sys.argv[1], cleanup_mode="delete")
try:

    def ask(expression):
        return server.psql(f"COPY (SELECT {expression}) TO STDOUT;").strip()

    print(ask("version()").split(" on ")[0], "| SQLite", apsw.sqlite_lib_version())
    found = []
    for line, word in LINES:
        vector = f"to_tsvector('simple', '{line}')"
        here = ask(f"{vector} @@ plainto_tsquery('simple', '{word}')") == "t"
        lite.execute("CREATE VIRTUAL TABLE t USING fts5(line)")
        lite.execute("INSERT INTO t VALUES (?)", (line,))
        there = lite.execute("SELECT count(*) FROM t WHERE line MATCH ?", (f'"{word}"',)).fetchone()[0] == 1
        lite.execute("DROP TABLE t")
        print(f"{line!r} -> {ask(vector)} | {word}: PostgreSQL {here}, SQLite {there}")
        found.append((here, there))
finally:
    server.cleanup()
sys.exit(0 if found == [(False, True)] * 4 + [(True, True)] else "the behaviour changed")
PY
