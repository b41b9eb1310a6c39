"""Trains encoders and head: a float parent, then a student of the same shape that computes as the engine does.

The student starts with the parent's weights and learns from the labels and from the parent's probabilities alike. Its
parts are what the model file holds.
"""

import copy
import dataclasses

import numpy as np
import torch

from weir_train import layers, parts, sequence, text


@dataclasses.dataclass(frozen=True)
class Settings:
    width: int = 64  # H of the sequence
    embedding: int = 8  # Numbers for a code of a field of an event
    text_width: int = 32  # D of each text
    hidden: int = 32  # M
    batch: int = 512
    epochs: int = 20
    patience: int = 4  # Epochs without a better validation before the parent's training ends
    rate: float = 3e-3
    table_rate: float = 0.1  # Of the texts' tables, by Adagrad
    student_epochs: int = 5
    student_rate: float = 5e-4
    student_table_rate: float = 0.01
    taught: float = 0.5  # How much of a loss is against a teacher's probabilities
    smoothing: float = 0.0  # Of the labels of several classes
    gram_dropout: float = 0.0  # Of the n-grams of texts
    text_dropout: tuple[float, ...] = ()  # Of whole texts, one each
    seed: int = 1


@dataclasses.dataclass
class Rows:
    """Payments as a model reads them, and what training knows besides."""

    inputs: parts.Inputs
    labels: np.ndarray  # [N]: 1 fraud, 0 honest; or the number of the class
    margins: np.ndarray  # [N]: with one output, the logit that the head's is added to
    weights: np.ndarray  # [N]: how many payments each stands for

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: np.ndarray | slice) -> "Rows":
        return Rows(self.inputs.take(rows), self.labels[rows], self.margins[rows], self.weights[rows])


@dataclasses.dataclass(frozen=True)
class Shape:
    """What a network looks at, by numbers of codes."""

    outputs: int
    event_codes: list[int]  # one a field of an event
    texts: list[tuple[int, int]]  # buckets, and n-grams of one text at most
    head_features: list[tuple[int, int]]  # which feature, and its codes


class Network(torch.nn.Module):
    def __init__(self, shape: Shape, settings: Settings):
        super().__init__()
        self.shape = shape
        self.exact = False
        self.sequence = sequence.Recurrent(shape.event_codes, settings.width, settings.embedding) \
            if shape.event_codes else None
        self.texts = torch.nn.ModuleList([text.Text(buckets, grams, settings.text_width)
                                          for buckets, grams in shape.texts])
        inputs = settings.width * bool(shape.event_codes) + settings.text_width * len(shape.texts)
        self.head = layers.Head(inputs, settings.hidden, shape.outputs, [codes for _, codes in shape.head_features])

    def forward(self, inputs: parts.Inputs) -> torch.Tensor:
        """Logits, [N, O], without margins."""
        return self.head(self.vectors(inputs), self.codes(inputs))

    def vectors(self, inputs: parts.Inputs) -> torch.Tensor | None:
        """What the encoders give, [N, inputs of the head] in 1/128."""
        vectors = []
        if self.sequence is not None:
            vectors.append(self.sequence(_int64(inputs.events), _int64(inputs.event_counts)))
        for encoder, grams in zip(self.texts, inputs.texts, strict=True):
            vectors.append(encoder(_int64(grams.values), _int64(grams.starts)))
        return torch.cat(vectors, dim=1) if vectors else None

    def codes(self, inputs: parts.Inputs) -> torch.Tensor:
        return _int64(inputs.features[:, [feature for feature, _ in self.shape.head_features]])

    def make_exact(self, some: parts.Inputs) -> None:
        """From now on it computes as the engine does, in ranges that fit what `some` payments come to."""
        with torch.no_grad():
            begin = self.sequence.width if self.sequence is not None else 0
            for encoder, grams in zip(self.texts, some.texts, strict=True):
                divisor = encoder.fit_range(encoder(_int64(grams.values), _int64(grams.starts)))
                end = begin + encoder.table.shape[1]
                self.head.matrix.weight[:, begin:end] *= divisor
                begin = end
            self.head.fit_steps(self.head.hidden(self.vectors(some), self.codes(some)))
        for part in (self, self.sequence, self.head, *self.texts):
            if part is not None:
                part.exact = True

    def fill(self, model: parts.Model) -> None:
        """Puts the parts into a model; it must be exact."""
        model.sequence = self.sequence.part() if self.sequence is not None else None
        model.texts = [encoder.part() for encoder in self.texts]
        model.head = self.head.part()
        model.head_features = [feature for feature, _ in self.shape.head_features]


def fit(shape: Shape, settings: Settings, training: Rows, validation: Rows | None, taught: np.ndarray | None = None,
        tell=print) -> Network:
    """The float parent, as it was after the epoch with the least loss over `validation`; without one after the last.

    `taught`: a teacher's probabilities for the rows of `training`, as probabilities() gives them."""
    torch.manual_seed(settings.seed)
    network = Network(shape, settings)
    if shape.outputs == 1:
        expected = probabilities(np.zeros((len(training), 1)), training.margins)[:, 0]
        with torch.no_grad():
            network.head.output_bias += _log_odds(training.labels, training) - _log_odds(expected, training)
    return _Descent(network, settings, training, validation, taught, tell).run(
        settings.epochs, settings.rate, settings.table_rate)


def student(parent: Network, settings: Settings, training: Rows, validation: Rows | None, tell=print) -> Network:
    """The parent's like that computes as the engine does; `validation` as in fit()."""
    torch.manual_seed(settings.seed)
    network = copy.deepcopy(parent)
    network.make_exact(training.inputs.take(slice(0, 4096)))
    taught = probabilities(logits(parent, training.inputs), training.margins)
    return _Descent(network, settings, training, validation, taught, tell).run(
        settings.student_epochs, settings.student_rate, settings.student_table_rate)


def logits(network: Network, inputs: parts.Inputs, batch: int = 2048) -> np.ndarray:
    """What the head gives: float64 [N, O]."""
    blocks = [np.zeros((0, network.shape.outputs))]
    with torch.no_grad():
        for begin in range(0, inputs.rows, batch):
            blocks.append(network(inputs.take(slice(begin, begin + batch))).double().numpy())
    return np.concatenate(blocks)


def probabilities(logit: np.ndarray, margins: np.ndarray) -> np.ndarray:
    """Of fraud, [N, 1], from logits and margins; or of each class, [N, O]."""
    if logit.shape[1] == 1:
        return 1 / (1 + np.exp(-(logit + margins[:, None])))
    likely = np.exp(logit - logit.max(axis=1, keepdims=True))
    return likely / likely.sum(axis=1, keepdims=True)


def loss(logit: np.ndarray, rows: Rows) -> float:
    """Mean log-loss of what happened, weighted."""
    if logit.shape[1] == 1:
        margins = logit[:, 0] + rows.margins
        losses = np.logaddexp(0, margins) - rows.labels * margins
    else:
        largest = logit.max(axis=1)
        losses = np.log(np.exp(logit - largest[:, None]).sum(axis=1)) + largest - \
            logit[np.arange(len(rows)), rows.labels]
    return float(np.average(losses, weights=rows.weights))


class _Descent:
    """One training of a network."""

    def __init__(self, network: Network, settings: Settings, training: Rows, validation: Rows | None,
                 taught: np.ndarray | None, tell):
        self.network, self.settings, self.training, self.validation = network, settings, training, validation
        self.tell = tell
        self.dice = np.random.default_rng(settings.seed)
        self.mean_weight = float(training.weights.mean())
        aims = self.one_hot()
        self.aims = aims if taught is None else (1 - settings.taught) * aims + settings.taught * taught

    def one_hot(self) -> np.ndarray:
        outputs = self.network.shape.outputs
        if outputs == 1:
            return self.training.labels[:, None].astype(np.float64)
        smoothing = self.settings.smoothing
        return np.eye(outputs)[self.training.labels] * (1 - smoothing) + smoothing / outputs

    def run(self, epochs: int, rate: float, table_rate: float) -> Network:
        network, settings = self.network, self.settings
        tables = [encoder.table for encoder in network.texts]
        others = [one for one in network.parameters() if not any(one is table for table in tables)]
        batches = -(-len(self.training) // settings.batch)
        optimizers = [torch.optim.AdamW(others, lr=rate, weight_decay=1e-4)]
        if tables:
            optimizers.append(torch.optim.Adagrad(tables, lr=table_rate))
        schedules = [torch.optim.lr_scheduler.LambdaLR(one, _schedule(epochs * batches)) for one in optimizers]
        best, best_epoch = copy.deepcopy(network.state_dict()), 0
        best_loss = self.validation_loss()
        for epoch in range(1, epochs + 1):
            order = self.dice.permutation(len(self.training))
            total = 0.0
            for begin in range(0, len(order), settings.batch):
                for optimizer in optimizers:
                    optimizer.zero_grad()
                value = self.batch_loss(order[begin:begin + settings.batch])
                value.backward()
                torch.nn.utils.clip_grad_norm_(others, 1.0)
                for optimizer, schedule in zip(optimizers, schedules, strict=True):
                    optimizer.step()
                    schedule.step()
                total += float(value.detach())
            told = f"epoch {epoch}: training {total / batches:.5f}"
            if self.validation is None:
                self.tell(told)
                continue
            now = self.validation_loss()
            self.tell(f"{told}, validation {now:.5f}")
            if now < best_loss:
                best, best_loss, best_epoch = copy.deepcopy(network.state_dict()), now, epoch
            elif epoch - best_epoch >= settings.patience:
                break
        if self.validation is not None:
            network.load_state_dict(best)
        return network

    def validation_loss(self) -> float:
        if self.validation is None:
            return np.inf
        return loss(logits(self.network, self.validation.inputs), self.validation)

    def batch_loss(self, chosen: np.ndarray) -> torch.Tensor:
        rows = self.training.take(chosen)
        rows.inputs.texts = [self.dropped(number, grams) for number, grams in enumerate(rows.inputs.texts)]
        logit = self.network(rows.inputs)
        aims = torch.from_numpy(self.aims[chosen]).float()
        if logit.shape[1] == 1:
            each = torch.nn.functional.binary_cross_entropy_with_logits(
                logit + torch.from_numpy(rows.margins).float()[:, None], aims, reduction="none")[:, 0]
        else:
            each = -(aims * torch.log_softmax(logit, dim=1)).sum(dim=1)
        return (each * torch.from_numpy(rows.weights / self.mean_weight).float()).mean()

    def dropped(self, number: int, grams: parts.Ragged) -> parts.Ragged:
        """Without some of its n-grams, and some texts without all of theirs."""
        settings = self.settings
        starts = np.asarray(grams.starts, np.int64)
        texts = np.repeat(np.arange(len(starts) - 1), np.diff(starts))
        stay = self.dice.random(len(texts)) >= settings.gram_dropout
        if settings.text_dropout:
            stay &= (self.dice.random(len(starts) - 1) >= settings.text_dropout[number])[texts]
        lengths = np.bincount(texts[stay], minlength=len(starts) - 1)
        return parts.Ragged(np.append(0, np.cumsum(lengths)), np.asarray(grams.values)[stay])


def _log_odds(chances: np.ndarray, rows: Rows) -> float:
    mean = np.clip(np.average(chances, weights=rows.weights), 1e-6, 1 - 1e-6)
    return float(np.log(mean / (1 - mean)))


def _schedule(steps: int):
    """The rate's factor: up in the first twentieth, then down along a cosine."""
    rise = max(1, steps // 20)
    return lambda step: min((step + 1) / rise, 0.01 + 0.99 * 0.5 * (1 + np.cos(np.pi * min(step / steps, 1))))


def _int64(values: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.asarray(values).astype(np.int64))
