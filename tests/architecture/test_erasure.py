"""Every model is erased with the person it tells of, or is known to tell of nobody: a new one needs a decision."""

import ast

from django.apps import apps

from goodword.core.erasure import holders
from tests.architecture.source import calls

#: models that hold nothing of candidates and referees, and why
TELLS_OF_NOBODY = {
    "accounts.AuditEntry": "who of the members did what: ids, counts and settings in its details",
    "accounts.Membership": "members",
    "accounts.Organisation": "the organisation",
    "accounts.User": "members",
    "assessments.Assessment": "what a role asks",
    "assessments.AssessmentPart": "what a role asks",
    "assessments.Calibration": "figures of many people, nothing of a single one",
    "assessments.NormGroup": "figures of many people, nothing of a single one",
    "assessments.NormSet": "figures of many people, nothing of a single one",
    "assessments.Test": "what is asked",
    "assessments.TestVersion": "what is asked",
    "core.ClockOffset": "the demo's clock",
    "core.FieldKeyCanary": "a known text",
    "core.Heartbeat": "when a worker was last seen",
    "core.Reaction": "that a handler ran",
    "greenhouse.CallTally": "numbers of calls",
    "greenhouse.Connection": "the link to Greenhouse",
    "greenhouse.Finding": "ids, and sentences without names of people",
    "greenhouse.Permission": "what a credential may do",
    "greenhouse.RateWindow": "numbers of calls",
    "greenhouse.Reconciliation": "numbers of a pass",
    "greenhouse.Webhook": "which webhooks there are",
    "greenhouse.WebhookSecret": "secret keys",
    "notifications.MailService": "whether mail goes out, and what the server said, without addresses",
    "questionnaires.Questionnaire": "what is asked",
    "questionnaires.QuestionnaireVersion": "what is asked",
    "references.DoNotContact": "keyed hashes, which are to outlive the person",
    "roles.AlreadyThere": "ids of Greenhouse",
    "roles.Automation": "jobs",
    "roles.Role": "positions",
    "roles.RoleNotice": "names of jobs and stages",
    "roles.StageRule": "stages",
    "roles.Step": "settings",
}


def decorating(name: str) -> set[str]:
    """Modules that name models in this decorator."""
    return {module for module, call in calls(name) if isinstance(call.args[0], ast.Constant)}


def models() -> set[str]:
    return {model._meta.label for model in apps.get_models() if model.__module__.startswith("goodword.")}


def test_every_model_is_erased_or_tells_of_nobody() -> None:
    held = [label for holder in holders() for label in holder.models]
    assert len(held) == len(set(held))
    assert sorted([*held, *TELLS_OF_NOBODY]) == sorted(models())


def test_every_app_that_knows_how_to_erase_is_asked_to() -> None:
    assert {holder.erase.__module__ for holder in holders()} == decorating("holds")


def test_the_erasing_runs_from_the_top_down() -> None:
    """Upper apps go by rows of lower ones: links by requests, requests by checks, checks by applications."""
    order = [holder.erase.__module__.split(".")[1] for holder in holders()]
    assert order.index("reports") < order.index("references") < order.index("workflow")
    assert order.index("workflow") < order.index("notifications") < order.index("candidates")
    assert order[-1] == "candidates"
