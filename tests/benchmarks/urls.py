"""The site's addresses and those of the bare views."""

from django.urls import path

from opm.urls import urlpatterns as site
from tests.benchmarks import views

urlpatterns = [
    path("bare/page/", views.page),
    path("bare/upsert/", views.upsert),
    *site,
]
