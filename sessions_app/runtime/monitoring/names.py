"""What a process is called in metrics: the same name after a restart, so that its series go on."""

import os
import re

from django.conf import settings

from sessions_app.runtime import media_processes

ALL, WEB, MEDIA, WORKER = "all", "web", "media", "worker"
"""The roles of processes."""

NAME = re.compile(r"[A-Za-z0-9_.-]{1,40}")


def process_name(role: str) -> str:
    """Returns METRICS_PROCESS, or supervisord's name for the process, or its role.

    A media process without either has its random name, as there may be several.
    """
    given = settings.METRICS_PROCESS or os.environ.get("SUPERVISOR_PROCESS_NAME", "")
    if NAME.fullmatch(given):
        return given
    return media_processes.NAME if role == MEDIA else role
