"""Each model is erased with the person it is about, or listed here as having no personal data."""

import ast

from django.apps import apps
from django.db import connection

from goodword.core.personal_data import erasers
from tests.architecture.source import calls
from tests.flow.test_erasure_and_export import PLANTED, PLANTED_BY_REFEREE

#: models without data of candidates and referees, and why
NO_PERSONAL_DATA = {
    "accounts.AuditEntry": "who of the members did what: ids, counts and settings in its details",
    "accounts.Invitation": "members",
    "accounts.Logo": "the organisation",
    "accounts.Membership": "members",
    "accounts.Organisation": "the organisation",
    "accounts.User": "members",
    "assessments.Assessment": "what a role asks",
    "assessments.AssessmentPart": "what a role asks",
    "assessments.Calibration": "figures of many people, nothing of a single one",
    "assessments.NormGroup": "figures of many people, nothing of a single one",
    "assessments.NormSet": "figures of many people, nothing of a single one",
    "assessments.Panelist": "experts, who are erased by a member, themselves or the retention run (tested)",
    "assessments.PanelRating": "experts' ratings, erased with them",
    "assessments.Test": "what is asked",
    "assessments.TestVersion": "what is asked",
    "candidates.RatingImport": "numbers of lines; the ratings are PerformanceRating",
    "core.BackupRun": "that the database was backed up",
    "core.ClockOffset": "the demo's clock",
    "core.ErasureEntry": "ids, kept to erase the same people again after a restore",
    "core.FieldKeyCanary": "a known text",
    "core.HashKey": "keys",
    "core.Heartbeat": "when a worker was last seen",
    "core.Installation": "what this database is",
    "core.Reaction": "that a handler ran",
    "greenhouse.CallTally": "numbers of calls",
    "greenhouse.Connection": "the link to Greenhouse",
    "greenhouse.Finding": "ids, and sentences without names of people",
    "greenhouse.Permission": "what a credential may do",
    "greenhouse.RateWindow": "numbers of calls",
    "greenhouse.Reconciliation": "numbers of a pass",
    "greenhouse.Webhook": "which webhooks there are",
    "greenhouse.WebhookSecret": "secret keys",
    "notifications.MailText": "texts of the organisation, with placeholders",
    "notifications.MailService": "whether mail goes out, and what the server said, without addresses",
    "questionnaires.Questionnaire": "what is asked",
    "questionnaires.QuestionnaireVersion": "what is asked",
    "references.DoNotContact": "keyed hashes, which are to outlive the person",
    "reports.IssuedFile": "digests of files, kept so that /verify knows an erased one as withdrawn",
    "reports.SigningCertificate": "certificates of the installation and its operator",
    "roles.AlreadyThere": "ids of Greenhouse",
    "roles.Automation": "jobs",
    "roles.JobAnalysis": "requirements and who of the members confirmed them",
    "roles.RequirementRating": "how important a role's requirement is, and who of the members entered that",
    "roles.JobRequirement": "what a role requires",
    "roles.Role": "positions",
    "roles.RoleNotice": "names of jobs and stages",
    "roles.StageRule": "stages",
    "roles.Step": "settings",
    "workspace.ListedApplication": "copied by triggers, so it is erased with candidate and application (tested)",
    "workspace.SavedView": "filters of a list, without search text",
    "workspace.Mention": "ids of members; deleted with the comment",
    "workspace.HiddenNeed": "ids of what a member has hidden until tomorrow",
}


#: models that are erased, but have no text of or about a person to search for afterwards, and why
NO_TEXTS = {
    "assessments.Attempt": "states and times",
    "assessments.AttemptPart": "states and times",
    "assessments.DrawnItem": "generated tasks",
    "assessments.IssuedTotal": "figures",
    "assessments.Observation": "kinds and durations",
    "assessments.Score": "figures",
    "greenhouse.ActivityFeedNote": "ids and errors; its text is made from the report",
    "notifications.Link": "hashes",
    "reports.ReportOpening": "who of the members opened a report",
    "reports.ResultReview": "who of the members reviewed a result",
    "workflow.StepRequest": "states and times",
    "workspace.CandidateImport": "headings; its rows have the texts",
}


#: the other text and JSON columns of erased models: ids, codes, hashes, dates, languages, settings, figures, tasks and
#: answers to them, files, names and addresses of members, and our sentences without names
NOT_PLANTED = {
    "assessments.Adjustment": "answered_by",
    "assessments.Answer": "item page save_number",
    "assessments.Attempt": "attention close_reason closed_by continues_after language reminder_days",
    "assessments.AttemptFlag": "code facts key",
    "assessments.AttemptPart": "form void",
    "assessments.DrawnItem": "content item",
    "assessments.IssuedTotal": "portions reason scoring_version value weights",
    "assessments.Marking": "item points",
    "assessments.Observation": "item",
    "assessments.Score": "scale scoring_version",
    "assessments.Upload": "content content_type item sha256",
    "assessments.Verification": "answers comparison form language tasks version",
    "candidates.Application": "recruiter_email recruiter_name stage_name",
    "candidates.Candidate": "chosen_language language",
    "candidates.Erasure": "counts",
    "candidates.PerformanceRating": "criterion",
    "core.Event": "actor name",
    "greenhouse.ActivityFeedNote": "duplicate_remote_ids last_error marker visibility",
    "greenhouse.Delivery": "action caused event_id",
    "notifications.Email": (
        "from_name key kind language link_purpose message_id provider_id reply_to subject_ref template"
    ),
    "notifications.Link": "token_hash",
    "references.Check": (
        "attention close_reason closed_by continues_after language languages reminder_days time_zone"
    ),
    "references.CheckFlag": "code key",
    "references.Referee": "from_month language released_by seen_texts to_month",
    "references.ReferenceRequest": "chosen_language language reminder_days time_zone",
    "references.Slot": "relationship",
    "references.Trace": "address_hash device_hash",
    "reports.Report": "code error",
    "reports.ReportFile": "sha256",
    "reports.ReportOpening": "by",
    "workspace.CandidateImport": "ignored steps",
    "workspace.RatingRequest": "declined_hashes language rated_hash",
}
TEXT_TYPES = ("varchar", "text", "jsonb", "bytea")


def decorating(name: str) -> set[str]:
    """Modules that use this decorator, with the models it names."""
    return {module for module, call in calls(name) if isinstance(call.args[0], ast.Constant)}


def models() -> set[str]:
    return {model._meta.label for model in apps.get_models() if model.__module__.startswith("goodword.")}


def test_every_model_is_erased_or_has_no_personal_data() -> None:
    erased = [label for eraser in erasers() for label in eraser.models]
    assert len(erased) == len(set(erased))
    assert sorted([*erased, *NO_PERSONAL_DATA]) == sorted(models())


def test_every_erased_model_has_a_planted_text_or_none() -> None:
    planted = {column.partition(".")[0] for column in PLANTED | PLANTED_BY_REFEREE}
    erased = {label for eraser in erasers() for label in eraser.models}
    found = {label for label in erased if apps.get_model(label)._meta.db_table in planted}
    assert erased - found == set(NO_TEXTS)


def test_every_text_column_of_an_erased_model_is_planted_or_listed() -> None:
    """Except columns that store one of several fixed values."""
    found = {}
    for label in (label for eraser in erasers() for label in eraser.models):
        options = apps.get_model(label)._meta
        columns = [
            field.column
            for field in options.concrete_fields
            if (field.db_type(connection) or "").startswith(TEXT_TYPES)
            and not field.choices
            and f"{options.db_table}.{field.column}" not in PLANTED | PLANTED_BY_REFEREE
        ]
        if columns:
            found[label] = " ".join(sorted(columns))
    assert found == NOT_PLANTED


def test_every_eraser_is_listed_in_flow() -> None:
    assert {eraser.erase.__module__ for eraser in erasers()} == decorating("erases")


def test_erasers_run_from_the_top_layer_down() -> None:
    order = [eraser.erase.__module__.split(".")[1] for eraser in erasers()]
    assert order.index("reports") < order.index("references") < order.index("workflow")
    assert order.index("workflow") < order.index("notifications") < order.index("candidates")
    assert order[-1] == "candidates"
