"""A fixture for tests that show pages: static files as they lie in the tree."""

from pathlib import Path

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def static_files(settings: Settings, tmp_path: Path) -> None:
    """Needs no collected files: names are not hashed, and WhiteNoise finds an empty folder."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
