#!/usr/bin/env bash
# A word in a comment makes Django write an import that leads nowhere.
#
# One would guess: with support_js_module_import_aggregation, collectstatic puts the
#   hashed name into each import of a module, and comments change nothing.
# What happens: a comment with the word "export" above an import makes a second
#   pattern match from that word to the same `from`, and the name that is hashed
#   already is hashed once more. Seen: './bell.<hash>.<hash>.js', which does not
#   exist. collectstatic ends well; the browser gets a 404, and no line of the
#   module runs. The word "import" in the comment does no harm. Where the imported
#   file's name comes later in the alphabet, collectstatic fails instead, with a
#   ValueError about a file that nobody named.
# Why it matters for live voice: a page for calls is made of many small modules.
#   One that is about exports says so in its first comment, and is dead only where
#   names are hashed: in production, not with the development server.
# Versions: Django 5.2.19.
# Cause: django/contrib/staticfiles/storage.py, HashedFilesMixin: the pattern for
#   `export … from` is `export(?s:[\s\{].*?)\s*from`, which neither skips comments
#   nor stops at a statement's end, and patterns run one after another over what
#   the ones before have written.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
python3 -m venv "$dir/venv"
"$dir/venv/bin/pip" install -qq 'Django==5.2.19'
cat > "$dir/storage.py" <<'PY'
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage


class Modules(ManifestStaticFilesStorage):
    support_js_module_import_aggregation = True
PY
cat > "$dir/collect.py" <<'PY'
import re
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command

here = Path(__file__).parent
source, made = here / "source", here / "made"
source.mkdir()
IMPORT = 'import { tone } from "./bell.js";\ntone();\n'
(source / "bell.js").write_text("export const tone = () => {};\n")
for name, comment in (
    ("none", ""),
    ("import", "/** Plays what an import brought. */\n"),
    ("export", "/** Plays a tone when an export is ready. */\n"),
):
    (source / f"{name}.js").write_text(comment + IMPORT)
settings.configure(
    SECRET_KEY="only for this demonstration",
    INSTALLED_APPS=["django.contrib.staticfiles"],
    STATIC_URL="/static/",
    STATIC_ROOT=str(made),
    STATICFILES_DIRS=[str(source)],
    STORAGES={"staticfiles": {"BACKEND": "storage.Modules"}},
)
django.setup()
call_command("collectstatic", interactive=False, verbosity=0)
print("Django", django.get_version())
seen = {}
for name in ("none", "import", "export"):
    [file] = made.glob(f"{name}.????????????.js")
    [target] = re.findall(r'from "\./([^"]+)"', file.read_text())
    seen[name] = (made / target).exists()
    print(f'comment with "{name}": imports {target}, which', "exists" if seen[name] else "does not exist")
if seen != {"none": True, "import": True, "export": False}:
    sys.exit("the behaviour changed")
PY
cd "$dir"
"$dir/venv/bin/python" collect.py
