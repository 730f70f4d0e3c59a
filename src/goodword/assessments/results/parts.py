"""What the results of all kinds read of a part."""

from collections.abc import Sequence

from django.db.models import Prefetch

from goodword.assessments.models import Attempt, AttemptPart, Marking, Score, Upload
from goodword.assessments.result import Requirement, Standing


def parts_with_scores(attempt: Attempt) -> Sequence[AttemptPart]:
    """The parts in order, with answers, drawn items, scores and their norms, files (without their bytes) and marks.

    Six queries.
    """
    organisation = attempt.organisation
    rows = list(
        AttemptPart.objects.of(organisation)
        .filter(attempt=attempt)
        .select_related("version__test", "part")
        .prefetch_related(
            "answers",
            "drawn",
            Prefetch("scores", Score.objects.of(organisation).select_related("norm_group__norm_set")),
            Prefetch("uploads", Upload.objects.of(organisation).defer("content")),
            Prefetch(
                "markings",
                Marking.objects.of(organisation).select_related("rater__user").order_by("marked_at", "pk"),
            ),
        )
        .order_by("order")
    )
    for row in rows:
        row.attempt = attempt  # known: no query for it
    return rows


def standing_of(score: Score, *, by_distance: bool = False) -> Standing | None:
    """Where a score stands in its norm group, as it was issued; None where it was held against none.

    `by_distance`: the score is a distance from a key.
    """
    group, low, high = score.norm_group, score.low, score.high
    middle, below, above = score.percentile, score.percentile_low, score.percentile_high
    if group is None or low is None or high is None or middle is None or below is None or above is None:
        return None
    return Standing(
        low=low,
        high=high,
        percentile=middle,
        percentile_low=below,
        percentile_high=above,
        n=group.n,
        language=group.language,
        device=group.device,
        norms=group.norm_set.number,
        reliability=group.tables.get(score.scale, {}).get("reliability"),
        by_distance=by_distance,
    )


def requirement_of(part: AttemptPart) -> Requirement | None:
    """The requirement that was named for a part, as it was when it was assigned."""
    planned = part.part
    if not planned.requirement:
        return None
    return Requirement(text=planned.requirement, who=planned.requirement_by, at=planned.requirement_at)
