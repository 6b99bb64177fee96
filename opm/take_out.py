"""Everything about a person, to take along: the data, and what they wrote as PDFs, in one file."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone

from opm import personal_data
from registration.models import User
from training import action_plan, content, workbook
from training.models import ActionPlan

DATA = "data.json"


def as_json(user: User) -> bytes:
    data = personal_data.export(user)
    return json.dumps(data, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False).encode()


def as_zip(user: User) -> bytes:
    """data.json, a README.txt that says what is in it, and the PDFs; built in memory."""
    papers = list(_papers(user))
    data = as_json(user)
    context = {
        "person": user,
        "data_name": DATA,
        "kinds": [(kind, len(rows)) for kind, rows in json.loads(data).items()],
        "papers": [name for name, _ in papers],
        "today": timezone.localdate(),
        "SITE_NAME": settings.SITE_NAME,
        "SITE_URL": settings.SITE_URL,
        "CONTACT_EMAIL": settings.CONTACT_EMAIL,
    }
    readme = render_to_string("take_out_readme.txt", context).strip() + "\n"
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, file in [("README.txt", readme.encode()), (DATA, data), *papers]:
            archive.writestr(name, file)
    return held.getvalue()


def _papers(user: User) -> Iterator[tuple[str, bytes]]:
    """The plan and the workbook of each edition in which there is something to print."""
    plans = {plan.edition: plan for plan in ActionPlan.objects.filter(user=user)}
    for course in content.load_all().values():
        if plan := plans.get(course.id):
            yield f"{course.id}-{action_plan.FILE_NAME}", action_plan.pdf(plan)
        book = workbook.Workbook.of(user, course)
        if not book.is_empty:
            yield f"{course.id}-mentoring-workbook.pdf", workbook.pdf(book)
