"""Static files under names that change with their content, imports of modules included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedModulesStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # untyped
    """After an upgrade a page never mixes modules of two versions."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 20
    """A pass for each level of imports: those of the call page go deeper than Django's five."""
