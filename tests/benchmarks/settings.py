"""The production settings with a few bare views beside the site: what Django itself costs on this machine."""

from opm.settings import *  # noqa: F403 - all of it, with another URL map

ROOT_URLCONF = "tests.benchmarks.urls"
