"""Makes gi_star.json: Gi* of four grids as esda computes it, for test_hotspots.py. Not part of the checks, for esda brings
geopandas and scikit-learn. In a virtual environment of its own:

    pip install esda==2.9.0 libpysal==4.14.1 && python tests/insight/peer_gi_star.py > tests/insight/gi_star.json
"""

import json
import sys
from itertools import product

import esda
import libpysal
import numpy as np

STEPS = ((0, 1), (1, 0), (0, -1), (-1, 0), (1, -1), (-1, 1))  # the six neighbours of a hexagon, in axial coordinates


def grid(size: int) -> dict[str, list[str]]:
    cells = {f"{q},{r}" for q, r in product(range(size), repeat=2)}
    return {
        f"{q},{r}": [one for one in (f"{q + a},{r + b}" for a, b in STEPS) if one in cells]
        for q, r in product(range(size), repeat=2)
    }


def main() -> None:
    random = np.random.default_rng(6)
    cases = []
    for size, mean in ((3, 2.0), (6, 0.3), (10, 4.0), (15, 60.0)):
        neighbours = grid(size)
        counts = random.negative_binomial(2, 2 / (2 + mean), size * size)
        weights = libpysal.weights.W(neighbours, id_order=list(neighbours), silence_warnings=True)
        found = esda.G_Local(counts.astype(float), weights, transform="B", star=True, permutations=0)
        cases.append(
            {"neighbours": neighbours, "counts": counts.tolist(), "z": found.Zs.tolist(), "p": found.p_norm.tolist()}
        )
    versions = {"esda": esda.__version__, "libpysal": libpysal.__version__, "numpy": np.__version__}
    json.dump({"versions": versions, "cases": cases}, sys.stdout, separators=(",", ":"))


if __name__ == "__main__":
    main()
