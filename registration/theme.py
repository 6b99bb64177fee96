"""Light, dark, or as the device is set: kept on the account, the same on every device."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from registration.http import AuthenticatedHttpRequest
from registration.models import User


class ThemeForm(forms.Form):
    theme = forms.ChoiceField(choices=User.Theme.choices)


@require_POST
@login_required
def choose(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Keep the choice and go back to where it was made. A choice that is none changes nothing."""
    form = ThemeForm(request.POST)
    if form.is_valid():
        request.user.theme = form.cleaned_data["theme"]
        request.user.save(update_fields=["theme"])
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if is_ours else "me")
