"""A bank's own XGBoost model, as save_model("model.json") wrote it, as a model file of Weir.

Its comparisons are exact; its leaves are rounded to 2^-24 of a logit, and the largest error that this can make is told.
With sample payments (--arrays) the scores are also compared with XGBoost's own.
"""

import argparse
import hashlib
import json
import pathlib
import sys

import numpy as np

from weir_train import arrays, bundle, calibrate, parts, reference, trees

EXAMPLES = 200
EXIT_FAILED = 1


def feature_names(told: trees.XgboostModel, mapping: dict[str, str]) -> list[str]:
    """The name in Weir of each column of the model: that of the map, else its own."""
    unknown = [name for name in mapping if name not in told.features]
    if unknown:
        raise trees.NotPossible(f"the feature map names {unknown[0]}, which is no feature of the model; it has "
                                f"{', '.join(told.features)}")
    return [mapping.get(name, name) for name in told.features]


def import_model(told: trees.XgboostModel, names: list[str], inputs: list[parts.NamedInput], title: str,
                 demonstration: bool) -> parts.Model:
    """The integer model. Columns that no tree asks for are left out; each other one must be among `inputs`."""
    float_trees = told.trees
    lists = float_trees.thresholds(len(names))
    used = [column for column in range(len(names)) if len(lists[column])]
    if not used:
        raise trees.NotPossible("no tree asks for any feature")
    versions = {one.name: one for one in inputs}
    for column in used:
        if names[column] not in versions:
            raise trees.NotPossible(
                f"the model asks for {told.features[column]}" +
                (f", mapped to {names[column]}" if names[column] != told.features[column] else "") +
                ", which inputs.json does not hold: name it in --feature-map, or in the policy's inputs.yaml")
    duplicate = [column for place, column in enumerate(used) if names[column] in [names[one] for one in used[:place]]]
    if duplicate:
        raise trees.NotPossible(f"two features of the model are mapped to {names[duplicate[0]]}")
    places = np.full(len(names), trees.FLOAT_LEAF)
    places[used] = np.arange(len(used))
    leaf = float_trees.feature == trees.FLOAT_LEAF
    float_trees.feature = np.where(leaf, trees.FLOAT_LEAF, places[float_trees.feature])
    thresholds = parts.Thresholds.of([lists[column] for column in used])
    made, base = trees.integer_trees(float_trees, thresholds)
    features = [versions[names[column]] for column in used]
    groups = [parts.ReasonGroup(one.name, [place]) for place, one in enumerate(features)]
    return parts.Model(name=title, outputs=["fraud"], demonstration=demonstration, features=features,
                       thresholds=thresholds, trees=made, base=base, knots=calibrate.identity(),
                       reasons=parts.Reasons(groups, np.zeros(len(features), np.uint16)))


def compare(path: pathlib.Path, told: trees.XgboostModel, names: list[str], model: parts.Model,
            rows: arrays.Arrays) -> dict:
    """The integer scores beside those of XGBoost itself: rows, and the largest differences of logit and probability."""
    import xgboost  # Only here: an import alone needs numpy and nothing else.

    places = {one.name: place for place, one in enumerate(rows.features)}
    values = np.full((rows.rows, len(names)), np.nan, np.float32)
    for column, name in enumerate(names):
        if name in places:
            values[:, column] = rows.feature_values[:, places[name]]
    values[~np.isfinite(values)] = np.nan
    booster = xgboost.Booster({"nthread": 1}, model_file=str(path))
    booster.feature_names = None
    booster.feature_types = None
    margins = booster.predict(xgboost.DMatrix(values), output_margin=True, iteration_range=(0, told.rounds))
    logits, probabilities = reference.score(model, arrays.quantize(model, rows))
    differences = np.abs(logits[:, 0] / 2.0**parts.LOGIT_BITS - margins.astype(np.float64))
    chances = np.abs(probabilities / parts.CERTAIN - calibrate.sigmoid(margins.astype(np.float64)))
    return {"rows": rows.rows, "logit": float(differences.max(initial=0)), "chance": float(chances.max(initial=0))}


def card_text(title: str, source: pathlib.Path, told: trees.XgboostModel, model: parts.Model, compared: dict | None,
              own: str) -> str:
    """What the import knows of the model, and what the bank says of it."""
    text = (f"# {title}\n\nImported from an XGBoost model, {source.name}, SHA-256 "
            f"{hashlib.sha256(source.read_bytes()).hexdigest()}: version {told.version}, {told.rounds} of "
            f"{told.all_rounds} rounds, {told.trees.trees} trees, {len(model.features)} of {len(told.features)} "
            "features asked for.\n\n"
            "Comparisons are exact. Leaves are rounded to 2^-24 of a logit: the sum is off by at most "
            f"{told.trees.rounding():.2e}. The probability is the logit's sigmoid, as XGBoost gives it, off by at most "
            "3e-6 besides: it is as well calibrated as the model was.\n\n")
    if compared:
        text += (f"Over {compared['rows']} payments the largest difference from XGBoost's own scores, which are summed "
                 f"in float32, was {compared['logit']:.2e} in the logit and {compared['chance']:.2e} in the "
                 "probability.\n\n")
    return text + (own.strip() + "\n" if own else "Of its data, its quality and its limits the import knows nothing.\n")


def arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="import_xgboost", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model", type=pathlib.Path, metavar="MODEL.json", help="binary:logistic with gbtree")
    parser.add_argument("--inputs", type=pathlib.Path, help="inputs.json, as `weir features --arrays` writes it "
                        "(default: that of --arrays)")
    parser.add_argument("--feature-map", type=pathlib.Path, metavar="MAP.json",
                        help="an object: the model's name of a feature, and Weir's; equal names may be left out")
    parser.add_argument("--arrays", type=pathlib.Path, metavar="DIR", help="sample payments, to compare with XGBoost on")
    parser.add_argument("--rounds", choices=("best", "all"), help="for a model whose training was stopped early")
    parser.add_argument("--name", help="the model's name (default: that of the file)")
    parser.add_argument("--card", type=pathlib.Path, metavar="FILE.md", help="what the bank says of the model")
    parser.add_argument("--demonstration", action="store_true", help="it was trained on generated data")
    parser.add_argument("--out", type=pathlib.Path, required=True, metavar="FILE.safetensors")
    options = parser.parse_args(given)
    if not options.inputs and not options.arrays:
        parser.error("--inputs or --arrays is needed: versions of the features stand there")
    return options


def run(options: argparse.Namespace) -> None:
    told = trees.read_xgboost(options.model, options.rounds)
    mapping = read_map(options.feature_map)
    names = feature_names(told, mapping)
    inputs = arrays.read_inputs(options.inputs or options.arrays / "inputs.json")
    title = options.name or options.model.stem
    model = import_model(told, names, inputs["features"], title, options.demonstration)
    compared = None
    examples = parts.random_inputs(model, EXAMPLES, seed=1)
    if options.arrays:
        rows = arrays.read(options.arrays)
        compared = compare(options.model, told, names, model, rows)
        quantized = arrays.quantize(model, rows)
        model.reasons.neutral = np.median(quantized.features, axis=0).astype(np.uint16)
    own = options.card.read_text(encoding="utf-8") if options.card else ""
    digest = bundle.write(options.out, model, card_text(title, options.model, told, model, compared, own), examples)
    print(f"{options.out}: {digest}")
    print(f"{told.trees.trees} trees, {len(model.features)} features, {len(model.thresholds.values)} thresholds; a "
          f"logit is off by at most {told.trees.rounding():.2e}")
    if compared:
        print(f"beside XGBoost on {compared['rows']} payments: logits differ by at most {compared['logit']:.2e}, "
              f"probabilities by {compared['chance']:.2e}")


def read_map(path: pathlib.Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        mapping = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise trees.NotPossible(f"{path} is no JSON: {error}") from None
    if not isinstance(mapping, dict) or not all(isinstance(name, str) for name in mapping.values()):
        raise trees.NotPossible(f"{path} is no object of names")
    return mapping


def main(given: list[str] | None = None) -> int:
    options = arguments(given)
    try:
        run(options)
    except (trees.NotPossible, arrays.Fault, OSError) as error:
        print(f"import_xgboost: {error}", file=sys.stderr)
        return EXIT_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
