"""The engine that has to keep the contract: everything in this folder knows it by its door alone.

Whoever writes another one has it asked the same by JIANGGUO_ENGINE=module:class. What is beneath the door of the one there
is, its segments, generations and what is on the disk after a crash, is tested in tests/unit/search_index.
"""

import importlib
import os

import search_index.index

_NAME = os.environ.get("JIANGGUO_ENGINE", "search_index.index:SearchIndex")
_MODULE, _, _CLASS = _NAME.partition(":")

ENGINE: type[search_index.index.SearchIndex] = getattr(importlib.import_module(_MODULE), _CLASS)
