"""Every address of the survey process."""

from django.urls import path

from evaluation import survey_views

urlpatterns = [
    path("", survey_views.survey, name="survey"),
    path("healthz", survey_views.healthz, name="healthz"),
]
handler400 = "evaluation.survey_views.bad_request"
handler404 = "evaluation.survey_views.not_found"
handler500 = "evaluation.survey_views.server_error"
