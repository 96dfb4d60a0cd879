"""Whether capacity that is paid by the hour follows what is asked, and capacity paid by use has an end."""

from __future__ import annotations

from typing import Any

from drill.checks.promise import Finding, observation
from drill.checks.tables.described import NONE, UNITS, TablesDescribed, gathered
from drill.checks.words import counted
from drill.errors import Undecided
from drill.history import History
from drill.verdict import Check, Ruling

LEAST_PCT, MOST_PCT = 20.0, 90.0
"""Between which DynamoDB lets autoscaling aim.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/AutoScaling.html
"""
TARGET_PCT = 70.0
INITIAL = {"MaxReadRequestUnits": 12_000, "MaxWriteRequestUnits": 4_000}
"""What a new on-demand table sustains at once, so that a cap there changes nothing that it could do before.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
"""


def billing_fits() -> Check:
    """No table pays by the hour for capacity that nothing adapts.

    A table that pays by use fits whatever is asked; one without a cap also pays for whatever runs away, which is no
    breach, and stands as evidence with the command that sets one. Undecided where the billing mode or autoscaling is
    not told.
    """

    @observation("billing_fits", objective="provisioned only with autoscaling")
    def judged(history: History) -> Finding:
        described = TablesDescribed.of(history)
        provisioned = [each for each in described.tables if described.is_provisioned(each)]
        scaled, untold = gathered(provisioned, lambda each: all(_scaled(described, each, units) for units in UNITS))
        rigid = [each for each, is_scaled in scaled.items() if not is_scaled]
        if untold and not rigid:
            raise Undecided("; ".join(untold))
        uncapped = [each for each in described.tables if each not in provisioned and _uncapped(described, each)]
        on_demand = len(described.tables) - len(provisioned)
        figures = {each: [described.whole(each, units) for units in UNITS] for each in rigid}
        lines = [line for each in rigid for units in UNITS for line in scaling_commands(described, each, units)]
        lines += [line for each in uncapped for line in _cap(described, each)]
        return Finding(
            ruling=Ruling.BROKEN if rigid else Ruling.HELD,
            because="; ".join(
                f"{each} pays for {reads:,} read and {writes:,} write units all day, and nothing adapts them"
                for each, (reads, writes) in figures.items()
            )
            or f"{on_demand} on-demand, {len(provisioned)} provisioned with autoscaling"
            + (f"; without a cap: {', '.join(uncapped)}" if uncapped else ""),
            measured={
                "on_demand_tables": on_demand,
                "provisioned_tables": len(provisioned),
                "rigid_tables": len(rigid),
                "uncapped_tables": len(uncapped),
            },
            evidence=tuple(lines),
        )

    return judged


def autoscaling_is_set() -> Check:
    """Reads and writes of every provisioned table, and of each of its indexes, scale by themselves.

    Towards a target that DynamoDB allows (20 % to 90 %), between bounds that leave room and hold what there is now, and
    not suspended. On-demand tables need none. Undecided where it is not told.
    """

    @observation("autoscaling_is_set", objective=f"target {LEAST_PCT:g} % to {MOST_PCT:g} %")
    def judged(history: History) -> Finding:
        described = TablesDescribed.of(history)
        provisioned = [each for each in described.tables if described.is_provisioned(each)]
        subjects = [each for table in provisioned for each in (table, *described.indexes(table))]
        problems, untold = gathered(
            [(each, units) for each in subjects for units in UNITS], lambda which: problem(described, *which)
        )
        wrong = {which: why for which, why in problems.items() if why}
        if untold and not wrong:
            raise Undecided("; ".join(untold))
        because = f"reads and writes of {' and '.join(subjects)} scale by themselves"
        if not subjects:
            because = f"nothing to scale: {counted(len(described.tables), 'table')}, all on-demand"
        return Finding(
            ruling=Ruling.BROKEN if wrong else Ruling.HELD,
            because="; ".join(f"{units} of {each}: {why}" for (each, units), why in wrong.items()) or because,
            measured={"scalable": len(problems), "not_scaled": len(wrong)},
            evidence=tuple(line for each, units in wrong for line in scaling_commands(described, each, units)),
        )

    return judged


def problem(described: TablesDescribed, subject: str, units: str) -> str | None:
    """What is wrong with the scaling of one capacity, the worst of it; None: nothing."""
    told = _scaled(described, subject, units)
    if told is None:
        return "nothing scales them"
    now = described.whole(subject, units)
    try:
        least, most, target, suspended = told["min"], told["max"], told["target_pct"], told["suspended"]
    except KeyError as error:
        raise Undecided(f"the control plane does not tell {error} of the scaling of {units} of {subject}") from error
    found = (
        (target is None, "bounds without a policy that tracks a target: nothing moves between them"),
        (suspended, "scaling is suspended"),
        (
            not LEAST_PCT <= (target or 0) <= MOST_PCT,
            f"a target of {target} % is not {LEAST_PCT:g} % to {MOST_PCT:g} %",
        ),
        (least >= most, f"from {least:,} to {most:,} units leaves nothing to scale"),
        (not least <= now <= most, f"{now:,} units now are outside {least:,} to {most:,}"),
    )
    return next((why for is_so, why in found if is_so), None)


def scaling_commands(described: TablesDescribed, subject: str, units: str) -> tuple[str, ...]:
    """Let one capacity scale between a quarter and the double of what it is, towards 70 %."""
    table, _, index = subject.partition("/")
    kind, resource = ("index", f"table/{table}/index/{index}") if index else ("table", f"table/{table}")
    now = described.whole(subject, units)
    what = f"--service-namespace dynamodb --resource-id {resource} --scalable-dimension dynamodb:{kind}:{units}"
    metric = f"DynamoDB{units.removesuffix('Units')}Utilization"
    tracking = f'{{"TargetValue":{TARGET_PCT},"PredefinedMetricSpecification":{{"PredefinedMetricType":"{metric}"}}}}'
    return (
        described.aws(
            table,
            f"application-autoscaling register-scalable-target {what} "
            f"--min-capacity {max(1, now // 4)} --max-capacity {max(2, 2 * now)}",
        ),
        described.aws(
            table,
            f"application-autoscaling put-scaling-policy {what} --policy-name {table}-{units} "
            f"--policy-type TargetTrackingScaling --target-tracking-scaling-policy-configuration '{tracking}'",
        ),
    )


def _scaled(described: TablesDescribed, subject: str, units: str) -> dict[str, Any] | None:
    return described.parts(subject, f"AutoScaling.{units}")


def _uncapped(described: TablesDescribed, table: str) -> bool:
    return any(described.value(table, name) == NONE for name in INITIAL)


def _cap(described: TablesDescribed, table: str) -> tuple[str, ...]:
    caps = ",".join(f"{name}={units}" for name, units in INITIAL.items())
    return (
        f"{table} has no cap on what it may consume; as much as a new table sustains, or what you expect at most:",
        described.update(table, f"--on-demand-throughput {caps}"),
    )
