"""Runs what starts an event loop of its own, which it may not where one is running already: pyHanko does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def apart(call: Callable[[], T]) -> T:
    """What the call returns, made in a thread of its own. Raises what the call raises."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(call).result()
