"""Work in a process of its own, so that nothing the test process does (checks, boto3, pytest) shows as an outage.

    parent.py    starts the child, tells it its plan, hears how it goes, takes what it leaves, ends it
    inside.py    the child's own side of the same conversation

    stdin     the plan, one line; later `stop`; its end: the parent is gone, and so are we
    stdout    a line of JSON each: {"ready": ...}, {"progress": ...}, and as the last one
              {"done": rows}, {"limit": why} or {"crash": what}
    DIRECTORY a table an Arrow file, NAME.arrow, written once the work is done

A plan may hold passwords: it travels over stdin only, never through argv, the environment or a file.
"""

from drill.child.parent import Child, running

__all__ = ["Child", "running"]
