import json

import pytest

from goodword.assessments.psychometrics import rasch
from goodword.assessments.psychometrics.rasch import Lack, NotEnough
from goodword.assessments.psychometrics.strata import (
    Stratum,
    calibrate,
    from_json,
    from_json_if_current,
    to_json,
)
from tests.assessments.psychometrics.test_dif import people

DESK, PHONE, GERMAN = Stratum("en", "computer"), Stratum("en", "phone"), Stratum("de", "computer")


def test_similar_groups_are_calibrated_together_and_a_different_one_alone() -> None:
    found = calibrate(
        {
            GERMAN: people(3, 200, harder=2.0),
            DESK: people(1, 300),
            PHONE: people(2, 200, mean=-0.3),
            Stratum("fr", "phone"): people(4, 199),
        }
    )
    assert [dict(pool.strata) for pool in found.pools] == [{DESK: 300, PHONE: 200}, {GERMAN: 200}]
    assert [(comparison.reference, comparison.focal) for comparison in found.comparisons] == [
        (DESK, GERMAN),
        (DESK, PHONE),
    ]
    assert found.comparisons[0].effects["item", 0].size == "C"
    assert found.left_out == {Stratum("fr", "phone"): 199}
    assert found.n == 700
    pooled = found.of(PHONE)
    assert pooled is not None
    assert pooled is found.of(DESK)
    assert pooled == rasch.calibrate([*people(1, 300), *people(2, 200, mean=-0.3)])
    alone = found.of(GERMAN)
    assert alone is not None
    assert alone.cells["item", 0].b > pooled.cells["item", 0].b + 1
    assert found.of(Stratum("fr", "phone")) is None
    assert from_json(json.loads(json.dumps(to_json(found)))) == found


def test_if_no_group_is_large_enough_the_needs_of_the_largest_are_listed() -> None:
    with pytest.raises(NotEnough) as refused:
        calibrate({DESK: people(1, 150), PHONE: people(2, 149)})
    assert refused.value.lacks == (Lack("persons", None, 150, 200),)
    with pytest.raises(NotEnough) as empty:
        calibrate({})
    assert empty.value.lacks == (Lack("persons", None, 0, 200),)


@pytest.mark.slow
def test_a_group_that_solved_nothing_cannot_be_compared_and_is_left_out() -> None:
    wrong = [[answer._replace(right=0) for answer in person] for person in people(2, 200)]
    found = calibrate({DESK: people(1, 300), PHONE: wrong})
    assert [set(pool.strata) for pool in found.pools] == [{DESK}]
    assert found.left_out == {PHONE: 200}


def test_calibrations_by_another_rule_are_refused() -> None:
    data = {"rule": "1", "pools": [], "comparisons": [], "left_out": []}
    with pytest.raises(ValueError, match="made by rule '1'"):
        from_json(data)
    assert from_json_if_current(data) is None
