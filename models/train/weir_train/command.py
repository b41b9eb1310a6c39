"""The command line that every `ops/evaluate` has."""

import argparse
import collections.abc
import os
import pathlib
import sys

from weir_train import arrays


def parser(name: str, description: str, **more: str) -> argparse.ArgumentParser:
    """With the options that all of them have. The first paragraph of `description` is shown."""
    first = description.split("\n\n", maxsplit=1)[0]
    made = argparse.ArgumentParser(prog=f"evaluate {name}", description=first, **more)
    made.add_argument("--seeds", type=at_least_one, default=3, metavar="N",
                      help="how many trainings, from seed 1 on (default 3)")
    made.add_argument("--scores", type=pathlib.Path, metavar="OUT.csv",
                      help="write fold,seed,tx_id,model,probability of every row")
    made.add_argument("--jobs", type=at_least_one, default=os.cpu_count(), metavar="N",
                      help="trainings at a time (default: one a core)")
    # ops/evaluate gives both.
    made.add_argument("--weir", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    made.add_argument("--work", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    return made


def at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number from 1 on")
    return int(text)


def exit_status(run: collections.abc.Callable[[argparse.Namespace], None], options: argparse.Namespace) -> int:
    """Of the process: 1, with the reason on standard error, if it can't be done."""
    try:
        run(options)
    except (arrays.Fault, OSError) as error:
        print(f"evaluate: {error}", file=sys.stderr)
        return 1
    return 0
