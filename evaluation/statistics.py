"""The statistics of the reports, as pure functions over integer counts.

Two ratings of 1 to 7 have 49 possible pairs, so a table of 49 counts says all there is to know about an
item, however many people answered. Everything below is worked out from such counts: sums are exact
integers, nothing is rounded, and the cost does not grow with the number of responses. What is undefined (no
spread, too few pairs) is None.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

TOP_RATING = 7

PairCounts = Mapping[tuple[int, int], int]
"""How many gave each pair of ratings, (before, after) -> count."""


@dataclass(frozen=True)
class Paired:
    """A paired comparison of one item. Shares are 0-1; d_av and g_av take the mean of the two SDs as their
    unit.
    """

    n: int
    before_mean: float | None
    before_sd: float | None
    after_mean: float | None
    after_sd: float | None
    diff_mean: float | None
    diff_sd: float | None
    ci_low: float | None
    ci_high: float | None
    t: float | None
    p: float | None
    d_z: float | None
    d_av: float | None
    g_av: float | None
    g_av_ci_low: float | None
    g_av_ci_high: float | None
    wilcoxon_p: float | None
    ceiling: int
    improved: int
    same: int
    worse: int

    @property
    def ceiling_share(self) -> float | None:
        """The share that could not improve: already at 7 before."""
        return self.ceiling / self.n if self.n else None


def mean_sd(counts: Mapping[int, int]) -> tuple[float | None, float | None]:
    """Mean and standard deviation (n - 1) of values given as value -> count."""
    n = sum(counts.values())
    total = sum(value * count for value, count in counts.items())
    squares = sum(value * value * count for value, count in counts.items())
    if n == 0:
        return None, None
    if n == 1:
        return float(total), None
    return total / n, math.sqrt((n * squares - total * total) / (n * (n - 1)))


def paired(counts: PairCounts) -> Paired:
    """Compare after with before."""
    before, after, differences = _margins(counts)
    n = sum(before.values())
    before_mean, before_sd = mean_sd(before)
    after_mean, after_sd = mean_sd(after)
    diff_mean, diff_sd = mean_sd(differences)
    ci_low, ci_high, t, p = t_test(n, diff_mean, diff_sd)
    d_av = unit = None
    if diff_mean is not None and before_sd is not None and after_sd is not None and before_sd + after_sd > 0:
        unit = (before_sd + after_sd) / 2
        d_av = diff_mean / unit
    correction = hedges(n - 1)
    g_low, g_high = effect_interval(n, t, diff_sd, unit)
    return Paired(
        n=n,
        before_mean=before_mean,
        before_sd=before_sd,
        after_mean=after_mean,
        after_sd=after_sd,
        diff_mean=diff_mean,
        diff_sd=diff_sd,
        ci_low=ci_low,
        ci_high=ci_high,
        t=t,
        p=p,
        d_z=diff_mean / diff_sd if diff_mean is not None and diff_sd else None,
        d_av=d_av,
        g_av=_times(d_av, correction),
        g_av_ci_low=_times(g_low, correction),
        g_av_ci_high=_times(g_high, correction),
        wilcoxon_p=wilcoxon(differences),
        ceiling=before.get(TOP_RATING, 0),
        improved=sum(count for difference, count in differences.items() if difference > 0),
        same=differences.get(0, 0),
        worse=sum(count for difference, count in differences.items() if difference < 0),
    )


def t_test(
    n: int, mean: float | None, sd: float | None
) -> tuple[float | None, float | None, float | None, float | None]:
    """95 % confidence limits of the mean difference, t and its two-sided p."""
    if mean is None or not sd:
        return None, None, None, None
    from scipy.special import stdtr, stdtrit  # scipy loads slowly; only reports need it

    error = sd / math.sqrt(n)
    reach = float(stdtrit(n - 1, 0.975)) * error
    t = mean / error
    return mean - reach, mean + reach, t, 2 * float(stdtr(n - 1, -abs(t)))


def hedges(degrees: int) -> float | None:
    """The correction of a standardized difference in small samples: 1 - 3 / (4 df - 1) (Lakens 2013)."""
    return 1 - 3 / (4 * degrees - 1) if degrees > 1 else None


def effect_interval(
    n: int, t: float | None, diff_sd: float | None, unit: float | None
) -> tuple[float | None, float | None]:
    """95 % confidence limits of d_av, uncorrected.

    t follows a noncentral t distribution; the two noncentralities under which the observed t would be the
    97.5th and the 2.5th percentile, brought to the unit of d_av, are its limits (Algina & Keselman 2003;
    Cumming 2012).
    """
    if t is None or not diff_sd or not unit:
        return None, None
    to_unit = diff_sd / (math.sqrt(n) * unit)
    low, high = noncentrality(n - 1, t, 0.975), noncentrality(n - 1, t, 0.025)
    return _times(low, to_unit), _times(high, to_unit)


def noncentrality(degrees: int, t: float, probability: float) -> float | None:
    """The noncentrality under which a value up to `t` has this probability."""
    from scipy.optimize import brentq  # scipy loads slowly; only reports need it
    from scipy.special import nctdtr

    def excess(noncentral: float) -> float:
        # scipy's series serves positive t; the distribution mirrors for negative ones
        if t >= 0:
            return float(nctdtr(degrees, noncentral, t)) - probability
        return 1 - float(nctdtr(degrees, -noncentral, -t)) - probability

    # Far beyond any root: the noncentrality is t give or take a few, and at df 1 a multiple of t
    reach = 10 + 4 * abs(t) / math.sqrt(degrees) + abs(t) * (6 / math.sqrt(2 * degrees))
    try:
        return float(brentq(excess, t - reach, t + reach, xtol=1e-12))
    except ValueError:
        return None


def wilcoxon(differences: Mapping[int, int]) -> float | None:
    """Two-sided p of Wilcoxon's signed-rank test, difference -> count.

    Zero differences are left out; equal ones share their mean rank; normal approximation with the variance
    corrected for ties, no continuity correction (scipy.stats.wilcoxon with method="asymptotic").
    """
    n = rank_sum = ties = 0
    for size in sorted({abs(difference) for difference in differences if difference}):
        positive, negative = differences.get(size, 0), differences.get(-size, 0)
        group = positive + negative
        # Twice the mean rank of this group keeps the sum in integers
        rank_sum += positive * (2 * n + group + 1)
        ties += group**3 - group
        n += group
    variance = n * (n + 1) * (2 * n + 1) - ties / 2
    if n == 0 or variance <= 0:
        return None
    z = (rank_sum / 2 - n * (n + 1) / 4) / math.sqrt(variance / 24)
    return math.erfc(abs(z) / math.sqrt(2))


def holm(ps: Sequence[float | None]) -> list[float | None]:
    """Holm's adjustment of several p values; undefined ones stay so and are not counted."""
    ordered = sorted((p, place) for place, p in enumerate(ps) if p is not None)
    adjusted: list[float | None] = [None] * len(ps)
    highest = 0.0
    for rank, (p, place) in enumerate(ordered):
        highest = max(highest, min(1.0, p * (len(ordered) - rank)))
        adjusted[place] = highest
    return adjusted


def _margins(counts: PairCounts) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    before: dict[int, int] = {}
    after: dict[int, int] = {}
    differences: dict[int, int] = {}
    for (first, second), count in counts.items():
        before[first] = before.get(first, 0) + count
        after[second] = after.get(second, 0) + count
        differences[second - first] = differences.get(second - first, 0) + count
    return before, after, differences


def _times(value: float | None, factor: float | None) -> float | None:
    return None if value is None or factor is None else value * factor
