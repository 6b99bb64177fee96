"""Every address of the training site."""

from django.contrib import admin
from django.urls import include, path

from evaluation import door
from evaluation import views as evaluation
from opm import evidence, live_sessions, program_mail, programs, views
from registration import theme
from training import (
    action_plan,
    certificate_views,
    dialogue_views,
    discussion_pack,
    notes,
    offline,
    search,
    syllabus,
    tools,
    workbook,
)
from training import views as training

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/logout/", offline.sign_out),
    path("accounts/", include("allauth.urls")),
    path("me/", views.me, name="me"),
    path("me/export/", views.export, name="export"),
    path("me/erase/", views.erase, name="erase"),
    path("me/theme/", theme.choose, name="theme"),
    path("programs/", programs.programs, name="programs"),
    path("programs/join/", programs.join_by_code, name="join_by_code"),
    path("programs/join/<slug:code>/", programs.join, name="join_program"),
    path("programs/leave/<int:pk>/", programs.leave, name="leave_program"),
    path("programs/<int:pk>/", programs.program, name="program"),
    path("programs/<int:pk>/members.csv", programs.members_csv, name="program_members_csv"),
    path("programs/<int:pk>/settings/", programs.settings, name="program_settings"),
    path("programs/<int:pk>/invitations/", program_mail.invitations, name="program_invitations"),
    path("programs/<int:pk>/reminders/", program_mail.remind, name="program_remind"),
    path("programs/reminders/<int:pk>/", programs.choose_reminders, name="choose_reminders"),
    path("programs/<int:pk>/evidence/", evidence.evidence, name="program_evidence"),
    path("programs/<int:pk>/sessions/", live_sessions.sessions, name="program_sessions"),
    path("programs/<int:pk>/sessions/<int:session_pk>/", live_sessions.session, name="program_session"),
    path("programs/evidence/<slug:code>/", evidence.check, name="evidence_check"),
    path("certificates/", certificate_views.find, name="certificate_find"),
    path("certificates/<slug:code>/", certificate_views.certificate, name="certificate"),
    path("certificates/<slug:code>.pdf", certificate_views.certificate_pdf, name="certificate_pdf"),
    path("certificates/<slug:code>/name/", certificate_views.correct_name, name="certificate_name"),
    path("survey/", door.door, name="survey_door"),
    path("results/", evaluation.results, name="results"),
    path("results/export.csv", evaluation.export_csv, name="results_export"),
    path("results/<slug:name>/", evaluation.report_page, name="results_report"),
    path("dev/mail/", include("registration.dev_mail")),
    path("admin/", admin.site.urls),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    # An edition's name comes last, because it could be anything
    path("<slug:edition>/", training.course, name="course"),
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
    path("<slug:edition>/<slug:section>/", training.section, name="section"),
    path("<slug:edition>/<slug:section>/<slug:page>/", training.page, name="page"),
    path("<slug:edition>/<slug:section>/<slug:page>/<slug:activity>/", training.answer, name="activity"),
    path(
        "<slug:edition>/<slug:section>/<slug:page>/<slug:activity>/<slug:node>/",
        dialogue_views.node,
        name="dialogue_node",
    ),
]
