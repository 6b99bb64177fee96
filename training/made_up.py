"""Made-up answers to any activity, for demo data: what a hasty visitor might choose and type."""

from __future__ import annotations

import random

from django import forms

from training.activities import Activity, Dialogue, Value

WORDS = (
    "Ask first, and wait for the whole answer.",
    "My own deadline was in the way, and I had not said so.",
    "I would ask what changed since last month, and then be quiet.",
    "We never wrote it down. That was mine to suggest.",
)
OWN = ("Ask what is in the way", "Write down who decides what", "Say when my comments will come")
INITIALS = ("A. R.", "M. L.", "J. O.", "T. K.", "S. B.")
MOMENTS = (
    "the first Monday of the month comes",
    "a draft has waited for a week",
    "our meeting is about to end",
)
ACTS = ("ask what is in the way, and wait", "send one line on when I will read it", "ask what we agreed on")
LONGEST_NAME, LONGEST_ITEM = 100, 300


def made_up(activity: Activity, chance: random.Random) -> Value:
    """A value of the kind's own shape, as its form would keep it."""
    if isinstance(activity, Dialogue):
        return _talked(activity, chance)
    posted = {
        f"{activity.id}-{name}": _typed(name, field, chance) for name, field in activity.form().fields.items()
    }
    posted[f"{activity.id}-move"] = "compare"  # in a ranking: look at the other order
    form = activity.form(posted)
    form.is_valid()
    return dict(form.cleaned_data)


def _typed(name: str, field: forms.Field, chance: random.Random) -> str | list[str]:
    if isinstance(field, forms.ChoiceField):
        keys = [str(key) for key, _ in field.widget.choices if key]
        is_several = isinstance(field, forms.MultipleChoiceField)
        return chance.sample(keys, k=max(1, len(keys) // 2)) if is_several else chance.choice(keys)
    if isinstance(field, forms.BooleanField):
        return "on"
    return chance.choice(_texts(name, field))


def _texts(name: str, field: forms.Field) -> tuple[str, ...]:
    """What somebody might type into such a field: a name, an item, half of a commitment, or a thought."""
    if name.startswith("situation_"):
        return MOMENTS
    if name.startswith("action_"):
        return ACTS
    longest = getattr(field, "max_length", None) or 0
    if longest <= LONGEST_NAME:
        return INITIALS
    return OWN if longest <= LONGEST_ITEM else WORDS


def _talked(dialogue: Dialogue, chance: random.Random) -> Value:
    """Some way through the conversation, to an ending or nearly so."""
    value: Value = {}
    at = dialogue.start
    for _ in range(20):
        lines = dialogue.nodes[at].lettered
        if not lines:
            break
        value = dialogue.choose(value, at, chance.choice(lines)[0]) or value
        at = value["at"]
    return value
