"""What the course promises of itself: its length, what it serves, and that no conversation is a dead end."""

from collections import Counter

import pytest
from django.conf import settings

from training import content
from training.activities import Case, Choice, Dialogue
from training.parts import SKILLS
from training.talks import talks_in

COURSES = content.load_all()
GRADUATE = COURSES["graduate"]
PAGES = {page.key: page for course in COURSES.values() for page in course.pages}
WRITTEN_OUT = ["what-is-mentoring", "roles-and-responsibilities", "structured-process", "strategies"]
# Limeri et al. 2019, and a mentee who wants a line of research of their own
CASES = 7 + 1


def activities(kind):
    return [
        pytest.param(activity, id=f"{page.owner}/{activity.id}")
        for page in PAGES.values()
        for activity in page.activities
        if isinstance(activity, kind)
    ]


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_the_core_path_takes_90_to_120_minutes(course):
    low, high = course.core_minutes
    assert low >= 90
    assert high <= 120


def test_sections_one_to_four_are_what_a_busy_person_can_read():
    sections = [section for section in GRADUATE.sections if section.id in WRITTEN_OUT]
    pages = [page for section in sections for page in section.pages]
    assert 10_000 <= sum(page.words for page in pages) <= 14_000
    assert 45 <= sum(section.core_effort for section in sections) <= 60
    kinds = Counter(activity.kind for page in pages for activity in page.activities)
    assert kinds.total() >= 30
    assert len(kinds) >= 9


@pytest.mark.parametrize("page", [pytest.param(page, id=key) for key, page in PAGES.items()])
def test_a_page_has_one_idea_of_a_page_and_something_to_do(page):
    assert 60 <= page.words <= 600
    assert page.activities
    assert page.head.skills
    assert page.effort <= 12


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_every_skill_is_served_by_two_pages_and_two_activities(course):
    for skill in sorted(SKILLS):
        pages = [page for page in course.pages if skill in page.head.skills]
        assert len(pages) >= 2, skill
        assert sum(len(page.activities) for page in pages) >= 2, skill


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_a_section_opens_with_what_its_pages_teach_and_closes_with_its_works(course):
    for section in course.sections:
        taught = {skill for page in section.pages for skill in page.head.skills}
        assert 3 <= len(section.outcomes) <= 5, section.id
        assert {skill for outcome in section.outcomes for skill in outcome.skills} <= taught, section.id
        assert [page.head.closes_section for page in section.pages].index(True) == len(section.pages) - 1
        assert section.works, section.id


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_every_section_can_be_heard_in_two_to_four_minutes(course):
    for section in course.sections:
        talks = [media for page in section.pages for media in page.media if media.kind == "presentation"]
        assert len(talks) == 1, section.id
        assert 6 <= len(talks[0].slides) <= 10
        assert 120 <= talks[0].duration <= 240
        assert talks[0].sound
        assert section.talk[1] is talks[0]


def test_voices_are_heard_and_all_sound_together_is_small():
    heard = {
        edition: [media for page in course.pages for media in page.media if media.kind == "audio"]
        for edition, course in COURSES.items()
    }
    assert len(heard["graduate"]) >= 6
    assert len(heard["undergraduate"]) >= 3
    for media in (*heard["graduate"], *heard["undergraduate"]):
        assert {part.said.by for part in media.parts} == set(media.script.people)
        assert 30 <= media.duration <= 120
    shown = {media.id for course in COURSES.values() for page in course.pages for media in page.media}
    assert {talk.id for talk in talks_in(settings.CONTENT_DIR)} <= shown
    files = settings.CONTENT_DIR.glob("*/media/*/sound.*")
    assert sum(file.stat().st_size for file in files) < 12_000_000


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES)
def test_every_competency_that_programs_ask_about_is_worked_at(course):
    ids = {page.id for page in course.pages}
    for framework in course.competencies.frameworks:
        for item in framework.items:
            assert ids & set(item.pages), f"{framework.title}: {item.title}"


@pytest.mark.parametrize("dialogue", activities(Dialogue))
def test_a_conversation_has_turns_endings_and_a_way_back(dialogue):
    nodes = dialogue.nodes
    kinds = Counter(nodes[ending].kind for ending in dialogue.endings)
    assert len(nodes) >= 12
    assert kinds.total() >= 3
    assert set(kinds) == {"good", "mixed", "poor"}
    good = {ending for ending in dialogue.endings if nodes[ending].kind == "good"}
    poor = {ending for ending in dialogue.endings if nodes[ending].kind == "poor"}
    for node_id, node in nodes.items():
        ways = [line.to for line in node.lines]
        if node.ending:
            assert len(node.debrief.split()) >= 40, node_id
        elif poor & set(ways):
            # At the last turn before it goes wrong, something else can still be said
            assert any(good & reachable(dialogue, to) for to in ways), node_id
        else:
            assert len(node.lines) >= 2, node_id
    assert len({line.reason for node in nodes.values() for line in node.lines}) == sum(
        len(node.lines) for node in nodes.values()
    )


def reachable(dialogue, start):
    found, waiting = set(), [start]
    while waiting:
        node_id = waiting.pop()
        if node_id not in found:
            found.add(node_id)
            waiting += [line.to for line in dialogue.nodes[node_id].lines]
    return found


@pytest.mark.parametrize("choice", activities(Choice))
def test_every_option_has_a_reason_of_its_own_and_not_all_are_best(choice):
    assert len({option.feedback for option in choice.options}) == len(choice.options)
    assert 1 <= sum(option.best for option in choice.options) < len(choice.options)


def test_the_best_option_is_found_neither_by_its_place_nor_by_its_length():
    choices = [parameter.values[0] for parameter in activities(Choice)]
    places = Counter(
        place for choice in choices for place, option in enumerate(choice.options) if option.best
    )
    assert max(places.values()) / places.total() < 0.45
    longest = [max(choice.options, key=lambda option: len(option.text)).best for choice in choices]
    assert sum(longest) / len(longest) < 0.5


def test_there_is_a_case_for_each_kind_of_trouble_and_five_play_on():
    pages = [page for page in GRADUATE.section("case-studies").pages if page.is_core]
    assert len(pages) == CASES
    assert GRADUATE.section("case-studies").asked == 3
    for page in pages:
        (case,) = (activity for activity in page.activities if isinstance(activity, Case))
        assert (len(case.sides), len(case.perspectives)) == (2, 3), page.id
        assert case.prevention, page.id
        assert case.discussion, page.id
    branching = [page for page in pages if any(isinstance(item, Dialogue) for item in page.activities)]
    assert len(branching) >= 5
