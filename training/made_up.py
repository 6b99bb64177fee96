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
SHORT = ("the first Monday of the month comes", "A. R.", "ask what is in the way", "our next meeting begins")


def made_up(activity: Activity, chance: random.Random) -> Value:
    """A value of the kind's own shape, as its form would keep it."""
    if isinstance(activity, Dialogue):
        return _talked(activity, chance)
    posted = {
        f"{activity.id}-{name}": _typed(field, chance) for name, field in activity.form().fields.items()
    }
    posted[f"{activity.id}-move"] = "compare"  # in a ranking: look at the other order
    form = activity.form(posted)
    form.is_valid()
    return dict(form.cleaned_data)


def _typed(field: forms.Field, chance: random.Random) -> str | list[str]:
    if isinstance(field, forms.ChoiceField):
        keys = [str(key) for key, _ in field.widget.choices if key]
        is_several = isinstance(field, forms.MultipleChoiceField)
        return chance.sample(keys, k=max(1, len(keys) // 2)) if is_several else chance.choice(keys)
    if isinstance(field, forms.BooleanField):
        return "on"
    is_long = isinstance(field, forms.CharField) and (field.max_length or 0) > 300
    return chance.choice(WORDS if is_long else SHORT)


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
