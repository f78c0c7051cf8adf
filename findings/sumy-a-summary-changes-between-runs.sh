#!/usr/bin/env bash
# sumy's LSA summary of the same text is another one when the program runs again.
#
# One would guess: latent semantic analysis is linear algebra without chance, so
#   the same sentences always give the same summary.
# What happens: its words are numbered in the order of a frozenset, which is another
#   one in each process. The rounding of the decomposition follows that order, and
#   with it which of the sentences that rank alike are taken: here each pair of three
#   comes up. LexRank, beside it, gives the same pair each time.
# Why it matters for live voice: short calls have many sentences of one form. A
#   summary made again after a restart is another one, though nobody changed the
#   transcript, and a test of it fails now and then.
# Versions: sumy 0.13.0, numpy 2.4.6.
# Cause: sumy/summarizers/lsa.py, _create_dictionary().
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'sumy==0.13.0' 'numpy==2.4.6'
cat >"$dir/see.py" <<'PY'
import sys

from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.lsa import LsaSummarizer
from sumy.utils import get_stop_words


class Words:
    def to_words(self, text):
        return tuple(text.lower().strip(".").split())


TEXT = (
    "Please call the plumber on Tuesday.",
    "Please send the letter to Martin.",
    "Please order the new chairs today.",
)
method = {"lsa": LsaSummarizer, "lexrank": LexRankSummarizer}[sys.argv[1]](Stemmer("english"))
method.stop_words = get_stop_words("english")
document = ObjectDocumentModel([Paragraph([Sentence(one, Words()) for one in TEXT])])
print(*(str(one).split()[1] for one in method(document, 2)))
PY
told() {
    for seed in 0 1 2 3 4 5 6 7 8 9; do
        PYTHONHASHSEED=$seed "$dir/venv/bin/python" "$dir/see.py" "$1"
    done | sort | uniq -c
}
"$dir/venv/bin/pip" list 2>/dev/null | grep -E '^(sumy|numpy) ' | paste -s -d ' '
echo "LSA, ten processes:" && told lsa | tee "$dir/lsa"
echo "LexRank, ten processes:" && told lexrank | tee "$dir/lexrank"
[ "$(wc -l <"$dir/lsa")" -gt 1 ] && [ "$(wc -l <"$dir/lexrank")" -eq 1 ]
