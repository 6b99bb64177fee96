"""Every case of both editions played through on a phone: own thoughts, how others see it, a bad end and the way back."""

from collections import deque

import pytest

from tests.e2e.axe import violations
from training import content
from training.activities import Case, Dialogue

pytestmark = pytest.mark.browser
CASES = [
    pytest.param(course, page, id=page.key)
    for course in content.load_all().values()
    for page in course.pages
    if any(isinstance(activity, Case) for activity in page.activities)
]


def of(page, kind):
    return next((activity for activity in page.activities if isinstance(activity, kind)), None)


def way(dialogue, kind):
    """The lines to say, as (node, line), from the start to the nearest ending of a kind."""
    queue = deque([(dialogue.start, ())])
    seen = {dialogue.start}
    while queue:
        at, said = queue.popleft()
        if dialogue.nodes[at].kind == kind:
            return said
        for line_id, line in dialogue.nodes[at].lettered:
            if line.to not in seen:
                seen.add(line.to)
                queue.append((line.to, (*said, (at, line_id, line.to))))
    raise AssertionError(f"{dialogue.id} has no {kind} ending")


def play(page, dialogue, said):
    for at, line_id, to in said:
        page.locator(f"#{dialogue.id} button[formaction*='/{at}/'][value='{line_id}']").click()
        page.wait_for_url(f"**/{dialogue.id}/{to}/**")
    ending = dialogue.nodes[said[-1][2]].ending
    page.locator(".ending-title", has_text=ending).wait_for()


@pytest.fixture(scope="module")
def learner(site):
    return site.person("reader-of-cases@example.org")


@pytest.mark.parametrize(("course", "case_page"), CASES)
def test_a_case_is_played_through_on_a_phone(site, open_page, sign_in, learner, course, case_page):
    page = sign_in(open_page(375), learner)
    page.goto(f"{site.training}/{course.id}/{case_page.section_id}/{case_page.id}/")
    case = of(case_page, Case)
    card = page.locator(f"#{case.id}")
    assert card.locator(".perspective").count() == 0
    for field in card.locator("textarea:visible").all():
        field.fill("Ask first.")
    card.get_by_role("heading", name="Compare with how others see it").wait_for()
    assert card.locator(".perspective figcaption").all_inner_texts() == [
        voice.who for voice in case.perspectives
    ]
    assert card.locator(".prevention .tag").inner_text() == case.prevention.phase
    if dialogue := of(case_page, Dialogue):
        page.get_by_role("link", name="Start the conversation").click()
        page.wait_for_url(f"**/{dialogue.id}/{dialogue.start}/**")
        play(page, dialogue, way(dialogue, "poor"))
        page.get_by_role("link", name="Go back and try another line").first.click()
        page.wait_for_url("**/?turn=0**")
        play(page, dialogue, way(dialogue, "good"))
        assert "You have found 2 of" in page.locator(".found").inner_text()
    page.goto(f"{site.training}/{course.id}/{case_page.section_id}/{case_page.id}/")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == 375
