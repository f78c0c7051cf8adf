"""What the site sets up in each of its processes, once Django's settings are read."""

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy


class VoicesiteConfig(AppConfig):
    """Makes the Celery application the default, has broken threads logged, names Django's users."""

    name = "voicesite"
    verbose_name = "Site"

    def ready(self) -> None:
        from voicesite import celery, logs  # noqa: PLC0415 - settings are read now

        celery.app.set_default()
        logs.log_threads()
        # breadcrumbs and headings of users and groups, as `admin_site` names them on the start page
        apps.get_app_config("auth").verbose_name = gettext_lazy("People and programs")


class VoicesiteAdminConfig(AdminConfig):
    default_site = "voicesite.admin_site.VoiceAdminSite"
