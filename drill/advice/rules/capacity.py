"""Decision 2: pay for what is used, or for what stands ready.

"Use on-demand for variable workloads, provisioned for predictable workloads."
"""

from __future__ import annotations

from drill.advice.demand import peak_over_average, peak_over_average_units, peak_units, utilisation
from drill.advice.figures import Figures
from drill.advice.recommendation import Choice, Decision, Recommendation
from drill.advice.workload import Workload


def capacity(workload: Workload, store: Choice, figures: Figures) -> Recommendation:
    """Choose the cheaper model where the traffic is known beforehand, and the elastic one where it is not.

    At the break-even point itself provisioned: it costs the same, and cannot run away.
    """
    return (_of_tables if store is Choice.DYNAMODB else _of_cluster)(workload, figures)


def _of_tables(workload: Workload, figures: Figures) -> Recommendation:
    used, even = utilisation(workload, figures), figures.on_demand_break_even
    ratio, peak = peak_over_average_units(workload, figures), peak_units(workload)
    planned = f"planned for {figures.autoscaling_target:.0%} at the peak" + (", hour by hour" * bool(workload.hourly))
    if not workload.predictable:
        choice, because = Choice.ON_DEMAND, "nobody knows the traffic beforehand, so that nobody can provision for it"
        change = f"traffic that is known beforehand and uses more than {even:.0%} of what it needs at its peak"
    elif used < even:
        choice = Choice.ON_DEMAND
        because = f"provisioned units would be used to {used:.1%}; below {even:.1%} requests are cheaper one by one"
        change = f"a peak of less than {ratio * used / even:.1f} times the average"
    else:
        choice = Choice.PROVISIONED
        because = f"the traffic is known, and provisioned units would be used to {used:.1%}, above {even:.1%}"
        change = f"traffic that nobody foresees, or a peak of more than {ratio * used / even:.1f} times the average"
    return Recommendation(
        decision=Decision.CAPACITY,
        store=Choice.DYNAMODB,
        choice=choice,
        because=because,
        rests_on=f"peak over average {ratio:.1f} in units, {planned}; break-even at {even:.1%}",
        would_change=change,
        measured={
            "peak_over_average": ratio,
            "utilisation_pct": 100 * used,
            "break_even_pct": 100 * even,
            "peak_read_units": peak.read,
            "peak_write_units": peak.write,
        },
    )


def _of_cluster(workload: Workload, figures: Figures) -> Recommendation:
    ratio, even = peak_over_average(workload), figures.serverless_break_even
    if not workload.predictable:
        choice, because = Choice.SERVERLESS, "nobody knows the traffic beforehand, so that nobody can size an instance"
        change = f"traffic that is known beforehand, with a peak below {1 / even:.1f} times the average"
    elif 1 / ratio < even:
        choice = Choice.SERVERLESS
        because = f"an instance for the peak would be used to {1 / ratio:.1%}; below {even:.1%} ACUs are cheaper"
        change = f"a peak of less than {1 / even:.1f} times the average"
    else:
        choice = Choice.PROVISIONED
        because = f"the traffic is known, and an instance for the peak is used to {1 / ratio:.1%}, above {even:.1%}"
        change = f"traffic that nobody foresees, or a peak of more than {1 / even:.1f} times the average"
    return Recommendation(
        decision=Decision.CAPACITY,
        store=Choice.AURORA,
        choice=choice,
        because=because,
        rests_on=f"peak over average {ratio:.1f}; break-even at {1 / even:.1f}",
        would_change=change,
        measured={"peak_over_average": ratio, "utilisation_pct": 100 / ratio, "break_even_pct": 100 * even},
    )
