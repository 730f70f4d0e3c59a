"""What raters gave by a rubric, without who they are and what they wrote; and the same re-added from the files."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any, Final

from goodword.assessments.content import content_of
from goodword.assessments.evidence.gather import Aliases
from goodword.assessments.evidence.tally import Tally
from goodword.assessments.kinds import Content, kind_of
from goodword.assessments.kinds.custom.content import Criterion
from goodword.assessments.marking import RATERS
from goodword.assessments.models import AttemptPart

#: a row a criterion; without a criterion the sum of one rater; without a rater as well the mean of the sums
MARKS: Final = ("part", "item", "rater", "criterion", "points", "of")


def marks_of(part: AttemptPart, name: str, *, names: Aliases) -> Iterator[Mapping[str, Any]]:
    """The rows of a part that is called `name`, in an order that says nothing of who was first.

    Where two raters are wanted, nothing of an answer before both have marked it, as everywhere. No query if the part
    was read with its marks.
    """
    content = content_of(part.version)
    marks = list(part.markings.all())
    raters = Counter(one.item for one in marks)
    for item, rubric in kind_of(content).rubrics(content).items():
        if raters[item] == 0 or raters[item] < RATERS[part.part.two_raters]:
            continue
        given = {names.of("rater", one.rater_id): one.points for one in marks if one.item == item}
        most = sum(criterion.points for criterion in rubric)
        of = {"part": name, "item": item}
        sums = []
        for rater, points in sorted(given.items()):
            for one in rubric:
                row = {"rater": rater, "criterion": one.id, "points": points[one.id], "of": one.points}
                yield of | row
            sums.append(sum(points[one.id] for one in rubric))
            yield of | {"rater": rater, "criterion": "", "points": sums[-1], "of": most}
        yield of | {"rater": "", "criterion": "", "points": fmean(sums), "of": most}


def check_marks(rows: Sequence[Mapping[str, str]], *, contents: Mapping[str, Content]) -> Tally:
    """Hold the points against the rubrics and add them up again. `contents` by the name of a part."""
    found: dict[tuple[str, str], dict[str, list[Mapping[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row["part"], row["item"]][row["rater"]].append(row)
    tally = Tally()
    for (part, item), by_rater in found.items():
        where, content = f"Marks of part {part}, item {item}", contents.get(part)
        rubric = kind_of(content).rubrics(content).get(item) if content is not None else None
        if not rubric:
            tally.say(f"{where}: there is no rubric for them in tests.jsonl.")
            continue
        means = by_rater.pop("", [])
        sums = []
        for rater, given in by_rater.items():
            added, wrong = _re_added(given, rubric)
            sums.append(added)
            tally.count(f"{where}, by rater {rater}", wrong)
        tally.count(f"{where}, mean of the raters", _mean(means, sums, rubric))
    return tally


def _re_added(given: Sequence[Mapping[str, str]], rubric: Sequence[Criterion]) -> tuple[int, list[str]]:
    """What one rater gave in all, and what is wrong with it."""
    added, wrong = 0, []
    for criterion in rubric:
        points, said = _one(given, criterion.id, most=criterion.points)
        added += points if points is not None else 0
        wrong += said
    known = {"", *(criterion.id for criterion in rubric)}
    strange = sorted({row["criterion"] for row in given} - known)
    wrong += [f"“{one}” is no criterion of the rubric" for one in strange]
    in_all, said = _one(given, "", most=sum(criterion.points for criterion in rubric))
    wrong += said
    if in_all is not None and in_all != added:
        wrong.append(f"all together was {in_all} and is {added}")
    return added, wrong


def _one(given: Sequence[Mapping[str, str]], criterion: str, *, most: int) -> tuple[int | None, list[str]]:
    """The points in the one row of a criterion, "" for all together; and what is wrong with it."""
    name = f"“{criterion}”" if criterion else "all together"
    rows = [row for row in given if row["criterion"] == criterion]
    if len(rows) != 1:
        return None, [f"{name} stands in {len(rows)} rows and not in one"]
    wrong = []
    if rows[0]["of"] != str(most):
        wrong.append(f"{name} was of {rows[0]['of'] or 'nothing'} and is of {most}")
    points = rows[0]["points"]
    if not points.isdecimal() or int(points) > most:
        return None, [*wrong, f"{name} has the points {points or 'empty'}, which are none from 0 to {most}"]
    return int(points), wrong


def _mean(rows: Sequence[Mapping[str, str]], sums: Sequence[int], rubric: Sequence[Criterion]) -> list[str]:
    if len(rows) != 1:
        return [f"it stands in {len(rows)} rows and not in one"]
    most, wrong = sum(criterion.points for criterion in rubric), []
    if rows[0]["of"] != str(most):
        wrong.append(f"it was of {rows[0]['of'] or 'nothing'} and is of {most}")
    if not sums:
        return [*wrong, "there is no rater"]
    try:
        same = math.isclose(float(rows[0]["points"]), fmean(sums), abs_tol=1e-9)
    except ValueError:
        same = False
    if not same:
        wrong.append(f"it was {rows[0]['points'] or 'empty'} and is {fmean(sums)}")
    return wrong
