"""What there is to attend to on a role, in sentences: what happened in Greenhouse, what it means, what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from goodword.roles.models import Role, RoleNotice, StageRule
from goodword.roles.queries import open_notices

Kind = RoleNotice.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A notice in words. `anew`: choosing job and stages anew is what helps."""

    pk: int
    title: str
    meaning: str
    tone: str
    anew: bool


def notices_of(role: Role) -> list[Told]:
    """The open notices of a role, the oldest first; as many queries for one as for ten."""
    rows = list(open_notices(role))
    if not rows:
        return []
    rules = StageRule.objects.of(role.organisation).filter(automation__role=role).select_related("step")
    return [_told(row, rules=list(rules)) for row in rows]


def _told(row: RoleNotice, *, rules: Iterable[StageRule]) -> Told:
    own = [rule for rule in rules if (rule.automation_id, rule.stage_id) == (row.automation_id, row.stage_id)]
    steps = _(" and ").join(rule.step.get_kind_display().lower() for rule in own) or _("step")
    stage = own[0].stage_name if own else row.before
    title, meaning, grave = _words(row, job=row.automation.job_name, stage=stage, steps=steps)
    return Told(pk=row.pk, title=title, meaning=meaning, tone="attention" if grave else "info", anew=grave)


def _words(row: RoleNotice, *, job: str, stage: str, steps: str) -> tuple[str, str, bool]:
    goes_on = _("Candidates who enter it are still invited to the {steps}.").format(steps=steps)
    match row.kind:
        case Kind.STAGE_GONE:
            title = (
                _("Stage “{stage}” is no longer used in Greenhouse.")
                if row.after
                else _("Stage “{stage}” was deleted in Greenhouse.")
            )
            meaning = _("Nobody is invited to the {steps} from there any more. Choose another stage.")
            return title.format(stage=row.before), meaning.format(steps=steps), True
        case Kind.STAGE_RENAMED:
            title = _("Stage “{before}” is called “{after}” in Greenhouse now.")
            return title.format(before=row.before, after=row.after), goes_on, False
        case Kind.STAGE_MOVED:
            title = _("Stage “{stage}” was moved in Greenhouse: it is now {after}, no longer {before}.")
            return title.format(stage=stage, after=row.after, before=row.before), goes_on, False
        case Kind.JOB_CLOSED:
            meaning = _("Open steps continue. Candidates moved to a mapped stage are still invited.")
            return _("Job “{job}” is closed in Greenhouse.").format(job=job), meaning, True
        case Kind.JOB_RENAMED:
            title = _("Job “{before}” is called “{after}” in Greenhouse now.")
            meaning = _("Its stages start the same steps as before. The role keeps its own title.")
            return title.format(before=row.before, after=row.after), meaning, False
        case _:
            meaning = _(
                "It was deleted, or the key may no longer see it. Nobody new is invited; existing data is "
                "kept. Choose another job, or have the key's permissions checked."
            )
            return _("Greenhouse no longer shows job “{job}”.").format(job=job), meaning, True
