"""From what happened to where one stands: one pure function, in any order, never going back."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import NamedTuple

from training.content import Course, Page, Section


class PageState(NamedTuple):
    page: Page
    is_done: bool
    open_activities: int

    @property
    def is_complete(self) -> bool:
        """Done, with every core activity answered."""
        return self.is_done and not self.open_activities


@dataclass(frozen=True)
class SectionState:
    section: Section
    pages: tuple[PageState, ...]

    @property
    def core_pages(self) -> list[PageState]:
        return [state for state in self.pages if state.page.is_core]

    @property
    def left(self) -> tuple[PageState, ...]:
        """Core pages that still want something; none once as many as the section asks for are complete."""
        core = self.core_pages
        complete = sum(state.is_complete for state in core)
        if self.section.asked and complete >= min(self.section.asked, len(core)):
            return ()
        return tuple(state for state in core if not state.is_complete)

    @property
    def is_complete(self) -> bool:
        return not self.left

    @property
    def is_started(self) -> bool:
        return any(state.is_done for state in self.pages)


@dataclass(frozen=True)
class CourseState:
    course: Course
    sections: tuple[SectionState, ...]
    has_plan: bool

    @property
    def is_complete(self) -> bool:
        return self.has_plan and all(section.is_complete for section in self.sections)

    @property
    def sections_complete(self) -> int:
        return sum(section.is_complete for section in self.sections)

    @property
    def pages_done(self) -> int:
        return sum(page.is_done for section in self.sections for page in section.pages)

    def section(self, section_id: str) -> SectionState:
        return next(state for state in self.sections if state.section.id == section_id)


def course_state(
    course: Course, done: AbstractSet[str], answered: AbstractSet[str], has_plan: bool = False
) -> CourseState:
    """Where a mentor stands, from the keys of pages marked done and of activities answered."""
    return CourseState(
        course,
        tuple(
            SectionState(section, tuple(_page_state(page, done, answered) for page in section.pages))
            for section in course.sections
        ),
        has_plan,
    )


def _page_state(page: Page, done: AbstractSet[str], answered: AbstractSet[str]) -> PageState:
    return PageState(page, not page.keys.isdisjoint(done), len(page.core_keys - answered))
