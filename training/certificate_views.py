"""Checking a certificate, in public; its PDF; and correcting the name on one's own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from opm.pdf import render_pdf
from registration.http import AuthenticatedHttpRequest
from registration.limits import is_too_often
from training.certificates import CODE_LENGTH, Certificate, read_code

Arguments = ParamSpec("Arguments")
CHECKS_A_MINUTE = 120  # from one address, which can be a whole campus


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of the certificate"),
        max_length=60,
        error_messages={"required": _("Enter the code that is printed on the certificate.")},
    )

    def clean_code(self) -> str:
        code = read_code(self.cleaned_data["code"])
        if len(code) != CODE_LENGTH:
            message = gettext(
                "A code has %(length)s letters and digits; this one has %(typed)s. Check it for a missing group."
            )
            raise forms.ValidationError(message % {"length": CODE_LENGTH, "typed": len(code)})
        return code


class NameForm(forms.Form):
    name = forms.CharField(
        label=_("Name on the certificate"),
        max_length=150,
        error_messages={"required": _("Enter the name as it should stand on the certificate.")},
    )


def checked_by_anybody(
    view: Callable[Concatenate[HttpRequest, Arguments], HttpResponse],
) -> Callable[Concatenate[HttpRequest, Arguments], HttpResponse]:
    """Open to all, found by no search engine, and no more often than people check certificates."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        if is_too_often(request, "certificates", CHECKS_A_MINUTE):
            return render(request, "429.html", status=429)
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    return never_cache(require_safe(guarded))


@checked_by_anybody
def find(request: HttpRequest) -> HttpResponse:
    """Type a code that is on paper."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("certificate", form.cleaned_data["code"])
    status = 422 if form.errors else 200
    return render(request, "training/certificate_find.html", {"form": form}, status=status)


@checked_by_anybody
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """Every fact that is printed, and whether it still holds. Nothing but the code is needed, and no account."""
    found = Certificate.objects.filter(code=read_code(code)).first()
    if found is None:
        form = CodeForm({"code": code})
        form.is_valid()
        return render(
            request, "training/certificate_find.html", {"form": form, "is_unknown": True}, status=404
        )
    return show(request, found, NameForm(initial={"name": found.name}))


def show(request: HttpRequest, certificate: Certificate, form: NameForm, status: int = 200) -> HttpResponse:
    is_mine = request.user.is_authenticated and certificate.user_id == request.user.pk
    context = {"certificate": certificate, "is_mine": is_mine, "form": form}
    return render(request, "training/certificate.html", context, status=status)


@checked_by_anybody
def certificate_pdf(request: HttpRequest, code: str) -> HttpResponse:
    found = get_object_or_404(Certificate, code=read_code(code), revoked_on=None, erased_on=None)
    headers = {"Content-Disposition": 'inline; filename="mentoring-certificate.pdf"'}
    return HttpResponse(pdf(found), content_type="application/pdf", headers=headers)


@never_cache
@require_POST
@login_required
def correct_name(request: AuthenticatedHttpRequest, code: str) -> HttpResponse:
    own = get_object_or_404(Certificate, code=read_code(code), user=request.user)
    form = NameForm(request.POST)
    if not form.is_valid():
        return show(request, own, form, status=422)
    if form.cleaned_data["name"] != own.name:
        own.correct_name(form.cleaned_data["name"])
        messages.success(request, gettext("The name on your certificate is corrected."))
    return redirect(own)


def pdf(certificate: Certificate) -> bytes:
    return render_pdf(
        "training/certificate_pdf.html", {"certificate": certificate, "SITE_NAME": settings.SITE_NAME}
    )
