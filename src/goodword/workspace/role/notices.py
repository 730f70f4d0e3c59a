from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from goodword.roles.models import Role, RoleNotice, StageRule
from goodword.roles.queries import open_notices

Kind = RoleNotice.Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeText:
    """`needs_mapping`: job and stages should be chosen again."""

    pk: int
    title: str
    meaning: str
    tone: str
    needs_mapping: bool


def notices_of(role: Role) -> list[NoticeText]:
    """Open notices of a role, oldest first. A constant number of queries."""
    return list(notice_texts(list(open_notices(role))).values())


def notice_texts(rows: Sequence[RoleNotice]) -> dict[int, NoticeText]:
    """By id, in the order of `rows`, which are of one organisation and have their automations. At most one query."""
    if not rows:
        return {}
    automations = {row.automation_id for row in rows}
    rules = list(
        StageRule.objects.of(rows[0].organisation)
        .filter(automation__in=automations, stage_id__in={row.stage_id for row in rows if row.stage_id})
        .select_related("step")
        .order_by("step__kind", "pk")
    )
    return {row.pk: _notice_text(row, rules=rules) for row in rows}


def _notice_text(row: RoleNotice, *, rules: Iterable[StageRule]) -> NoticeText:
    own = [rule for rule in rules if (rule.automation_id, rule.stage_id) == (row.automation_id, row.stage_id)]
    steps = _(" and ").join(rule.step.get_kind_display().lower() for rule in own) or _("step")
    stage = own[0].stage_name if own else row.before
    title, meaning, grave = _wording(row, job=row.automation.job_name, stage=stage, steps=steps)
    return NoticeText(
        pk=row.pk, title=title, meaning=meaning, tone="attention" if grave else "info", needs_mapping=grave
    )


def _wording(row: RoleNotice, *, job: str, stage: str, steps: str) -> tuple[str, str, bool]:
    goes_on = _("It still starts the {steps}.").format(steps=steps)
    match row.kind:
        case Kind.STAGE_GONE:
            title = (
                _("Stage “{stage}” is no longer used in Greenhouse.")
                if row.after
                else _("Stage “{stage}” was deleted in Greenhouse.")
            )
            meaning = _("It no longer starts the {steps}. Choose another stage.")
            return title.format(stage=row.before), meaning.format(steps=steps), True
        case Kind.STAGE_RENAMED:
            title = _("Stage “{before}” was renamed “{after}” in Greenhouse.")
            return title.format(before=row.before, after=row.after), goes_on, False
        case Kind.STAGE_MOVED:
            title = _("Stage “{stage}” was moved in Greenhouse. It is now {after} (previously {before}).")
            return title.format(stage=stage, after=row.after, before=row.before), goes_on, False
        case Kind.JOB_CLOSED:
            meaning = _("Open steps continue. Mapped stages still start steps.")
            return _("Job “{job}” is closed in Greenhouse.").format(job=job), meaning, True
        case Kind.JOB_RENAMED:
            title = _("Job “{before}” was renamed “{after}” in Greenhouse.")
            meaning = _("The mapping and this role's title are unchanged.")
            return title.format(before=row.before, after=row.after), meaning, False
        case _:
            meaning = _(
                "It was deleted, or the API key lacks access. No new candidates are invited. Link another job, or "
                "check the key's permissions."
            )
            return _("Greenhouse no longer shows job “{job}”.").format(job=job), meaning, True
