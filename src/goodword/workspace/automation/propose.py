"""What the wizard shows chosen when it is opened: what was confirmed before, else what is proposed."""

from collections.abc import Iterable

from goodword.greenhouse.setup.catalogue import Job, Stage
from goodword.roles.domain.link import version_of
from goodword.roles.models import Automation, Role, Step
from goodword.workspace.automation.draft import Draft

ASSESSMENT, CHECK = Step.Kind.ASSESSMENT, Step.Kind.REFERENCE_CHECK


def begin(role: Role, *, job: Job, stages: Iterable[Stage], automation: Automation | None) -> Draft:
    """The draft to begin with. Delays and requirement are the role's, whichever job it is."""
    among = list(stages)
    steps = {step.kind: step for step in role.steps.all()}
    mapped: dict[str, list[int]] = {ASSESSMENT: [], CHECK: []}
    if automation is None:
        post = job.posts[0].id if job.posts and job.posts[0].live else None
        for kind in mapped:
            mapped[kind] = _same_name(Step.Kind(kind), among)
    else:
        post = automation.job_post_id
        for rule in automation.rules.select_related("step").order_by("pk"):
            mapped[rule.step.kind].append(rule.stage_id)
    return Draft(
        post=post,
        assessment=mapped[ASSESSMENT],
        reference_check=mapped[CHECK],
        assessment_delay=steps[ASSESSMENT].delay_minutes,
        reference_check_delay=steps[CHECK].delay_minutes,
        requirement=steps[ASSESSMENT].requirement,
        seen=version_of(automation),
    )


def _same_name(kind: Step.Kind, stages: Iterable[Stage]) -> list[int]:
    name = _plain(str(kind.label))
    return [stage.id for stage in stages if _plain(stage.name) == name][:1]


def _plain(name: str) -> str:
    """Without case and spaces: "Reference Check" is "reference check" is "Referencecheck"."""
    return "".join(name.casefold().split())
