"""The same Newton steps as model-workers/src/reward/training/bradley-terry.ts, in PyTorch, for `npm run bench -- reward`.

Reads doubles: rows [n, k], labels [n], weights [heads, n]. Prints JSON: version, threads, ms, heads.
"""

import json
import sys
import time

import torch

file, n, k, heads, l2 = sys.argv[1], *map(int, sys.argv[2:5]), float(sys.argv[5])
numbers = torch.from_file(file, size=n * k + n + heads * n, dtype=torch.float64).clone()
rows = numbers[: n * k].reshape(n, k)
labels = numbers[n * k : n * k + n]
weights = numbers[n * k + n :].reshape(heads, n)


def fit(weight):
    found = torch.zeros(k, dtype=torch.float64)
    for _ in range(20):
        p = torch.sigmoid(rows @ found)
        gradient = l2 * found + rows.T @ (weight * (p - labels))
        curvature = weight * p * (1 - p)
        hessian = rows.T @ (rows * curvature[:, None]) + l2 * torch.eye(k, dtype=torch.float64)
        move = torch.cholesky_solve(gradient[:, None], torch.linalg.cholesky(hessian))[:, 0]
        found -= move
        if move.abs().max() < 1e-6:
            break
    return found


fit(weights[0])
begun = time.perf_counter()
found = [fit(weight) for weight in weights]
ms = 1000 * (time.perf_counter() - begun)
print(
    json.dumps(
        {
            "version": torch.__version__,
            "threads": torch.get_num_threads(),
            "ms": ms,
            "heads": [one.tolist() for one in found],
        }
    )
)
