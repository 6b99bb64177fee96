"""Polls, self-assessments, sorting, ordering and placing: by mouse, by keyboard alone, and without JavaScript."""

import pytest

from tests.e2e.axe import violations
from tests.e2e.conftest import running
from tests.training.conftest import PAGE, Folder

pytestmark = pytest.mark.browser
WIDTHS = pytest.mark.parametrize("width", [1280, 375])
# Where the focus is, by the id of the element that has it
FOCUS = "document.activeElement.id"
# What one presses, where it is smaller than 24 pixels
SMALL = """() => [...document.querySelectorAll(".activity button, .activity label, .activity input[type=text]")]
  .filter(item => item.offsetParent)
  .filter(item => Math.min(item.getBoundingClientRect().width, item.getBoundingClientRect().height) < 24)
  .map(item => item.outerHTML)"""

KINDS = """
```poll where-you-meet
title: Where do you meet?
prompt: Most of the time.
options:
  - text: In my office
  - text: Over lunch or coffee
  - text: On a screen
```

```poll how-often
title: How often do you meet?
prompt: Think of the mentee who joined you last.
options:
  - text: Every week
    comment: Small things come up while they are small. The price is your calendar.
  - text: Every two weeks
    comment: Common, and often enough that nobody waits a month with a worry.
  - text: When there is something
    comment: Then most of it has happened already.
```

```scale building-belief
title: What have you done to build belief?
prompt: Think of one mentee and the last month.
points: [Not this month, Once, More than once, "It is a habit"]
statements:
  - text: I cut a task so that its first part could succeed soon.
    low: Choose one task this week, and cut it so that the first part can be done by Friday.
    high: Say aloud why you do it. Then your mentee can do it for somebody else.
  - text: I said exactly what was good about a piece of work.
    low: In the next draft, name the one sentence that does its job best, and say why.
bands:
  - from: 2
    title: Room to begin
    text: Begin with *one* of the two. The first is generally held to be the stronger.
  - from: 5
    title: A base to build on
    text: Keep what you do, and add the one you rated lower.
```

```sort two-kinds
title: Which kind of help is it?
prompt: Some acts open doors, some hold a person up.
categories:
  - id: career
    text: Career help
  - id: personal
    text: Personal help
cards:
  - text: You name her for a panel that you were asked to join.
    category: career
    feedback: It puts her name before people who choose.
  - text: You tell him of the grant that you did not get.
    category: personal
    also: [career]
    feedback: It comforts, and it teaches how review works.
```

```rank what-first
title: What comes first?
prompt: You have one hour with a new mentee. Put these in the order in which you would take them.
first: First of all
last: If there is time
items:
  - text: What each of you hopes for
    feedback: Everything else follows from it, and it is seldom asked later.
  - text: How and when you will meet
    feedback: It makes the rest happen.
  - text: Who will be an author
    feedback: It can wait for a week. It cannot wait for a year.
```

```matrix support-challenge
title: Where is it now?
prompt: Place a relationship of yours as the other person would.
places: 2
up:
  name: Support
  question: How much support do they get?
  low: Very little
  high: A great deal
across:
  name: Challenge
  question: How much is asked of them?
  low: Very little
  high: A great deal
quadrants:
  top_left:
    title: Confirmation
    text: Pleasant, and nothing grows. What could you ask for, with a date?
  top_right:
    title: Growth
    text: Keep both, and ask whether they would place it here too.
  bottom_left:
    title: Stasis
    text: Nothing much happens. Add one thing, and begin with support.
  bottom_right:
    title: Retreat
    text: People hide, or leave. Support comes first here.
```
"""


TWELVE_VOTES = """
import datetime
from django.utils import timezone
from registration.models import User
from training import polls
from training.models import Answer
for number in range(12):
    voter = User.objects.create(email=f"voter{number}@example.org")
    Answer.objects.create(
        user=voter, edition="graduate", page_id="page-1", activity_id="where-you-meet",
        value={"choice": "aab"[number % 3]}, answered_at=timezone.now(),
    )
print(polls.refresh(datetime.date(2026, 11, 3)))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """As the site of conftest.py, with a small course of its own that has the five kinds on its first page."""
    folder = Folder(tmp_path_factory.mktemp("content"))
    folder.write(folder.first, PAGE.split("```choice")[0] + KINDS)
    with running(tmp_path_factory.mktemp("var"), CONTENT_DIR=str(folder.root)) as site:
        assert site.manage("shell", "--no-imports", "-c", TWELVE_VOTES) == "1\n"
        yield site


@pytest.fixture
def arrive(site, open_page, sign_in):
    """arrive(width, **options) -> a page with the five kinds, opened by somebody who has answered none of them."""

    def arrive(width=1280, **options):
        page = sign_in(open_page(width, **options), site.person())
        page.goto(f"{site.training}/graduate/what-is-mentoring/page-1/")
        return page

    return arrive


def saved(page, activity):
    page.wait_for_function(
        "id => document.getElementById(id).textContent.includes('Saved')", arg=f"{activity}-status"
    )


def reasons(page):
    return [" ".join(text.split()) for text in page.locator(".activity .said .why").all_text_contents()]


def order(page):
    return [text.split("\n")[0] for text in page.locator("#what-first .rank-text").all_inner_texts()]


def choose(page, activity, field, value):
    """Press what is to be seen of a radio button, and wait until it is kept: a newer choice would end the older one."""
    page.locator(f"label:has(#{activity}-{field}-{value})").click()
    saved(page, activity)


def answer_all(page):
    page.locator("#how-often label").first.click()
    saved(page, "how-often")
    for row in ("a", "b"):
        choose(page, "building-belief", row, 2)
    for row, category in (("a", "personal"), ("b", "career")):
        choose(page, "two-kinds", row, category)
    page.get_by_role("button", name="My order is final, compare").click()
    page.get_by_role("heading", name="Our order, and why").wait_for()
    page.locator("#support-challenge-name_1").fill("A. K.")
    saved(page, "support-challenge")
    for field, value in (("up_1", 2), ("across_1", 5), ("up_2", 5), ("across_2", 4)):
        choose(page, "support-challenge", field, value)


@WIDTHS
def test_by_mouse_each_answer_brings_its_own_reason_and_stays(arrive, width):
    page = arrive(width)
    assert page.locator(".activity .why").count() == 0
    answer_all(page)
    said = reasons(page)
    page.reload()
    assert reasons(page) == said
    assert len(said) == 5
    assert page.locator("#two-kinds .verdict").all_inner_texts() == [
        "→ We would put it under “Career help”.",
        "✓ It fits here, and under “Personal help” too.",
    ]
    score = page.locator("#building-belief .result-title").inner_text()
    assert " ".join(score.split()) == "Room to begin 4 of 8"
    assert (
        page.locator("#how-often .hint").inner_text() == "We show how others answered once ten people have."
    )
    titles = page.locator("#support-challenge-said .result-title").all_inner_texts()
    assert titles == ["A. K.: Retreat", "Relationship 2: Growth"]
    assert page.locator("#support-challenge .matrix-point").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(SMALL) == []


@WIDTHS
def test_by_keyboard_alone_everything_is_reached_and_the_focus_stays(arrive, width):
    page = arrive(width)
    page.locator("#how-often-a").focus()
    page.keyboard.press("Space")
    saved(page, "how-often")
    assert page.evaluate(FOCUS) == "how-often-a"
    page.keyboard.press("ArrowDown")
    saved(page, "how-often")
    assert (page.evaluate(FOCUS), reasons(page)) == (
        "how-often-b",
        ["Common, and often enough that nobody waits a month with a worry."],
    )

    page.keyboard.press("Tab")
    assert page.evaluate(FOCUS) == "building-belief-a-1"
    page.keyboard.press("Space")
    saved(page, "building-belief")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(FOCUS) == "building-belief-b-2"
    saved(page, "building-belief")
    assert "3 of 8" in page.locator("#building-belief-band").inner_text()

    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    saved(page, "two-kinds")
    assert page.locator("#two-kinds-a-why strong").inner_text() == "It fits here."
    assert page.evaluate(FOCUS) == "two-kinds-a-career"

    before = order(page)
    last = page.locator("#what-first .rank-items > li").last
    name = last.locator("button[value$=':up']").get_attribute("id")
    page.locator(f"#{name}").focus()
    page.keyboard.press("Enter")
    page.locator("#what-first-said").get_by_text("now 2 of 3").wait_for(state="attached")
    assert page.evaluate(FOCUS) == name
    page.keyboard.press("Space")
    page.locator("#what-first-said").get_by_text("now 1 of 3").wait_for(state="attached")
    assert (page.evaluate(FOCUS), order(page)) == (name, [before[2], before[0], before[1]])
    page.keyboard.press("Enter")
    page.locator("#what-first-said").get_by_text("still 1 of 3").wait_for(state="attached")
    page.locator("#what-first-turn").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Our order, and why").wait_for()
    assert page.evaluate(FOCUS) == "what-first-turn"
    saved(page, "what-first")
    page.keyboard.press("Enter")
    page.locator("#what-first .rank-move").first.wait_for()
    assert order(page) == [before[2], before[0], before[1]]

    page.locator("#support-challenge-name_1").focus()
    page.keyboard.type("Jo")
    for key in ("Tab", "ArrowRight", "Tab", "Space"):
        page.keyboard.press(key)
        saved(page, "support-challenge")
    page.locator("#support-challenge-said").get_by_text("Jo:").wait_for()
    assert page.evaluate(FOCUS) == "support-challenge-across_1-1"
    assert page.locator("#support-challenge-said strong").inner_text() == "Stasis"


@WIDTHS
def test_without_javascript_buttons_do_the_same_and_nothing_is_lost(arrive, width):
    page = arrive(width, java_script_enabled=False)
    page.locator("#how-often-c").check()
    page.locator("#building-belief-a-4").check()
    page.locator("#two-kinds-a-career").check()
    before = order(page)
    page.locator("#what-first .rank-items > li").nth(1).locator("button[value$=':up']").click()
    assert order(page) == [before[1], before[0], before[2]]
    assert page.locator("#how-often .why").inner_text() == "Then most of it has happened already."
    assert page.locator("#building-belief .why").count() == 1
    assert page.locator("#two-kinds .verdict strong").inner_text() == "It fits here."
    page.get_by_role("button", name="My order is final, compare").click()
    page.get_by_role("heading", name="Our order, and why").wait_for()
    page.get_by_role("button", name="Change my order").click()
    assert order(page) == [before[1], before[0], before[2]]
    page.locator("#building-belief-b-4").check()
    page.locator("#building-belief .save").click()
    assert "A base to build on" in page.locator("#building-belief .result").inner_text()
    page.locator("#support-challenge-up_1-3").check()
    page.locator("#support-challenge-across_1-5").check()
    page.locator("#support-challenge .save").click()
    assert (
        page.locator("#support-challenge .result-title strong").inner_text() == "Between Growth and Retreat"
    )
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_no_kind_has_a_fault_that_a_machine_can_find(arrive, width, scheme):
    page = arrive(width, color_scheme=scheme)
    assert violations(page) == []
    answer_all(page)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_how_others_answered_shows_in_whole_percents_beside_bars(arrive):
    page = arrive()
    assert page.locator(".others").count() == 0
    page.locator("#where-you-meet-b").check()
    page.locator(".others").wait_for()
    assert page.locator(".others td").all_text_contents() == ["67%", "33%", "0%"]
    assert [" ".join(text.split()) for text in page.locator(".others .mine th").all_text_contents()] == [
        "Over lunch or coffee your answer"
    ]
    assert "12 people, as of November 3, 2026" in page.locator(".others caption").inner_text()
    assert violations(page) == []
