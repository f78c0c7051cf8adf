"""The Django application."""

from django.apps import AppConfig

from sessions_app.i18n import gettext_lazy


class SessionsAppConfig(AppConfig):
    """Registers the system checks, signal handlers and search index with Django."""

    name = "sessions_app"
    verbose_name = gettext_lazy("Voice calls")

    def ready(self) -> None:
        from sessions_app import checks  # noqa: F401, PLC0415 - registers system checks
        from sessions_app.models import names  # noqa: PLC0415
        from sessions_app.services import audio_copies, recordings  # noqa: PLC0415 - models are loaded now
        from sessions_app.services.search import upkeep  # noqa: PLC0415
        from sessions_app.views import cors, signing_in  # noqa: PLC0415

        names.translate(self)
        recordings.delete_with_rows()
        audio_copies.delete_with_rows()
        upkeep.after_migrations(self)
        cors.allow_tickets()
        signing_in.remember_devices()
