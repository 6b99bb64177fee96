"""manage.py refresh_polls: count how people answered the polls, where enough have come since the last count."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from training import polls


class Command(BaseCommand):
    help = "Count the answers to polls anew, where ten or more have come since an earlier day. A timer runs it daily."

    def handle(self, *args: Any, **options: Any) -> None:
        number = polls.refresh(timezone.localdate())
        self.stdout.write(f"{number} poll{'' if number == 1 else 's'} counted anew")
