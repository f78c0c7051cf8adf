"""What the site sets up in each of its processes, once Django's settings are read."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class VoicesiteConfig(AppConfig):
    """Makes the Celery application the default, and has broken threads logged."""

    name = "voicesite"
    verbose_name = "Site"

    def ready(self) -> None:
        from voicesite import celery, logs  # noqa: PLC0415 - settings are read now

        celery.app.set_default()
        logs.log_threads()


class VoicesiteAdminConfig(AdminConfig):
    default_site = "voicesite.admin_site.VoiceAdminSite"
