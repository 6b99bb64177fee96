"""What a machine can find wrong for people with disabilities, on every page of both courses and around them."""

import pytest

from tests.e2e.axe import violations
from training import content

pytestmark = pytest.mark.browser
COURSES = content.load_all()
PAGES = {page.key: (course, page) for course in reversed(COURSES.values()) for page in course.pages}
AROUND = [
    "/for-institutions/",
    "/me/",
    "/me/erase/",
    "/graduate/",
    "/graduate/plan/",
    "/graduate/tools/",
    "/graduate/tools/mentoring-agreement/",
    "/graduate/brief/",
    "/graduate/syllabus/",
    "/graduate/workbook/",
    "/graduate/discussion-pack/?section=toolkit",
    "/graduate/what-is-mentoring/why-it-matters/",
    "/results/",
    "/results/reach/",
    "/survey/",
    "/dev/mail/",
]


@pytest.fixture(scope="module")
def learner(site):
    """An evaluator, who sees all that learners see, and the results."""
    return site.person("axe@example.org", "evaluator")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_around_the_course(site, open_page, sign_in, learner, width, scheme):
    page = open_page(width, color_scheme=scheme)
    faults = {}
    for address in ("/", "/accounts/login/", "/accounts/signup/"):
        page.goto(site.training + address)
        faults[address] = violations(page)
    sign_in(page, learner)
    for address in AROUND:
        page.goto(site.training + address)
        faults[address] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
    page.goto(site.survey)
    faults["survey"] = violations(page)
    assert {address: found for address, found in faults.items() if found} == {}


@pytest.mark.parametrize("turn", range(4))
def test_every_page_of_the_course_once(site, open_page, sign_in, learner, turn):
    """A quarter of the pages in each of four: wide or narrow, light or dark."""
    width, scheme = [(1280, "light"), (320, "dark"), (1280, "dark"), (320, "light")][turn]
    page = sign_in(open_page(width, color_scheme=scheme), learner)
    faults = {}
    for course, item in list(PAGES.values())[turn::4]:
        page.goto(f"{site.training}/{course.id}/{item.section_id}/{item.id}/")
        faults[item.key] = violations(page)
        assert page.evaluate("document.documentElement.scrollWidth") == width, item.key
    assert {key: found for key, found in faults.items() if found} == {}
