"""The seal of a run: a digest of every file, one of the summary that lists them, and a signature where there is a key.

    "files": {"failover/crash/history.parquet": "<SHA-256>", ...}, "digest": "<SHA-256>", "signature": "<HMAC-SHA-256>"

A digest finds corruption: who changes a file on purpose can compute every digest anew. Only a signature finds that, and
only for those who do not hold the key. Both are taken over one canonical form, so that neither the order of the keys
nor the layout of the file matters; paths are relative, so that a run can be copied elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from drill.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SUMMARY = "summary.json"
RULINGS = frozenset({"gate.json", "gate.xml"})
"""What is written about a run after it was sealed, beside its summary."""

KEY_VARIABLE = "DRILL_SIGNING_KEY"  # the name of a variable, and no key
"""Of the environment; who starts a run or a gate reads it, and hands it in."""

_FILES, _DIGEST, _SIGNATURE = "files", "digest", "signature"


def key_in(environment: Mapping[str, str]) -> str | None:
    """The key that an environment holds, without blanks around it; None where there is none.

    A ConfigError for one that is set and empty: it is a secret that a pipeline did not hand on, and no decision to do
    without.
    """
    key = environment.get(KEY_VARIABLE)
    if key is not None and not key.strip():
        raise ConfigError(f"{KEY_VARIABLE} is set, and empty; give it the key of the run, or unset it")
    return None if key is None else key.strip()


def sealed(document: Mapping[str, Any], folder: Path, *, key: str | None = None) -> dict[str, Any]:
    """The same document with digests of all that lies in the folder now, and with a signature where there is a key.

    What the document says is taken as it will be read again, so that it must be JSON without NaN; every file must be
    complete, since whatever is changed later counts as altered.
    """
    files = {name: _digest_of(folder / name) for name in _names(folder)}
    whole = {**document, _FILES: files}
    whole[_DIGEST] = hashlib.sha256(_canonical(whole)).hexdigest()
    whole[_SIGNATURE] = None if key is None else _signature(whole, key)
    return whole


def parsed(text: str) -> Any:
    """JSON with one meaning; a ValueError for a key that stands twice, for NaN, and for what nobody nests so deep."""
    try:
        return json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def verify(path: Path, key: str | None = None) -> tuple[str, ...]:
    """What speaks against the run of this summary, a line each; nothing at all where it is as it was sealed.

    With a key a valid signature is demanded. Never raises for what it finds.
    """
    try:
        document = parsed(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return (f"{path.name}: cannot be read ({error})",)
    return problems(document, path.parent, key)


def problems(document: Any, folder: Path, key: str | None = None) -> tuple[str, ...]:
    """The same about a summary that is read already."""
    if not isinstance(document, dict) or not isinstance(document.get(_FILES), dict):
        return (f"{SUMMARY}: is not sealed: it lists no files; run the suite again",)
    return (*_about_itself(document, key), *_about_files(document[_FILES], folder))


def unlisted(document: Mapping[str, Any], folder: Path) -> tuple[str, ...]:
    """The files that lie in the folder and that the seal says nothing about, such as what was put there later."""
    return tuple(name for name in _names(folder) if name not in document[_FILES])


def is_signed(document: Mapping[str, Any]) -> bool:
    """Whether there is a signature, valid or not."""
    return document.get(_SIGNATURE) is not None


def is_unaltered(document: Mapping[str, Any]) -> bool:
    """Whether a summary is as it was sealed by its own digest, whatever became of the files; no signature is asked."""
    return not any(_about_itself(document, None))


def _about_itself(document: Mapping[str, Any], key: str | None) -> Iterator[str]:
    try:
        digest = hashlib.sha256(_canonical(_without(document, _DIGEST, _SIGNATURE))).hexdigest()
        signature = None if key is None else _signature(document, key)
    except ValueError as error:
        yield f"{SUMMARY}: cannot be what was sealed ({error}); run the suite again"
        return
    if not _same(document.get(_DIGEST), digest):
        yield f"{SUMMARY}: was altered after it was sealed; run the suite again"
    if signature is None:
        return
    if not is_signed(document):
        yield f"{SUMMARY}: is not signed, and {KEY_VARIABLE} demands it; set it where the suite runs as well"
    elif not _same(document[_SIGNATURE], signature):
        yield f"{SUMMARY}: its signature is not by this {KEY_VARIABLE}; use the key of the run, or run the suite again"


def _about_files(files: Mapping[str, Any], folder: Path) -> Iterator[str]:
    for name, digest in sorted(files.items()):
        problem = _problem(name, folder)
        if problem is not None:
            yield f"{name!r}: {problem}"
            continue
        try:
            found = _digest_of(folder / name)
        except OSError as error:
            yield f"{name!r}: cannot be read ({error})"
            continue
        if not _same(digest, found):
            yield f"{name!r}: is not the file that was sealed"


def _problem(name: str, folder: Path) -> str | None:
    """Why a name is no file of this run; nothing is opened that a run did not make, such as a pipe or a link."""
    steps = PurePosixPath(name)
    if not steps.parts or "\0" in name or steps.is_absolute() or ".." in steps.parts or str(steps) != name:
        return "is no path within the run"
    here = folder
    for step in steps.parts:
        here /= step
        try:
            mode = here.lstat().st_mode
        except OSError:
            return "is missing"
        if stat.S_ISLNK(mode):
            return "is reached by a symbolic link, which a run never makes"
    return None if stat.S_ISREG(mode) else "is no file"


def _names(folder: Path) -> list[str]:
    """The files of a run as the seal spells them; neither itself, nor rulings on it, nor drafts, nor links."""
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".")]
        here = Path(top)
        ours = {SUMMARY, *RULINGS} if here == folder else set()
        found += [here / name for name in names if not name.startswith(".") and name not in ours]
    return sorted(each.relative_to(folder).as_posix() for each in found if stat.S_ISREG(each.lstat().st_mode))


def _digest_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _canonical(document: Mapping[str, Any]) -> bytes:
    """The one spelling of a document: sorted keys, no blanks, ASCII only; floats are written as they are read."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def _signature(document: Mapping[str, Any], key: str) -> str:
    return hmac.new(key.encode(), _canonical(_without(document, _SIGNATURE)), hashlib.sha256).hexdigest()


def _without(document: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name not in keys}


def _same(stated: object, found: str) -> bool:
    return isinstance(stated, str) and hmac.compare_digest(stated.encode("utf-8", "surrogatepass"), found.encode())


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} stands there twice")
    return document


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
