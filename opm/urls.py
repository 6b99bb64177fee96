"""Every address of the training site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from evaluation import door
from evaluation import views as evaluation
from opm import about, for_institutions, reach, views
from registration import details, institution_views, sessions, theme
from training import (
    action_plan,
    discussion_pack,
    notes,
    offline,
    open_pages,
    search,
    syllabus,
    tools,
    workbook,
)
from training import views as training

urlpatterns = [
    path("", views.home, name="home"),
    path("for-institutions/", for_institutions.for_institutions, name="for_institutions"),
    path("for-institutions/<slug:name>.pdf", for_institutions.sample, name="for_institutions_sample"),
    path("accounts/logout/", offline.sign_out),
    path("accounts/sessions/", sessions.sessions, name="sessions"),
    path("accounts/2fa/", RedirectView.as_view(pattern_name="mfa_list_webauthn")),
    path("accounts/institutions/", institution_views.suggestions, name="institutions"),
    path("accounts/", include("allauth.urls")),
    path("me/", views.me, name="me"),
    path("me/details/", details.details, name="details"),
    path("me/export/", views.export, name="export"),
    path("me/erase/", views.erase, name="erase"),
    path("me/theme/", theme.choose, name="theme"),
    path("privacy/", about.privacy, name="privacy"),
    path("accessibility/", about.accessibility, name="accessibility"),
    path("security/", about.security, name="security"),
    path("survey/", door.door, name="survey_door"),
    path("results/", evaluation.results, name="results"),
    path("results/export.csv", evaluation.export_csv, name="results_export"),
    path("results/reach/", reach.reach, name="results_reach"),
    path("results/reach.csv", reach.reach_csv, name="results_reach_csv"),
    path("results/<slug:name>/", evaluation.report_page, name="results_report"),
    path("dev/mail/", include("registration.dev_mail")),
    path("admin/login/", secure_admin_login(admin.site.login)),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("visit/forget/", open_pages.forget, name="forget_typed"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    # An edition's name comes last, because it could be anything
    path("<slug:edition>/", open_pages.course, name="course"),
    path("<slug:edition>/syllabus/", syllabus.syllabus, name="syllabus"),
    path("<slug:edition>/brief/", tools.brief, name="brief"),
    path("<slug:edition>/brief.pdf", tools.brief_pdf, name="brief_pdf"),
    path("<slug:edition>/tools/", tools.tools, name="tools"),
    path("<slug:edition>/tools/<slug:tool>/", tools.tool, name="tool"),
    path("<slug:edition>/tools/<slug:tool>.pdf", tools.tool_pdf, name="tool_pdf"),
    path("<slug:edition>/complete/", training.complete, name="complete"),
    path("<slug:edition>/plan/", action_plan.plan, name="plan"),
    path("<slug:edition>/plan.pdf", action_plan.plan_pdf, name="plan_pdf"),
    path("<slug:edition>/workbook/", workbook.workbook, name="workbook"),
    path("<slug:edition>/workbook.pdf", workbook.workbook_pdf, name="workbook_pdf"),
    path("<slug:edition>/discussion-pack/", discussion_pack.pack, name="discussion_pack"),
    path("<slug:edition>/discussion-pack.pdf", discussion_pack.pack_pdf, name="discussion_pack_pdf"),
    path("<slug:edition>/search/", search.search, name="search"),
    path("<slug:edition>/bookmarks/", notes.bookmarks, name="bookmarks"),
    path("<slug:edition>/bookmarks/<slug:section>/<slug:page>/", notes.keep, name="note"),
    path("<slug:edition>/<slug:section>/", open_pages.section, name="section"),
    path("<slug:edition>/<slug:section>/<slug:page>/", open_pages.page, name="page"),
    path("<slug:edition>/<slug:section>/<slug:page>/<slug:activity>/", open_pages.answer, name="activity"),
    path(
        "<slug:edition>/<slug:section>/<slug:page>/<slug:activity>/<slug:node>/",
        open_pages.node,
        name="dialogue_node",
    ),
]
