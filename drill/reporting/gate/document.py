"""gate.json: the judgement for programs, with the policy that it was found by.

{"schema": 1, "run", "runs", "target", "kind", "asked", "objectives", "judged", "ruling", "exit_code",
 "evidence": {"believed", "verified", "signed", "finished", "age_s"}, "problems", "notes",
 "required": [{"name", "executed", "missing"}], "missing",
 "rows": [{"key", "scenario", "fault", "promise", "ruling", "effect", "held", "times", "because", "waiver"}],
 "skipped": [{"scenario", "fault", "because"}],
 "policy": {"require", "target", "max_age_s", "warn", "block", "waivers", "worst_of", "signed", "objectives"}}

`objectives` are those that the run was judged by; those of the policy are demanded, and null where nobody compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drill.reporting.secrets import redact

if TYPE_CHECKING:
    from drill.config import GateSettings
    from drill.reporting.gate.judgement import Judgement, Row

SCHEMA = 1


def as_json(judgement: Judgement) -> dict[str, Any]:
    """All of it as JSON's own values, without a secret."""
    run = judgement.run
    document = {
        "schema": SCHEMA,
        "run": (run and run.name) or judgement.folder.name,
        "runs": list(judgement.runs),
        "target": run and run.target,
        "kind": run and run.kind,
        "asked": run and run.asked,
        "objectives": run and {redact(str(name)): str(limit) for name, limit in run.objectives.items()},
        "judged": judgement.now.isoformat(),
        "ruling": str(judgement.ruling),
        "exit_code": judgement.exit_code,
        "evidence": {
            "believed": judgement.believed,
            "verified": judgement.verified,
            "signed": judgement.signed,
            "finished": run and run.finished.isoformat(),
            "age_s": None if judgement.age is None else judgement.age.total_seconds(),
        },
        "problems": list(judgement.problems),
        "notes": list(judgement.notes),
        "required": [
            {"name": each.requirement.name, "executed": each.executed, "missing": list(each.missing)}
            for each in judgement.required
        ],
        "missing": [each.requirement.name for each in judgement.required if each.missing],
        "rows": [_row(each) for each in judgement.rows],
        "skipped": [
            {"scenario": each.scenario, "fault": each.fault, "because": each.skipped}
            for each in judgement.groups
            if each.skipped is not None
        ],
        "policy": _policy(judgement.policy) | {"objectives": judgement.objectives and dict(judgement.objectives)},
    }
    clean: dict[str, Any] = _redacted(document)
    return clean


def _row(row: Row) -> dict[str, Any]:
    return {
        "key": row.key,
        "scenario": row.scenario,
        "fault": row.fault,
        "promise": row.promise,
        "ruling": str(row.ruling),
        "effect": str(row.effect),
        "held": row.held,
        "times": row.times,
        "because": row.because,
        "waiver": row.waiver,
    }


def _policy(policy: GateSettings) -> dict[str, Any]:
    written = policy.model_dump(mode="json")
    written["max_age_s"] = written.pop("max_age")
    return written


def _redacted(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {key: _redacted(each) for key, each in value.items()}
    return [_redacted(each) for each in value] if isinstance(value, list) else value
