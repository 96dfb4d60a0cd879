"""What a page costs after the last experiment of a failover run: `python benchmarks/page_rendering.py [OPERATIONS]`.

Nine experiments of so many operations each (60,000: what the lab sees in half a minute), made up by column. Prints the
seconds of aggregating them, which is done as each ends, then those of writing the page, twice: plotly.js is read
only once. Ends with 1 if all of it takes longer than the five seconds that a run may take after its last experiment.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from drill.reporting import page
from tests.browser.pages import large_history
from tests.drill.reporting.synthetic import PHASES, experiment, run

EXPERIMENTS, OPERATIONS, LIMIT_S = 9, 60_000, 5.0


@contextmanager
def step(name: str, took_s: dict[str, float]) -> Iterator[None]:
    """Time the block and print it."""
    began = time.perf_counter()
    yield
    took_s[name] = time.perf_counter() - began
    print(f"{name:<44}{took_s[name]:8.3f} s", flush=True)


def main(operations: int) -> int:
    """Aggregate, write, write again, and say how large the page is."""
    histories = [large_history(operations, outage_s=1.0 + number) for number in range(EXPERIMENTS)]
    took_s: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        places = [folder / "failover" / str(number) for number in range(EXPERIMENTS)]
        for place in places:
            place.mkdir(parents=True)
        with step(f"aggregate {EXPERIMENTS} x {operations:,} operations", took_s):
            for history, place in zip(histories, places, strict=True):
                page.keep(history, PHASES, place, limit_ms=10)
        record = run(*(experiment(fault=f"loss {place.name}", directory=place) for place in places))
        with step("write the page", took_s):
            page.write(record, folder / "index.html")
        with step("write it again", took_s):
            page.write(record, folder / "index.html")
        print(f"{'size of the page':<44}{(folder / 'index.html').stat().st_size / 1e6:8.1f} MB")
    return int(sum(took_s.values()) > LIMIT_S)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else OPERATIONS))
