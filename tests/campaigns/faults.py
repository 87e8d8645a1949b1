#!/usr/bin/env python3
"""Campaign 2: breaks the engine on purpose, one fault at a time, and asks of
each whether the campaigns notice. This says what they are worth.

    python3 tests/campaigns/faults.py                 every fault
    python3 tests/campaigns/faults.py --some 12       twelve of them, spread evenly
    python3 tests/campaigns/faults.py --only A,B        those whose name has A or B in it
    python3 tests/campaigns/faults.py --seed 3        with `--some`: another dozen

The faults are the fields of every key, found by serializing the steps
themselves, and the rules `racy`, `stale`, `lock` and `marker`. Each is looked
for at the size at which CI runs the campaign. Where a field is said to be
harmless, the campaign must pass without it. Needs nothing but Python and
cargo. Ends with `N passed, N failed`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

EDITS = "campaigns::random_edits::random_edits"

# Exit statuses of a campaign: one that ends at the first difference has noticed
# the fault, and any other failure is none of a build's.
PASSED = 0
NOTICED = 3

# Which campaign must notice a rule that is broken.
RULES = {
    "lock": EDITS,
    "marker": EDITS,
    "racy": EDITS,
    "stale": EDITS,
}

# Fields that cannot change a byte by themselves, by the reason.
REASONS = {
    "facts are kept by the path of a source, and it follows from that": [
        "parse-article.folder",
        "parse-article.source",
    ],
    "it is empty in the key, and filled in from other fields while the page is made": [
        "render-page.given.page.content",
        "render-page.given.page.content_hash",
        "render-page.given.page.meta_box",
        "render-page.given.page.meta_card",
        "render-page.given.page.title_id",
        "render-page.given.page.toc",
        "render-page.given.page.words",
    ],
    "it follows from the output's own path, or else from the text": [
        "render-page.given.list.number",
        "render-page.given.page.path",
    ],
    "it follows from `site.base_url` and from `page.path` or `target`": [
        "render-page.given.page.permalink",
    ],
    "it moves with the base URL alone, which is in `page` too": [
        "render-feed.own",
    ],
    "a page of another kind has another template, or lists or terms where there were none": [
        "render-page.given.page.kind",
    ],
    "it follows from the text and from `options.markdown`": [
        "render-page.given.page.reading_minutes",
    ],
    "it follows from `options.meta_box` and `page.extra`": [
        "render-page.given.page.meta_box_title",
    ],
    "its address moves with those of the style sheet alone": [
        "render-page.given.site.icon",
    ],
    "it is the first of the breadcrumbs, and where there are none it follows from `page.path`": [
        "render-page.given.site.home",
    ],
    "the style sheet has another address where code is highlighted": [
        "render-page.options.highlight",
    ],
    "an index lists other addresses than a sitemap": [
        "render-sitemap.index",
    ],
}
HARMLESS = {field for fields in REASONS.values() for field in fields}


def build():
    """Compiles the campaigns with the switch and returns their program."""
    command = ["cargo", "test", "--locked", "--features", "faults", "--test", "campaign"]
    command += ["--no-run", "--message-format=json-render-diagnostics"]
    # A campaign for each fault is worth a little of the compiler's time.
    env = dict(os.environ, CARGO_PROFILE_DEV_OPT_LEVEL="1")
    outcome = subprocess.run(
        command, cwd=ROOT, env=env, check=True, stdout=subprocess.PIPE, text=True
    )
    for line in outcome.stdout.splitlines():
        message = json.loads(line)
        target = message.get("target", {})
        if target.get("name") == "campaign" and message.get("executable"):
            return message["executable"]
    raise SystemExit("cargo names no program for the campaigns")


def run(program, test, fault=None, fields=None):
    """Runs one campaign. Returns its exit status and what it printed."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("GUIDEPOST_")}
    env["RUST_BACKTRACE"] = "0"
    if fault:
        env["GUIDEPOST_FAULT"] = fault
    if fields:
        env["GUIDEPOST_FAULT_FIELDS"] = fields
    # What a campaign leaves when it ends early goes with this folder.
    place = "/dev/shm" if os.path.isdir("/dev/shm") else None
    # A build that was started may still be writing into it for a moment.
    with tempfile.TemporaryDirectory(
        prefix="guidepost-faults-", dir=place, ignore_cleanup_errors=True
    ) as folder:
        env["GUIDEPOST_CAMPAIGN_DIR"] = folder
        outcome = subprocess.run(
            [program, test, "--nocapture"],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    if "running 0 tests" in outcome.stdout:
        raise SystemExit(f"there is no test {test}")
    return outcome.returncode, outcome.stdout


def fields_of(program):
    """The fields of every key, and that the campaign passes without a fault."""
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "fields")
        status, output = run(program, EDITS, fields=file)
        if status != PASSED:
            print(output)
            raise SystemExit("the campaign fails without any fault")
        with open(file, encoding="utf-8") as lines:
            fields = sorted(line.strip() for line in lines if line.strip())
    unknown = sorted(HARMLESS - set(fields))
    if unknown:
        raise SystemExit(f"HARMLESS names fields that no key has: {', '.join(unknown)}")
    return fields


def chosen(faults, some, seed):
    """`some` faults that must be noticed, spread evenly; another `seed`, others."""
    if not some:
        return faults
    faults = [fault for fault in faults if fault[0].removeprefix("key:") not in HARMLESS]
    some = min(some, len(faults))
    return sorted(faults[(seed + at * len(faults) // some) % len(faults)] for at in range(some))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--some", type=int)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only")
    options = parser.parse_args()
    program = build()
    fields = fields_of(program)
    # Those that must pass take longest.
    fields.sort(key=lambda field: field in HARMLESS)
    faults = sorted(RULES.items()) + [(f"key:{field}", EDITS) for field in fields]
    wanted = options.only.split(",") if options.only else [""]
    faults = [fault for fault in faults if any(name in fault[0] for name in wanted)]
    failed = 0
    for fault, test in chosen(faults, options.some, options.seed):
        start = time.monotonic()
        status, output = run(program, test, fault=fault)
        took = f"{time.monotonic() - start:5.1f} s"
        harmless = fault.removeprefix("key:") in HARMLESS
        if status not in (PASSED, NOTICED):
            print(output)
            verdict = "FAILED"
        elif harmless:
            verdict = "HARMFUL" if status == NOTICED else "harmless"
        elif status == NOTICED:
            verdict = "caught"
        else:
            verdict = "skipped" if "SKIPPED" in output else "MISSED"
        failed += verdict.isupper()
        print(f"{verdict:8}  {took}  {fault}", flush=True)
    count = len(chosen(faults, options.some, options.seed))
    print(f"{len(fields)} fields, {len(HARMLESS)} of them harmless by their nature")
    print(f"{count - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
