"""What happens when somebody signs in, of which this app need not know.

    @at_sign_in
    def join(request: HttpRequest, user: User) -> None: ...

It is called in the session of the account, which still holds what the browser's session held before. Import the module that
has such a function when its app is ready (AppConfig.ready).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

# The user as allauth hands them on: any model of one
Arrival = Callable[[HttpRequest, Any], None]
arrivals: list[Arrival] = []


def at_sign_in(arrive: Arrival) -> Arrival:
    arrivals.append(arrive)
    return arrive
