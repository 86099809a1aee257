"""The whole of scripts/mutants after its packages are there; see there for its arguments."""

import argparse
import collections
import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys
import time

import copies
import trials

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
BUILD = os.path.join(ROOT, "build-mutants")
EQUIVALENT = os.path.join(ROOT, "tests", "mutants", "equivalent.txt")
WANTED = 0.90


def equivalents():
    """Name -> reason. A line is a name, then where it is and what it changes, for a reader; the next its reason."""
    reasons, name = {}, None
    with open(EQUIVALENT, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            if line.startswith(" "):
                reasons[name] = (reasons[name] + " " + line.strip()).strip()
            else:
                name = line.split()[0]
                reasons[name] = ""
    without = [name for name, reason in reasons.items() if not reason]
    if without:
        sys.exit(f"scripts/mutants: no reason is given for {', '.join(without)}")
    return reasons


def choose(sites, count, seed):
    """A share of every file, the same for the same seed."""
    if count == 0 or count >= len(sites):
        return sites
    by_file = collections.defaultdict(list)
    for site in sites:
        by_file[site.path].append(site)
    chosen = []
    for in_file in by_file.values():
        in_file.sort(key=lambda site: hashlib.sha1(f"{seed} {site.name}".encode()).digest())
        chosen += in_file[: max(2, round(count * len(in_file) / len(sites)))]
    return sorted(chosen, key=lambda site: site.number)


def described(site):
    return f"{site.name}  {site.path}:{site.line} {site.function}: {site.rule} {site.change}"


def configure(jobs):
    os.makedirs(BUILD, exist_ok=True)
    subprocess.run(["cmake", "--preset", "mutants", "--log-level=WARNING"], cwd=ROOT, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    command = ["cmake", "--build", BUILD, "--parallel", str(jobs), "--target", "opgang_proto"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def run_all(binary, tests, sites, jobs):
    """Site -> verdict; a line for each as it comes."""
    verdicts, begun = {}, time.time()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        pending = {pool.submit(trials.try_one, binary, tests, site): site for site in sites}
        for future in concurrent.futures.as_completed(pending):
            site, verdict = pending[future], future.result()
            verdicts[site] = verdict
            told = "noticed " if verdict.noticed else "SURVIVED"
            at = f"[{len(verdicts)}/{len(sites)} {time.time() - begun:.0f} s]"
            print(f"{at} {told} {described(site)}  <- {verdict.by}", flush=True)
    return verdicts


def table(verdicts, equivalent):
    """By file: all, equivalent, live, noticed, survived, percent of the live ones."""
    rows = collections.defaultdict(lambda: [0, 0, 0])
    for site, verdict in verdicts.items():
        row = rows[site.path]
        row[0] += 1
        row[1] += site.name in equivalent and not verdict.noticed
        row[2] += verdict.noticed
    rows["together"] = [sum(column) for column in zip(*rows.values())]
    print(f"\n{'file':45} mutants equivalent live noticed survived percent")
    for path, (count, same, noticed) in rows.items():
        live = count - same
        percent = 100.0 * noticed / live if live else 100.0
        print(f"{path:45} {count:7} {same:10} {live:4} {noticed:7} {live - noticed:8} {percent:6.1f}%")
    count, same, noticed = rows["together"]
    return count - same, noticed


def report(verdicts, equivalent):
    ordered = sorted(verdicts, key=lambda site: site.number)
    for site in ordered:
        if verdicts[site].noticed and site.name in equivalent:
            print(f"noticed, so not equivalent: {described(site)}")
    survived = [site for site in ordered if not verdicts[site].noticed and site.name not in equivalent]
    if survived:
        print(f"\nsurvived ({len(survived)}); each again with scripts/mutants --only NAME:")
    for site in survived:
        print(f"  {described(site)}  ({verdicts[site].by})")
    return table(verdicts, equivalent)


def warn_of_stale(sites, equivalent):
    names = {site.name for site in sites}
    for name in sorted(set(equivalent) - names):
        print(f"tests/mutants/equivalent.txt: {name} is no mutant any more")


def main():
    parser = argparse.ArgumentParser(prog="scripts/mutants")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--from", dest="seed", default="1")
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    equivalent = equivalents()
    configure(arguments.jobs)
    sites = copies.build_all(ROOT, BUILD, arguments.jobs)
    print(f"{len(sites)} mutants in {len(copies.FILES)} files are built into one binary", flush=True)
    warn_of_stale(sites, equivalent)
    wanted = [site for site in sites if site.name in arguments.only]
    if arguments.only and len(wanted) != len(set(arguments.only)):
        sys.exit("scripts/mutants: there is no such mutant; scripts/mutants --list names them")
    wanted = wanted or choose(sites, arguments.count, arguments.seed)
    if arguments.list:
        print("\n".join(described(site) for site in wanted))
        return 0
    binary = trials.Binary(BUILD)
    verdicts = run_all(binary, binary.tests(), wanted, arguments.jobs)
    with open(os.path.join(BUILD, "verdicts.json"), "w", encoding="utf-8") as file:
        rows = [(described(site), verdict.noticed, verdict.by) for site, verdict in verdicts.items()]
        json.dump(rows, file, indent=0)
    live, noticed = report(verdicts, equivalent)
    good = live > 0 and noticed >= WANTED * live
    print(f"{noticed} of {live} live mutants noticed; {WANTED:.0%} wanted: {'good' if good else 'FAILED'}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
