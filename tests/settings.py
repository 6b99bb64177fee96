"""The settings that tests run under: those of the site, with keys of our own and data in a temporary folder.

`make test` sets the same variables from outside; here they serve a bare `pytest`.
"""

import atexit
import base64
import os
import shutil
import tempfile

os.environ.setdefault("SECRET_KEY", "a key for tests only")
os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("TICKET_SIGNING_KEY", base64.urlsafe_b64encode(b"s" * 32).decode())
if "VAR_DIR" not in os.environ:
    os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="opm-test-")
    atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)

from opm.settings import *  # noqa: F403 - the environment above has to be there first

# Slow on purpose elsewhere; here hundreds of people are made who never have to withstand anybody
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
