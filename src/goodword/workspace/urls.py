"""Addresses of the workspace."""

from django.urls import URLPattern, URLResolver, path

from goodword.workspace.views import (
    acts,
    asking,
    automation,
    candidates,
    checks,
    data,
    data_by_member,
    erasure,
    home,
    library,
    notes,
    organisation,
    portal,
    referees,
    roles,
    step_settings,
)

_CHECK = "candidates/<int:pk>/checks/<int:check_pk>/"
_REFEREE = "candidates/<int:pk>/referees/<int:referee_pk>/"

member_urls: list[URLPattern | URLResolver] = [
    path("roles/", roles.role_list, name="roles"),
    path("roles/new/", roles.role_new, name="role_new"),
    path("roles/<int:pk>/", roles.role_page, name="role"),
    path("roles/<int:pk>/notices/<int:notice_pk>/seen/", roles.notice_seen, name="role_notice_seen"),
    path("roles/<int:pk>/automation/", automation.choose_job, name="role_automation"),
    path("roles/<int:pk>/automation/stages/", automation.connect_stages, name="role_automation_stages"),
    path("roles/<int:pk>/automation/review/", automation.review, name="role_automation_review"),
    path(
        "roles/<int:pk>/automation/<int:automation_pk>/unlink/",
        automation.unlink_job,
        name="role_automation_unlink",
    ),
    path("roles/<int:pk>/steps/<int:step_pk>/", step_settings.step_settings, name="role_step"),
    path("candidates/", candidates.candidate_list, name="candidates"),
    path("candidates/<int:pk>/", candidates.candidate_page, name="candidate"),
    path("candidates/<int:pk>/steps/<int:start_pk>/invite/", acts.invite_again, name="step_invite_again"),
    path("candidates/<int:pk>/steps/<int:start_pk>/reuse/", acts.reuse_result, name="step_reuse"),
    path("candidates/<int:pk>/steps/<str:kind>/begin/", acts.begin_step, name="step_begin"),
    path(f"{_CHECK}pause/", checks.pause, name="check_pause"),
    path(f"{_CHECK}resume/", checks.resume, name="check_resume"),
    path(f"{_CHECK}remind/", checks.remind, name="check_remind"),
    path(f"{_CHECK}more-time/", checks.more_time, name="check_more_time"),
    path(f"{_CHECK}complete/", checks.mark_complete, name="check_mark_complete"),
    path(f"{_CHECK}cancel/", checks.cancel, name="check_cancel"),
    path(f"{_CHECK}one-more/", checks.one_more, name="check_one_more"),
    path(f"{_CHECK}slots/<int:number>/answer/", checks.answer, name="check_answer"),
    path(f"{_REFEREE}remind/", referees.remind, name="referee_remind"),
    path(f"{_REFEREE}release/", referees.release, name="referee_release"),
    path(f"{_REFEREE}more-time/", referees.more_time, name="referee_more_time"),
    path(f"{_REFEREE}address/", referees.address, name="referee_address"),
    path("candidates/<int:pk>/erase/", erasure.erase, name="candidate_erase"),
    path("candidates/<int:pk>/export/", data_by_member.export, name="candidate_export"),
    path(
        "candidates/<int:pk>/referees/<int:referee_pk>/erase/",
        data_by_member.erase_one_referee,
        name="referee_erase",
    ),
    path("candidates/<int:pk>/erase/keep/", erasure.keep, name="candidate_keep"),
    path("reports/<int:pk>/note/", notes.note_again, name="report_note_again"),
    path("reports/<int:pk>/note/drop/", notes.note_drop, name="report_note_drop"),
    path("reports/<int:pk>/note/seen/", notes.note_doubles_seen, name="report_note_seen"),
    path("results/", candidates.results_list, name="results"),
    path("library/", library.library, name="library"),
    path("help/", home.help_page, name="help"),
    path("settings/", home.settings_page, name="settings"),
    path("settings/organisation/", organisation.organisation, name="organisation_settings"),
]
public_urls: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("p/<str:token>/", portal.portal, name="portal"),
    path("p/<str:token>/ask/", asking.ask, name="portal_ask"),
    path("p/<str:token>/data/", data.data, name="portal_data"),
    path("p/<str:token>/data/download/", data.download, name="portal_data_download"),
    path("p/<str:token>/data/erase/", data.erase, name="portal_data_erase"),
    path("v/<str:token>/", portal.review, name="review"),
]
