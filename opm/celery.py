"""The Celery application: in-process without REDIS_URL, on Redis with it."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opm.settings")

app = Celery("opm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
