"""Static files under names that change with their content, imports of modules included."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")


class HashedModulesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # untyped
    """After an upgrade a page never mixes modules of two versions."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 20
    """A pass for each level of imports: those of the call page go deeper than Django's five."""

    def url_converter(
        self, name: str, hashed_files: Mapping[str, str], template: str | None = None
    ) -> Callable[[re.Match[str]], str]:
        """Converts an address once.

        Django takes any "import" or "export" before a `from` for a statement, also in a comment,
        and then converts what another of its patterns has converted.
        """
        convert: Any = super().url_converter(name, hashed_files, template)

        def once(found: re.Match[str]) -> str:
            is_done = HASHED.search(found["url"])
            return found["matched"] if is_done else str(convert(found))

        return once
