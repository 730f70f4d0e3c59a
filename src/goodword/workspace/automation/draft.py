"""The wizard's draft in the session, one per role and job, to keep two tabs apart."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, assert_never

from goodword.accounts.access import MemberRequest
from goodword.greenhouse.setup.catalogue import LinkableJob, Stage
from goodword.roles.domain.automation import version_of
from goodword.roles.models import Automation, Role, Step

_KEY = "automation"
_AT_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationDraft:
    """The second page: post and stages by Greenhouse ids, delays in minutes. `seen`: the mapping's version at the
    start."""

    post: int | None = None
    assessment: list[int] = field(default_factory=list)
    reference_check: list[int] = field(default_factory=list)
    assessment_delay: int = 0
    reference_check_delay: int = 0
    seen: str = ""

    @property
    def complete(self) -> bool:
        return bool(self.stages)

    @property
    def stages(self) -> dict[str, list[int]]:
        """Stages by kind of step; kinds without stages are left out."""
        chosen = {Step.Kind.ASSESSMENT: self.assessment, Step.Kind.REFERENCE_CHECK: self.reference_check}
        return {kind.value: stages for kind, stages in chosen.items() if stages}

    @property
    def mapped(self) -> list[int]:
        return list(dict.fromkeys([*self.assessment, *self.reference_check]))

    def delay(self, kind: str) -> int:
        match which := Step.Kind(kind):
            case Step.Kind.ASSESSMENT:
                return self.assessment_delay
            case Step.Kind.REFERENCE_CHECK:
                return self.reference_check_delay
            case _:
                assert_never(which)


def load(request: MemberRequest, *, role: Role, key: str) -> AutomationDraft | None:
    """Return the draft, or None if there is none or its shape is outdated."""
    try:
        return AutomationDraft(**found) if (found := _all(request).get(f"{role.pk}:{key}")) else None
    except TypeError:
        return None


def save(request: MemberRequest, draft: AutomationDraft, *, role: Role, key: str) -> None:
    """Save the draft in the session. Only the latest few drafts are kept."""
    place = f"{role.pk}:{key}"
    others = [(name, value) for name, value in _all(request).items() if name != place]
    request.session[_KEY] = dict([*others[1 - _AT_MOST :], (place, asdict(draft))])


def forget(request: MemberRequest, *, role: Role, key: str) -> None:
    request.session[_KEY] = {k: v for k, v in _all(request).items() if k != f"{role.pk}:{key}"}


def _all(request: MemberRequest) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = request.session.get(_KEY, {})
    return found


ASSESSMENT, CHECK = Step.Kind.ASSESSMENT, Step.Kind.REFERENCE_CHECK


def new_draft(
    role: Role, *, job: LinkableJob, stages: Iterable[Stage], automation: Automation | None
) -> AutomationDraft:
    """Start with the current mapping, else a proposal. Delays are the role's."""
    among = list(stages)
    steps = {step.kind: step for step in role.steps.all()}
    mapped: dict[str, list[int]] = {ASSESSMENT: [], CHECK: []}
    if automation is None:
        post = job.posts[0].id if job.posts and job.posts[0].live else None
    else:
        post = automation.job_post_id
        for rule in automation.rules.select_related("step").order_by("pk"):
            mapped[rule.step.kind].append(rule.stage_id)
    if not any(mapped.values()):
        for kind in mapped:
            mapped[kind] = same_name(Step.Kind(kind), among)
    return AutomationDraft(
        post=post,
        assessment=mapped[ASSESSMENT],
        reference_check=mapped[CHECK],
        assessment_delay=steps[ASSESSMENT].delay_minutes,
        reference_check_delay=steps[CHECK].delay_minutes,
        seen=version_of(automation),
    )


def same_name(kind: Step.Kind, stages: Iterable[Stage]) -> list[int]:
    name = _normalised(str(kind.label))
    return [stage.id for stage in stages if _normalised(stage.name) == name][:1]


def _normalised(name: str) -> str:
    """Ignore case and spaces: "Referencecheck" matches "Reference check"."""
    return "".join(name.casefold().split())
