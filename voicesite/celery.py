"""The Celery application; its tasks are hints to do work that the database owes."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voicesite.settings")

app = Celery("voicesite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
