"""What requests about saved filters may say, and what is answered."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from glimpser_dashboard.walls.inputs import Name

MOST = 50
Query = Annotated[str, Field(max_length=500, pattern=r"^[!-~]*$", description="What stands behind the ? of the page.")]


class Filter(BaseModel):
    """Filters under a name."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    query: Query


class FiltersIn(BaseModel):
    """All that one keeps; what is not here is forgotten."""

    model_config = ConfigDict(extra="forbid")

    filters: list[Filter] = Field(max_length=MOST)


class FiltersOut(BaseModel):
    """All that one keeps, in their order."""

    filters: list[Filter]
