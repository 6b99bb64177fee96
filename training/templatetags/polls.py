"""What a poll's template asks for: how others answered."""

from __future__ import annotations

from django import template

from training import polls
from training.activities import Poll
from training.content import Page

register = template.Library()


@register.simple_tag
def how_others_answered(page: Page, poll: Poll) -> polls.Tally | None:
    return polls.tally(page.owner, poll)
