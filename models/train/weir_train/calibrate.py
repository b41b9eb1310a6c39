"""From logits to probabilities, by a period that was used for nothing else.

The log-odds of fraud are a line over the model's logit that rises and may bend at knots; bends cost as much as they
surprise (a quadratic penalty on the change of slope), so that few frauds give nearly a straight line, which is Platt's
method, and many give the freedom of isotonic regression without its steps. The few frauds that look honest have bends
of their own: calibrated on three stretches of Sparkov's training file, log-loss in the months behind each fell by .1
to 1.1 %, and on the handbook's weeks it stayed. On five weeks of the Fraud Detection Handbook's data, each calibrated
on 550 to 630 frauds of another week (or on a tenth of them), this had a lower log-loss than Platt's method, beta
calibration and isotonic regression, and a penalty chosen by cross-validation gained nothing over a fixed one.
"""

import dataclasses

import numpy as np

from weir_train import metrics, parts

QUANTILES = 16
LOWEST_RANK = 4
PENALTY = 10.0
LEAST_SLOPE = 0.02  # Log-odds per logit: a higher score is never a lower probability.
LEAST_GAP = 0.05  # Between knots, in logits.
LEAST_FRAUDS = 10
CELLS_PER_LOGIT = 64
EDGE = 16.0  # The table's knots go from -EDGE to EDGE.


@dataclasses.dataclass
class Fitted:
    """A calibration, and how it does on the rows that it was fitted on."""

    knots: np.ndarray  # int32 [2049]: billionths at the logits -16, -16 + 1/64, ..., 16
    bends: np.ndarray  # [knots of the line]: logits at which it may bend
    log_odds: np.ndarray  # what it gives there
    rows: int
    frauds: int
    loss_before: float  # log-loss of the logits' own sigmoid
    loss_after: float

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Of logits [N] in units of one."""
        return interpolated(self.knots, logits)


def grid() -> np.ndarray:
    """The logits of the table's knots, [2049]."""
    return np.linspace(-EDGE, EDGE, parts.KNOTS)


def interpolated(knots: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """What the table makes of logits [N] in units of one, to within a billionth of the engine."""
    return np.interp(logits, grid(), knots / parts.CERTAIN)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(logits, -700, 700)))


def knots_of(probabilities: np.ndarray) -> np.ndarray:
    """Probabilities at grid() as the model file holds them: int32 [2049], never falling."""
    billionths = np.rint(np.clip(probabilities, 0, 1) * parts.CERTAIN).astype(np.int64)
    return np.maximum.accumulate(billionths).astype(np.int32)


def identity() -> np.ndarray:
    """The knots of a logit that is taken at its word: for a model that was calibrated elsewhere."""
    return knots_of(sigmoid(grid()))


def fit(logits: np.ndarray, labels: np.ndarray) -> Fitted:
    """`logits` [N] in units of one, `labels` [N] 0 or 1. At least 10 frauds and 10 honest payments are needed."""
    logits, labels = np.asarray(logits, np.float64), np.asarray(labels)
    frauds = int((labels == 1).sum())
    if min(frauds, len(labels) - frauds) < LEAST_FRAUDS:
        raise ValueError(f"{frauds} frauds and {len(labels) - frauds} honest payments: too few to calibrate with; "
                         f"{LEAST_FRAUDS} of each are needed")
    if not np.isfinite(logits).all():
        raise ValueError("a logit is not finite")
    # Cells of 1/64 logit, as fine as the table: the fit then costs the same for any number of rows.
    cells = np.clip(np.floor(logits * CELLS_PER_LOGIT), -EDGE * CELLS_PER_LOGIT, EDGE * CELLS_PER_LOGIT)
    _, cell = np.unique(cells, return_inverse=True)
    counts = np.bincount(cell)
    centres = np.bincount(cell, logits) / counts
    observed = np.bincount(cell, labels == 1)
    bends = _bends(logits, logits[labels == 1])
    log_odds = _fit_line(bends, centres, counts, observed)
    knots = knots_of(sigmoid(_basis(bends, grid()) @ log_odds))
    made = Fitted(knots, bends, log_odds, len(labels), frauds, metrics.log_loss(labels, sigmoid(logits)), 0.0)
    made.loss_after = metrics.log_loss(labels, made.probabilities(logits))
    return made


def _low(frauds: int) -> np.ndarray:
    """The quantiles of the frauds of rank 4, 8, 16 and so on from below, as far as they lie under the first of the
    others. Trees are surer there than they should be; without a bend that would be guessed from the frauds that they
    tell well."""
    ranks = LOWEST_RANK * 2.0 ** np.arange(32)
    return (ranks / frauds)[ranks < frauds / QUANTILES]


def _bends(logits: np.ndarray, of_frauds: np.ndarray) -> np.ndarray:
    """Where the line may bend: at quantiles of the frauds, where there is something to learn, and at the ends."""
    inner = np.quantile(of_frauds, np.unique(np.concatenate([np.linspace(0, 1, QUANTILES), _low(len(of_frauds))])))
    wanted = [min(logits.min(), inner[0] - 1), *inner[1:-1], max(logits.max(), inner[-1] + LEAST_GAP)]
    kept = [wanted[0]]
    for bend in wanted[1:]:
        if bend - kept[-1] >= LEAST_GAP:
            kept.append(bend)
    return np.array(kept)


def _basis(bends: np.ndarray, logits: np.ndarray) -> np.ndarray:
    """[N, bends]: a line through values at the bends, and straight on beyond the first and last."""
    piece = np.clip(np.searchsorted(bends, logits, side="right") - 1, 0, len(bends) - 2)
    share = (logits - bends[piece]) / (bends[piece + 1] - bends[piece])
    basis = np.zeros((len(logits), len(bends)))
    rows = np.arange(len(logits))
    basis[rows, piece], basis[rows, piece + 1] = 1 - share, share
    return basis


def _fit_line(bends: np.ndarray, centres: np.ndarray, counts: np.ndarray, frauds: np.ndarray) -> np.ndarray:
    """The log-odds at the bends: maximum likelihood less the penalty, no piece flatter than LEAST_SLOPE."""
    basis = _basis(bends, centres)
    slopes = np.diff(np.eye(len(bends)), axis=0) / np.diff(bends)[:, None]
    widths = (bends[2:] - bends[:-2]) / 2
    turns = np.diff(slopes, axis=0) / np.sqrt(widths)[:, None]
    flat = np.zeros(len(slopes), bool)
    values = bends.copy()
    while True:
        # A piece that would be too flat is held at the least slope.
        held = 1e6 * slopes[flat].T
        values = _newton(basis, counts, frauds, PENALTY * turns.T @ turns + held @ slopes[flat],
                         held.sum(axis=1) * LEAST_SLOPE, values)
        too_flat = slopes @ values < LEAST_SLOPE * 0.999
        if not (too_flat & ~flat).any():
            return values
        flat |= too_flat


def _newton(basis: np.ndarray, counts: np.ndarray, frauds: np.ndarray, penalty: np.ndarray, pull: np.ndarray,
            values: np.ndarray) -> np.ndarray:
    """Minimises the logistic loss plus v' penalty v / 2 - pull v; the function is convex."""
    def loss(at: np.ndarray) -> float:
        odds = basis @ at
        return float(counts @ np.logaddexp(0, odds) - frauds @ odds + at @ penalty @ at / 2 - pull @ at)

    for _ in range(200):
        chance = sigmoid(basis @ values)
        weights = np.maximum(counts * chance * (1 - chance), 1e-9)
        curvature = basis.T @ (weights[:, None] * basis) + penalty + 1e-9 * np.eye(len(values))
        step = np.linalg.solve(curvature, basis.T @ (frauds - counts * chance) - penalty @ values + pull)
        size, before = 1.0, loss(values)
        while loss(values + size * step) > before and size > 1e-9:
            size /= 2
        values = values + size * step
        if size * np.abs(step).max() < 1e-9:
            break
    return values
