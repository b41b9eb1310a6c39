"""Real processes for the integration tests: a Kafka broker, `weir run`, and the other commands of the binary.

Everything lives in one Workplace: a temporary directory with a keeper, a process that clears up when the test is gone,
however it went. Nothing here waits for a fixed time: `until` polls with a deadline.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request
import xml.sax.saxutils

SOURCE = pathlib.Path(os.environ.get("WEIR_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
WEIR = os.environ.get("WEIR_BINARY", str(SOURCE / "build/release/ops/command/weir"))
KAFKA = str(SOURCE / "ops/setup/kafka")
# Generous: it ends a test that hangs, it measures nothing.
DEADLINE_S = float(os.environ.get("WEIR_TEST_DEADLINE", "90"))
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def until(condition, what, deadline_s=None, pause_s=0.05):
    """Polls `condition` until it gives something true, which is returned."""
    deadline_s = deadline_s or DEADLINE_S
    end = time.monotonic() + deadline_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline_s:.0f} s: {what() if callable(what) else what}")
        time.sleep(pause_s)


def free_port():
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def weir(*arguments, check=True, environment=None, cwd=None, text=True, deadline_s=None):
    """Runs one command of the binary to its end."""
    done = subprocess.run([WEIR, *map(str, arguments)], capture_output=True, text=text, check=False, cwd=cwd,
                          timeout=deadline_s or 2 * DEADLINE_S, preexec_fn=die_with_parent,
                          env={**os.environ, **(environment or {})})
    if check and done.returncode != 0:
        raise AssertionError(f"weir {' '.join(map(str, arguments))}: exit status {done.returncode}\n"
                             f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done


def http_get(url):
    """(status, body); (0, why) if nobody answers."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)


class Workplace:
    """A temporary directory and who clears it up: brokers stopped, file systems unmounted, the directory removed."""

    # A pipe's end closes with the test process, also if that is killed.
    KEEPER = """
cat >/dev/null
for broker in "$1"/kafka*; do [ -e "$broker/kafka.pid" ] && "$2" stop "$broker" --now; done
for place in "$1"/mount*; do [ -d "$place" ] && umount -l "$place"; done
rm -rf "$1"
"""

    def __init__(self, name):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix=f"weir-{name}-"))
        self.keeper = subprocess.Popen(["sh", "-c", self.KEEPER, "keeper", str(self.path), KAFKA],
                                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                       start_new_session=True)
        self.processes = []

    def start(self, arguments, log, environment=None):
        with open(log, "wb") as out:
            process = subprocess.Popen(list(map(str, arguments)), stdin=subprocess.DEVNULL, stdout=out,
                                       stderr=subprocess.STDOUT, preexec_fn=die_with_parent, cwd=self.path,
                                       env={**os.environ, **(environment or {})})
        self.processes.append(process)
        return process

    def close(self):
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.keeper.stdin.close()
        self.keeper.wait()


class Broker:
    """A real Apache Kafka of one node."""

    def __init__(self, workplace):
        self.path = workplace.path / "kafka"
        self.start("--port", "0")

    def start(self, *arguments):
        done = subprocess.run([KAFKA, "start", str(self.path), *arguments], capture_output=True, text=True,
                              check=False)
        if done.returncode != 0:
            raise AssertionError(f"ops/setup/kafka start: {done.stdout}{done.stderr}")
        self.url = "kafka://" + done.stdout.strip().splitlines()[-1]

    def stop(self, *arguments):
        subprocess.run([KAFKA, "stop", str(self.path), *arguments], check=True, capture_output=True)

    def kill(self):
        self.stop("--now")


class Bank:
    """A policy, settings and topics in a directory of their own; topics as directories unless `base` is a broker's."""

    TOPICS = {"transactions": 4, "labels": 1, "decisions": 4, "dead-letters": 1, "audit": 1}

    def __init__(self, workplace, name, base=None, policy="retail-bank", clock="event", topics=None):
        self.workplace = workplace
        self.path = workplace.path / name
        self.path.mkdir()
        self.prefix = f"{name}-" if base else ""
        self.base = base or f"dir:{self.path}/topics"
        self.elsewhere = topics or {}  # URLs of topics that don't stand at the base
        self.settings = {
            "policy": "policy", "state": "state", "token_key_file": "token.key", "clock": clock,
            "inputs.transactions": self.url("transactions"), "inputs.labels": self.url("labels"),
            "outputs.decisions": self.url("decisions"), "outputs.audit": self.url("audit"),
            "outputs.dead_letters": self.url("dead-letters"), "metrics.listen": "off",
        }
        if base:
            self.settings["kafka_producer"] = "linger.ms=1"
        weir("init", self.path / "policy", "--from", policy)
        key = self.path / "token.key"
        key.write_bytes(b"a key for tests, of 32 bytes or more")
        key.chmod(0o600)
        for topic, partitions in self.TOPICS.items():
            forever = ["--config", "retention.ms=-1"] if base and topic == "audit" else []
            weir("topics", "create", self.url(topic), "--partitions", partitions, *forever)
        self.lives = 0

    def url(self, topic):
        return self.elsewhere.get(topic, f"{self.base}/{self.prefix}{topic}")

    def state(self):
        return self.path / self.settings["state"]

    def flags(self, **changed):
        settings = {**self.settings, **{key.replace("__", "."): value for key, value in changed.items()}}
        for key in ("policy", "state", "token_key_file"):
            settings[key] = self.path / settings[key]
        return [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]

    def run(self, *arguments, **changed):
        """A life of the engine; settings by keyword, with __ for the point."""
        self.lives += 1
        log = self.path / f"engine-{self.lives}.log"
        return Engine(self.workplace.start([WEIR, "run", *arguments, *self.flags(**changed)], log), log)

    def generate(self, *arguments, seed, events, rate=0):
        """Starts the generator into the input topics."""
        log = self.path / f"generate-{seed}.log"
        words = [WEIR, "generate", "--seed", seed, "--events", events, "--rate", rate, "--to", self.url("transactions"),
                 "--labels-to", self.url("labels"), *arguments]
        return Generator(self.workplace.start(words, log), log)

    def ends(self, topic):
        told = json.loads(weir("topics", "describe", self.url(topic), "--json").stdout)
        return {entry["partition"]: entry["end"] for entry in told}

    def consumed(self, state=None):
        """What the state directory says of the inputs: {(topic, partition): next offset}. At most an epoch behind."""
        told = weir("state", "position", "--state", state or self.state(), check=False)
        places = {}
        for line in told.stdout.splitlines():
            words = line.split()
            if words[:1] == ["consumed"]:
                topic, partition = words[1].rsplit("/", 1)
                places[topic, int(partition)] = int(words[-1]) + 1
        return places

    def wait_consumed(self, engine=None, state=None):
        """Until all that is on the input topics now is in an epoch."""
        wanted = {(self.prefix + topic, partition): end for topic in ("transactions", "labels")
                  for partition, end in self.ends(topic).items() if end > 0}

        def done():
            if engine and engine.process.poll() is not None:
                raise AssertionError(f"the engine ended with {engine.process.returncode}: {engine.text()}")
            consumed = self.consumed(state)
            return all(consumed.get(place, 0) >= end for place, end in wanted.items())
        until(done, lambda: f"all input consumed: {self.consumed(state)} of {wanted}", pause_s=0.1)

    def read(self, topic, **kinds):
        """All records of a topic, as `weir topics read --json` gives them."""
        read = [f"--{key}={value}" for key, value in kinds.items()]
        process = subprocess.Popen([WEIR, "topics", "read", self.url(topic), "--json", *read], stdout=subprocess.PIPE,
                                   preexec_fn=die_with_parent)
        with process:
            for line in process.stdout:
                yield json.loads(line)
        if process.returncode != 0:
            raise AssertionError(f"weir topics read {self.url(topic)}: exit status {process.returncode}")


def value_bytes(record):
    """The bytes of a record's value; None for a tombstone."""
    if "value_hex" in record:
        return bytes.fromhex(record["value_hex"])
    return None if record["value"] is None else record["value"].encode()


class Generator:
    def __init__(self, process, log):
        self.process = process
        self.log = log

    def wait(self):
        if self.process.wait(timeout=4 * DEADLINE_S) != 0:
            raise AssertionError(f"weir generate: {self.log.read_text()}")

    def stop(self):
        """What was sent so far is all."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=DEADLINE_S)


class Engine:
    """One life of `weir run`."""

    def __init__(self, process, log):
        self.process = process
        self.log = log

    def text(self):
        return self.log.read_text(errors="replace")

    def is_live(self):
        return "weir: live, generation" in self.text()

    def wait_live(self):
        def live():
            if self.process.poll() is not None and not self.is_live():
                raise AssertionError(f"the engine ended with {self.process.returncode}: {self.text()}")
            return self.is_live()
        until(live, lambda: f"live: {self.text()}", pause_s=0.01)
        return self

    def wait_for_end(self, deadline_s=None):
        """The exit status; an engine that does not end is a failure."""
        until(lambda: self.process.poll() is not None, lambda: f"the engine's end: {self.text()}", deadline_s)
        return self.process.returncode

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.wait_for_end()

    def kill(self):
        self.process.kill()
        self.process.wait()


def needs_root_and(program):
    """Why a test that mounts can't run here; None if it can."""
    if os.geteuid() != 0:
        return "mounting a small file system needs root"
    return None if shutil.which(program) else f"there is no {program}"


class Report(unittest.TextTestResult):
    """Keeps what each case came to, for tests/house/count_tests.py."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.cases = []

    def stopTest(self, test):
        super().stopTest(test)
        found = [text for case, text in self.failures + self.errors if case is test]
        skipped = [reason for case, reason in self.skipped if case is test]
        self.cases.append((test.id().split(".", 1)[-1], found, skipped))

    def write(self, path, suite):
        quoted = xml.sax.saxutils.quoteattr
        # What failed around the cases, as in setUpClass, is a case of its own.
        around = [(str(case), [text], []) for case, text in self.failures + self.errors
                  if not isinstance(case, unittest.TestCase)]
        around += [(str(case), [], [reason]) for case, reason in self.skipped
                   if not isinstance(case, unittest.TestCase)]
        with open(path, "w", encoding="utf-8") as out:
            out.write(f"<testsuites><testsuite name={quoted(suite)}>\n")
            for name, failures, skipped in self.cases + around:
                result = "skipped" if skipped else "completed"
                out.write(f'<testcase classname={quoted(suite)} name={quoted(name)} status="run" result="{result}">')
                out.write("".join(f"<failure message={quoted(text)}/>" for text in failures))
                out.write("".join(f"<skipped message={quoted(reason)}/>" for reason in skipped))
                out.write("</testcase>\n")
            out.write("</testsuite></testsuites>\n")


def main():
    """Runs the cases of the calling file; with GTEST_OUTPUT=xml:DIR/ the report stands beside those of GoogleTest."""
    program = unittest.main(module="__main__", exit=False, verbosity=2,
                            testRunner=unittest.TextTestRunner(resultclass=Report, verbosity=2, stream=sys.stdout))
    wanted = os.environ.get("GTEST_OUTPUT", "")
    if wanted.startswith("xml:") and wanted.endswith("/"):
        directory = pathlib.Path(wanted[4:])
        directory.mkdir(parents=True, exist_ok=True)
        name = pathlib.Path(sys.argv[0]).name
        program.result.write(directory / f"{name}.xml", name)
    sys.exit(0 if program.result.wasSuccessful() else 1)
