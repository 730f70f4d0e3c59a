"""The third page of the wizard in sentences, one a row."""

from collections.abc import Mapping

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.assessments.plans.versions import built_by_member
from goodword.greenhouse.client import JobStatus
from goodword.greenhouse.setup.catalogue import Job, Stage
from goodword.roles.models import Automation, Role, Step
from goodword.workspace.automation.draft import Draft
from goodword.workspace.delay import in_words

ASSESSMENT, CHECK = Step.Kind.ASSESSMENT, Step.Kind.REFERENCE_CHECK


def sentences(
    role: Role, *, job: Job, draft: Draft, stages: Mapping[int, Stage], by: Membership
) -> list[str]:
    """What Confirm will make so."""
    post = job.post(draft.post)
    said = {
        "job": f"{job.name} ({', '.join(job.details)})",
        "role": role.title,
        "title": post.title if post else role.title,
        "requirement": draft.requirement,
        "person": by.user.name,
    }
    rows = [
        _("The Greenhouse job %(job)s belongs to the role “%(role)s”.") % said,
        _("Candidates and referees see the title “%(title)s”.") % said,
        _starts(draft, stages, ASSESSMENT),
        _starts(draft, stages, CHECK),
    ]
    if draft.assessment and (given := built_by_member(role.steps.get(kind=ASSESSMENT))):
        rows.append(
            _("Candidates get version %(number)s of the role's assessment. It serves: “%(requirement)s”.")
            % {**said, "number": given.number}
        )
    elif draft.assessment:
        rows.append(
            _("The assessment serves this requirement: “%(requirement)s”, said by %(person)s.") % said
        )
    return rows


def of_job(job: Job) -> str:
    """What is to be known of a job that is not open; empty for one that is."""
    match job.status:
        case JobStatus.CLOSED:
            return _(
                "This job is closed in Greenhouse. It can be linked; nothing starts while nobody moves in it."
            )
        case JobStatus.DRAFT:
            return _("This job is a draft in Greenhouse. It can be linked; candidates come once it is open.")
    return ""


def of_automation(automation: Automation) -> str:
    """How a mapping stands now, in one sentence."""
    rules = automation.rules.select_related("step").order_by("pk")
    parts = [f"{rule.stage_name} → {rule.step.get_kind_display()}" for rule in rules]
    return ", ".join(parts) or _("no stage starts a step")


def _starts(draft: Draft, stages: Mapping[int, Stage], kind: Step.Kind) -> str:
    chosen = draft.stages.get(kind, [])
    check = kind == CHECK
    if not chosen:
        return _("No stage starts the reference check.") if check else _("No stage starts the assessment.")
    said = {
        "stages": get_text_list([f"“{stages[stage].name}”" for stage in chosen], _("or")),
        "delay": in_words(draft.delay(kind)),
    }
    if said["delay"]:
        if check:
            return _("A move to %(stages)s starts the reference check, %(delay)s later.") % said
        return _("A move to %(stages)s starts the assessment, %(delay)s later.") % said
    if check:
        return _("A move to %(stages)s starts the reference check.") % said
    return _("A move to %(stages)s starts the assessment.") % said
