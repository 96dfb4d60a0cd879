"""The release gate: whether a run is evidence at all, and whether what it says lets a release pass.

    judgement = judged(Path("reports/latest"), policy, now=datetime.now(UTC), key=None)
    write(judgement)                  # gate.json and gate.xml beside summary.json
    judgement.exit_code               # 0 held, 1 broken, 2 undecided

First it is asked whether there is evidence: whole, signed where that is demanded, of this target, and of these days.
What fails there is undecided, whatever it says. Only then its promises are judged, by the policy of drill.toml.
"""

from drill.reporting.gate.document import as_json
from drill.reporting.gate.judgement import Effect, Group, Judgement, Row
from drill.reporting.gate.junit import as_junit
from drill.reporting.gate.requirements import Requirement, require
from drill.reporting.gate.table import table
from drill.reporting.gate.whole import judged, write

__all__ = [
    "Effect",
    "Group",
    "Judgement",
    "Requirement",
    "Row",
    "as_json",
    "as_junit",
    "judged",
    "require",
    "table",
    "write",
]
