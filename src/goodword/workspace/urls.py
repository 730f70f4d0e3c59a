from django.urls import URLPattern, URLResolver, path, re_path

from goodword.workspace import assessment_attempt as attempts
from goodword.workspace import comments, data_requests, fairness, first_run, home, search
from goodword.workspace import reference_check as checks
from goodword.workspace import results_to_review as results
from goodword.workspace.adding import views as adding
from goodword.workspace.assessment_plan import preview
from goodword.workspace.assessment_plan import views as plan
from goodword.workspace.assessment_plan.access import PAGES
from goodword.workspace.audit_log import views as audit_log
from goodword.workspace.automation import views as automation
from goodword.workspace.candidate import appeals, details, invitations, review, verification
from goodword.workspace.candidate import views as candidates
from goodword.workspace.comparison import files as results_files
from goodword.workspace.comparison import views as comparison
from goodword.workspace.job_analysis import views as job_analysis
from goodword.workspace.lists import bulk, downloads, listing, saved_views
from goodword.workspace.mail_texts import views as mail_texts
from goodword.workspace.members import invitations as member_invitations
from goodword.workspace.members import views as members
from goodword.workspace.needs_you import sources
from goodword.workspace.needs_you import views as needs_you
from goodword.workspace.portal import own_data
from goodword.workspace.portal import views as portal
from goodword.workspace.retention import views as retention
from goodword.workspace.role import settings_page as role_settings
from goodword.workspace.role import views as roles
from goodword.workspace.settings_pages import look, mails, organisation
from goodword.workspace.step_preview.check_pages import check_preview
from goodword.workspace.step_preview.mails import mails_page
from goodword.workspace.validity import rater, rating_request, ratings
from goodword.workspace.validity import views as validity
from goodword.workspace.validity.views import rate_hire

_CHECK = "candidates/<int:pk>/checks/<int:check_pk>/"
_ATTEMPT = "candidates/<int:pk>/attempts/<int:attempt_pk>/"
_REFEREE = "candidates/<int:pk>/referees/<int:referee_pk>/"
_IMPORT = "roles/<int:pk>/candidates/import/"
_PLAN = "roles/<int:pk>/assessment/"
_RATINGS = "settings/validity/ratings/"
_RATING_REQUEST = "candidates/<int:pk>/rating/request/"
_JOB_ANALYSIS = "roles/<int:pk>/job-analysis/"
_REQUIREMENT = f"{_JOB_ANALYSIS}requirements/<int:requirement_pk>/"
_DRAFT = f"{_PLAN}draft/"
_PART = f"{_DRAFT}tests/<int:part_pk>/"
#: `which`: "draft", or the number of a version
_PREVIEW = f"{_PLAN}preview/<str:which>/"
_PREVIEW_PART = f"{_PREVIEW}<int:order>/"
_MAIL_TEXT = "settings/mail-texts/<str:kind>/<str:language>/"

member_urls: list[URLPattern | URLResolver] = [
    path("home/", needs_you.needs_you, name="needs_you"),
    path("home/requests/<int:pk>/link/", sources.send_link, name="adjustment_link"),
    path("home/setup/", first_run.first_run, name="first_run"),
    path("home/setup/progress/", first_run.progress, name="first_run_progress"),
    path("home/setup/dismiss/", first_run.dismiss, name="first_run_dismiss"),
    path("home/<str:source>/<int:need_id>/hide/", needs_you.hide, name="need_hide"),
    path("home/<str:source>/<int:need_id>/show/", needs_you.show_again, name="need_show"),
    path("roles/", roles.role_list, name="roles"),
    path("roles/new/", role_settings.role_new, name="role_new"),
    path("roles/new/from-job/", role_settings.role_from_job, name="role_from_job"),
    path("roles/<int:pk>/", roles.role_page, name="role"),
    path("roles/<int:pk>/bulk/", bulk.bulk, name="role_bulk"),
    path("roles/<int:pk>/views/", saved_views.save, name="role_view_save"),
    path("roles/<int:pk>/csv/", downloads.list_file, {"form": "csv"}, name="role_csv"),
    path("roles/<int:pk>/xlsx/", downloads.list_file, {"form": "xlsx"}, name="role_xlsx"),
    path("roles/<int:pk>/settings/", role_settings.role_settings, name="role_settings"),
    path("roles/<int:pk>/ratings/", role_settings.ratings, name="role_ratings"),
    path("roles/<int:pk>/duplicate/", role_settings.duplicate, name="role_duplicate"),
    path("roles/<int:pk>/archive/", role_settings.archive, name="role_archive"),
    path("roles/<int:pk>/restore/", role_settings.restore, name="role_restore"),
    path("roles/<int:pk>/candidates/add/", adding.add, name="role_candidate_add"),
    path(_IMPORT, adding.upload, name="role_import"),
    path(f"{_IMPORT}<int:import_pk>/", adding.check, name="role_import_check"),
    path(f"{_IMPORT}<int:import_pk>/leave-out/", adding.leave_out, name="role_import_leave_out"),
    path(f"{_IMPORT}<int:import_pk>/confirm/", adding.confirm, name="role_import_confirm"),
    path(f"{_IMPORT}<int:import_pk>/discard/", adding.discard, name="role_import_discard"),
    path(f"{_IMPORT}<int:import_pk>/problems/", adding.problems, name="role_import_problems"),
    path("roles/<int:pk>/compare/", comparison.compare, name="role_compare"),
    path("roles/<int:pk>/compare/references/", comparison.compare_references, name="role_compare_references"),
    path("roles/<int:pk>/results.csv", results_files.results_file, {"form": "csv"}, name="role_results_csv"),
    path(
        "roles/<int:pk>/results.xlsx", results_files.results_file, {"form": "xlsx"}, name="role_results_xlsx"
    ),
    path(
        "roles/<int:pk>/results.json", results_files.results_file, {"form": "json"}, name="role_results_json"
    ),
    path(_JOB_ANALYSIS, job_analysis.page, name="role_job_analysis"),
    path(f"{_JOB_ANALYSIS}versions/<int:number>/", job_analysis.version, name="role_job_analysis_version"),
    path(f"{_JOB_ANALYSIS}take-over/", job_analysis.take_over, name="role_job_requirements_take_over"),
    path(f"{_JOB_ANALYSIS}requirements/new/", job_analysis.new, name="role_job_requirement_new"),
    path(_REQUIREMENT, job_analysis.change, name="role_job_requirement"),
    path(f"{_REQUIREMENT}remove/", job_analysis.remove, name="role_job_requirement_remove"),
    path("roles/<int:pk>/notices/<int:notice_pk>/seen/", roles.notice_seen, name="role_notice_seen"),
    path("roles/<int:pk>/automation/", automation.choose_job, name="role_automation"),
    path("roles/<int:pk>/automation/stages/", automation.connect_stages, name="role_automation_stages"),
    path("roles/<int:pk>/automation/review/", automation.review, name="role_automation_review"),
    path(
        "roles/<int:pk>/automation/<int:automation_pk>/unlink/",
        automation.unlink_job,
        name="role_automation_unlink",
    ),
    path("roles/<int:pk>/steps/<int:step_pk>/", roles.step_settings, name="role_step"),
    path("roles/<int:pk>/steps/<int:step_pk>/mails/", mails_page, name="role_step_mails"),
    path("roles/<int:pk>/steps/<int:step_pk>/preview/", check_preview, name="role_check_preview"),
    path(
        "roles/<int:pk>/steps/<int:step_pk>/preview/<slug:name>/",
        check_preview,
        name="role_check_preview_page",
    ),
    path(_PLAN, plan.plan, name="role_assessment"),
    path(f"{_PLAN}versions/<int:number>/", plan.version, name="role_assessment_version"),
    path(f"{_PLAN}begin/", plan.begin, name="role_assessment_begin"),
    path(_DRAFT, plan.draft, name="role_assessment_draft"),
    path(f"{_DRAFT}add/", plan.add, name="role_assessment_add"),
    path(_PART, plan.change, name="role_assessment_part"),
    path(f"{_PART}move/", plan.move, name="role_assessment_part_move"),
    path(f"{_PART}remove/", plan.remove, name="role_assessment_part_remove"),
    path(f"{_DRAFT}settings/", plan.settings, name="role_assessment_settings"),
    path(f"{_DRAFT}publish/", plan.publish, name="role_assessment_publish"),
    path(f"{_DRAFT}discard/", PAGES.discard_view(), name="role_assessment_discard"),
    path(_PREVIEW, preview.first, name="role_preview"),
    path(f"{_PREVIEW}language/", preview.language, name="role_preview_language"),
    path(f"{_PREVIEW}decline/", preview.decline, name="role_preview_decline"),
    path(f"{_PREVIEW}adjust/", preview.adjust, name="role_preview_adjust"),
    path(f"{_PREVIEW}beyond/", preview.beyond, name="role_preview_beyond"),
    path(_PREVIEW_PART, preview.part, name="role_preview_part"),
    path(f"{_PREVIEW_PART}form/", preview.form, name="role_preview_form"),
    path(f"{_PREVIEW_PART}practice/<int:number>/", preview.practice, name="role_preview_practice"),
    path(f"{_PREVIEW_PART}item/<int:number>/", preview.item, name="role_preview_item"),
    path(f"{_PREVIEW_PART}finish/", preview.last, name="role_preview_finish"),
    path("candidates/", listing.candidate_list, name="candidates"),
    path("candidates/add/", adding.choose_role, name="candidate_add"),
    path("candidates/import-template/", adding.template, name="import_template"),
    path("candidates/bulk/", bulk.bulk, name="candidates_bulk"),
    path("candidates/views/", saved_views.save, name="candidates_view_save"),
    path("views/<int:view_pk>/delete/", saved_views.delete, name="saved_view_delete"),
    path("candidates/csv/", downloads.list_file, {"form": "csv"}, name="candidates_csv"),
    path("candidates/xlsx/", downloads.list_file, {"form": "xlsx"}, name="candidates_xlsx"),
    path("candidates/<int:pk>/", candidates.candidate_page, name="candidate"),
    path(
        "candidates/<int:pk>/steps/<int:step_request_pk>/invite/",
        invitations.invite_again,
        name="step_invite_again",
    ),
    path(
        "candidates/<int:pk>/steps/<int:step_request_pk>/send-again/",
        mails.invitation_again,
        name="step_send_again",
    ),
    path(
        "candidates/<int:pk>/steps/<int:step_request_pk>/reuse/", invitations.reuse_result, name="step_reuse"
    ),
    path(
        "candidates/<int:pk>/steps/<int:step_request_pk>/dismiss/",
        invitations.dismiss,
        name="step_dismiss",
    ),
    path("candidates/<int:pk>/steps/<str:kind>/begin/", invitations.begin_step, name="step_begin"),
    path("candidates/<int:pk>/edit/", details.edit, name="candidate_edit"),
    path("candidates/<int:pk>/status/<str:status>/", details.change_status, name="candidate_status"),
    path("candidates/<int:pk>/rating/", rate_hire, name="candidate_rating"),
    path(_RATING_REQUEST, rating_request.page, name="rating_request"),
    path(f"{_RATING_REQUEST}stop/", rating_request.stop, name="rating_request_stop"),
    path(f"{_RATING_REQUEST}forget/", rating_request.forget, name="rating_request_forget"),
    path(f"{_RATING_REQUEST}delete/", rating_request.delete_rating, name="rating_request_delete"),
    path("candidates/<int:pk>/comments/", comments.comment, name="candidate_comment"),
    path("candidates/<int:pk>/comments/<int:comment_pk>/delete/", comments.delete, name="comment_delete"),
    path("candidates/<int:pk>/verification/", verification.verify, name="candidate_verify"),
    path(
        "candidates/<int:pk>/verification/discard/",
        verification.discard_verification,
        name="candidate_verification_discard",
    ),
    path("candidates/<int:pk>/appeals/<int:appeal_pk>/", appeals.answer, name="candidate_appeal"),
    path(f"{_ATTEMPT}pause/", attempts.pause, name="attempt_pause"),
    path(f"{_ATTEMPT}resume/", attempts.resume, name="attempt_resume"),
    path(f"{_ATTEMPT}remind/", attempts.remind, name="attempt_remind"),
    path(f"{_ATTEMPT}extend-deadline/", attempts.extend_deadline, name="attempt_extend_deadline"),
    path(f"{_ATTEMPT}complete/", attempts.mark_complete, name="attempt_mark_complete"),
    path(f"{_ATTEMPT}cancel/", attempts.cancel, name="attempt_cancel"),
    path(f"{_CHECK}pause/", checks.pause, name="check_pause"),
    path(f"{_CHECK}resume/", checks.resume, name="check_resume"),
    path(f"{_CHECK}remind/", checks.remind, name="check_remind"),
    path(f"{_CHECK}extend-deadline/", checks.extend_deadline, name="check_extend_deadline"),
    path(f"{_CHECK}complete/", checks.mark_complete, name="check_mark_complete"),
    path(f"{_CHECK}cancel/", checks.cancel, name="check_cancel"),
    path(f"{_CHECK}one-more/", checks.one_more, name="check_one_more"),
    path(f"{_CHECK}slots/<int:number>/answer/", checks.answer, name="check_answer"),
    path(f"{_REFEREE}remind/", checks.referee_remind, name="referee_remind"),
    path(f"{_REFEREE}send-again/", mails.request_again, name="referee_send_again"),
    path(f"{_REFEREE}release/", checks.release, name="referee_release"),
    path(f"{_REFEREE}extend-deadline/", checks.extend_referee_deadline, name="referee_extend_deadline"),
    path(f"{_REFEREE}address/", checks.address, name="referee_address"),
    path(
        "candidates/<int:pk>/confirm-name/", invitations.confirm_candidate_name, name="candidate_confirm_name"
    ),
    path("candidates/<int:pk>/erase/", data_requests.erase, name="candidate_erase"),
    path("candidates/<int:pk>/export/", data_requests.export_candidate, name="candidate_export"),
    path(
        "candidates/<int:pk>/referees/<int:referee_pk>/erase/",
        data_requests.erase_one_referee,
        name="referee_erase",
    ),
    path("candidates/<int:pk>/erase/keep/", data_requests.keep, name="candidate_keep"),
    path("reports/<int:pk>/note/", candidates.note_again, name="report_note_again"),
    path("reports/<int:pk>/note/drop/", candidates.note_drop, name="report_note_drop"),
    path("reports/<int:pk>/note/seen/", candidates.note_duplicates_seen, name="report_note_seen"),
    path("results/", results.results_list, name="results"),
    path("results/assign/", results.assign_several_page, name="results_assign"),
    path("results/<int:pk>/reviewed/", results.tick, name="result_tick"),
    path("results/<int:pk>/not-reviewed/", results.undo, name="result_undo"),
    path("results/<int:pk>/assign/", results.assign_page, name="result_assign"),
    path("search/", search.search, name="search"),
    path("help/", home.help_page, name="help"),
    path("settings/", home.settings_page, name="settings"),
    path("settings/notifications/", mails.notification_settings, name="notification_settings"),
    path("roles/<int:pk>/members/", members.role_viewers, name="role_viewers"),
    path("roles/<int:pk>/members/<int:member_pk>/remove/", members.remove, name="role_viewer_remove"),
    path("settings/audit-log/", audit_log.audit_log, name="audit_log"),
    path("settings/audit-log/csv/", audit_log.audit_log_file, {"form": "csv"}, name="audit_log_csv"),
    path("settings/audit-log/xlsx/", audit_log.audit_log_file, {"form": "xlsx"}, name="audit_log_xlsx"),
    path("settings/audit-log/months/", audit_log.audit_log_months, name="audit_log_months"),
    path("settings/members/", members.members, name="members"),
    path("settings/members/<int:pk>/", members.member_page, name="member"),
    path("settings/members/<int:pk>/deactivate/", members.deactivate_page, name="member_deactivate"),
    path("settings/members/<int:pk>/reactivate/", members.reactivate_member, name="member_reactivate"),
    path("settings/members/<int:pk>/second-factor/", members.second_factor, name="member_second_factor"),
    path("settings/members/<int:pk>/unlink/", members.unlink, name="member_unlink"),
    path("settings/members/invitations/<int:pk>/send/", members.send_again, name="invitation_send_again"),
    path("settings/members/invitations/<int:pk>/withdraw/", members.withdraw, name="invitation_withdraw"),
    path("settings/retention/", retention.retention, name="retention"),
    path("settings/fairness/", fairness.fairness, name="fairness"),
    path("settings/validity/", validity.page, name="validity"),
    path(_RATINGS, ratings.upload, name="ratings_import"),
    path(f"{_RATINGS}allow/", ratings.allow, name="ratings_allow"),
    path(f"{_RATINGS}people.csv", ratings.people, name="ratings_people"),
    path(f"{_RATINGS}<int:pk>/", ratings.check, name="ratings_import_check"),
    path(f"{_RATINGS}<int:pk>/confirm/", ratings.confirm, name="ratings_import_confirm"),
    path(f"{_RATINGS}<int:pk>/delete/", ratings.delete, name="ratings_import_delete"),
    path(
        "settings/retention/impact-assessment/",
        retention.impact_assessment,
        name="impact_assessment",
    ),
    path("settings/retention/holds/<int:pk>/lift/", retention.lift, name="hold_lift"),
    path("candidates/<int:pk>/hold/", retention.candidate_hold, name="candidate_hold"),
    path("roles/<int:pk>/hold/", retention.role_hold, name="role_hold"),
    path("settings/undelivered/", mails.page, name="undelivered"),
    path("settings/undelivered/send-again/", mails.all_again, name="undelivered_all_again"),
    path("settings/undelivered/<int:email_pk>/send-again/", mails.again, name="undelivered_again"),
    path("settings/sign-in/", organisation.sign_in_rules, name="sign_in_rules"),
    path("settings/organisation/", organisation.organisation, name="organisation_settings"),
    path("settings/sender-domain/", mails.sender_domain, name="sender_domain"),
    path("settings/mail-texts/", mail_texts.mail_texts, name="mail_texts"),
    path(_MAIL_TEXT, mail_texts.mail_text, name="mail_text"),
    path(f"{_MAIL_TEXT}preview/", mail_texts.mail_text_preview, name="mail_text_preview"),
    path(f"{_MAIL_TEXT}reset/", mail_texts.mail_text_reset, name="mail_text_reset"),
    path("settings/organisation/look/", look.look, name="organisation_look"),
    path("settings/organisation/look/logo/", look.logo_upload, name="organisation_logo"),
    path("settings/organisation/look/logo/remove/", look.logo_remove, name="organisation_logo_remove"),
    path("settings/organisation/domains/", organisation.mail_domains, name="organisation_domains"),
]
public_urls: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    re_path(r"^logo/(?P<digest>[0-9a-f]{32})\.png$", look.logo, name="logo"),
    path("i/", member_invitations.accept_after_sign_in, name="invitation_signed_in"),
    path("i/<str:token>/", member_invitations.accept_invitation, name="invitation"),
    path("p/<str:token>/", portal.portal, name="portal"),
    path("p/<str:token>/language/", portal.language, name="portal_language"),
    path("p/<str:token>/ask/", portal.ask, name="portal_ask"),
    path("p/<str:token>/appeal/", own_data.by_portal, name="portal_appeal"),
    path("p/<str:token>/data/", own_data.data, name="portal_data"),
    path("p/<str:token>/data/link/", own_data.send_link, name="portal_data_link"),
    path("p/<str:token>/fresh/", portal.fresh_link, name="portal_fresh"),
    path("d/<str:token>/", own_data.own, name="own_data"),
    path("d/<str:token>/link/", own_data.send_own_again, name="own_data_link"),
    path("d/<str:token>/download/", own_data.download, name="own_data_download"),
    path("d/<str:token>/appeal/", own_data.by_own_data, name="own_data_appeal"),
    path("d/<str:token>/erase/", own_data.erase, name="own_data_erase"),
    path("m/<str:token>/", rater.rate, name="rater"),
    path("m/<str:token>/decline/", rater.decline, name="rater_decline"),
    path("v/<str:token>/", review.review, name="review"),
]
