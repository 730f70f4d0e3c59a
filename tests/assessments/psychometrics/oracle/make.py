"""Makes `oracle.json`: a calibration and abilities computed by `mirt` for Python, which shares no code with ours.

    python -m venv /tmp/oracle && /tmp/oracle/bin/pip install mirt==1.2.0 girth==0.8.0
    /tmp/oracle/bin/python tests/assessments/psychometrics/oracle/make.py

The data: 600 people with normally distributed abilities (mean 0, SD 1.1) and 12 items with 4, 5 or 8 options, drawn by
numpy's PCG64 with seed 20. `mirt` (EM with 121 quadrature points) fits the three-parameter model with guessing fixed at
1 / options and one discrimination for all items; a * (theta - b) with theta ~ N(0, 1) is our model with sd = a and
difficulty a * b. Standard errors are not compared: with a shared discrimination, `mirt` has none for the products.

For these difficulties and 40 people, `mirt` returns what it calls WLE, which is the posterior mode under Jeffreys'
prior (with guessing, this is not Warm's estimate: Magis & Raiche 2012), and `girth` the maximum-likelihood estimate.
"""

import json
from pathlib import Path

import girth  # type: ignore[import-not-found]  # only in the environment above
import mirt  # type: ignore[import-not-found]  # only in the environment above
import numpy as np

OPTIONS = [5, 5, 5, 5, 8, 8, 8, 8, 4, 4, 5, 8]
TRUE = [-1.6, -0.6, 0.3, 1.2, -1.2, -0.4, 0.5, 1.3, -0.8, 0.6, 0.0, 0.9]


def main() -> None:
    source = np.random.default_rng(20)
    guess, b = 1 / np.array(OPTIONS), np.array(TRUE)
    theta = source.normal(0, 1.1, 600)
    p = guess + (1 - guess) / (1 + np.exp(b - theta[:, None]))
    answers = (source.random(p.shape) < p).astype(int)
    found = mirt.fit_mirt(
        answers,
        model="3PL",
        spec=f"F = 1-{len(b)}\nCONSTRAIN = (1-{len(b)}, a1)",
        start_values={"guessing": guess},
        fixed={"guessing": True},
        n_quadpts=121,
        max_iter=20_000,
        tol=1e-9,
        compute_standard_errors=False,
    )
    a = np.asarray(found.model.parameters["discrimination"]).ravel()
    assert np.ptp(a) < 1e-9
    assert np.allclose(np.asarray(found.model.parameters["guessing"]).ravel(), guess)
    difficulties = a[0] * np.asarray(found.model.parameters["difficulty"]).ravel()
    # in logits: mirt's theta times a
    modes = mirt.fscores(found, answers[:40], method="WLE", bounds=(-12, 12))
    scored = np.asarray(modes.theta).ravel() * a[0]
    likely = girth.ability_3pl_mle(answers[:40].T, difficulties, 1.0, guess, no_estimate=99)
    text = {
        "versions": {"mirt": mirt.__version__, "girth": "0.8.0", "numpy": np.__version__},
        "options": OPTIONS,
        "true": TRUE,
        "answers": ["".join(map(str, row)) for row in answers],
        "sd": float(a[0]),
        "difficulties": difficulties.tolist(),
        "log_likelihood": float(found.log_likelihood),
        "jeffreys_modes": scored.tolist(),
        "likelihood_modes": np.asarray(likely).ravel().tolist(),
    }
    Path(__file__).with_name("oracle.json").write_text(json.dumps(text, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
