"""Runs `weir backtest` with a shipped rule pack on payments that a script has put into the pack's schema."""

import json
import subprocess


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (time.microsecond // 1000)


def backtest(weir, pack, policy, folder, *options):
    """The report on FOLDER/payments.jsonl and labels.jsonl by `pack`, or by the policy in the directory `policy`."""
    (folder / "token.key").write_text("0123456789abcdef" * 4 + "\n", encoding="utf-8")
    (folder / "token.key").chmod(0o600)
    if policy is None:
        policy = folder / "policy"
        subprocess.run([weir, "init", policy, "--from", pack], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([weir, "backtest", "--policy", policy, "--in", folder / "payments.jsonl", "--labels",
                    folder / "labels.jsonl", "--token-key", folder / "token.key", "--json", folder / "report.json",
                    "--quiet", *options], check=True)
    return json.loads((folder / "report.json").read_text(encoding="utf-8"))["policy"]
