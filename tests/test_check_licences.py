"""Tests of check_licences.py."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import check_licences  # noqa: E402

ALLOWED = {"MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"}


class Licences(unittest.TestCase):
    def test_expressions(self):
        for expression, expected in [
            ("MIT", True), ("GPL-3.0", False), ("MIT OR GPL-3.0", True), ("MIT AND GPL-3.0", False),
            ("MIT/Apache-2.0", True), ("GPL-3.0/GPL-2.0", False),
            ("(GPL-3.0 OR MIT) AND Apache-2.0", True), ("GPL-3.0 OR MIT AND GPL-2.0", False),
            ("Apache-2.0 WITH LLVM-exception", True), ("MIT WITH LLVM-exception", False),
        ]:
            with self.subTest(expression):
                self.assertEqual(check_licences.satisfied(expression, ALLOWED), expected)

    def test_nonsense_is_a_fault(self):
        for expression in ["MIT OR", "(MIT", "MIT MIT", ""]:
            packages = [{"name": "a", "version": "1.0.0", "license": expression}]
            with self.subTest(expression):
                self.assertEqual(len(check_licences.faults(packages, ALLOWED)), 1)

    def test_a_missing_licence_is_a_fault(self):
        self.assertEqual(
            check_licences.faults([{"name": "a", "version": "1.0.0", "license": None}], ALLOWED),
            ["a 1.0.0 declares no licence"])


if __name__ == "__main__":
    unittest.main()
