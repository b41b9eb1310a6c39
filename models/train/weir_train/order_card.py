"""The model card of `ops/evaluate order`."""

import numpy as np
import torch
import xgboost

from weir_train import arrays, calibrate, card, evaluation, metrics, network, order_model, order_streams, order_table

EXCLUDED_USES = [
    "Any decision about real payments: it knows nothing but made-up ones.",
    "A comparison of fraud models: how often each fraud happens was chosen, not observed.",
    "Anything but card payments, and people's creditworthiness or character.",
]
SENSITIVITY_ROWS = 50_000


def text(trained: order_model.Trained, fitted: calibrate.Fitted, payments: list[order_streams.Payments],
         scored: dict[str, list[order_table.Scored]], seed: int) -> str:
    unseen = order_table.together("unseen seeds", scored["unseen"])
    whole = unseen.models["whole"]
    told = metrics.calibration(unseen.labels, whole)
    sources = [one for one in payments if one.stream.part == "unseen"]
    times = np.concatenate([np.asarray(one.source.times) for one in sources])
    loss = metrics.log_loss(unseen.labels, whole)
    frauds = "; ".join(f"{frauds:.0f}" for frauds in told.top_frauds)
    return card.Card(
        name="retail-bank", demonstration=True,
        summary=f"The probability that a card payment is fraud, by {len(trained.model.trees.roots)} boosted trees over "
        f"{len(trained.model.features)} numbers and a recurrent unit of width {trained.model.sequence.width} over the "
        f"card's last {trained.model.events} payments. It belongs to the policy of the same name and the demo.",
        data="Card payments of made-up banks by `weir generate`, with more of the frauds than usual that only the "
        "order of payments tells (`--order-share 0.05`). Each stream is a bank of its own, frozen by SHA-256 "
        "(`models/train/order/streams.json`) before any training.",
        periods=_streams(payments),
        labels="Learnt and measured is the generator's answer key, which says of every payment what it is; no bank has "
        "that. Of a fraud that order alone tells, its losses alone count as fraud. Features see labels as they are "
        "reported, days later, a tenth of the frauds never.",
        metrics=_metrics(unseen, scored["shifted"]),
        metrics_note="Average precision by the integers that the engine computes. The seeds were unseen; in the "
        "shifted streams frauds and twins have other numbers of rounds, gaps and amounts. Intervals are of a bootstrap "
        "by customer. `events shuffled` is this model with the card's past payments in another order.",
        calibration=f"Fitted on {fitted.frauds:,} frauds of a stream that was used for nothing else. On unseen seeds "
        f"predicted over observed frauds is {told.overall:.2f} overall and, in the fifths of the 1 % with the highest "
        f"probability, {', '.join(f'{ratio:.2f}' for ratio in told.top_fifths)} ({frauds} frauds); log-loss "
        f"{loss:.5f}. Where fraud is rarer or commoner than here, its probabilities are wrong.",
        stability=card.stability(times, unseen.labels, whole, whole),
        sensitivity=_sensitivity(trained, sources[0]),
        fairness="Not measured: the generator gives people no property that fraud has a bearing on.",
        excluded_uses=EXCLUDED_USES,
        limits=["It looks for three routines that were written for it; thieves with another one are told by the trees "
                "alone.", "A card without a past is told by the payment at hand and its merchant and device."],
        reproduction=f"`ops/evaluate order --model FILE` writes that of seed {seed}; XGBoost {xgboost.__version__}, PyTorch "
        f"{torch.__version__}, NumPy {np.__version__}; the same file on the same machine. The unit's float parent was "
        "taught by the labels, the integers by the parent.").markdown()


def _streams(payments: list[order_streams.Payments]) -> card.Table:
    rows = []
    for one in payments:
        days = [str(np.datetime64(int(time), "ms"))[:10] for time in (one.source.times.min(), one.source.times.max())]
        what = "learn, the last 30 % to stop early" if one.stream.part == "train" else one.stream.part
        rows.append([one.stream.name, what, *days, len(one.labels), int(one.labels.sum())])
    return card.Table(["stream", "to", "first day", "last day", "payments", "frauds"], rows)


def _metrics(unseen: order_table.Scored, shifted: list[order_table.Scored]) -> card.Table:
    rows = []
    for scored in (unseen, *shifted):
        told = order_table.replicas(scored, np.arange(len(scored.labels)))
        for name, label in (("whole", "this model"), ("trees", "its trees alone"), ("shuffled", "events shuffled")):
            low, high = order_table.interval(told[name])
            rows.append([scored.name, label, f"{told[name][0]:.3f} ({low:.3f} to {high:.3f})"])
    return card.Table(["payments", "model", "average precision (95 % interval)"], rows)


def _sensitivity(trained: order_model.Trained, stream: order_streams.Payments) -> card.Table:
    """By group of reasons, on the last rows of a stream."""
    rows = np.arange(max(0, stream.source.rows - SENSITIVITY_ROWS), stream.source.rows)
    model = trained.model
    features = np.asarray(stream.source.feature_values[rows])[:, :len(model.features)]
    # What the sequence adds is one number more.
    added = network.logits(trained.student, arrays.quantize(model, stream.source, rows))
    groups = {one.name: [features.shape[1]] if one.events else one.features for one in model.reasons.groups}
    return card.sensitivity(
        lambda values: evaluation.logits_of(trained.pack, values[:, :-1].astype(np.float32)) + values[:, -1],
        np.concatenate([features, added], axis=1), stream.labels[rows], groups)
