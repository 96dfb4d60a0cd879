"""Who waits for whom, back to the session that waits for nobody and keeps all others waiting.

shop 11 -> shop 12 -> ALTER TABLE 20 -> idle in transaction 30      root 30, depth 3, waiting 3
"""

import polars as pl

DEEPEST = 20
"""No chain is followed further; one without an end is a circle: a deadlock that the server is about to resolve."""


def chains(sessions: pl.DataFrame) -> pl.DataFrame:
    """One row a root and look: instance, at_ns, pid, application, query of the root, waiting, depth.

    A root that was not seen itself (of another kind than a client, or gone by then) is called "unseen".
    """
    look = ["instance", "at_ns"]
    edges = sessions.select(*look, "pid", by="blocked_by").filter(pl.col("by").list.len() > 0).explode("by").unique()
    waiters = edges.select(*look, "pid").unique()
    # From the roots down: who waits for somebody that is known to lead to a root, leads to it, one step deeper.
    holders = edges.select(*look, by="by").unique()
    start = holders.join(waiters, left_on=[*look, "by"], right_on=[*look, "pid"], how="anti")
    start = start.with_columns(root="by", depth=pl.lit(0, dtype=pl.Int32))
    known, waiting = start, start.clear().rename({"by": "pid"})
    for _ in range(DEEPEST):
        found = (
            edges.join(known, on=[*look, "by"])
            .group_by(*look, "pid", "root")
            .agg(depth=pl.col("depth").max() + 1)
            .sort(*look, "pid", "root")
        )
        if found.equals(waiting):
            break
        waiting = found
        known = pl.concat([start, waiting.rename({"pid": "by"}).select(start.columns)])
    roots = waiting.group_by(*look, "root").agg(waiting=pl.col("pid").n_unique(), depth=pl.col("depth").max())
    names = sessions.select(*look, "application", "query", root="pid").unique([*look, "root"])
    text = pl.col("application", "query").cast(pl.String)
    return (
        roots.join(names, on=[*look, "root"], how="left")
        .with_columns(text.fill_null("unseen"))
        .rename({"root": "pid"})
        .sort("at_ns", "pid")
    )
