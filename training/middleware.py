"""For authors under `make run`: a faulty file shows its faults as a page, until it is mended and saved."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from training.content import ContentError


class ShowFaults:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, ContentError):
            return None
        return render(request, "training/faults.html", {"faults": exception.faults}, status=500)
