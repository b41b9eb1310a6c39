"""A text as the scaled sum of the rows of its n-grams (models/text), to be trained."""

import numpy as np
import torch

from weir_train import layers, parts

MAX_SHIFT = 30


class Text(torch.nn.Module):
    """n n-grams count n^-1/2 each: between their mean, in which one telling word is lost among the n-grams of a long
    text, and their sum, which grows with the text."""

    def __init__(self, buckets: int, grams: int, width: int):
        """`buckets`: a power of two. `grams`: at most so many of one text. `width`: D, a multiple of 16."""
        super().__init__()
        self.exact = False
        self.grams = grams
        self.table = torch.nn.Parameter(torch.zeros(buckets, width))  # What was never seen says nothing.

    def forward(self, grams: torch.Tensor, starts: torch.Tensor) -> torch.Tensor:
        """Buckets, int64, one text's behind the other's; int64 [N + 1]: where each begins. [N, D] in 1/128."""
        lengths = starts[1:] - starts[:-1]
        if not self.exact:
            sums = torch.nn.functional.embedding_bag(grams, self.table, starts[:-1], mode="sum")
            return sums * layers.VECTOR * lengths.clamp(min=1)[:, None] ** -0.5
        multipliers, shift = self.multipliers()
        scales = torch.from_numpy(np.append(0, multipliers) / float(1 << shift)).float()
        sums = torch.nn.functional.embedding_bag(grams, self.counts(), starts[:-1], mode="sum")
        return layers.rounded(sums * scales[lengths][:, None]).clamp(-127, 127)

    def scale(self) -> float:
        """Of one count of the table. A few values are cut: six deviations hold nearly all."""
        table = self.table.detach()
        used = table[table != 0]
        if len(used) < 2:
            return 1.0
        return float(torch.minimum(used.abs().max(), 6 * used.std())) / 127

    def counts(self) -> torch.Tensor:
        return layers.rounded(self.table / self.scale()).clamp(-127, 127)

    def multipliers(self) -> tuple[np.ndarray, int]:
        """For 1, 2, ... n-grams; as fine as leaves every sum within int32."""
        numbers = np.arange(1, self.grams + 1)
        factors = self.scale() * layers.VECTOR * numbers ** -0.5
        for shift in range(MAX_SHIFT, 0, -1):
            multipliers = np.rint(factors * float(1 << shift))
            if (127 * numbers * multipliers).max() + (1 << (shift - 1)) <= layers.INT32_MAX:
                return multipliers.astype(np.int32), shift
        raise ValueError("the table of a text is too large")

    def fit_range(self, vectors: torch.Tensor) -> float:
        """Divides the table so that nearly all of `vectors`, what forward() gives, lie within 127 counts, and gives the
        divisor."""
        largest = float(np.quantile(vectors.abs().numpy(), 0.9999)) / 127
        divisor = max(largest, layers.LEAST_SCALE)
        with torch.no_grad():
            self.table /= divisor
        return divisor

    def part(self) -> parts.Text:
        with torch.no_grad():
            multipliers, shift = self.multipliers()
            return parts.Text(self.counts().numpy().astype(np.int8), multipliers, shift)
