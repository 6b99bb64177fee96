"""Table 2: ratings before and after, in pairs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from evaluation.reports.counts import Filters, Sample, pair_counts
from evaluation.reports.disclosure import HIDDEN, THRESHOLD, TOO_FEW, hidden_cells
from evaluation.reports.printing import UNDEFINED, Table, mean_and_sd, p_value, percent, rounded
from evaluation.statistics import Paired, holm, paired

COLUMNS = (
    _("Item"),
    "N",
    _("Before: mean (SD)"),
    _("After: mean (SD)"),
    _("Mean difference (SD)"),
    _("95% CI"),
    "p",
    "p (Holm)",
)
EFFECT_COLUMNS = (
    _("Item"),
    "d_z",
    "d_av",
    _("g_av [95% CI]"),
    "p (Wilcoxon)",
    _("At 7 before"),
    _("Improved"),
    _("Same"),
    _("Worse"),
)
NOTES = (
    _("N: complete pairs. p: paired t-test, two-sided; p (Holm): adjusted over all items."),
    _(
        "d_z: mean difference divided by the SD of the differences. d_av: mean difference divided by the mean "
        "of the two SDs; g_av: d_av with Hedges’ correction, its interval from the noncentral t distribution "
        "(Lakens 2013). Wilcoxon: signed-rank test, zeros left out, normal approximation with ties."
    ),
    _(
        "Both ratings were given at one time, after the training, side by side. Such retrospective ratings "
        "tend to show larger gains than ratings given before and after."
    ),
)


@dataclass(frozen=True)
class Gain:
    """One item. `p_holm` is adjusted over all items of the table."""

    item: str
    label: str
    figures: Paired
    p_holm: float | None

    def as_json(self) -> dict[str, Any]:
        figures = asdict(self.figures)
        outcome = {name: figures.pop(name) for name in ("improved", "same", "worse")}
        del figures["ceiling"]
        return {
            "item": self.item,
            **figures,
            "p_holm": self.p_holm,
            "ceiling_share": self.figures.ceiling_share,
            **outcome,
        }

    def is_hidden(self, shielded: bool) -> bool:
        return shielded and 0 < self.figures.n < THRESHOLD

    def main_row(self, shielded: bool) -> tuple[str, ...]:
        if self.is_hidden(shielded):
            return (self.label, str(TOO_FEW), *[gettext(HIDDEN)] * (len(COLUMNS) - 2))
        f = self.figures
        return (
            self.label,
            f"{f.n:,}",
            mean_and_sd(f.before_mean, f.before_sd),
            mean_and_sd(f.after_mean, f.after_sd),
            mean_and_sd(f.diff_mean, f.diff_sd),
            interval(f.ci_low, f.ci_high),
            p_value(f.p),
            p_value(self.p_holm),
        )

    def effect_row(self, shielded: bool) -> tuple[str, ...]:
        if self.is_hidden(shielded):
            return (self.label, *[gettext(HIDDEN)] * (len(EFFECT_COLUMNS) - 1))
        f = self.figures
        ceiling = percent(f.ceiling, f.n)
        outcome = (f.improved, f.same, f.worse)
        hidden = hidden_cells(outcome) if shielded else frozenset()
        if shielded and hidden_cells((f.ceiling, f.n - f.ceiling)):
            ceiling = gettext(HIDDEN)
        return (
            self.label,
            rounded(f.d_z),
            rounded(f.d_av),
            f"{rounded(f.g_av)} [{interval(f.g_av_ci_low, f.g_av_ci_high)}]",
            p_value(f.wilcoxon_p),
            ceiling,
            *(gettext(HIDDEN) if place in hidden else f"{count:,}" for place, count in enumerate(outcome)),
        )


@dataclass(frozen=True)
class Table2:
    sample: Sample
    rows: tuple[Gain, ...]

    @property
    def title(self) -> str:
        return gettext("Table 2. Ratings before and after the training")

    def as_json(self) -> dict[str, Any]:
        return {"excluded": self.sample.excluded, "rows": [row.as_json() for row in self.rows]}

    def tables(self, shielded: bool) -> list[Table]:
        return [
            Table(
                gettext("Paired comparison"),
                tuple(str(column) for column in COLUMNS),
                tuple(row.main_row(shielded) for row in self.rows),
            ),
            Table(
                gettext("Size of the change"),
                tuple(str(column) for column in EFFECT_COLUMNS),
                tuple(row.effect_row(shielded) for row in self.rows),
            ),
        ]

    def notes(self, shielded: bool) -> list[str]:
        notes = [str(note) for note in NOTES]
        if shielded:
            rule = gettext("Figures that rest on fewer than %(threshold)s people are hidden.")
            notes.append(rule % {"threshold": THRESHOLD})
        return notes + self.sample.notes(shielded)


def interval(low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return UNDEFINED
    return gettext("%(low)s to %(high)s") % {"low": rounded(low), "high": rounded(high)}


def table2(filters: Filters) -> Table2:
    questions = [question for question in filters.asked.questions if question.kind == "pair"]
    figures = [paired(counts) for counts in pair_counts(filters, questions)]
    adjusted = holm([item.p for item in figures])
    rows = tuple(
        Gain(question.id, question.label, item, p_holm)
        for question, item, p_holm in zip(questions, figures, adjusted, strict=True)
    )
    return Table2(Sample.of(filters), rows)
