"""How many requests a second the load on tables drives, with every call recorded: steps of rising rate on a lab.

    python benchmarks/item_load_rate.py [RATE ...]

An open loop asks at its rate whatever happens: a rate is driven as long as requests are taken up when they are due
and are answered as fast as at a low one. Half a minute in all; the lab has one thread of its own.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from drill.items import Place  # noqa: E402 - found only now
from drill.load.items.dataset import load_accounts, load_shop  # noqa: E402
from drill.load.items.plan import ItemPlan  # noqa: E402
from drill.load.items.process import running  # noqa: E402
from drill.load.schedule import Step  # noqa: E402
from drill.targets.credentials import session_of  # noqa: E402
from drill.targets.dynamodb import Tables  # noqa: E402
from lab import life  # noqa: E402
from scenarios.items.shop import ACCOUNTS_TABLE, LEDGER, PATTERNS, SHOP_TABLES  # noqa: E402

NAME = "item-load-rate"
LASTS_S = 5.0
RATES = (100.0, 200.0, 300.0, 400.0, 600.0)


def main(rates: tuple[float, ...]) -> None:
    """Bring a lab up, load the shop, drive all the steps in one run, print a line for each."""
    lab = life.up(NAME, services=("dynamodb",))
    try:
        url = lab.dynamodb_endpoint_url
        session = session_of(lab.dynamodb_region, profile=None, endpoint_url=url, environment={})
        target = Tables(name=NAME, session=session, endpoint_url=url)
        for spec in SHOP_TABLES:
            target.create(spec)
        load_shop(target.client(), SHOP_TABLES[0].name, say=print)
        load_accounts(target.client(), ACCOUNTS_TABLE.name, say=print)
        place = Place(
            region=lab.dynamodb_region,
            endpoint_url=url,
            accounts_table=ACCOUNTS_TABLE.name,
            ledger_table=LEDGER.name,
        )
        steps = tuple(Step(rate_per_s=rate, lasts_s=LASTS_S) for rate in rates)
        tables = {spec.name: spec.name for spec in SHOP_TABLES}
        plan = ItemPlan(place=place, patterns=PATTERNS, tables=tables, steps=steps, transfers_per_s=5.0, run=NAME)
        with running(plan) as load:
            found = load.result()
    finally:
        life.down(NAME)
    _tell(found["requests"], rates)
    print(f"{len(found['calls']):,} calls recorded for {len(found['requests']):,} requests")


def _tell(requests: pl.DataFrame, rates: tuple[float, ...]) -> None:
    began_ns = requests["due_ns"].min()
    told = requests.with_columns(
        step=((pl.col("due_ns") - began_ns) / 1e9 / LASTS_S).floor().cast(pl.Int32).clip(0, len(rates) - 1),
        late_ms=(pl.col("begun_ns") - pl.col("due_ns")) / 1e6,
        took_ms=(pl.col("completed_ns") - pl.col("due_ns")) / 1e6,
    )
    print(f"{'asked/s':>8} {'ok/s':>8} {'ok':>7} {'late p95':>10} {'p50':>9} {'p95':>9} {'p99':>9}")
    for number, rate in enumerate(rates):
        step = told.filter(step=number)
        if step.is_empty():
            continue
        ok = step.filter(outcome="ok")
        late = step["late_ms"].quantile(0.95)
        p50, p95, p99 = (step["took_ms"].quantile(share) for share in (0.5, 0.95, 0.99))
        print(
            f"{rate:8.0f} {len(ok) / LASTS_S:8.0f} {len(ok) / len(step):7.2%} {late:7.2f} ms"
            f" {p50:6.1f} ms {p95:6.1f} ms {p99:6.1f} ms"
        )


if __name__ == "__main__":
    main(tuple(map(float, sys.argv[1:])) or RATES)
