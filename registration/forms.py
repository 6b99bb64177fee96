from django import forms


class RegistrationForm(forms.Form):
    def signup(self, request, user): ...
