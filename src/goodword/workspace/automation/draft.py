"""What was chosen so far, in the session, one draft a role and job: two tabs do not mix, and back works."""

from dataclasses import asdict, dataclass
from typing import Any

from goodword.accounts.access import MemberRequest
from goodword.roles.models import Role, Step

_KEY = "automation"
_AT_MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The second page of the wizard: post and stages by Greenhouse's ids, and the requirement."""

    post: int | None = None
    assessment: int | None = None
    reference_check: int | None = None
    requirement: str = ""

    @property
    def complete(self) -> bool:
        """Whether it can be confirmed: a step is connected, and an assessment says what for."""
        return bool(self.stages) and (self.assessment is None or bool(self.requirement.strip()))

    @property
    def stages(self) -> dict[str, int]:
        """Kind of step to the stage that starts it; without a stage it is left out."""
        chosen = {Step.Kind.ASSESSMENT: self.assessment, Step.Kind.REFERENCE_CHECK: self.reference_check}
        return {kind.value: stage for kind, stage in chosen.items() if stage is not None}


def load(request: MemberRequest, *, role: Role, job_id: int) -> Draft | None:
    """The draft; None if there is none."""
    found = _all(request).get(f"{role.pk}:{job_id}")
    return Draft(**found) if found else None


def save(request: MemberRequest, draft: Draft, *, role: Role, job_id: int) -> None:
    """Keep it, and forget the oldest beyond a few."""
    key = f"{role.pk}:{job_id}"
    others = [(name, value) for name, value in _all(request).items() if name != key]
    request.session[_KEY] = dict([*others[1 - _AT_MOST :], (key, asdict(draft))])


def forget(request: MemberRequest, *, role: Role, job_id: int) -> None:
    """It was confirmed."""
    request.session[_KEY] = {k: v for k, v in _all(request).items() if k != f"{role.pk}:{job_id}"}


def _all(request: MemberRequest) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = request.session.get(_KEY, {})
    return found
