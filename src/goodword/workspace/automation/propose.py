"""What the wizard proposes where nothing was chosen yet."""

from collections.abc import Iterable

from goodword.greenhouse.setup.catalogue import Job, Stage
from goodword.roles.models import Automation, Step
from goodword.workspace.automation.draft import Draft


def of_job(job: Job, stages: Iterable[Stage]) -> Draft:
    """The first live post, and for each step the stage of the same name."""
    proposed = job.posts[0] if job.posts and job.posts[0].live else None
    among = list(stages)
    return Draft(
        post=proposed.id if proposed else None,
        assessment=_same_name(Step.Kind.ASSESSMENT, among),
        reference_check=_same_name(Step.Kind.REFERENCE_CHECK, among),
    )


def of_automation(automation: Automation) -> Draft:
    """What was confirmed before."""
    stages = {
        rule.step.kind: rule.stage_id for rule in automation.rules.select_related("step").order_by("-pk")
    }
    return Draft(
        post=automation.job_post_id,
        assessment=stages.get(Step.Kind.ASSESSMENT),
        reference_check=stages.get(Step.Kind.REFERENCE_CHECK),
    )


def _same_name(kind: Step.Kind, stages: Iterable[Stage]) -> int | None:
    name = _plain(str(kind.label))
    return next((stage.id for stage in stages if _plain(stage.name) == name), None)


def _plain(name: str) -> str:
    """Without case and spaces: "Reference Check" is "reference check" is "Referencecheck"."""
    return "".join(name.casefold().split())
