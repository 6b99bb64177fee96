"""What all kinds of activities share."""

from __future__ import annotations

from typing import Any

Value = dict[str, Any]


def check_depth(depth: str) -> None:
    if depth not in ("core", "deeper"):
        raise ValueError(f"depth is “core” or “deeper”, not “{depth}”")
