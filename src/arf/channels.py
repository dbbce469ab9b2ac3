"""The section `channels` of `params.yaml`."""

from typing import Annotated

from pydantic import Field, RootModel, field_validator

from arf.records import Name

POOLED = "all"  # what metrics call all channels together


class Channels(RootModel[Annotated[tuple[Name, ...], Field(min_length=1)]]):
    """Names of the channels, each once; `root` holds them in order."""

    @field_validator("root")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("a channel is named twice")
        if POOLED in names:
            raise ValueError(f"{POOLED} is what metrics call all channels together; rename it")
        return names
