"""Static files are served under names that change with their content."""

import re
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

IMPORT = re.compile(r'^import [^"]*"\./([^"]+)"', re.MULTILINE)
HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")


def test_modules_import_each_other_by_hashed_names(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    call_command("collectstatic", interactive=False, verbosity=0)
    storage: Any = staticfiles_storage
    page = tmp_path / "static" / storage.stored_name("js/call-page.js")
    imported = IMPORT.findall(page.read_text())
    assert len(imported) > 5
    for name in imported:
        assert HASHED.search(name), name
        assert (page.parent / name).exists()
    for module in (tmp_path / "static").rglob("*.js"):
        if HASHED.search(module.name):
            gone = [
                n for n in IMPORT.findall(module.read_text()) if not (module.parent / n).exists()
            ]
            assert gone == [], module.name
    drawer = tmp_path / "static" / storage.stored_name("js/connection-drawer.js")
    later = re.findall(r'await import\("\./([^"]+)"\)', drawer.read_text())
    assert [bool(HASHED.search(name)) for name in later] == [True]
    assert (drawer.parent / later[0]).exists()
