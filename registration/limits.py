"""How often a page may be asked for from one address, where allauth's limits, which are about accounts, do not reach."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

MINUTE = 60


def is_too_often(request: HttpRequest, what: str, most: int) -> bool:
    """Count this request; whether there were more than `most` for `what` from its address within a minute."""
    key = f"{what}:{get_adapter().get_client_ip(request)}"
    if cache.add(key, 1, MINUTE):
        return most < 1
    try:
        return cache.incr(key) > most
    except ValueError:  # the minute ended in between
        return False
