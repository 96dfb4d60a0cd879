"""How unusual a value is among those before it: well-known tests, and nothing of our own.

All are one-sided: what is better than ever before is no reason for an alarm.
"""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ALPHA = 0.05
"""How often all series that are looked at together may alarm where nothing has changed."""

GROSS = 3.5
"""The modified z-score from which on a value is an outlier.

B. Iglewicz and D. C. Hoaglin, How to Detect and Handle Outliers, ASQC Quality Press 1993; also in the NIST/SEMATECH
e-Handbook of Statistical Methods, 1.3.5.17: https://www.itl.nist.gov/div898/handbook/eda/section3/eda35h.htm
"""

_NORMAL = 1.4826
"""The standard deviation over the median absolute deviation, of normally distributed values."""

_FEW = {2: 1.196, 3: 1.495, 4: 1.363, 5: 1.206, 6: 1.200, 7: 1.140, 8: 1.129, 9: 1.107}
"""Of few values the median absolute deviation is too small by so much.

C. Croux and P. J. Rousseeuw, Time-efficient algorithms for two highly robust estimators of scale, Computational
Statistics 1, 1992, pages 411-428; of ten and more by n / (n - 0.8).
"""


def rank_p(value: float, earlier: Sequence[float]) -> float:
    """How likely a rank so high is, were all of one distribution, whatever that is; infinity ranks as others do.

    Exact: (1 + how many earlier ones are as high) / (n + 1), which is never below 1 / (n + 1).
    """
    return (1 + sum(each >= value for each in earlier)) / (1 + len(earlier))


def prediction_p(value: float, earlier: Sequence[float], *, floor: float = 0.0) -> float:
    """How likely one more value is so high, were all normally distributed: Student's t, as in a prediction limit.

    G. J. Hahn and W. Q. Meeker, Statistical Intervals, Wiley 1991, chapter 4. No deviation is taken for smaller than
    `floor`. With infinity among the earlier ones nothing is unlikely.
    """
    if not all(map(math.isfinite, earlier)):
        return 1.0
    above = value - statistics.fmean(earlier)
    deviation = max(statistics.stdev(earlier), floor) * math.sqrt(1 + 1 / len(earlier))
    from scipy.special import stdtr  # slow, and pytest imports us at every start

    return float(stdtr(len(earlier) - 1, -_over(above, deviation)))


def modified_z(value: float, earlier: Sequence[float], *, floor: float = 0.0) -> float:
    """How far the value lies above the median of finite earlier ones, in robust standard deviations of these.

    No deviation is taken for smaller than `floor`, the measurement's own; inf where both are zero, or the value has no
    end.
    """
    middle, number = statistics.median(earlier), len(earlier)
    deviation = statistics.median(abs(each - middle) for each in earlier)
    return _over(value - middle, max(_NORMAL * _FEW.get(number, number / (number - 0.8)) * deviation, floor))


def holm(ps: Sequence[float]) -> list[float]:
    """Adjust several p-values so that ALPHA holds for all of them together (S. Holm, 1979)."""
    adjusted = [0.0] * len(ps)
    highest = 0.0
    for place, index in enumerate(sorted(range(len(ps)), key=lambda each: ps[each])):
        highest = max(highest, min(1.0, (len(ps) - place) * ps[index]))
        adjusted[index] = highest
    return adjusted


def _over(difference: float, scale: float) -> float:
    """Their ratio; where nothing deviates, any difference is without end."""
    if scale:
        return difference / scale
    return math.copysign(math.inf, difference) if difference else 0.0
