#!/usr/bin/env python3
"""Checks the licence of every dependency against `deny.toml`.

    tests/check_licences.py

Reads `cargo metadata` for all platforms and features, and the list
`licenses.allow` of `deny.toml`. A licence expression passes if it can be
satisfied by licences of the list alone. `cargo deny check` does this and
more; this script needs nothing but Python 3.11 and Cargo.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def satisfied(expression: str, allowed: set[str]) -> bool:
    """Whether an SPDX expression can be satisfied by allowed licences.

    `/` is read as OR, as crates wrote it before SPDX expressions.
    """
    words = re.findall(r"\(|\)|[^\s()/]+|/", expression)
    words = ["OR" if word == "/" else word for word in words]
    at = 0

    def alternatives() -> bool:
        nonlocal at
        result = conjunction()
        while at < len(words) and words[at] == "OR":
            at += 1
            other = conjunction()
            result = result or other
        return result

    def conjunction() -> bool:
        nonlocal at
        result = licence()
        while at < len(words) and words[at] == "AND":
            at += 1
            other = licence()
            result = result and other
        return result

    def licence() -> bool:
        nonlocal at
        if at >= len(words):
            raise ValueError(f"`{expression}` ends too early")
        word = words[at]
        at += 1
        if word == "(":
            result = alternatives()
            if at >= len(words) or words[at] != ")":
                raise ValueError(f"`{expression}` has an open bracket")
            at += 1
            return result
        if at + 1 < len(words) and words[at] == "WITH":
            word = f"{word} WITH {words[at + 1]}"
            at += 2
        return word in allowed

    result = alternatives()
    if at != len(words):
        raise ValueError(f"`{expression}` is not a licence expression")
    return result


def faults(packages: list[dict], allowed: set[str]) -> list[str]:
    """What is wrong with the licences of packages."""
    found = []
    for package in packages:
        name = f"{package['name']} {package['version']}"
        expression = package.get("license")
        if not expression:
            found.append(f"{name} declares no licence")
            continue
        try:
            if not satisfied(expression, allowed):
                found.append(f"{name} has the licence `{expression}`, which deny.toml does not allow")
        except ValueError as error:
            found.append(f"{name}: {error}")
    return found


def main() -> int:
    with open(ROOT / "deny.toml", "rb") as file:
        allowed = set(tomllib.load(file)["licenses"]["allow"])
    metadata = json.loads(
        subprocess.run(
            ["cargo", "metadata", "--format-version", "1", "--all-features", "--locked"],
            cwd=ROOT, check=True, stdout=subprocess.PIPE,
        ).stdout
    )
    packages = metadata["packages"]
    found = faults(packages, allowed)
    for fault in found:
        print(fault)
    print(f"{len(packages) - len(found)} licences allowed, {len(found)} not")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
