"""WSGI entry of the survey process."""

import logging
import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "opm.survey_settings"
logging.disable(logging.CRITICAL)

application = get_wsgi_application()
