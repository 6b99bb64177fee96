"""Every address of the training site."""

from django.contrib import admin
from django.urls import include, path

from opm import views

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
]
