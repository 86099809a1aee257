"""Tries mutants: for each the tests that reach it, the quickest first, until one fails."""

import collections
import os
import re
import resource
import shutil
import subprocess
import tempfile
import time

Verdict = collections.namedtuple("Verdict", "noticed by")
Test = collections.namedtuple("Test", "name seconds sites")

MEMORY = 4 << 30
SLOWEST = 20.0  # CPU seconds of tests for one mutant; what would come after them is not asked


class Binary:
    def __init__(self, build):
        self.program = os.path.join(build, "bin", "mutants_test")
        self.build = build

    def run(self, tests, site, seconds, reached=None):
        """Exit code and output; None where it had to be stopped. `tests` of None means all."""
        scratch = tempfile.mkdtemp(prefix="run-", dir=self.build)
        environment = dict(os.environ, TMPDIR=scratch, TEST_TMPDIR=scratch, OPGANG_MUTANT=str(site))
        if reached:
            environment["OPGANG_MUTANTS_REACHED"] = reached
        flags = os.path.join(scratch, "flags")
        with open(flags, "w", encoding="utf-8") as file:
            file.write("--gtest_filter=" + (":".join(tests) if tests else "*") + "\n")
        command = [self.program, f"--gtest_flagfile={flags}", "--gtest_color=no"]
        command += [] if reached else ["--gtest_fail_fast"]
        try:
            done = subprocess.run(
                command, env=environment, cwd=scratch, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=600 + 100 * seconds, check=False, errors="replace", text=True,
                preexec_fn=lambda: _limit(seconds),
            )  # fmt: skip
            return done.returncode, done.stdout
        except subprocess.TimeoutExpired as late:
            return None, (late.stdout or b"").decode(errors="replace")
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def tests(self):
        """Runs everything unmutated, and learns what reaches what."""
        path, begun = os.path.join(self.build, "reached.txt"), time.time()
        if not os.path.exists(path) or os.path.getmtime(path) < os.path.getmtime(self.program):
            code, output = self.run(None, 0, 3600, reached=path + ".new")
            if code != 0:
                raise SystemExit(f"{output[-4000:]}\nscripts/mutants: the tests fail without any mutant")
            os.replace(path + ".new", path)
        found = []
        with open(path, encoding="utf-8") as file:
            for line in file:
                words = line.split()
                found.append(Test(words[0], int(words[1]) / 1e6, frozenset(map(int, words[2:]))))
        found.sort(key=lambda test: test.seconds)
        print(f"{len(found)} tests hold without a mutant, in {time.time() - begun:.0f} s", flush=True)
        return found


def _limit(seconds):
    """A mutant that does not end is noticed: by the CPU it takes, so that a busy machine says nothing wrong."""
    cpu = int(5 + 6 * seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def batches(tests):
    """The quickest together, so that a mutant seldom costs more than a process or two."""
    batch, total, size = [], 0.0, 0.5
    for test in tests:
        batch.append(test)
        total += test.seconds
        if total >= size:
            yield batch, total
            batch, total, size = [], 0.0, size * 3
    if batch:
        yield batch, total


def _who(code, output):
    failed = re.findall(r"^\[  FAILED  \] ([\w/]+\.[\w/]+)", output, re.M)
    if failed and code is not None:
        return failed[0]
    begun = re.findall(r"^\[ RUN      \] (\S+)", output, re.M)
    how = "no end" if code is None or code in (-9, -24) else "crash"
    return f"{begun[-1] if begun else 'the start'} ({how})"


def try_one(binary, tests, site):
    reaching = [test for test in tests if site.number in test.sites]
    if not reaching:
        return Verdict(False, "no test reaches it")
    spent = 0.0
    for batch, seconds in batches(reaching):
        if spent > 0 and spent + seconds > SLOWEST:
            break
        spent += seconds
        code, output = binary.run([test.name for test in batch], site.number, seconds)
        if code != 0:
            return Verdict(True, _who(code, output))
    return Verdict(False, f"{len(reaching)} tests reach it")
