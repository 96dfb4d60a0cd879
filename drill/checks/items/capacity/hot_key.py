"""Whether the key that is too hot stands in the evidence."""

from drill.checks.items.calls import sent
from drill.checks.items.diagnosis.heat import heat
from drill.checks.items.diagnosis.named import same
from drill.checks.load.stretches import Stretch
from drill.checks.load.told import Told
from drill.checks.moments import Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

FEW = 3
"""So many throttles for a key range, or nobody can say whose."""

STANDS_OUT = 0.5
"""The hot key has at least this share of its table's throttles for key ranges; if it had less, it would be several."""


def hot_key_is_named() -> Check:
    """One partition key has most of the throttles for a key range, and it is the one that the fault tells.

    Who asks it for most units stands beside it, as far as the application's own calls show. Broken where no key stands
    out, or another than the fault's. Undecided where hardly any call was throttled for its key.
    """

    @promise("hot_key_is_named", objective="the fault's own key")
    def judged(history: History, moments: Moments) -> Finding:
        rows = heat(sent(history, Stretch.under(history, moments)))
        total = int(rows["throttles"].sum())
        if total < FEW:
            raise Undecided(f"{counted(total, 'call')} throttled for a key range, of {FEW} needed to name the key")
        first = rows.row(0, named=True)
        told = Told.of(history).words
        wrong = [] if first["throttle_share"] >= STANDS_OUT else ["no key stands out"]
        wrong += [
            f"it was {told[name]}"
            for name in ("table", "partition")
            if name in told and not same(first[name], told[name])
        ]
        because = (
            f"{first['partition']} of {first['table']} has {100 * first['throttle_share']:.0f} % of {total:,} "
            f"throttles for a key range, and {100 * first['unit_share']:.0f} % of the units"
        )
        lines = [
            f"{row['table']}, {row['partition']}: {row['throttles']:,} throttles, {row['units']:,.1f} units in "
            f"{counted(row['calls'], 'call')}"
            for row in rows.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join([because, *wrong]),
            measured={
                "key_range_throttles": total,
                "hottest_throttle_pct": 100 * first["throttle_share"],
                "hottest_unit_pct": 100 * first["unit_share"],
                "partitions_seen": rows.height,
            },
            evidence=listed(lines, rows.height),
        )

    return judged
