"""The gate's exit codes over runs of every kind, each written as a session writes it, and then damaged.

0 held, 1 broken, 2 undecided or no evidence, 4 misuse; never 0 where anything is missing, and never 1 by accident.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drill.cli import main
from drill.reporting import seal, summary
from drill.verdict import Ruling
from tests.drill.reporting.gate.made import BROKEN, HELD, OBJECTIVES, SKIPPED, UNDECIDED, changed, empty, made
from tests.drill.reporting.synthetic import experiment, recovered, survived

NAME = "20261123T100000Z-lab"
KEY = "a key of the release team"
HOUR = timedelta(hours=1)
LOSS = "failover/zone loss/every_acknowledged_write_survives"

RULINGS = {0: "held", 1: "broken", 2: "undecided"}

Make = Callable[[Path], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A run, how it is asked about, and what the gate must say; `says` stands in what it prints."""

    make: Make
    code: int
    says: str = ""
    ask: tuple[str, ...] = ()
    toml: str = ""
    key: str | None = None


def of(*experiments: Any, age: timedelta = HOUR, **more: Any) -> Make:
    """A run that finished so long ago."""
    return lambda folder: made(folder, *experiments, finished=datetime.now(UTC) - age, **more)


def then(make: Make, damage: Make) -> Make:
    """A run to which something happened."""

    def both(folder: Path) -> None:
        make(folder)
        damage(folder)

    return both


def edited(**changes: Any) -> Make:
    """The summary edited by hand."""
    return then(of(), lambda folder: changed(folder, lambda document: document.update(changes)))


def resealed(change: Callable[[dict[str, Any]], object], *experiments: Any, **more: Any) -> Make:
    """The summary edited by somebody who knows how to compute its digests anew."""

    def reseal(folder: Path) -> None:
        path = folder / "summary.json"
        document = json.loads(path.read_text())
        change(document)
        bare = {name: value for name, value in document.items() if name not in {"files", "digest", "signature"}}
        path.write_text(json.dumps(seal.sealed(bare, folder)))

    return then(of(*experiments, **more), reseal)


def rewritten(text: str | bytes) -> Make:
    """Something else where the summary was."""
    content = text.encode() if isinstance(text, str) else text
    return then(of(), lambda folder: (folder / "summary.json").write_bytes(content))


def series(*runs: Any, **more: Any) -> Make:
    """Runs before the newest one, the oldest first; the newest one held."""

    def one_after_another(folder: Path) -> None:
        for number, each in enumerate(runs):
            made(
                folder.with_name(f"2026112{number}T100000Z-lab"),
                each,
                finished=datetime.now(UTC) - timedelta(days=len(runs) - number),
                **more,
            )
        of()(folder)

    return one_after_another


def waiver(promise: str, expires: str) -> str:
    """A policy with a waiver."""
    return f'[[gate.waivers]]\npromise = "{promise}"\nowner = "orders"\nreason = "known"\nexpires = {expires}\n'


def cut(folder: Path) -> None:
    """The last bytes never reached the disk."""
    path = folder / "summary.json"
    path.write_bytes(path.read_bytes()[:-200])


REPEATED = [replace(HELD, repetition=1), replace(HELD, repetition=2)]
TWICE_BAD = [*REPEATED, replace(HELD, promises=(recovered(99.0, Ruling.BROKEN), survived(0)), repetition=3)]
ONCE_SILENT = [*REPEATED, replace(HELD, promises=(recovered(2.5),), repetition=3)]
TABLES = experiment(scenario="dynamodb-failover", fault="region loss")

CASES = {
    # held
    "held": Case(make=of(), code=0, says="HELD: exit code 0"),
    "held, beside what was skipped": Case(make=of(HELD, SKIPPED), code=0, says="the target offers no way"),
    "held, as required": Case(make=of(), code=0, ask=("--require", "failover"), says="required: failover"),
    "held, on tables as required": Case(make=of(TABLES), code=0, ask=("--require", "failover")),
    "held every time": Case(make=of(*REPEATED), code=0, says="2 times"),
    "held, and signed": Case(make=of(key=KEY), code=0, key=KEY, says="signed"),
    "held, signed, and nobody has the key": Case(make=of(key=KEY), code=0, says="nobody checked it"),
    "held, just young enough": Case(make=of(age=6 * 24 * HOUR), code=0),
    "held, by a clock that is a little ahead": Case(make=of(age=timedelta(minutes=-2)), code=0),
    "held, of the target": Case(make=of(target="staging"), code=0, ask=("--target", "staging")),
    "held, and copied elsewhere": Case(
        make=then(of(), lambda folder: shutil.copytree(folder, folder.parents[2] / "artifact")),
        code=0,
        ask=("artifact/summary.json",),
    ),
    "held, with a note beside it": Case(
        make=then(of(), lambda folder: (folder / "notes.txt").write_text("x")), code=0, says="not part of the sealed"
    ),
    "held three times": Case(make=series(HELD, HELD), code=0, ask=("--worst-of", "3"), says="the worst of 3"),
    # broken
    "broken": Case(make=of(BROKEN), code=1, says="3 of 41,207 are lost"),
    "broken beside held": Case(make=of(HELD, BROKEN), code=1),
    "broken and undecided": Case(make=of(UNDECIDED, BROKEN), code=1),
    "broken, and required is missing": Case(make=of(BROKEN), code=1, ask=("--require", "cost"), says="missing"),
    "broken once of three times": Case(make=of(*TWICE_BAD), code=1, says="held 2 of 3"),
    "broken in the run before": Case(
        make=series(replace(HELD, promises=BROKEN.promises)), code=1, ask=("--worst-of", "2"), says="held 1 of 2"
    ),
    # undecided
    "undecided": Case(make=of(UNDECIDED), code=2, says="too few writes"),
    "undecided beside held": Case(make=of(HELD, UNDECIDED), code=2),
    "an experiment without promises": Case(make=of(HELD, replace(HELD, fault="power", promises=())), code=2),
    "a promise not judged every time": Case(make=of(*ONCE_SILENT), code=2, says="time 3: nothing was judged"),
    "no experiment": Case(make=empty, code=2, says="not one experiment was executed", ask=("--max-age", "3650d")),
    "all skipped": Case(make=of(SKIPPED), code=2, says="not one experiment was executed"),
    # missing
    "a required scenario is missing": Case(
        make=of(), code=2, ask=("--require", "failover,connections"), says="missing"
    ),
    "a required scenario was skipped": Case(make=of(TABLES, SKIPPED), code=2, ask=("--require", "aurora-failover")),
    "a required scenario could not be conducted": Case(
        make=of(HELD, replace(UNDECIDED, scenario="cost", promises=UNDECIDED.promises[1:])),
        code=2,
        toml='[gate]\nrequire = ["cost"]\nwarn = ["cost/*"]\n',
        says="not executed, or not decided: cost",
    ),
    "half of a required phase": Case(
        make=of(experiment(scenario="provisioning")), code=2, ask=("--require", "phase1"), says="selection"
    ),
    "required by the file": Case(make=of(), code=2, toml='[gate]\nrequire = ["phase2"]\n', says="required: phase2"),
    "no run of that name": Case(make=of(), code=2, ask=("20990101T000000Z-lab",), says="is not there"),
    "no summary": Case(make=then(of(), lambda folder: (folder / "summary.json").unlink()), code=2),
    "too few runs for the worst of them": Case(
        make=series(HELD), code=2, ask=("--worst-of", "3"), says="2 of the last 3"
    ),
    "the run before is torn": Case(
        make=then(series(HELD), lambda folder: cut(folder.with_name("20261120T100000Z-lab"))),
        code=2,
        ask=("--worst-of", "2"),
        says="20261120T100000Z-lab",
    ),
    "the run before was edited to be of another target": Case(
        make=then(
            series(HELD, BROKEN),
            lambda folder: changed(folder.with_name("20261121T100000Z-lab"), lambda all_: all_.update(target="x")),
        ),
        code=2,
        ask=("--worst-of", "2"),
        says="20261121T100000Z-lab: summary.json: was altered",
    ),
    "the runs before are copies": Case(
        make=then(
            series(HELD),
            lambda folder: shutil.copytree(
                folder.with_name("20261120T100000Z-lab"), folder.with_name("20261121T100000Z-lab")
            ),
        ),
        code=2,
        ask=("--worst-of", "3"),
        says="under another name",
    ),
    "the run before is of another cluster": Case(
        make=series(HELD, subject="cluster carts in eu-west-1"),
        code=2,
        ask=("--worst-of", "2"),
        says="1 of the last 2",
    ),
    "the run before is of another target": Case(make=series(HELD, target="x"), code=2, ask=("--worst-of", "2")),
    # stale, and future-dated
    "stale": Case(make=of(age=8 * 24 * HOUR), code=2, says="is 8d old, of 7d allowed"),
    "stale by a shorter age": Case(make=of(age=2 * HOUR), code=2, ask=("--max-age", "1h")),
    "stale by the file": Case(make=of(age=2 * HOUR), code=2, toml='[gate]\nmax_age = "90m"\n'),
    "stale, and broken": Case(make=of(BROKEN, age=8 * 24 * HOUR), code=2),
    "of tomorrow": Case(make=of(age=-24 * HOUR), code=2, says="set the clocks right"),
    "of tomorrow, and broken": Case(make=of(BROKEN, age=-24 * HOUR), code=2),
    "finished before it started": Case(
        make=resealed(lambda document: document.update(started="2099-01-01T00:00:00Z")),
        code=2,
        says="before it started",
    ),
    "moments without a zone": Case(
        make=resealed(lambda document: document.update(finished="2026-11-23T00:00:00")), code=2, says="no time zone"
    ),
    # truncated, and unreadable
    "truncated": Case(make=then(of(), cut), code=2, says="cannot be read"),
    "empty file": Case(make=rewritten(""), code=2, says="cannot be read"),
    "a list": Case(make=rewritten("[]"), code=2),
    "no text": Case(make=rewritten(b"\xff\xfe\x00"), code=2, says="cannot be read"),
    "a number that is none": Case(make=rewritten('{"schema": 2, "experiments": NaN}'), code=2, says="NaN"),
    "a key twice": Case(make=rewritten('{"schema": 1, "schema": 2}'), code=2, says="stands there twice"),
    "nested without end": Case(make=rewritten("[" * 100_000), code=2),
    # tampered
    "a target edited": Case(make=edited(target="production"), code=2, says="was altered"),
    "a broken promise edited": Case(
        make=then(
            of(BROKEN),
            lambda folder: changed(folder, lambda all_: all_["experiments"][0]["promises"][1].update(ruling="held")),
        ),
        code=2,
        says="was altered",
    ),
    "an experiment taken out": Case(
        make=then(of(HELD, BROKEN), lambda folder: changed(folder, lambda document: document["experiments"].pop())),
        code=2,
    ),
    "a history cut": Case(
        make=then(of(), lambda folder: os.truncate(next(folder.glob("failover/*/history.parquet")), 40)),
        code=2,
        says="is not the file that was sealed",
    ),
    "a history gone": Case(
        make=then(of(), lambda folder: next(folder.glob("failover/*/history.parquet")).unlink()),
        code=2,
        says="is missing",
    ),
    "broken, and a history gone": Case(
        make=then(of(BROKEN), lambda folder: next(folder.glob("failover/*/history.parquet")).unlink()), code=2
    ),
    "the history was never there": Case(
        make=then(
            lambda folder: (of()(folder), next(folder.glob("failover/*/history.parquet")).unlink()),
            lambda folder: summary.write(summary.read(folder / "summary.json"), folder / "summary.json"),
        ),
        code=2,
        says="where the seal lists no file",
    ),
    "a ruling at odds with its promises": Case(
        make=resealed(lambda document: document.update(ruling="held"), BROKEN), code=2, says="its promises say"
    ),
    "an experiment's ruling at odds": Case(
        make=resealed(lambda document: document["experiments"][0].update(ruling="broken")), code=2, says="promises say"
    ),
    "a broken experiment called skipped": Case(
        make=resealed(
            lambda document: (document["experiments"][1].update(skipped="not today"), document.update(ruling="held")),
            HELD,
            BROKEN,
        ),
        code=2,
        says="was skipped, and yet 2 of its promises were judged",
    ),
    "skipped by something that is no reason": Case(
        make=resealed(lambda document: document["experiments"][0].update(skipped=False)), code=2
    ),
    "promises taken out": Case(
        make=resealed(
            lambda document: (
                document["experiments"][0].update(promises=[], ruling="undecided"),
                document.update(ruling="undecided"),
            )
        ),
        code=2,
        says="nothing was judged",
    ),
    "not signed": Case(make=of(), code=2, key=KEY, says="is not signed"),
    "signed by another": Case(make=of(key="another"), code=2, key=KEY, says="its signature is not by this"),
    "a signature demanded, and no key": Case(make=of(key=KEY), code=2, ask=("--signed",), says="to check it with"),
    "a signature demanded by the file": Case(make=of(), code=2, toml="[gate]\nsigned = true\n"),
    "resealed without the key": Case(
        make=resealed(
            lambda document: (document["experiments"].pop(), document.update(ruling="held")), HELD, BROKEN, key=KEY
        ),
        code=2,
        key=KEY,
        says="is not signed",
    ),
    "resealed without the key, and nobody has it": Case(
        make=resealed(
            lambda document: (document["experiments"].pop(), document.update(ruling="held")), HELD, BROKEN, key=KEY
        ),
        code=0,  # what only a key can find: docs/gate.md says so
    ),
    # unknown schema
    "schema 1": Case(make=edited(schema=1), code=2, says="schema: is 1, and we read 2"),
    "a schema of the future": Case(make=edited(schema=3), code=2, says="schema: is 3, and we read 2"),
    "no schema": Case(make=rewritten("{}"), code=2, says="schema: is None"),
    "a schema that equals ours": Case(
        make=resealed(lambda document: document.update(schema=2.0)), code=2, says="schema: is 2.0, and we read 2"
    ),
    "an unknown ruling": Case(
        make=resealed(lambda document: document["experiments"][0]["promises"][0].update(ruling="fine")), code=2
    ),
    # waived, and what only warns
    "waived": Case(make=of(BROKEN), code=0, toml=waiver(LOSS, "2099-12-31"), says="waived until 2099-12-31 by orders"),
    "waived by a pattern": Case(make=of(BROKEN), code=0, toml=waiver("failover/zone*/*", "2099-12-31")),
    "waived, beside one that is not": Case(
        make=of(BROKEN, replace(BROKEN, fault="power")), code=1, toml=waiver(LOSS, "2099-12-31")
    ),
    "waiver expired": Case(make=of(BROKEN), code=1, toml=waiver(LOSS, "2020-01-31"), says="expired on 2020-01-31"),
    "waiver expired and granted anew": Case(
        make=of(BROKEN), code=0, toml=waiver(LOSS, "2020-01-31") + waiver(LOSS, "2099-12-31")
    ),
    "a waiver for another promise": Case(
        make=of(BROKEN), code=1, toml=waiver("failover/zone loss/no_such", "2099-12-31"), says="matches no promise"
    ),
    "a waiver for what is undecided": Case(
        make=of(UNDECIDED), code=2, toml=waiver("*", "2099-12-31"), says="this is undecided"
    ),
    "a waiver nobody needs": Case(make=of(), code=0, toml=waiver("*", "2099-12-31"), says="is not needed"),
    "warns": Case(make=of(BROKEN, HELD), code=0, toml='[gate]\nwarn = ["*/zone loss/*"]\n', says="warns"),
    "warns, and blocks after all": Case(
        make=of(BROKEN, HELD), code=1, toml='[gate]\nwarn = ["*/zone loss/*"]\nblock = ["*_survives"]\n'
    ),
    "everything only warns": Case(make=of(), code=2, toml='[gate]\nwarn = ["*"]\n', says="so that none can hold"),
    "everything is waived": Case(
        make=of(replace(BROKEN, promises=(survived(3),))),
        code=2,
        toml=waiver("*", "2099-12-31"),
        says="so that none can hold",
    ),
    "what must block could not be judged": Case(
        make=of(HELD, replace(UNDECIDED, promises=(replace(UNDECIDED.promises[1], name="experiment"),))),
        code=2,
        toml='[gate]\nwarn = ["failover/frozen*"]\nblock = ["failover/frozen writer/recovered_within"]\n',
        says="was not all judged",
    ),
    "what must block was judged": Case(
        make=of(HELD, UNDECIDED),
        code=0,
        toml='[gate]\nwarn = ["failover/frozen*"]\nblock = ["failover/frozen writer/recovered_within"]\n',
    ),
    # objectives
    "a looser objective": Case(
        make=of(objectives=OBJECTIVES | {"recovery_time": "1h"}), code=2, says="of 1h, and 60s is demanded"
    ),
    "a looser objective, and broken": Case(make=of(BROKEN, objectives=OBJECTIVES | {"agreement": "1h"}), code=2),
    "a stricter objective": Case(
        make=of(objectives=OBJECTIVES | {"recovery_time": "10s"}), code=0, says="no objective looser than demanded"
    ),
    "an objective as loose as the file": Case(
        make=of(objectives=OBJECTIVES | {"recovery_time": "1h"}), code=0, toml='[objectives]\nrecovery_time = "60m"\n'
    ),
    "an objective looser than the file": Case(
        make=of(), code=2, toml='[objectives]\nrecovery_time = "30s"\n', says="of 60s, and 30s is demanded"
    ),
    "no objectives": Case(make=of(objectives={}), code=2, says="no such objective"),
    # another target
    "another target": Case(make=of(), code=2, ask=("--target", "staging"), says="is of target 'lab'"),
    "another target by the file": Case(make=of(), code=2, toml='[gate]\ntarget = "staging"\n'),
    "another target, and broken": Case(make=of(BROKEN), code=2, ask=("--target", "staging")),
    # misuse
    "an unknown option": Case(make=of(), code=4, ask=("--forgive",), says="unrecognized arguments"),
    "an option without its value": Case(make=of(), code=4, ask=("--require",)),
    "a shortened option": Case(make=of(), code=4, ask=("--max", "7d")),
    "two runs": Case(make=of(), code=4, ask=("latest", "latest")),
    "an age without a unit": Case(make=of(), code=4, ask=("--max-age", "7"), says='write "7s"'),
    "no age at all": Case(make=of(), code=4, ask=("--max-age", "0s")),
    "an unknown name": Case(make=of(), code=4, ask=("--require", "failovr"), says='did you mean "failover"?'),
    "an unknown name in the file": Case(make=of(), code=4, toml='[gate]\nrequire = ["failovr"]\n'),
    "an empty name": Case(make=of(), code=4, ask=("--require", "failover,")),
    "no number of runs": Case(make=of(), code=4, ask=("--worst-of", "0")),
    "an unknown key": Case(make=of(), code=4, toml="[gate]\nforgive = true\n", says="gate.forgive: unknown key"),
    "a waiver without an owner": Case(
        make=of(), code=4, toml='[[gate.waivers]]\npromise = "*"\nreason = "x"\nexpires = 2099-01-01\n', says="owner"
    ),
    "a key that is empty": Case(make=of(), code=4, key="", says="DRILL_SIGNING_KEY is set, and empty"),
}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a team works: drill.toml and reports/ with a folder for the newest run."""
    monkeypatch.chdir(tmp_path)
    runs = tmp_path / "reports" / "runs"
    runs.mkdir(parents=True)
    (tmp_path / "reports" / "latest").symlink_to(Path("runs", NAME))
    return runs / NAME


def answered(case: Case, folder: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit code of `drill gate`."""
    monkeypatch.delenv("DRILL_SIGNING_KEY", raising=False)
    if case.key is not None:
        monkeypatch.setenv("DRILL_SIGNING_KEY", case.key)
    (folder.parents[2] / "drill.toml").write_text(case.toml)
    case.make(folder)
    try:
        return main(["gate", *case.ask])
    except SystemExit as ended:
        return int(ended.code or 0)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_exit_code_is_right(
    case: Case, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what is printed says why; what is left beside the run says the same to programs."""
    code = answered(case, place, monkeypatch)
    printed = capsys.readouterr()
    said = " ".join((printed.out + printed.err).replace("|", " ").split())
    assert code == case.code, said
    assert case.says in said
    if case.code == 4 or not (place / "summary.json").exists():
        assert not (place / "gate.json").exists()
    elif not case.ask or case.ask[0].startswith("--"):
        document = json.loads((place / "gate.json").read_text())
        assert document["exit_code"] == code
        assert document["ruling"] == RULINGS[code]


@pytest.mark.parametrize("name", ["held", "broken", "undecided", "a history cut", "an unknown option"])
def test_the_command_that_is_installed_says_the_same(name: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a pipeline sees is the exit code of a process."""
    case = CASES[name]
    monkeypatch.delenv("DRILL_SIGNING_KEY", raising=False)
    case.make(place)
    drill = Path(sys.executable).with_name("drill")
    assert subprocess.run([drill, "gate", *case.ask], check=False, capture_output=True).returncode == case.code


@pytest.mark.parametrize(
    ("damage", "ask", "code"),
    [
        (lambda folder: (folder / "summary.json").unlink(), (), 2),
        (lambda folder: folder.parents[2].joinpath("drill.toml").write_text("[gate]\nforgive = true\n"), (), 4),
        (lambda _folder: None, ("--require", "failovr"), 4),
        (lambda folder: (folder / "validation.md").unlink(), (), 2),
        (lambda _folder: None, (), 0),
    ],
)
def test_no_earlier_ruling_stays(
    damage: Make, ask: tuple[str, ...], code: int, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What lies beside a run is what this gate ruled, or nothing: an archive must not say 0 where the job said 2."""
    assert answered(CASES["held"], place, monkeypatch) == 0
    damage(place)
    assert main(["gate", *ask]) == code
    left = {each.name for each in place.glob("gate.*")}
    assert left == ({"gate.json", "gate.xml"} if code != 4 and (place / "summary.json").exists() else set())
    if left:
        assert json.loads((place / "gate.json").read_text())["exit_code"] == code
