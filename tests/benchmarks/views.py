"""Floors to measure against: the least that Django does for a page, and for an answer, of somebody signed in."""

from functools import cache

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

UPSERT = """
INSERT INTO training_answer (user_id, edition, page_id, activity_id, value, version, updated_at)
VALUES (%s, 'bare', 'page', 'activity', %s, 1, %s)
ON CONFLICT (user_id, edition, activity_id)
DO UPDATE SET value = excluded.value, version = training_answer.version + 1, updated_at = excluded.updated_at
"""


@cache
def twenty_kilobytes() -> Template:
    return Template("<p>{{ user.email }}</p>" + "<p>Some text of a page.</p>\n" * 730)


def page(request: HttpRequest) -> HttpResponse:
    """Session and user from the database, and one cached template of 20 KB."""
    return HttpResponse(twenty_kilobytes().render(Context({"user": request.user})))


@csrf_exempt
def upsert(request: HttpRequest) -> HttpResponse:
    """Session and user from the database, and one raw upsert."""
    with connection.cursor() as cursor:
        cursor.execute(
            UPSERT, [request.user.pk, '{"text": "' + request.POST.get("text", "") + '"}', timezone.now()]
        )
    return HttpResponse("saved")
