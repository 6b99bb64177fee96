"""The cell rule: no page shows a count of 1 to 9, nor figures from which one could be worked out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

THRESHOLD = 10
HIDDEN = gettext_noop("hidden")  # translated where it is put into a cell
TOO_FEW = format_lazy(_("fewer than {threshold}"), threshold=THRESHOLD)


def cell_rule() -> str:
    """The rule in words, to print below tables that are under it."""
    return gettext(
        "Counts from 1 to %(most)s are hidden, and so are others from which they could be worked out."
    ) % {"most": THRESHOLD - 1}


def hidden_cells(counts: Sequence[int]) -> frozenset[int]:
    """The places of the counts to hide, where all counts and their sum would otherwise be known.

    Hides every count of 1 to 9 and then the next smallest ones, until each hidden count could be anything
    from 1 to at least 10. The reader is taken to know the sum of what is hidden, and that no hidden count
    exceeds the smallest one shown. Zeros are shown: they are about nobody. Where that cannot be reached,
    everything is hidden.
    """
    order = sorted((place for place, count in enumerate(counts) if count), key=lambda place: counts[place])
    small = sum(1 for place in order if counts[place] < THRESHOLD)
    if not small:
        return frozenset()
    for size in range(max(small, 2), len(order) + 1):
        total = sum(counts[place] for place in order[:size])
        most = counts[order[size]] if size < len(order) else math.inf
        can_be_one = total - (size - 1) * most <= 1
        can_be_many = min(most, total - (size - 1)) >= THRESHOLD
        if can_be_one and can_be_many:
            return frozenset(order[:size])
    return frozenset(range(len(counts)))


def too_small(cells: Mapping[tuple[int, ...], int]) -> frozenset[tuple[int, ...]]:
    """The groups of a row-level file whose group columns must be blanked: those under ten.

    If the blanked rows together are still under ten, the next smallest group joins them.
    """
    order = sorted(cells, key=lambda cell: (cells[cell], cell))
    size = sum(1 for cell in order if cells[cell] < THRESHOLD)
    while 0 < size < len(order) and sum(cells[cell] for cell in order[:size]) < THRESHOLD:
        size += 1
    return frozenset(order[:size])
