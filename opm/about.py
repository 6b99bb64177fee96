"""What the site says of itself: privacy, accessibility, security. The same for everybody, signed in or not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return render(request, "about/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "about/accessibility.html")


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    return render(request, "about/security.html")
