"""Writes the mutated copies and builds them; what a compiler refuses is left out."""

import hashlib
import itertools
import json
import multiprocessing
import os
import pickle
import re
import subprocess
import sys

import sites

# Whole files: merge, dedup, feed, cursor, rule, queue, epoch and the sums that watch over them.
FILES = """
core/checksum/scope_sum.cc
core/merge/field_policy.cc
core/merge/history.cc
core/merge/merge.cc
core/merge/open_conflicts.cc
core/merge/standing.cc
core/rules/clock_evidence.cc
core/rules/response_case.cc
core/rules/three_day_rule.cc
client-lib/src/store/confirmed_feed.cc
client-lib/src/store/confirmed_leaf.cc
client-lib/src/store/confirmed_store.cc
client-lib/src/store/queue_store.cc
client-lib/src/store/reading.cc
client-lib/src/store/scope_audit.cc
client-lib/src/store/store_impl_sync.cc
client-lib/src/sync/client_session.cc
server/engine/admission.cc
server/engine/committer.cc
server/engine/committer_quarantine.cc
server/engine/corrections.cc
server/engine/greeting.cc
server/engine/horizon.cc
server/engine/submission.cc
server/engine/tombstones.cc
server/engine/verdicts.cc
server/store/leaf_ledger.cc
server/store/sqlite_feed.cc
server/sync/server_session.cc
""".split()


def _find(task):
    """What libclang says of a file is kept until the file or the rules change: it takes seconds a file."""
    root, build, path, arguments = task
    digest = hashlib.sha1("\0".join(arguments).encode())
    for name in (os.path.join(root, path), sites.__file__):
        with open(name, "rb") as file:
            digest.update(file.read())
    kept = os.path.join(build, "sites", digest.hexdigest())
    if os.path.exists(kept):
        with open(kept, "rb") as file:
            return pickle.load(file)
    finder = sites.Finder(root, path, arguments)
    found = finder.text, finder.find()
    with open(kept, "wb") as file:
        pickle.dump(found, file)
    return found


def find_all(root, build, jobs):
    """Path -> (text, sites), numbered."""
    arguments = sites.compile_arguments(build)
    tasks = [(root, build, path, arguments[path]) for path in FILES]
    os.makedirs(os.path.join(build, "sites"), exist_ok=True)
    with multiprocessing.Pool(jobs) as pool:
        found = dict(zip(FILES, pool.map(_find, tasks, chunksize=1)))
    _number([site for _, in_file in found.values() for site in in_file], build)
    return found


def _number(all_sites, build):
    """A mutant keeps its number from one build to the next: a change of one file compiles no other copy anew."""
    numbers, path = {}, os.path.join(build, "sites.json")
    if os.path.exists(path):
        with open(path, encoding="utf-8") as file:
            numbers = {row[1]: row[0] for row in json.load(file)["sites"]}
    free = itertools.filterfalse(set(numbers.values()).__contains__, itertools.count(1))
    for site in all_sites:
        site.number = numbers.get(site.name) or next(free)


def write(build, found, refused):
    """True where a copy was new, so that CMake must look again."""
    new = False
    for path, (text, in_file) in found.items():
        copy = os.path.join(build, "mutated", path)
        new |= not os.path.exists(copy)
        content = sites.mutated(text, [site for site in in_file if site.number not in refused]).encode("latin-1")
        if os.path.exists(copy):
            with open(copy, "rb") as file:
                if file.read() == content:
                    continue
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        with open(copy, "wb") as file:
            file.write(content)
    return new


def _refused(found, log):
    """The sites on the lines that the compiler names in our copies."""
    numbers = set()
    for path, line in re.findall(r"\bmutated/(\S+?):(\d+):\d+: +(?:error|required)", log):
        numbers |= {site.number for site in found.get(path, ("", []))[1] if site.line == int(line)}
    return numbers


def build_all(root, build, jobs):
    """Builds build-mutants/bin/mutants_test with every mutant in it; returns the sites."""
    found = find_all(root, build, jobs)
    refused = set()
    for _ in range(8):
        if write(build, found, refused):
            subprocess.run(["cmake", "--preset", "mutants", "--log-level=WARNING"], cwd=root, check=True,
                           stdout=subprocess.DEVNULL)  # fmt: skip
        command = ["cmake", "--build", build, "--parallel", str(jobs), "--target", "mutants_test", "--", "-k", "0"]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        if done.returncode == 0:
            break
        more = _refused(found, done.stdout) - refused
        if not more:
            sys.exit(done.stdout[-4000:] + "\nscripts/mutants: the copies do not build")
        print(f"the compiler refuses {len(more)} sites; they are left out", flush=True)
        refused |= more
    kept = [site for _, in_file in found.values() for site in in_file if site.number not in refused]
    with open(os.path.join(build, "sites.json"), "w", encoding="utf-8") as file:
        rows = [(s.number, s.name, s.path, s.line, s.function, s.rule, s.change) for s in kept]
        json.dump({"refused": len(refused), "sites": rows}, file, indent=0)
    return kept
