"""A bucket of runs: s3://bucket/prefix/<run>/summary.json and whatever lies beside it.

`.claims/<run>` says which run of that name may be copied there: the digest of its summary. Without it two runs of one
name, copied at once, would mix their files before the first summary is there to be respected.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from boto3.s3.transfer import TransferConfig, create_transfer_manager
from botocore.exceptions import ClientError

from drill.errors import ConfigError, StoreError
from drill.reporting.seal import SUMMARY
from drill.reporting.store.asking import asking, code_of
from drill.reporting.store.copying import arriving, files_of, inside, require_whole, same_run
from drill.reporting.store.reading import read_as_sealed
from drill.reporting.store.store import is_name, require_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from drill.reporting.records import RunRecord

AT_ONCE = 16
"""Requests at the same time."""

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".log": "text/plain; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/xml",
}
"""What a browser is told that opens a file in the bucket; by the end of its name."""
ANY_TYPE = "application/octet-stream"

CLAIMS = ".claims"
"""The folder of claims; hidden, so that no run can be called so."""

_MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
_THERE_ALREADY = frozenset({"412", "PreconditionFailed", "ConditionalRequestConflict"})


@dataclass(frozen=True, slots=True, kw_only=True)
class S3:
    """The runs under a prefix, which ends with "/" or is empty; `client` is boto3's, and is used by several threads."""

    client: Any
    bucket: str
    prefix: str = ""

    def __str__(self) -> str:
        """What messages call it."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")

    def names(self) -> tuple[str, ...]:
        """Every folder with a summary; one that is still being copied has none yet."""
        found = sorted(name for name in self._folders() if is_name(name))
        with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
            whole = threads.map(self._has_summary, found)
            return tuple(name for name, there in zip(found, whole, strict=True) if there)

    def summary(self, name: str) -> RunRecord:
        """Read it from the bucket; no experiment has a directory, since its evidence was not fetched."""
        with TemporaryDirectory() as folder:
            draft = Path(folder) / SUMMARY
            draft.write_bytes(self._summary_of(require_name(name, str(self))))
            try:
                run = read_as_sealed(draft)
            except ConfigError as error:
                problem = str(error).removeprefix(f"{draft}: ")
                raise ConfigError(f"{self._place(name)}/{SUMMARY}: {problem}") from error
        return replace(run, experiments=tuple(replace(each, directory=None) for each in run.experiments))

    def fetch(self, name: str, into: Path) -> Path:
        """Copy all of it to a folder."""
        content = self._summary_of(require_name(name, str(self)))
        if not same_run(name, content, into):
            files = [inside(text, self._place(name)) for text in self._files(name)]
            with arriving(name, into) as draft:
                self._download(name, files, draft)
                require_whole(draft, self._place(name))
        return require_whole(into / name)

    def push(self, folder: Path) -> str:
        """Copy a folder to the bucket, its name claimed first and its summary last: what is half copied is no run."""
        name = require_name(folder.resolve().name, str(folder))
        *evidence, _summary = files_of(folder)
        require_whole(folder)
        mine, theirs = (folder / SUMMARY).read_bytes(), self._content(name)
        if theirs is None:
            self._claim(name, mine)
            self._upload(name, folder, evidence)
            theirs = self._finish(name, mine)
        if theirs != mine:
            raise StoreError(
                f"{self._place(name)}: another run is there by the same name, and stays; use another prefix"
            )
        return self._place(name)

    def _place(self, name: str) -> str:
        return f"{self}/{name}"

    def _key(self, name: str, file: Path | str) -> str:
        return f"{self.prefix}{name}/{Path(file).as_posix()}"

    def _folders(self) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix, Delimiter="/"
        )
        with asking("s3:ListBucket", str(self)):
            for page in pages:
                for each in page.get("CommonPrefixes", ()):
                    yield each["Prefix"].removeprefix(self.prefix).removesuffix("/")

    def _files(self, name: str) -> Iterator[str]:
        start = f"{self.prefix}{name}/"
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=start)
        with asking("s3:ListBucket", self._place(name)):
            for page in pages:
                for each in page.get("Contents", ()):
                    if not each["Key"].endswith("/"):  # consoles make empty objects that stand for folders
                        yield each["Key"].removeprefix(start)

    def _has_summary(self, name: str) -> bool:
        with asking("s3:GetObject", self._place(name)):
            try:
                self.client.head_object(Bucket=self.bucket, Key=self._key(name, SUMMARY))
            except ClientError as error:
                if code_of(error) not in _MISSING:
                    raise
                return False
            return True

    def _content(self, name: str) -> bytes | None:
        """The bytes of the summary, or None where there is none."""
        return self._object(name, self._key(name, SUMMARY))

    def _object(self, name: str, key: str) -> bytes | None:
        with asking("s3:GetObject", self._place(name)):
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if code_of(error) not in _MISSING:
                    raise
                return None
            return bytes(answer["Body"].read())

    def _summary_of(self, name: str) -> bytes:
        content = self._content(name)
        if content is None:
            raise StoreError(f"{self._place(name)}: no such run; see which there are: aws s3 ls {self}/")
        return content

    def _download(self, name: str, files: list[Path], folder: Path) -> None:
        with (
            asking("s3:GetObject", self._place(name)),
            create_transfer_manager(self.client, TransferConfig(max_concurrency=AT_ONCE)) as transfers,
        ):
            under_way = []
            for each in files:
                (folder / each).parent.mkdir(parents=True, exist_ok=True)
                under_way.append(transfers.download(self.bucket, self._key(name, each), str(folder / each)))
            for each_way in under_way:
                each_way.result()

    def _upload(self, name: str, folder: Path, files: list[Path]) -> None:
        with (
            asking("s3:PutObject", self._place(name)),
            create_transfer_manager(self.client, TransferConfig(max_concurrency=AT_ONCE)) as transfers,
        ):
            under_way = [
                transfers.upload(
                    str(folder / each),
                    self.bucket,
                    self._key(name, each),
                    extra_args={"ContentType": TYPES.get(each.suffix, ANY_TYPE)},
                )
                for each in files
            ]
            for each_way in under_way:
                each_way.result()

    def _claim(self, name: str, content: bytes) -> None:
        """Take the name for the run with this summary; a StoreError where another one has it, and may be under way."""
        digest = hashlib.sha256(content).hexdigest().encode()
        if self._first(name, f"{self.prefix}{CLAIMS}/{name}", digest, TYPES[".txt"]) != digest:
            raise StoreError(
                f"{self._place(name)}: another run by the same name is being copied there; use another prefix"
            )

    def _finish(self, name: str, content: bytes) -> bytes | None:
        """Write the summary unless there is one by now, and return the one that is there."""
        return self._first(name, self._key(name, SUMMARY), content, TYPES[".json"])

    def _first(self, name: str, key: str, content: bytes, kind: str) -> bytes | None:
        """Write an object where none is, and return what is there then: of two that write at once, one is the first."""
        with asking("s3:PutObject", self._place(name)):
            try:
                self.client.put_object(Bucket=self.bucket, Key=key, Body=content, ContentType=kind, IfNoneMatch="*")
            except ClientError as error:
                if code_of(error) not in _THERE_ALREADY:
                    raise
                return self._object(name, key)
            return content
