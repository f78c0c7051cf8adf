"""The Celery application; each task does a job that is a row of the database."""

import os

from celery import Celery

from voicesite import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "voicesite.settings")

broker.register()
app = Celery("voicesite")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
