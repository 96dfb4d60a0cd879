"""Whether two instances accepted writes at once.

The acknowledgements of all clients, the pinned ones included, are divided into terms, each of one writer from
its first acknowledgement to that of the next:

    A A A A A . . . . B B B B B B B        A's late acknowledgement is no split brain if it was invoked
    a - - - - - - - - - - a                before B's first one was complete

    A A A A . . B B B B . . A A A A        A -> B -> A: two terms of A, if A gave up the first one
    A A A A . . B A B B A B B B B B        a split brain: A never did

Whether an instance gave up its term before it acknowledges again is told by what the watchers saw of it:

    it was seen in recovery since its term began      it gave it up: a new term begins
    it was seen since the other's term began,         it never gave it up: a split brain
      and only out of recovery
    it was not seen at all                            a new term, if the other writer acknowledges nothing
                                                      that is invoked from then on; else a split brain
"""

import itertools
from dataclasses import dataclass

import polars as pl

from drill.checks.moments import SECOND_NS, Moments
from drill.checks.promise import Finding, promise
from drill.checks.words import SHOWN, counted, listed
from drill.errors import Undecided
from drill.history import Action, History, Outcome
from drill.verdict import Check, Ruling


def one_writer_at_a_time() -> Check:
    """No write is acknowledged by an instance outside its own term as writer.

    Meant are writes invoked after the new writer's first acknowledgement was complete; one that merely arrives
    late is none. Reported beside it, not judged: for about how long two instances at once said that they are
    not in recovery. Undecided without acknowledged writes, or if the writer changed and no client tried to
    write to the former one directly afterwards: without that a split brain cannot be seen.
    """

    @promise("one_writer_at_a_time")
    def judged(history: History, moments: Moments) -> Finding:
        acks = _acknowledgements(history)
        if acks.is_empty():
            raise Undecided("no write was acknowledged")
        observed = history.only(Action.OBSERVE)
        terms = writer_terms(acks, observed)
        astray = acks.filter(~within_terms(terms)).sort("completed_ns")
        two_s = _two_writers_s(observed)
        unwatched = _unwatched(history, terms)
        order = " -> ".join(term.server for term in terms)
        ruling = Ruling.UNDECIDED if unwatched else Ruling.HELD
        because = f"{counted(acks.height, 'write')}, each acknowledged by the writer of its time: {order}"
        if unwatched:
            because = f"nobody tried to write to {', '.join(unwatched)} after it was replaced: {order}"
        if astray.height:
            ruling, by = Ruling.BROKEN, ", ".join(sorted(astray["server"].cast(pl.String).unique()))
            because = f"{counted(astray.height, 'write')} acknowledged by {by} beside the writer: {order}"
        lines = [
            f"{row['client']} through {row['endpoint']}: acknowledged by {row['server']}, "
            f"{moments.since_injection_s(row['completed_ns']):.3f} s after injection"
            for row in astray.head(SHOWN).rows(named=True)
        ]
        return Finding(
            ruling=ruling,
            because=because,
            measured={"split_brain_writes": astray.height, "two_writers_observed_s": two_s},
            evidence=listed(lines, astray.height),
        )

    return judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """An instance's time as writer: from its first acknowledgement until that of the next writer."""

    server: str
    since_ns: int


def writer_terms(acks: pl.DataFrame, observed: pl.DataFrame) -> list[Term]:
    """Divide acknowledgements into terms, in order; `observed` holds all `observe` rows.

    Each round finds the acknowledgement that begins the next term: there are as many rounds as terms, not as
    operations, however often a split brain goes back and forth.
    """
    ordered = acks.select("server", "invoked_ns", "completed_ns").sort("completed_ns")
    answers = observed.filter(pl.col("outcome") == str(Outcome.OK))
    terms = [_term(ordered)]
    while (following := _next_term(ordered, answers, terms)) is not None:
        terms.append(following)
    return terms


def within_terms(terms: list[Term]) -> pl.Expr:
    """Whether an acknowledgement overlaps a term of the instance that gave it; late and early ones do."""
    ends = [*(pl.col("invoked_ns") <= term.since_ns for term in terms[1:]), pl.lit(value=True)]
    begun = [pl.lit(value=True), *(pl.col("completed_ns") >= term.since_ns for term in terms[1:])]
    its_own = [pl.col("server") == term.server for term in terms]
    return pl.any_horizontal(own & begin & end for own, begin, end in zip(its_own, begun, ends, strict=True))


def _next_term(acks: pl.DataFrame, answers: pl.DataFrame, terms: list[Term]) -> Term | None:
    writer = terms[-1]
    others = acks.filter(pl.col("completed_ns") > writer.since_ns, pl.col("server") != writer.server)
    silent_ns = int(acks.filter(pl.col("server") == writer.server)["invoked_ns"].max())  # type: ignore[arg-type]
    starts = []
    for server in others["server"].unique():
        its_own = others.filter(pl.col("server") == server)
        held = [term.since_ns for term in terms if term.server == server]
        if held:
            its_answers = answers.filter(pl.col("server") == server)
            gave_up = _gave_up(its_answers, held[-1], writer.since_ns, silent_ns)
            its_own = its_own.filter(pl.col("invoked_ns") > writer.since_ns, gave_up)
        if not its_own.is_empty():
            starts.append(_term(its_own))
    return min(starts, key=lambda term: term.since_ns, default=None)


def _gave_up(answers: pl.DataFrame, held_ns: int, other_ns: int, silent_ns: int) -> pl.Expr:
    """Whether an acknowledgement of a former writer begins a new term: the table in the module's docstring.

    It had been writer since `held_ns`; the other one is since `other_ns`, and acknowledged nothing that was
    invoked after `silent_ns`.
    """
    in_recovery = answers.filter(pl.col("value") == 0, pl.col("invoked_ns") > held_ns)["completed_ns"]
    seen = answers.filter(pl.col("invoked_ns") > other_ns)["completed_ns"]
    gave_it_up = pl.lit(value=False) if in_recovery.is_empty() else pl.col("completed_ns") > in_recovery.min()
    unseen = pl.lit(value=True) if seen.is_empty() else pl.col("invoked_ns") <= seen.min()
    return gave_it_up | (unseen & (pl.col("completed_ns") >= silent_ns))


def _term(acks: pl.DataFrame) -> Term:
    return Term(server=acks["server"][0], since_ns=int(acks["completed_ns"][0]))


def _acknowledgements(history: History) -> pl.DataFrame:
    chosen = (pl.col("action") == str(Action.WRITE)) & (pl.col("outcome") == str(Outcome.OK))
    columns = ("client", "endpoint", "server", "invoked_ns", "completed_ns")
    return history.operations.lazy().filter(chosen, pl.col("server").is_not_null()).select(columns).collect()


def _unwatched(history: History, terms: list[Term]) -> list[str]:
    """Find the former writers to which nobody tried to write directly after they were replaced."""
    tried = history.operations.lazy().filter(pl.col("action").is_in([str(Action.CONNECT), str(Action.WRITE)]))
    last = tried.group_by("endpoint").agg(pl.col("invoked_ns").max()).collect()
    last_ns: dict[str, int] = dict(last.cast({"endpoint": pl.String}).rows())
    replaced = itertools.pairwise(terms)
    return sorted({old.server for old, new in replaced if last_ns.get(old.server, 0) <= new.since_ns})


def _two_writers_s(observed: pl.DataFrame) -> float:
    """Add up for how long two or more instances were out of recovery, each between two answers that said so."""
    says_so = (pl.col("outcome") == str(Outcome.OK)) & (pl.col("value") == 1)
    spans = observed.sort("endpoint", "invoked_ns").select(
        began_ns=pl.col("completed_ns").shift().over("endpoint"),
        until_ns="invoked_ns",
        both=(says_so & says_so.shift(fill_value=False)).over("endpoint"),
    )
    spans = spans.filter("both")
    edges = pl.concat(
        [
            spans.select(at_ns="began_ns", change=pl.lit(1)),
            spans.select(at_ns="until_ns", change=pl.lit(-1)),
        ]
    ).sort("at_ns")
    several = edges.with_columns(writers=pl.col("change").cum_sum(), until_ns=pl.col("at_ns").shift(-1))
    together = several.filter(pl.col("writers") > 1)
    return float((together["until_ns"] - together["at_ns"]).sum()) / SECOND_NS
