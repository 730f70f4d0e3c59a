"""For people of equal judgement, the use of the answer scale affects the distance from the key, not the correlation."""

import pytest

from tests.assessments.builtins import JUDGEMENT_SETS, load_judgement
from tests.assessments.kinds.styles import STYLES, simulated, with_moderate_key


@pytest.mark.slow
@pytest.mark.parametrize("set_id", JUDGEMENT_SETS)
@pytest.mark.parametrize(("key", "apart"), [("panel", 40), ("own", 15)])
def test_mean_percentiles_of_the_correlation_differ_little_between_styles(
    set_id: str, key: str, apart: float
) -> None:
    judgement = load_judgement(set_id)
    found = simulated(with_moderate_key(judgement) if key == "panel" else judgement, people=200)
    assert set(found.correlation) == set(STYLES)
    assert all(45 < mean < 55 for mean in found.correlation.values()), found.correlation
    assert max(found.distance.values()) - min(found.distance.values()) > apart, found.distance
