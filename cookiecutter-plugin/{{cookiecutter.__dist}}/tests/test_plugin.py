{%- set kinds = cookiecutter.__kinds.split() -%}
"""The rules for every plugin{% if not kinds %}, and what this one does{% endif %}."""

from __future__ import annotations
{% if not kinds %}
from collections.abc import Callable
{%- endif %}
from types import ModuleType
{%- if not kinds %}
from typing import Any
{%- endif %}

import pytest
from glimpser_sdk.testing import PluginConformance

{% if kinds -%}
from {{ cookiecutter.__package }} import plugin as entry_module
{%- else -%}
import {{ cookiecutter.__package }} as entry_module
{%- endif %}


class TestPlugin(PluginConformance):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return entry_module
{%- if not kinds %}


async def test_starts_are_counted(hub_context: Callable[..., Any]) -> None:
    ctx = hub_context(event_types=["{{ cookiecutter.id }}.started"])
    await entry_module.glimpser_setup(ctx)
    await entry_module.glimpser_setup(ctx)
    assert [event.data["number"] for event in ctx.published] == [1, 2]
{%- endif %}
