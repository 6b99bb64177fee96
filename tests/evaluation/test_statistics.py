"""The statistics against scipy on expanded data, and against small sums done by hand."""

import math
import random
from collections import Counter

import pytest
from scipy import stats

from evaluation.statistics import holm, mean_sd, paired, wilcoxon


def expand(n, seed, shift=1):
    chance = random.Random(seed)
    before = [chance.randint(1, 7) for _ in range(n)]
    after = [min(7, max(1, rating + chance.randint(-2, 2 + shift))) for rating in before]
    return before, after


@pytest.mark.parametrize(("n", "seed"), [(4, 1), (10, 2), (37, 3), (250, 4), (2000, 5)])
def test_it_agrees_with_scipy(n, seed):
    before, after = expand(n, seed)
    found = paired(Counter(zip(before, after, strict=True)))
    test = stats.ttest_rel(after, before)
    interval = test.confidence_interval()
    differences = [second - first for first, second in zip(before, after, strict=True)]
    assert (found.t, found.p) == pytest.approx((test.statistic, test.pvalue), rel=1e-9)
    assert (found.ci_low, found.ci_high) == pytest.approx((interval.low, interval.high), rel=1e-9)
    assert found.wilcoxon_p == pytest.approx(
        stats.wilcoxon(differences, method="asymptotic").pvalue, rel=1e-9
    )


def test_three_people_by_hand():
    # 3 -> 5, 4 -> 5, 7 -> 7: differences 2, 1, 0
    found = paired({(3, 5): 1, (4, 5): 1, (7, 7): 1})
    assert (found.n, found.improved, found.same, found.worse) == (3, 2, 1, 0)
    assert found.before_mean == pytest.approx(14 / 3)
    assert found.before_sd == pytest.approx(math.sqrt(13 / 3))
    assert found.after_sd == pytest.approx(math.sqrt(4 / 3))
    assert (found.diff_mean, found.diff_sd) == (1.0, 1.0)
    assert found.t == pytest.approx(math.sqrt(3))
    # t with two degrees of freedom has a closed form: P(T > t) = 1/2 - t / (2 sqrt(2 + t^2)); its 97.5th percentile
    # is 4.302652729911275
    assert found.p == pytest.approx(1 - math.sqrt(3 / 5))
    assert (found.ci_low, found.ci_high) == pytest.approx(
        (1 - 4.302652729911275 / math.sqrt(3), 1 + 4.302652729911275 / math.sqrt(3))
    )
    unit = (math.sqrt(13 / 3) + math.sqrt(4 / 3)) / 2
    assert (found.d_z, found.d_av) == (1.0, pytest.approx(1 / unit))
    assert found.g_av == pytest.approx(found.d_av * (1 - 3 / 7))
    assert found.ceiling_share == pytest.approx(1 / 3)
    # Ranks 1 and 2, both positive: z = (3 - 1.5) / sqrt(30 / 24)
    assert found.wilcoxon_p == pytest.approx(math.erfc(1.5 / math.sqrt(1.25) / math.sqrt(2)))


def test_the_effect_interval_holds_the_effect_under_the_noncentral_t():
    before, after = expand(60, 9)
    found = paired(Counter(zip(before, after, strict=True)))
    unit = found.diff_sd / (math.sqrt(60) * (found.before_sd + found.after_sd) / 2) * (1 - 3 / (4 * 59 - 1))
    tails = [stats.nct.cdf(found.t, 59, limit / unit) for limit in (found.g_av_ci_low, found.g_av_ci_high)]
    assert tails == pytest.approx([0.975, 0.025], abs=1e-6)
    assert found.g_av_ci_low < found.g_av < found.g_av_ci_high


def test_a_loss_mirrors_a_gain():
    gain = paired({(3, 5): 20, (4, 5): 11, (6, 7): 5, (5, 5): 9, (4, 3): 3})
    loss = paired({(5, 3): 20, (5, 4): 11, (7, 6): 5, (5, 5): 9, (3, 4): 3})
    assert (loss.t, loss.d_z, loss.g_av) == pytest.approx((-gain.t, -gain.d_z, -gain.g_av))
    assert (loss.g_av_ci_low, loss.g_av_ci_high) == pytest.approx((-gain.g_av_ci_high, -gain.g_av_ci_low))
    assert (loss.p, loss.wilcoxon_p) == pytest.approx((gain.p, gain.wilcoxon_p))
    assert (loss.improved, loss.worse) == (gain.worse, gain.improved)


UNDEFINED = ("ci_low", "ci_high", "t", "p", "d_z", "g_av_ci_low", "g_av_ci_high")


def test_nobody():
    found = paired({})
    assert (found.n, found.improved, found.same, found.worse) == (0, 0, 0, 0)
    assert (found.before_mean, found.diff_mean, found.ceiling_share, found.wilcoxon_p) == (None,) * 4
    assert [getattr(found, name) for name in UNDEFINED] == [None] * len(UNDEFINED)


def test_one_person():
    found = paired({(3, 5): 1})
    assert (found.n, found.before_mean, found.before_sd, found.diff_mean, found.diff_sd) == (
        1,
        3.0,
        None,
        2.0,
        None,
    )
    assert [getattr(found, name) for name in UNDEFINED] == [None] * len(UNDEFINED)
    assert (found.d_av, found.g_av) == (None, None)


def test_two_people():
    found = paired({(3, 5): 1, (4, 5): 1})
    assert (found.n, found.diff_mean, found.diff_sd) == (2, 1.5, pytest.approx(math.sqrt(0.5)))
    # One degree of freedom is the Cauchy distribution; there Hedges' correction is not defined
    assert found.p == pytest.approx(1 - 2 * math.atan(3) / math.pi)
    assert found.g_av is None


def test_everybody_gains_the_same():
    found = paired({(3, 5): 4, (4, 6): 3})
    assert (found.diff_mean, found.diff_sd) == (2.0, 0.0)
    assert [getattr(found, name) for name in UNDEFINED] == [None] * len(UNDEFINED)
    assert found.improved == 7


def test_an_item_without_any_spread():
    found = paired({(7, 7): 12})
    assert (found.before_sd, found.after_sd, found.d_av, found.g_av, found.wilcoxon_p) == (
        0.0,
        0.0,
        None,
        None,
        None,
    )
    assert found.ceiling_share == 1.0


def test_wilcoxon_is_undefined_without_differences():
    assert wilcoxon({0: 8}) is None


def test_means_of_counts():
    assert mean_sd({1: 1, 2: 2, 5: 1}) == (2.5, pytest.approx(math.sqrt(3)))


def test_holm_by_hand():
    assert holm([0.01, None, 0.04, 0.03, 0.005]) == pytest.approx([0.03, None, 0.06, 0.06, 0.02])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([None]) == [None]
