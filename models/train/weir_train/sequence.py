"""The gated recurrent unit over an entity's last events (models/sequence), to be trained."""

import numpy as np
import torch

from weir_train import layers, parts, reference

STATE = 1 << 15  # Counts of 1 in the state and the gates.
SLOPE = STATE / layers.PRE  # From the slope of a nonlinearity to that in counts.
STEPS = STATE // layers.VECTOR  # Counts of the state for one of its vector.


class Recurrent(torch.nn.Module):
    """Codes become embeddings, and these, times the input weights, rows of the tables that the engine adds up.

    Of the roundings of the engine one is missing here even in `exact` layers: that of each table for itself. The sum
    of what they give is rounded."""

    def __init__(self, codes: list[int], width: int, embedding: int):
        """`codes`: how many each field of an event has. `width`: H. `embedding`: numbers for a code."""
        super().__init__()
        self.width = width
        self.exact = False
        self.embeddings = torch.nn.ParameterList([torch.nn.Parameter(torch.randn(count, embedding)) for count in codes])
        self.inputs = torch.nn.Parameter(
            torch.empty(3 * width, embedding * len(codes)).uniform_(-width ** -0.5, width ** -0.5))
        self.bias = torch.nn.Parameter(torch.zeros(3 * width))
        self.candidate_bias = torch.nn.Parameter(torch.zeros(width))
        self.recurrent = layers.Int8Matrix(3 * width, width)

    def forward(self, events: torch.Tensor, counts: torch.Tensor) -> torch.Tensor:
        """Events int64 [N, K, E], counts [N], 1 to K: the last states, [N, H] in 1/128."""
        whole = layers.rounded if self.exact else layers.as_it_is
        length = events.shape[1]
        events = events[:, length - int(counts.max()):].transpose(0, 1)
        embedded = torch.cat([torch.nn.functional.embedding(events[:, :, field], embedding)
                              for field, embedding in enumerate(self.embeddings)], dim=2)
        gates = whole((embedded @ self.inputs.t() + self.bias) * layers.PRE)
        there = counts >= torch.arange(len(events), 0, -1)[:, None]
        weights, scales = self.recurrent.prepared(self.exact)
        return Steps.apply(gates, weights, scales, whole(self.candidate_bias * layers.PRE), there.float(), self.exact)

    def tables(self) -> list[torch.Tensor]:
        """What the codes of each field add to the gates: [codes, 3H] in 2^-10."""
        embedding = self.embeddings[0].shape[1]
        return [one @ self.inputs[:, field * embedding:(field + 1) * embedding].t() * layers.PRE
                for field, one in enumerate(self.embeddings)]

    def part(self) -> parts.Recurrent:
        with torch.no_grad():
            weights, multipliers, shift = self.recurrent.quantized()
            return parts.Recurrent(
                fields=[layers.rounded(table).clamp(-STATE, STATE - 1).numpy().astype(np.int16)
                        for table in self.tables()],
                weights=weights.numpy().astype(np.int8), multipliers=multipliers, shift=shift,
                bias=layers.pre_counts(self.bias), candidate_bias=layers.pre_counts(self.candidate_bias),
                sigmoid=parts.sigmoid_entries(), tanh=parts.tanh_entries())


class Steps(torch.autograd.Function):
    """All events one after the other, as Recurrent::step_body has it, and the way back. One function rather than
    hundreds of small ones: it takes a quarter of the time.

    Gradients are those of the unrounded computation at the rounded values."""

    @staticmethod
    def forward(ctx, gates: torch.Tensor, weights: torch.Tensor, scales: torch.Tensor, candidate_bias: torch.Tensor,
                there: torch.Tensor, exact: bool) -> torch.Tensor:
        """Gates [K, N, 3H] and candidate_bias [H] in 2^-10; there [K, N]: 1 from a row's first event on."""
        events, rows, _ = gates.shape
        width = len(candidate_bias)
        # Before each step and after the last: the state in 2^-15, its vector in 1/128.
        states, vectors = gates.new_zeros(events + 1, rows, width), gates.new_zeros(events + 1, rows, width)
        both, inners, candidates = (gates.new_empty(events, rows, n * width) for n in (2, 1, 1))
        for event in range(events):
            product = layers.product(vectors[event], (weights, scales))
            if exact:
                product.add_(0.5).floor_()
            gate = both[event]
            torch.add(gates[event, :, :2 * width], product[:, :2 * width], out=gate)
            _nonlinear(gate, torch.sigmoid_, exact)
            reset, update = gate[:, :width], gate[:, width:]
            inner = inners[event]
            torch.add(product[:, 2 * width:], candidate_bias, out=inner)
            inner.clamp_(-reference.MAX_RECURRENT_SUM, reference.MAX_RECURRENT_SUM)
            candidate = candidates[event]
            torch.mul(reset, inner, out=candidate)
            candidate.div_(STATE)
            if exact:
                candidate.add_(0.5).floor_()
            candidate.add_(gates[event, :, 2 * width:])
            _nonlinear(candidate, torch.tanh_, exact)
            state = states[event + 1]
            torch.sub(states[event], candidate, out=state)
            if exact:
                state.div_(2).floor_().mul_(update).div_(STATE // 2).add_(0.5).floor_()
            else:
                state.mul_(update).div_(STATE)
            state.add_(candidate).mul_(there[event][:, None])
            vector = vectors[event + 1]
            torch.div(state, STEPS, out=vector)
            if exact:
                vector.add_(0.5).floor_()
            vector.clamp_(-127, 127)
        ctx.save_for_backward(weights, scales, there, states, vectors, both, inners, candidates)
        return vectors[events].clone()

    @staticmethod
    def backward(ctx, vector_slope: torch.Tensor):
        weights, scales, there, states, vectors, both, inners, candidates = ctx.saved_tensors
        events, rows, width = inners.shape
        gate_slopes, product_slopes = both.new_empty(events, rows, 3 * width), both.new_empty(events, rows, 3 * width)
        state_slope = vector_slope / STEPS
        for event in reversed(range(events)):
            slope = state_slope * there[event][:, None]
            reset, update = both[event][:, :width] / STATE, both[event][:, width:] / STATE
            candidate = candidates[event] / STATE
            candidate_slope = (slope - slope * update) * (1 - candidate * candidate) * SLOPE
            gate_slope, product_slope = gate_slopes[event], product_slopes[event]
            torch.mul(candidate_slope * (inners[event] / STATE) * SLOPE, reset - reset * reset,
                      out=gate_slope[:, :width])
            torch.mul(slope * (states[event] / STATE - candidate) * SLOPE, update - update * update,
                      out=gate_slope[:, width:2 * width])
            gate_slope[:, 2 * width:] = candidate_slope
            product_slope[:, :2 * width] = gate_slope[:, :2 * width]
            torch.mul(candidate_slope, reset, out=product_slope[:, 2 * width:])
            state_slope = slope * update + (product_slope * scales) @ weights / STEPS
        inner_slope = product_slopes[:, :, 2 * width:].sum(dim=(0, 1))
        product_slopes *= scales
        weight_slope = product_slopes.flatten(0, 1).t() @ vectors[:events].flatten(0, 1)
        return gate_slopes, weight_slope, None, inner_slope, None, None


def _nonlinear(value: torch.Tensor, function, exact: bool) -> None:
    """In place from 2^-10 to 2^-15; exactly, by the middles of what the tables' entries stand for."""
    if not exact:
        function(value.div_(layers.PRE)).mul_(STATE)
        return
    value.clamp_(-8 * layers.PRE, 8 * layers.PRE - 1).div_(8).floor_().mul_(8).add_(4).div_(layers.PRE)
    function(value).mul_(STATE).add_(0.5).floor_().clamp_(-(STATE - 1), STATE - 1)
