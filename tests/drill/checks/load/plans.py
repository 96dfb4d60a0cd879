"""Plans as PostgreSQL writes them, in as few words as checks read."""

import json
from typing import Any

from tests.drill.checks.load.stories import LoadStory

Node = dict[str, Any]


def seq_scan(
    relation: str, condition: str = "(customer_id = 7)", rows: float = 10, actual: float | None = None
) -> Node:
    """A table read from end to end."""
    return {"Node Type": "Seq Scan", "Relation Name": relation, "Filter": condition, **_rows(rows, actual)}


def index_scan(relation: str, index: str, rows: float = 10, actual: float | None = None) -> Node:
    """A table looked into by an index."""
    node = {"Node Type": "Index Scan", "Relation Name": relation, "Index Name": index, "Index Cond": "(id = 7)"}
    return {**node, **_rows(rows, actual)}


def bitmap_scan(relation: str, *indexes: str) -> Node:
    """A table looked into by a bitmap of one index, or of several together."""
    below: list[Node] = [
        {"Node Type": "Bitmap Index Scan", "Index Name": index, **_rows(10, None)} for index in indexes
    ]
    plans = below if len(below) == 1 else [{"Node Type": "BitmapAnd", "Plans": below}]
    return {"Node Type": "Bitmap Heap Scan", "Relation Name": relation, "Plan Rows": 10, "Plans": plans}


def over(kind: str, *below: Node) -> Node:
    """A node above others."""
    return {"Node Type": kind, "Plan Rows": 10, "Plans": list(below)}


def insert(relation: str, *below: Node) -> Node:
    """Rows put into a table."""
    node = {"Node Type": "ModifyTable", "Operation": "Insert", "Relation Name": relation, "Plan Rows": 0}
    return {**node, "Plans": list(below) or [{"Node Type": "Result", "Plan Rows": 1}]}


def plan(story: LoadStory, pattern: str, node: Node, moment: str = "before", **columns: Any) -> LoadStory:
    """One row of the table of plans."""
    at_s = {"before": -0.5, "during": 7.0, "after": 13.0}[moment]
    told = {
        "pattern": pattern,
        "statement": 0,
        "sql": f"-- {pattern}",
        "moment": moment,
        "plan": json.dumps({"Plan": node}),
    }
    return story.row("plans", at_s, **told | columns)


def _rows(rows: float, actual: float | None) -> Node:
    executed = {} if actual is None else {"Actual Rows": actual, "Actual Loops": 1}
    return {"Plan Rows": rows, **executed}
