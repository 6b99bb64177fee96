"""What the field for the institution offers while somebody types."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from registration.institution_search import suggest
from registration.limits import is_too_often

LEAST_LETTERS, MOST_LETTERS = 2, 200
# A minute, from one address. A whole campus can come from one; thirty people typing ask about this often
MOST_QUESTIONS = 1200


@require_safe
@cache_control(max_age=300, private=True)
def suggestions(request: HttpRequest) -> HttpResponse:
    """The options for `?q=`, as they go into the list under the field. 429 without a word to those who ask too often."""
    if is_too_often(request, "institutions", MOST_QUESTIONS):
        return HttpResponse(status=429)
    typed = " ".join(request.GET.get("q", "")[:MOST_LETTERS].split())
    hits = suggest(typed) if len(typed) >= LEAST_LETTERS else []
    return render(request, "registration/_institutions.html", {"hits": hits, "typed": typed})
