"""WSGI entry of the survey process."""

import logging
import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "opm.survey_settings"
# Should they have got here by mistake: this process has no use for them
for name in ("DATABASE_URL", "EVALUATION_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "TICKET_SIGNING_KEY"):
    os.environ.pop(name, None)
logging.disable(logging.CRITICAL)

application = get_wsgi_application()
