#!/usr/bin/env bash
# SQLite's full-text search drops the vowels of Hindi and Bengali words.
#
# One would guess: the tokenizer named unicode61 keeps a word of any script whole.
# What happens: vowel signs count as separators, so a word falls into single
#   consonants. दिन (day) and दान (gift) are both "द" next to "न", and a search for
#   one finds the other, and two words with these consonants as well. With the
#   categories "L* N* Co M*" each finds itself only.
# Why it matters for live voice: search over transcripts in these languages brings
#   up wrong calls, without an error, and looks right with Latin text in tests.
# Versions: SQLite 3.54.1, as built into apsw 3.54.1.0; SQLite 3.40 alike.
# Cause: SQLite ext/fts5/fts5_tokenize.c, fts5UnicodeCreate(): the default
#   categories are "L* N* Co"; vowel signs are Mc and Mn. Their default is in the
#   documentation, that it breaks whole scripts is not.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'apsw==3.54.1.0'
PYTHONIOENCODING=utf-8 "$dir/venv/bin/python" - <<'PY'
import sys

import apsw

print("SQLite", apsw.sqlite_lib_version())
LINES = ["आज का दिन", "बड़ा दान", "रख दे ना", "হাসি", "হাসা", "good day"]
base = apsw.Connection(":memory:")
base.execute("CREATE VIRTUAL TABLE plain USING fts5(line)")
base.execute(
    "CREATE VIRTUAL TABLE marks USING fts5(line, tokenize=\"unicode61 categories 'L* N* Co M*'\")"
)
for table in ("plain", "marks"):
    base.executemany(f"INSERT INTO {table} VALUES (?)", [(line,) for line in LINES])
base.execute("CREATE VIRTUAL TABLE terms USING fts5vocab(plain, row)")
print("terms:", *[row[0] for row in base.execute("SELECT term FROM terms")])


def find(table, word):
    return [row[0] for row in base.execute(f"SELECT line FROM {table} WHERE line MATCH ?", (word,))]


seen = {}
for word in ("दिन", "दान", "হাসি", "day"):
    seen[word] = find("plain", word), find("marks", word)
    print(word, "-> default:", seen[word][0], "| with marks:", seen[word][1])
kept = all(
    len(seen[word][0]) == found and len(seen[word][1]) == 1 for word, found in (("दिन", 3), ("दान", 3), ("হাসি", 2))
) and seen["day"] == (["good day"],) * 2
sys.exit(0 if kept else "the behaviour changed")
PY
