"""What a declared workload asks for: which database, which capacity model, how available, and scaled in which way.

workload = read(Path("workload.toml"))
for each in advise(workload).recommendations:
    print(each.decision, each.choice, each.because)

Decisions 1 to 4 of the requirements, each a rule of its own: pure, with the figure it rests on.
"""

from drill.advice.advise import Advice, advise
from drill.advice.figures import Figures
from drill.advice.recommendation import Choice, Decision, Recommendation
from drill.advice.workload import AccessPattern, Consistency, Environment, Growth, Kind, Workload
from drill.advice.workload_file import parse, read

__all__ = [
    "AccessPattern",
    "Advice",
    "Choice",
    "Consistency",
    "Decision",
    "Environment",
    "Figures",
    "Growth",
    "Kind",
    "Recommendation",
    "Workload",
    "advise",
    "parse",
    "read",
]
