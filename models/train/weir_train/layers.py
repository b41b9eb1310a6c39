"""Layers that compute as the engine does (models/kernels, models/fusion), or the same without any rounding.

Values are counts in both ways of computing: what goes into a nonlinearity in 2^-10, vectors in 1/128. Layers that are
`exact` round wherever the engine does, and let gradients pass; they differ from it only where float32 itself rounds.
What a trained layer is worth is therefore told by weir_train.reference, from the part that it is turned into.
"""

import numpy as np
import torch

from weir_train import parts

PRE = 1 << parts.PRE_BITS
VECTOR = 128  # Counts of 1 in the vectors that encoders give.
INT32_MAX = (1 << 31) - 1
LEAST_SCALE = 1e-6  # Of a row of zeros.


def rounded(value: torch.Tensor) -> torch.Tensor:
    """To nearest, halves up."""
    return value + (torch.floor(value + 0.5) - value).detach()


def cut(value: torch.Tensor) -> torch.Tensor:
    """Down."""
    return value + (torch.floor(value) - value).detach()


def as_it_is(value: torch.Tensor) -> torch.Tensor:
    return value


def pre_counts(parameter: torch.Tensor) -> np.ndarray:
    """int32, in 2^-10."""
    return torch.floor(parameter.detach() * PRE + 0.5).numpy().astype(np.int32)


def fixed_scales(scales: np.ndarray, columns: int) -> tuple[np.ndarray, int]:
    """Multipliers and a shift, multiplier / 2^shift at or just above each of `scales`.

    As fine as leaves every sum of `columns` products of int8 within int32 (check_scales in fixed_point.h)."""
    for shift in range(30, 0, -1):
        multipliers = np.maximum(np.ceil(scales * float(1 << shift)), 1)
        if multipliers.max() * (127 * 127 * columns) + (1 << (shift - 1)) <= INT32_MAX:
            return multipliers.astype(np.int32), shift
    raise ValueError(f"a scale of {scales.max()} is too large for {columns} columns")


class Int8Matrix(torch.nn.Module):
    """A matrix over a vector of int8, with a scale for each row."""

    def __init__(self, rows: int, columns: int):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(rows, columns).uniform_(-columns ** -0.5, columns ** -0.5))

    def quantized(self) -> tuple[torch.Tensor, np.ndarray, int]:
        """The weights as whole numbers from -127 to 127, with their gradient; multipliers and shift."""
        in_pre = self.weight * (PRE / VECTOR)
        largest = in_pre.detach().abs().amax(dim=1).double().numpy()
        multipliers, shift = fixed_scales(np.maximum(largest, LEAST_SCALE) / 127, self.weight.shape[1])
        return rounded(in_pre / _scales(multipliers, shift)[:, None]).clamp(-127, 127), multipliers, shift

    def prepared(self, exact: bool) -> tuple[torch.Tensor, torch.Tensor]:
        """What product() needs of the weights as they are now."""
        if not exact:
            return self.weight, torch.tensor(PRE / VECTOR)
        counts, multipliers, shift = self.quantized()
        return counts, _scales(multipliers, shift)


def product(vectors: torch.Tensor, prepared: tuple[torch.Tensor, torch.Tensor]) -> torch.Tensor:
    """[N, columns] in 1/128 to [N, rows] in 2^-10, not rounded yet."""
    counts, scales = prepared
    return vectors @ counts.t() * scales


def _scales(multipliers: np.ndarray, shift: int) -> torch.Tensor:
    return torch.from_numpy(multipliers / float(1 << shift)).float()


class Head(torch.nn.Module):
    """The hidden layer over the encoders' vectors and the codes of some features, and the outputs."""

    def __init__(self, inputs: int, hidden: int, outputs: int, feature_codes: list[int]):
        super().__init__()
        self.exact = False
        self.hidden_shift = 5
        self.matrix = Int8Matrix(hidden, inputs) if inputs else None
        self.bias = torch.nn.Parameter(torch.full((hidden,), 0.1))  # Above 0: alive without any input.
        self.features = torch.nn.ParameterList(
            [torch.nn.Parameter(torch.zeros(codes, hidden)) for codes in feature_codes])
        self.output = torch.nn.Parameter(torch.empty(outputs, hidden).uniform_(-hidden ** -0.5, hidden ** -0.5))
        self.output_bias = torch.nn.Parameter(torch.zeros(outputs))

    def forward(self, vectors: torch.Tensor | None, codes: torch.Tensor | None) -> torch.Tensor:
        """Vectors [N, inputs] in 1/128 and codes, int64 [N, features]: logits [N, O]."""
        hidden = self.hidden(vectors, codes)
        if not self.exact:
            return torch.relu(hidden) / PRE @ self.output.t() + self.output_bias
        step = 1 << self.hidden_shift
        steps = rounded(hidden / step).clamp(0, 127)
        scales = self.output_scales()
        return steps @ self.output_counts(scales).t() * (scales * (step / PRE)) + self.output_bias

    def hidden(self, vectors: torch.Tensor | None, codes: torch.Tensor | None) -> torch.Tensor:
        """What goes into the hidden layer's nonlinearity: [N, M] in 2^-10."""
        whole = rounded if self.exact else as_it_is
        hidden = whole(self.bias * PRE)
        for number, table in enumerate(self.features):
            hidden = hidden + torch.nn.functional.embedding(codes[:, number], whole(table * PRE))
        if self.matrix is not None:
            hidden = hidden + whole(product(vectors, self.matrix.prepared(self.exact)))
        return hidden

    def output_scales(self) -> torch.Tensor:
        return self.output.detach().abs().amax(dim=1).clamp(min=LEAST_SCALE) / 127

    def output_counts(self, scales: torch.Tensor) -> torch.Tensor:
        return rounded(self.output / scales[:, None]).clamp(-127, 127)

    def fit_steps(self, hidden: torch.Tensor) -> None:
        """Chooses the step of the hidden layer so that its 127 steps hold nearly all of `hidden`, [N, M] in 2^-10."""
        largest = float(np.quantile(torch.relu(hidden).numpy(), 0.9999))
        self.hidden_shift = int(np.clip(np.ceil(np.log2(max(largest, 1) / 127)), 1, 16))

    def part(self) -> parts.Head:
        with torch.no_grad():
            hidden = len(self.bias)
            weights, multipliers, shift = torch.zeros(hidden, 0), np.zeros(0, np.int32), 1
            if self.matrix is not None:
                weights, multipliers, shift = self.matrix.quantized()
            scales = self.output_scales()
            # From a sum to 2^-24.
            factors = scales.double().numpy() * 2.0 ** (self.hidden_shift - parts.PRE_BITS + parts.LOGIT_BITS)
            output_shift = int(np.clip(np.floor(29 - np.log2(factors.max())), 1, 40))
            return parts.Head(
                weights=weights.numpy().astype(np.int8), multipliers=multipliers, shift=shift,
                bias=pre_counts(self.bias),
                features=[parts.HeadFeature(np.arange(len(table), dtype=np.uint16),
                                            pre_counts(table).astype(np.int16)) for table in self.features],
                hidden_shift=self.hidden_shift, output_weights=self.output_counts(scales).numpy().astype(np.int8),
                output_multipliers=np.rint(factors * 2.0 ** output_shift).astype(np.int32),
                output_shift=output_shift,
                output_bias=np.rint(self.output_bias.double().numpy() * 2.0 ** parts.LOGIT_BITS).astype(np.int64))
