"""What runs on a timer."""

import logging

from celery import shared_task
from django.conf import settings

from evaluation import loading

logger = logging.getLogger(__name__)


@shared_task
def load_released() -> None:
    """Load the survey's released file if there is a new one. A faulty one is logged, and the old answers
    stay.
    """
    if not loading.is_new(settings.RELEASED_FILE):
        return
    try:
        loaded = loading.load(settings.RELEASED_FILE)
    except loading.LoadError:
        logger.exception("The released file was not loaded; everything stays as it was")
    else:
        logger.info("Loaded %s released responses and %s texts", loaded.responses, loaded.texts)
