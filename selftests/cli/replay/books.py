# SPDX-License-Identifier: GPL-2.0
"""
Published reference strings with the numbers of page faults that are printed there,
or that the exercise's solution has.
"""


class String:
    def __init__(self, source, text, faults):
        """@faults: by policy and number of frames"""
        self.source = source
        self.text = text
        self.faults = faults


def series(first, *values):
    """Numbers of faults with @first frames, one frame more, ..."""
    return {first + i: v for i, v in enumerate(values)}


def repeat(numbers, times):
    return ",".join(map(str, list(numbers) * times))


STRINGS = [
    String("Belady, Nelson, Shedler 1969: an anomaly",
           "1,2,3,4,1,2,5,1,2,3,4,5",
           {"fifo": series(3, 9, 10), "lru": series(3, 10, 8),
            "opt": series(3, 7, 6)}),
    String("Silberschatz, Operating System Concepts: the string of the figures",
           "7,0,1,2,0,3,0,4,2,3,0,3,2,1,2,0,1,7,0,1",
           {"fifo": {3: 15}, "opt": {3: 9}, "lru": {3: 12}}),
    String("Silberschatz: exercise, 1 to 7 frames",
           "1,2,3,4,2,1,5,6,2,1,2,3,7,6,3,2,1,2,3,6",
           {"lru": series(1, 20, 18, 15, 10, 8, 7, 7),
            "fifo": series(1, 20, 18, 16, 14, 10, 10, 7),
            "opt": series(1, 20, 15, 11, 8, 7, 7, 7)}),
    String("Silberschatz: exercise, demand paging with three frames",
           "7,2,3,1,2,5,3,4,6,7,7,1,0,5,4,6,2,3,0,1",
           {"lru": {3: 18}, "fifo": {3: 17}, "opt": {3: 13}}),
    String("Silberschatz, 10th edition: exercise, string a",
           "2,6,9,2,4,2,1,7,3,0,5,2,1,2,9,5,7,3,8,5",
           {"fifo": {3: 18}, "lru": {3: 17}, "opt": {3: 13}}),
    String("Silberschatz, 10th edition: exercise, string b",
           "0,6,3,0,2,6,3,5,2,4,1,3,0,6,1,4,2,3,5,7",
           {"fifo": {3: 16}, "lru": {3: 19}, "opt": {3: 13}}),
    String("Silberschatz, 10th edition: exercise, string c",
           "3,1,4,2,5,4,1,3,5,2,0,1,1,0,2,3,4,5,0,1",
           {"fifo": {3: 15}, "lru": {3: 16}, "opt": {3: 11}}),
    String("Silberschatz, 10th edition: exercise, string d",
           "4,2,1,7,9,8,3,5,2,6,8,1,0,7,2,4,1,3,5,8",
           {"fifo": {3: 20}, "lru": {3: 20}, "opt": {3: 16}}),
    String("Silberschatz, 10th edition: exercise, string e",
           "0,1,2,3,4,4,3,2,1,0,0,1,2,3,4,4,3,2,1,0",
           {"fifo": {3: 12}, "lru": {3: 11}, "opt": {3: 11}}),
    # The figure counts faults after the frames are full: OPT 3, LRU 4, FIFO 6, clock 5.
    String("Stallings, Operating Systems: behaviour of four algorithms",
           "2,3,2,1,5,2,4,5,3,2,5,2",
           {"opt": {3: 6}, "lru": {3: 7}, "fifo": {3: 9}, "clock": {3: 8}}),
    String("Arpaci-Dusseau, OSTEP: tracing the policies",
           "0,1,2,0,1,3,0,3,1,2,1",
           {"opt": {3: 5}, "lru": {3: 5}, "fifo": {3: 7}}),
    String("Arpaci-Dusseau, OSTEP: the looping sequential workload",
           repeat(range(50), 4),
           {"lru": {49: 200, 50: 50}, "fifo": {49: 200, 50: 50}}),
    String("Tanenbaum, Modern Operating Systems: problem with four frames",
           "0,1,7,2,3,2,7,1,0,3",
           {"fifo": {4: 6}, "lru": {4: 7}}),
    String("UC Berkeley CS 162: three pages of four",
           "A,B,C,A,B,D,A,D,B,C,B",
           {"fifo": {3: 7}, "opt": {3: 5}, "lru": {3: 5}}),
    String("UC Berkeley CS 162: LRU at its worst",
           "A,B,C,D,A,B,C,D,A,B,C,D",
           {"lru": {3: 12}, "fifo": {3: 12}, "opt": {3: 6}}),
    String("GATE CS 2014: LRU with three frames",
           "4,7,6,1,7,6,1,2,7,2", {"lru": {3: 6}}),
    String("GATE CS 2012: OPT below FIFO below LRU",
           "1,2,3,2,4,1,3,2,4,1",
           {"opt": {3: 5}, "fifo": {3: 6}, "lru": {3: 9}}),
    String("GATE CS 2010: 100 pages in order and in reverse",
           repeat(list(range(100)) + list(range(99, -1, -1)), 1),
           {"fifo": {4: 196}}),
    String("course exercise: 1 to 100 three times",
           repeat(range(1, 101), 3), {"opt": {20: 260}, "lru": {20: 300}}),
]
