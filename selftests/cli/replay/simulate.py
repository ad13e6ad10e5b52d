# SPDX-License-Identifier: GPL-2.0
"""
Page replacement by the definitions of textbooks, without a thought of speed: an
access searches all frames and, for OPT, the rest of the string.
"""


class Frame:
    def __init__(self, page, now, bit):
        self.page = page
        self.loaded = self.used = now
        self.uses = 0
        self.bit = bit
        self.dirty = False


class Outcome:
    """What a string does: counters, and the frames after each access."""

    def __init__(self):
        self.faults = self.evicted = self.saved = 0
        self.steps = []


class SplitMix64:
    """The generator of the random policy."""

    MASK = (1 << 64) - 1

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state + 0x9E3779B97F4A7C15) & self.MASK
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & self.MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & self.MASK
        return (z ^ z >> 31) * n >> 64


class Simulation:
    """
    @policy: its name
    @pages, @writes: the string; the first @loaded accesses load frames and are not
    counted
    @clock_load: the reference bit of a page that was just loaded
    @lfu_ties: fifo or lru
    """

    def __init__(self, policy, frames, pages, writes=None, loaded=0, clock_load=1,
                 lfu_ties="fifo", seed=0):
        self.policy = policy
        self.nr_frames = frames
        self.pages = pages
        self.writes = writes or [False] * len(pages)
        self.loaded = loaded
        self.clock_load = clock_load
        self.lfu_ties = lfu_ties
        self.random = SplitMix64(seed)
        self.table = []  # of the random policy: its order is a part of the definition
        self.frames = []  # a page stays in its frame
        self.hand = 0

    def next_use(self, page, now):
        for t in range(now + 1, len(self.pages)):
            if self.pages[t] == page:
                return t
        return len(self.pages)

    def clock_victim(self):
        while self.frames[self.hand].bit:
            self.frames[self.hand].bit = 0
            self.hand = (self.hand + 1) % self.nr_frames
        victim = self.frames[self.hand]
        self.hand = (self.hand + 1) % self.nr_frames
        return victim

    def random_victim(self):
        at = self.random.below(len(self.table))
        victim = self.table[at]
        self.table[at] = self.table[-1]
        self.table.pop()
        return victim

    def victim(self, now):
        if self.policy == "fifo":
            return min(self.frames, key=lambda f: f.loaded)
        if self.policy == "lru":
            return min(self.frames, key=lambda f: f.used)
        if self.policy == "mru":
            return max(self.frames, key=lambda f: f.used)
        if self.policy == "lfu":
            if self.lfu_ties == "lru":
                return min(self.frames, key=lambda f: (f.uses, f.used))
            return min(self.frames, key=lambda f: (f.uses, f.loaded))
        if self.policy == "opt":
            return max(self.frames,
                       key=lambda f: (self.next_use(f.page, now), -f.loaded))
        if self.policy == "random":
            return self.random_victim()
        return self.clock_victim()

    def fill(self, page, now, out):
        frame = Frame(page, now, self.clock_load)
        evicted = []
        if len(self.frames) == self.nr_frames:
            victim = self.victim(now)
            evicted.append(victim.page)
            out.evicted += 1
            out.saved += victim.dirty
            self.frames[self.frames.index(victim)] = frame
        else:
            self.frames.append(frame)
        self.table.append(frame)
        return frame, evicted

    def run(self):
        out = Outcome()
        for now, page in enumerate(self.pages):
            found = [f for f in self.frames if f.page == page]
            evicted = []
            if found:
                frame = found[0]
                frame.bit = 1
            else:
                frame, evicted = self.fill(page, now, out)
            frame.used = now
            frame.uses += 1
            frame.dirty |= self.writes[now]
            if now < self.loaded:
                continue
            out.faults += not found
            out.steps.append((not found, evicted, [f.page for f in self.frames]))
        return out
