from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from goodword.assessments.models import Assessment
from goodword.assessments.plans.editing import in_order
from goodword.assessments.plans.publishing import problems_of, reader_warning
from goodword.assessments.plans.versions import (
    PlannedPart,
    built_by_member,
    draft_of,
    planned,
    planned_parts,
)
from goodword.greenhouse.client import JobStatus
from goodword.greenhouse.models import Connection
from goodword.greenhouse.setup import catalogue
from goodword.greenhouse.setup.catalogue import ApplicationInStage, LinkableJob, Stage
from goodword.references.domain.invitations import version_for
from goodword.roles.models import Automation, Role, Step
from goodword.roles.slots import ANY, referee_count, slots_of
from goodword.workflow.domain.eligibility import is_unpublished
from goodword.workspace.automation.access import JobChoice
from goodword.workspace.automation.draft import AutomationDraft, same_name
from goodword.workspace.automation.forms import StagesForm
from goodword.workspace.job_requirements import joined
from goodword.workspace.role.step_forms import delay_text, relationship_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpublished:
    """`draft`: a member's, or None for the default test. `problems`: what it lacks. `waits`: whether candidates wait
    until it is published; otherwise they get the default test."""

    draft: Assessment | None
    parts: Sequence[PlannedPart]
    problems: Sequence[str]
    waits: bool

    @property
    def reader_warning(self) -> str:
        """Warn about who reads adjustment requests if a part is timed. Empty without a draft to publish."""
        if self.publishable is None or not any(part.timed for part in self.parts):
            return ""
        return reader_warning(self.publishable.step.role)

    @property
    def asks(self) -> bool:
        return self.draft is None

    @property
    def publishable(self) -> Assessment | None:
        return None if self.problems else self.draft


def unpublished(step: Step, *, now: datetime) -> Unpublished | None:
    """Return the step's unpublished assessment, or None if there is nothing to publish."""
    if built_by_member(step) is not None:
        return None
    waits, draft = is_unpublished(step), draft_of(step)
    if draft is not None:
        problems = [problem.sentence for problem in problems_of(draft, in_order(draft))]
        return Unpublished(draft=draft, parts=planned_parts(draft), problems=problems, waits=waits)
    if not waits:
        return None
    return Unpublished(draft=None, parts=planned(step, now=now), problems=(), waits=True)


def proposed_requirements(connection: Connection, job_id: int, draft: AutomationDraft) -> tuple[str, ...]:
    """Requirements from the job's posts, the chosen post first. Raises HarvestError."""
    contents = catalogue.post_contents(connection, job_id)
    return joined([contents[post] for post in sorted(contents, key=lambda post: (post != draft.post, post))])


ASSESSMENT, CHECK = Step.Kind.ASSESSMENT, Step.Kind.REFERENCE_CHECK


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    when: str
    to: str
    what: str
    details: str


def title_shown(role: Role, *, job: LinkableJob, draft: AutomationDraft) -> str:
    post = job.post(draft.post)
    return post.title if post else role.title


def what_is_sent(
    role: Role,
    *,
    draft: AutomationDraft,
    stages: Mapping[int, Stage],
    found: Unpublished | None,
    now: datetime,
) -> list[Sent]:
    """The messages that follow a move to a mapped stage. `found`: the unpublished assessment that they invite
    to, or None."""
    steps = {step.kind: step for step in role.steps.select_related("organisation")}
    rows = []
    if draft.assessment:
        step = steps[ASSESSMENT]
        tests = _tests(
            found.parts if found else planned(step, now=now), scales_are_open=bool(found and found.asks)
        )
        rows.append(
            Sent(
                when=_moved_to(draft.assessment, stages),
                to=_candidate(draft, ASSESSMENT),
                what=_("Invitation to the assessment"),
                details=f"{tests}{_deadline(step.deadline_days, step.reminder_days)}",
            )
        )
    if draft.reference_check:
        step = steps[CHECK]
        slots = slots_of(step.slots)
        plain = all(slot.relationship == ANY for slot in slots)
        names = relationship_names()
        kinds = ", ".join(f"{slot.count} × {names[slot.relationship]}" for slot in slots)
        asked = "" if plain else f"{kinds}. "
        n = referee_count(slots)
        count = ngettext("%(n)d referee", "%(n)d referees", n) % {"n": n}
        questions = version_for(step, now=now).questionnaire.title
        rows += [
            Sent(
                when=_moved_to(draft.reference_check, stages),
                to=_candidate(draft, CHECK),
                what=_("Request to name %(count)s") % {"count": count},
                details=f"{asked}{_deadline(step.deadline_days, step.reminder_days)}",
            ),
            Sent(
                when=_("Candidate presses Send"),
                to=_("each referee"),
                what=_("Request for a reference"),
                details=_("Questionnaire “%(title)s”.") % {"title": questions}
                + " "
                + _deadline(step.referee_deadline_days, step.referee_reminder_days),
            ),
        ]
    rows.append(
        Sent(
            when=_("Step complete"),
            to=_("recruiter, Greenhouse"),
            what=_("E-mail and note with the report"),
            details="",
        )
    )
    return rows


def _moved_to(chosen: Iterable[int], stages: Mapping[int, Stage]) -> str:
    names = get_text_list([f"“{stages[stage].name}”" for stage in chosen], _("or"))
    return _("Moved to %(stages)s") % {"stages": names}


def _candidate(draft: AutomationDraft, kind: Step.Kind) -> str:
    delay = delay_text(draft.delay(kind))
    return (
        _("the candidate, after %(delay)s") % {"delay": delay} if delay else _("the candidate, immediately")
    )


def _tests(parts: Sequence[PlannedPart], *, scales_are_open: bool) -> str:
    if not parts:
        return ""
    if scales_are_open:
        return (
            _("%(title)s; its length depends on the chosen scales.") % {"title": parts[0].part.test.title}
            + " "
        )
    tests = ", ".join(
        _("%(title)s (%(items)d items, %(minutes)d min)")
        % {"title": part.part.test.title, "items": part.items, "minutes": part.minutes}
        for part in parts
    )
    return f"{tests}. "


def _deadline(days: int, reminders: Sequence[int]) -> str:
    due = ngettext("Due in %(n)d working day", "Due in %(n)d working days", days) % {"n": days}
    most = ngettext("%(n)d reminder.", "%(n)d reminders.", len(reminders))
    return f"{due}, " + most % {"n": len(reminders)}


def grid(
    form: StagesForm, stages: Iterable[Stage], placed: Iterable[ApplicationInStage], *, role: Role
) -> list[dict[str, Any]]:
    follows = {step.kind: _follows(step) for step in role.steps.all()}
    there = Counter(application_stage.stage_id for application_stage in placed)
    chosen = {kind: {str(stage_id) for stage_id in form[kind].value() or []} for kind in (ASSESSMENT, CHECK)}
    rows = list(stages)
    proposed = {kind: same_name(kind, rows) for kind in (ASSESSMENT, CHECK)}
    return [
        {
            "stage": stage,
            "there": there[stage.id],
            "boxes": [
                {
                    "name": kind.value,
                    "label": str(kind.label),
                    "checked": str(stage.id) in chosen[kind],
                    "suggested": stage.id in proposed[kind],
                    "follows": follows[kind],
                }
                for kind in (ASSESSMENT, CHECK)
            ],
        }
        for stage in rows
    ]


def _follows(step: Step) -> str:
    moved = (
        _("Pauses if moved on first.")
        if step.on_leave == Step.OnLeave.PAUSE
        else _("Continues if moved on first.")
    )
    return f"{_deadline(step.deadline_days, step.reminder_days)} {moved}"


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
