"""One partition key takes more than its share."""

from drill.checks.items.calls import sent
from drill.checks.items.diagnosis.heat import heat
from drill.checks.items.diagnosis.reason import Diagnosis, Reason
from drill.checks.load.stretches import Stretch
from drill.checks.moments import Moments
from drill.history import History

FEW = 3
STANDS_OUT = 0.5
"""Throttles for a key range, and the share of a table's that one key has of them."""

LARGE = 0.2
MORE = 3.0
"""A key is suspected by its units alone where it has a fifth of the table's, and three times what it had before."""

PROVEN, ALONE = 0.95, 0.5
"""A throttle for a key range proves it; units alone do not: a key may be used more and bear it."""


def hot_partition(history: History, moments: Moments) -> list[Diagnosis]:
    """The key of each table that is throttled for its own key range, more than all others together.

    Or, where none is, one that consumed much more of the table than before. Of what others ask it, only the throttles
    are seen.
    """
    now = heat(sent(history, Stretch.during(history, moments)))
    usual = {
        (row["table"], row["partition"]): row for row in heat(sent(history, Stretch.steady(moments))).rows(named=True)
    }
    found = []
    for row in now.filter((now["throttles"] > 0) | (now["unit_share"] >= LARGE)).rows(named=True):
        before = usual.get((row["table"], row["partition"]), {"unit_share": 0.0, "throttles": 0})
        proven = row["throttles"] >= FEW and row["throttle_share"] >= STANDS_OUT and not before["throttles"]
        larger = row["unit_share"] >= LARGE and row["unit_share"] >= MORE * before["unit_share"]
        if proven or larger:
            found.append(
                Diagnosis(
                    reason=Reason.HOT_PARTITION,
                    subject=row["partition"],
                    detail=f"partition {row['partition']} of {row['table']}: {row['throttles']:,} throttles for its "
                    f"key range ({100 * row['throttle_share']:.0f} % of the table's), {100 * row['unit_share']:.0f} % "
                    f"of the units, {100 * before['unit_share']:.0f} % before",
                    score=PROVEN if proven else ALONE,
                )
            )
    return found
