"""What a dialogue's template asks for: the conversation as it stands at the address of this request."""

from __future__ import annotations

from django import template
from django.template.context import RequestContext

from training.activities.common import Value
from training.activities.dialogue import Dialogue, Talk

register = template.Library()


@register.simple_tag(takes_context=True)
def conversation(context: RequestContext, dialogue: Dialogue, value: Value) -> Talk:
    """At /…/<activity>/<node>/ the conversation stands at that node, on the page itself where it was left."""
    request = context["request"]
    place = request.resolver_match.kwargs
    if place.get("activity") != dialogue.id or place.get("node") not in dialogue.nodes:
        return dialogue.talk(value)
    turn = request.GET.get("turn", "")
    return dialogue.talk(value, place["node"], int(turn) if turn.isdecimal() else None)
