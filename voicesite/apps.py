"""What the site sets up in each of its processes, once Django's settings are read."""

import logging
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.admin.checks import check_admin_app, check_dependencies
from django.core import checks
from django.utils.translation import gettext_lazy


class VoicesiteConfig(AppConfig):
    """Makes the Celery application the default, has broken threads and, as JSON, warnings logged,
    and names Django's users.
    """

    name = "voicesite"
    verbose_name = "Site"

    def ready(self) -> None:
        from voicesite import celery, logs  # noqa: PLC0415 - settings are read now

        celery.app.set_default()
        logs.log_threads()
        if settings.LOG_JSON:
            logging.captureWarnings(True)  # Python prints them in lines of its own
        # breadcrumbs and headings of users and groups, as `admin_site` names them on the start page
        apps.get_app_config("auth").verbose_name = gettext_lazy("People and programs")


class VoicesiteAdminConfig(SimpleAdminConfig):
    """The admin, which is imported with the addresses (voicesite.urls) or for its system checks.

    Django imports it in every process. Here that is half of what a Celery worker, beat or most
    commands would import, and none of them shows a page.
    """

    default_site = "voicesite.admin_site.VoiceAdminSite"

    def ready(self) -> None:
        checks.register(check_dependencies, checks.Tags.admin)
        checks.register(_check_admin, checks.Tags.admin)


def _check_admin(app_configs: Any, **given: Any) -> list[checks.CheckMessage]:
    admin.autodiscover()
    return list(check_admin_app(app_configs, **given))
