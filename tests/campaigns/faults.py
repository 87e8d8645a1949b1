#!/usr/bin/env python3
"""Campaign 2: breaks the engine on purpose, one fault at a time, and asks of
each whether the campaigns notice. This says what they are worth.

    python3 tests/campaigns/faults.py            every fault
    python3 tests/campaigns/faults.py --dev 5    five of them, spread evenly, without optimisation

The faults are the fields of every key, found by serializing the steps
themselves, and the rules `racy`, `stale`, `lock` and `marker`. Needs nothing
but Python and cargo. Ends with `N passed, N failed`.
"""

import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Which campaign must notice a rule that is broken.
RULES = {
    "racy": "campaigns::racy",
    "stale": "campaigns::random_edits::random_edits",
    "lock": "campaigns::concurrency",
    "marker": "campaigns::power",
}
EDITS = "campaigns::random_edits::random_edits"

# Fields that cannot change a byte by themselves, each with its reason.
HARMLESS = {
    "render-page.given.name": "only errors name it, and a page that fails is never remembered",
    "render-page.own.source.path": "a page of another source has another address or other text",
    "render-page.own.content_hash": "it follows from the text, whose digest is a field of its own",
    "parse-article.source": "facts are kept by path",
    "parse-article.folder": "it follows from the path, by which facts are kept",
    "card.aliases": "the digest of the front matter covers them",
    "card.source": "cards are compared by path",
    "card.folder": "it follows from the path, by which cards are compared",
}


PROFILE = [] if "--dev" in sys.argv else ["--release"]


def build():
    command = ["cargo", "test", *PROFILE, "--features", "faults", "--test", "campaign", "--no-run"]
    subprocess.run(command, cwd=ROOT, check=True)


def run(test, fault=None, fields=None):
    """Runs one campaign; true where it passes."""
    env = dict(os.environ)
    env.pop("GUIDEPOST_FAULT", None)
    if fault:
        env["GUIDEPOST_FAULT"] = fault
    if fields:
        env["GUIDEPOST_FAULT_FIELDS"] = fields
    command = ["cargo", "test", *PROFILE, "--features", "faults", "--test", "campaign", test]
    outcome = subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if "running 0 tests" in outcome.stdout:
        raise SystemExit(f"there is no test {test}")
    return outcome.returncode == 0, outcome.stdout


def main():
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    wanted = numbers[0] if numbers else None
    build()
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "fields")
        passed, output = run(EDITS, fields=file)
        if not passed:
            print(output)
            raise SystemExit("the campaign fails without any fault")
        with open(file, encoding="utf-8") as lines:
            fields = sorted(line.strip() for line in lines if line.strip())
    unknown = sorted(set(HARMLESS) - set(fields))
    if unknown:
        raise SystemExit(f"HARMLESS names fields that no key has: {', '.join(unknown)}")
    faults = [(f"key:{field}", EDITS) for field in fields if field not in HARMLESS]
    faults += sorted(RULES.items())
    if wanted:
        step = max(1, len(faults) // wanted)
        faults = faults[::step][:wanted]
    missed = []
    for fault, test in faults:
        passed, output = run(test, fault=fault)
        skipped = "SKIPPED" in output and passed
        print(f"{'skipped' if skipped else 'MISSED' if passed else 'caught'}  {fault}", flush=True)
        if passed and not skipped:
            missed.append(fault)
    print(f"{len(fields)} fields, {len(HARMLESS)} of them harmless by their nature")
    print(f"{len(faults) - len(missed)} passed, {len(missed)} failed")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
