"""What a page of the course weighs on the wire: every page of both editions, from the servers of a production run."""

import gzip
import re
import urllib.request

import pytest
from django.test import Client

from training.content import load_all

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, databases=["default", "evaluation"]),
]
# A drawing on a slide is media, as a sound is: what a page weighs without them is its own
SLIDE = re.compile(r'<div class="slide".*?</svg>', re.DOTALL)
FILE = re.compile(r'(?:src|href)="(/static/[^"]+\.(?:css|js|svg))"')
COLD, WARM, SCRIPTS, OURS, REQUESTS = 70_000, 12_000, 24_000, 8_000, 8


@pytest.fixture
def load(site, learner):
    """What comes over the wire for an address, and its text."""
    client = Client()
    client.force_login(learner)
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    known = {}

    def load(path):
        if path not in known:
            headers = {"Accept-Encoding": "gzip, br", "Cookie": cookie}
            with urllib.request.urlopen(urllib.request.Request(site + path, headers=headers)) as answer:
                known[path] = answer.read(), answer.headers["Content-Encoding"]
        return known[path]

    return load


def weigh(load, path):
    """(bytes of the page, the same without slides, bytes of each file in its first view by address)"""
    body, encoding = load(path)
    assert encoding == "gzip", path
    html = gzip.decompress(body).decode()
    files = {name: len(load(name)[0]) for name in dict.fromkeys(FILE.findall(html))}
    return len(body), len(gzip.compress(SLIDE.sub("", html).encode(), 6)), files


@pytest.mark.parametrize("edition", ["graduate", "undergraduate"])
def test_a_page_is_light_and_needs_few_requests(load, edition):
    course = load_all()[edition]
    for page in course.pages:
        whole, own, files = weigh(load, f"/{edition}/{page.section_id}/{page.id}/")
        scripts = {name: size for name, size in files.items() if name.endswith(".js")}
        ours = [size for name, size in scripts.items() if "htmx" not in name]
        assert own <= WARM, page.key
        assert whole + sum(files.values()) <= COLD, page.key
        assert 1 + len(files) <= REQUESTS, (page.key, files)
        assert sum(scripts.values()) <= SCRIPTS, page.key
        assert sum(ours) <= OURS, page.key
