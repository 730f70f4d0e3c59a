"""Writes intraclass.json: intraclass correlations computed by pingouin (https://pingouin-stats.org).

python3 -m venv /tmp/pingouin && /tmp/pingouin/bin/pip install pingouin==0.7.0
/tmp/pingouin/bin/python tests/assessments/psychometrics/agreement/make.py
"""

import json
import random
from pathlib import Path
from typing import Any


def ratings(seed: int, *, targets: int, raters: int, noise: float, strictness: float) -> list[list[int]]:
    """Ratings from 1 to 5, a row per target."""
    made = random.Random(seed)
    levels = [made.gauss(0, strictness) for _ in range(raters)]
    rows = []
    for _ in range(targets):
        true = made.uniform(1, 5)
        rows.append([max(1, min(5, round(true + level + made.gauss(0, noise)))) for level in levels])
    return rows


CASES = {
    "few actions, five experts": ratings(1, targets=4, raters=5, noise=0.6, strictness=0.3),
    "a set": ratings(2, targets=32, raters=7, noise=0.8, strictness=0.3),
    "strict and lenient experts": ratings(3, targets=24, raters=6, noise=0.4, strictness=1.2),
    "no agreement": ratings(4, targets=20, raters=5, noise=5.0, strictness=0.0),
    "two experts": ratings(5, targets=12, raters=2, noise=0.7, strictness=0.2),
}


def make() -> dict[str, Any]:
    import pandas as pd  # type: ignore[import-untyped]  # only in the environment above
    import pingouin  # type: ignore[import-not-found]  # only in the environment above

    found = {}
    for name, rows in CASES.items():
        table = pd.DataFrame(
            [
                {"target": target, "rater": rater, "rating": value}
                for target, row in enumerate(rows)
                for rater, value in enumerate(row)
            ]
        )
        icc = pingouin.intraclass_corr(table, targets="target", raters="rater", ratings="rating")
        kinds = [str(one) for one in icc["Type"]]
        single, average = (
            next(place for place, kind in enumerate(kinds) if kind in names)
            for names in (("ICC2", "ICC(A,1)"), ("ICC2k", "ICC(A,k)"))
        )
        interval = next(column for column in icc.columns if column.startswith("CI95"))
        found[name] = {
            "rows": rows,
            "single": float(icc["ICC"][single]),
            "single_interval": [float(one) for one in icc[interval][single]],
            "average": float(icc["ICC"][average]),
            "average_interval": [float(one) for one in icc[interval][average]],
        }
    return found


if __name__ == "__main__":
    path = Path(__file__).parent / "intraclass.json"
    path.write_text(json.dumps(make(), indent=1) + "\n", "utf-8")
