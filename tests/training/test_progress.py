"""Where a mentor stands: any order gives the same, and nothing that happens takes anything away."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from training import content
from training.progress import course_state

COURSE = content.load_all()["graduate"]
EVENTS = [("done", page.key) for page in COURSE.pages] + [
    ("answered", page.activity_key(activity)) for page in COURSE.pages for activity in page.activities
]


def state_after(events, has_plan=True):
    done = {key for kind, key in events if kind == "done"}
    answered = {key for kind, key in events if kind == "answered"}
    return course_state(COURSE, done, answered, has_plan)


def test_nothing_done_is_nothing_complete():
    state = state_after([])
    assert (state.is_complete, state.sections_complete, state.pages_done) == (False, 0, 0)
    assert [len(section.left) for section in state.sections] == [
        sum(page.is_core for page in section.pages) for section in COURSE.sections
    ]


def test_everything_done_is_the_course_complete_once_there_is_a_plan():
    assert state_after(EVENTS).is_complete
    assert not state_after(EVENTS, has_plan=False).is_complete


def test_a_page_with_an_open_core_activity_is_still_left():
    page = next(page for page in COURSE.pages if page.is_core and page.core_activities)
    section = state_after([("done", page.key)]).section(page.section_id)
    mine = next(state for state in section.pages if state.page == page)
    assert (mine.is_done, mine.open_activities, mine.is_complete) == (True, len(page.core_activities), False)
    assert mine in section.left


def test_a_section_may_ask_for_some_of_its_pages_of_ones_own_choice():
    section = replace(COURSE.sections[0], asked=2)
    course = replace(COURSE, sections=(section,))
    pages = [page for page in section.pages if page.is_core]
    answered = {page.activity_key(activity) for page in pages for activity in page.activities}

    def left(*done):
        return len(course_state(course, {page.key for page in done}, answered).sections[0].left)

    assert (left(), left(pages[2]), left(pages[2], pages[0])) == (len(pages), len(pages) - 1, 0)


@given(st.permutations(EVENTS), st.data())
def test_any_order_and_any_repetition_give_the_same_state(events, data):
    twice = events + data.draw(st.lists(st.sampled_from(EVENTS)))
    assert state_after(twice) == state_after(EVENTS)


@given(st.sets(st.sampled_from(EVENTS)), st.sampled_from(EVENTS))
def test_nothing_that_happens_takes_anything_away(events, another):
    before, after = state_after(events), state_after(events | {another})
    assert after.sections_complete >= before.sections_complete
    assert after.pages_done >= before.pages_done
    for earlier, later in zip(before.sections, after.sections, strict=True):
        assert set(later.left) <= set(earlier.left) or len(later.left) <= len(earlier.left)
