# SPDX-License-Identifier: GPL-2.0
"""unittest with KTAP output: end a test file with ktap_unittest.main()."""

import unittest


class _Result(unittest.TestResult):
    def startTest(self, test):
        super().startTest(test)
        self.seen = len(self.failures), len(self.errors), len(self.skipped)

    def stopTest(self, test):
        super().stopTest(test)
        failures, errors, skipped = self.seen
        bad = self.failures[failures:] + self.errors[errors:]
        for case, text in bad:
            print("\n".join(f"# {line}" for line in [case.id(), *text.splitlines()]))
        skips = [f" # SKIP {why}" for case, why in self.skipped[skipped:] if case is test]
        name = test.id().partition(".")[2]
        print(f"{'not ok' if bad else 'ok'} {self.testsRun} {name}{''.join(skips)}", flush=True)


class _Runner:
    def run(self, suite):
        print(f"KTAP version 1\n1..{suite.countTestCases()}", flush=True)
        result = _Result()
        suite.run(result)
        for case, text in result.errors:
            if not isinstance(case, unittest.TestCase):  # setUpClass or setUpModule
                print(f"Bail out! {case.id()}: {text.splitlines()[-1]}")
        return result


def main():
    unittest.main(testRunner=_Runner())
