# SPDX-License-Identifier: GPL-2.0
"""Test Anything Protocol for the tests of the command line."""


class Tap:
    """Counts test points and prints them"""

    def __init__(self):
        self.points = self.failures = 0

    def result(self, problems, text):
        """Print a test point, which is good when there are no problems"""
        self.points += 1
        print(f"{'not ok' if problems else 'ok'} {self.points} - {text}", flush=True)
        for problem in problems[:10]:
            print("#", problem)
        self.failures += bool(problems)

    def skip(self, why, text):
        """Print a test point that was not tried"""
        self.points += 1
        print(f"ok {self.points} - {text} # SKIP {why}", flush=True)

    def done(self):
        """Print the plan; return the exit status"""
        print(f"1..{self.points}")
        return self.failures > 0
