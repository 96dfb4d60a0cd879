"""What every table of drill.toml has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]


class Section(BaseModel):
    """A table of the file: frozen, no key that we do not know, no value of another type than asked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
