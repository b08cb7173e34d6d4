"""Analyzers in child processes: one child for each plugin's analyzer, shared by the worker's streams."""

from __future__ import annotations

from glimpser.protocol.messages import AnalyzerPart
from glimpser_sdk.analyzers import StreamInfo
from glimpser_sdk.errors import Unsupported

from .context import Surroundings
from .routing import Deliver, Failed, Slot


class Children:
    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self.pids: set[int] = set()

    def slot(self, part: AnalyzerPart, info: StreamInfo, deliver: Deliver, failed: Failed) -> Slot:
        raise Unsupported(code="analyzer.process")

    def close(self) -> None:
        return
