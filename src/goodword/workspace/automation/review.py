from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from goodword.accounts.models import Membership
from goodword.assessments.plans.versions import built_by_member
from goodword.greenhouse.client import JobStatus
from goodword.greenhouse.setup.catalogue import LinkableJob, Stage
from goodword.roles.models import Automation, Role, Step
from goodword.workspace.automation.access import JobChoice
from goodword.workspace.automation.draft import AutomationDraft
from goodword.workspace.role.step_forms import delay_text

ASSESSMENT, CHECK = Step.Kind.ASSESSMENT, Step.Kind.REFERENCE_CHECK


def sentences(
    role: Role, *, job: LinkableJob, draft: AutomationDraft, stages: Mapping[int, Stage], by: Membership
) -> list[str]:
    post = job.post(draft.post)
    values = {
        "job": f"{job.name} ({', '.join(job.details)})",
        "role": role.title,
        "title": post.title if post else role.title,
        "requirement": draft.requirement,
        "person": by.user.name,
    }
    rows = [
        _("Greenhouse job %(job)s is linked to the role “%(role)s”.") % values,
        _("Candidates and referees see the title “%(title)s”.") % values,
        _start_sentence(draft, stages, ASSESSMENT),
        _start_sentence(draft, stages, CHECK),
    ]
    if draft.assessment and (current := built_by_member(role.steps.get(kind=ASSESSMENT))):
        rows.append(
            _(
                "Candidates get version %(number)s of the role's assessment. Job requirement: “%(requirement)s”."
            )
            % {**values, "number": current.number}
        )
    elif draft.assessment:
        rows.append(_("Job requirement: “%(requirement)s” (entered by %(person)s).") % values)
    return rows


def job_status_note(job: LinkableJob) -> str:
    match job.status:
        case JobStatus.CLOSED:
            return _("This job is closed in Greenhouse. You can still link it.")
        case JobStatus.DRAFT:
            return _("This job is a draft in Greenhouse. You can already link it.")
    return ""


def mapping_summary(automation: Automation) -> str:
    rules = automation.rules.select_related("step").order_by("pk")
    parts = [f"{rule.stage_name} → {rule.step.get_kind_display()}" for rule in rules]
    return ", ".join(parts) or _("no stages mapped")


def _start_sentence(draft: AutomationDraft, stages: Mapping[int, Stage], kind: Step.Kind) -> str:
    chosen = draft.stages.get(kind, [])
    check = kind == CHECK
    if not chosen:
        return _("No stage starts the reference check.") if check else _("No stage starts the assessment.")
    values = {
        "stages": get_text_list([f"“{stages[stage].name}”" for stage in chosen], _("or")),
        "delay": delay_text(draft.delay(kind)),
    }
    if values["delay"]:
        if check:
            return _("A move to %(stages)s starts the reference check after %(delay)s.") % values
        return _("A move to %(stages)s starts the assessment after %(delay)s.") % values
    if check:
        return _("A move to %(stages)s starts the reference check.") % values
    return _("A move to %(stages)s starts the assessment.") % values


def stepper(
    role: Role, *, at: int, choice: JobChoice | None = None, stages: Iterable[str] = ()
) -> list[dict[str, Any]]:
    """Context of the stepper component. `at` counts from 0; earlier steps are links."""
    query = "?" + urlencode({"job": choice.key}) if choice else ""
    slug = role.organisation.slug
    rows = [
        (
            _("Choose Greenhouse job"),
            "role_automation",
            " · ".join([choice.job.name, *choice.job.details[:1]]) if choice else "",
        ),
        (_("Map stages"), "role_automation_stages", ", ".join(stages)),
        (_("Review and confirm"), "role_automation_review", ""),
    ]
    return [
        {
            "label": label,
            "state": "done" if place < at else "current" if place == at else "todo",
            "value": value,
            "url": reverse(name, args=[slug, role.pk]) + query,
        }
        for place, (label, name, value) in enumerate(rows)
    ]
