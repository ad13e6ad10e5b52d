// SPDX-License-Identifier: GPL-2.0
/* Lab 25: two processes on one object of /dev/vmlab. */
#include <stdatomic.h>
#include <sys/mman.h>
#include <unistd.h>

#include "labs/frames.h"
#include "labs/memory.h"
#include "labs/process.h"

enum { MAX = 64, PATIENCE = 3 /* seconds */ };

static const struct lab_param params[] = {
	{ "pages", "16", NULL, 1, MAX, "pages of the object" },
	{ "messages", "100", NULL, 1, 10000, "numbers to send each way" },
	{ 0 },
};

static const struct lab_break breaks[] = {
	{ "private", "the second process maps with MAP_PRIVATE" },
	{ "two-spaces", "the second process opens a space of its own" },
	{ 0 },
};

static void predict(struct lab_run *run)
{
	unsigned long long n = lab_number(run, "pages");
	unsigned long long messages = lab_number(run, "messages");

	lab_predict_words(run, "addresses", "addresses of the mappings",
			  "different", "each process chooses its own");
	lab_predict(run, "filled", "faults that fill a frame", (double)n,
		    "faults", "the first process writes N = %llu pages", n);
	lab_predict(run, "mapped", "faults that find the frame", (double)n,
		    "faults", "the second one reads N = %llu pages", n);
	lab_predict(run, "frames", "frames of the object", (double)n, "frames",
		    "one a page, in all mappings together");
	lab_predict(run, "same", "pages with the same frame in both", (double)n,
		    "pages", "all N = %llu", n);
	lab_predict(run, "twice", "frames with mapcount 2", (double)n, "frames",
		    "an entry in each process");
	lab_predict(run, "vmas", "VMAs that map the object", 2, "VMAs",
		    "one in each process");
	lab_predict(run, "read", "pages with the first one's values", (double)n,
		    "pages", "the second one reads what was written");
	lab_predict(run, "sum", "sum of the answers",
		    (double)(messages * (messages + 1)), "",
		    "2 (1 + ... + m) = m (m + 1), m = %llu", messages);
	lab_predict(run, "calls", "faults during the messages", 0, "faults",
		    "the page is mapped in both: no kernel on the way");
	lab_predict(run, "left", "frames after the second one's death",
		    (double)n, "frames", "the object lives while it is open");
}

/** struct mailbox - the first page of the object; 0 is no number */
struct mailbox {
	char mark;
	atomic_ullong request;
	atomic_ullong answer;
};

/**
 * struct second - what the second process gets, and reports
 * @space: inherited from the first one
 * @size, @page: bytes of the object, and of a page
 * @flags: of mmap(2)
 * @own: whether it opens a space of its own
 * @mapped: it has read all pages
 * @address: where it maps the object
 * @read: the pages with the values of the first process
 */
struct second {
	struct vmlab_space *space;
	size_t size, page;
	int flags;
	bool own;
	struct lab_gate mapped;
	char *address;
	uint64_t read;
};

/* Wait until a word is not 0, and take it; return 0 after some seconds. */
static uint64_t take(atomic_ullong *word)
{
	uint64_t end = lab_clock() + PATIENCE * 1000000000ull, value;

	do {
		value = atomic_exchange(word, 0);
		if (value)
			return value;
		/* The other process may need this processor. */
		usleep(50);
	} while (lab_clock() < end);
	return 0;
}

/* Map, read, and answer each number with its double. */
static int second(struct lab_run *run, void *arg)
{
	struct second *s = arg;
	struct vmlab_space *space = s->space;
	struct mailbox *box;
	uint64_t number;
	void *address;

	/* Take the address of the first process's mapping. */
	lab_map(run, s->size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s->own)
		lab_check(run, vmlab_space_open(s->size, &space),
			  "open /dev/vmlab");
	lab_check(run,
		  vmlab_space_map(space, 0, s->size, PROT_READ | PROT_WRITE,
				  s->flags, &address),
		  "map the space");
	s->address = address;
	for (size_t i = 0; i < s->size / s->page; i++)
		s->read += s->address[i * s->page] == (char)(i + 1);
	box = address;
	box->answer = 0;
	lab_gate_open(s->mapped);
	for (;;) {
		number = take(&box->request);
		if (number)
			box->answer = 2 * number;
	}
	return 0;
}

/* Send numbers, and return the sum of the answers. */
static uint64_t talk(struct mailbox *box, uint64_t messages)
{
	uint64_t sum = 0, answer;

	for (uint64_t i = 1; i <= messages; i++) {
		box->request = i;
		answer = take(&box->answer);
		if (!answer)
			break;
		sum += answer;
	}
	return sum;
}

static void compare_frames(struct lab_run *run, const struct second *s,
			   const char *memory, pid_t pid)
{
	struct vmlab_page ours[MAX], theirs[MAX];
	size_t n = s->size / s->page;
	uint64_t twice = 0;

	lab_frames(run, 0, memory, n, ours);
	lab_frames(run, pid, s->address, n, theirs);
	for (size_t i = 0; i < n; i++)
		twice += ours[i].mapcount == 2;
	lab_measure(run, "same", (double)lab_frames_same(ours, theirs, n));
	lab_measure(run, "twice", (double)twice);
}

static void measure_object(struct lab_run *run, const struct second *s,
			   const char *memory)
{
	struct vmlab_space_stats stats = lab_space_stats(run, s->space);

	lab_measure_words(run, "addresses", "%s",
			  s->address == memory ? "the same" : "different");
	lab_measure(run, "filled", (double)stats.filled);
	lab_measure(run, "mapped", (double)stats.mapped);
	lab_measure(run, "frames", (double)stats.frames);
	lab_measure(run, "vmas", (double)stats.vmas);
	lab_measure(run, "read", (double)s->read);
}

static void experiment(struct lab_run *run)
{
	struct second *s = lab_shared(run, sizeof(*s));
	uint64_t messages = lab_number(run, "messages");
	struct vmlab_space_stats before, after;
	void *memory;
	pid_t pid;

	s->page = lab_machine(run)->page;
	s->size = lab_number(run, "pages") * s->page;
	s->flags = lab_broken(run, "private") ? MAP_PRIVATE : MAP_SHARED;
	s->own = lab_broken(run, "two-spaces");
	s->mapped = lab_gate_make(run);
	lab_step(run, "open /dev/vmlab, map %zu bytes, write each page",
		 s->size);
	s->space = lab_space(run, s->size, 0, 0, &memory);
	madvise(memory, s->size, MADV_DONTFORK);
	for (size_t i = 0; i < s->size / s->page; i++)
		((volatile char *)memory)[i * s->page] = (char)(i + 1);

	lab_step(run, "fork; the child maps the inherited descriptor, and reads");
	pid = lab_spawn(run, second, s);
	lab_gate_pass(run, s->mapped);
	measure_object(run, s, memory);
	compare_frames(run, s, memory, pid);

	lab_step(run, "send %llu numbers through the first page; the child "
		      "answers with their doubles",
		 (unsigned long long)messages);
	before = lab_space_stats(run, s->space);
	lab_measure(run, "sum", (double)talk(memory, messages));
	lab_effect(run, "sum", "a write to a private mapping goes to a copy, which "
			       "the other process does not map");
	after = lab_space_stats(run, s->space);
	lab_measure(run, "calls",
		    (double)(after.faults + after.mkwrite - before.faults -
			     before.mkwrite));
	lab_step(run, "kill the child");
	lab_kill(run, pid);
	lab_measure(run, "left",
		    (double)lab_space_stats(run, s->space).frames);
}

static const struct lab shared_memory = {
	.number = 25,
	.name = "shared-memory",
	.title = "two processes on one object",
	.question = "How do two processes share memory through mmap, and what does "
		    "a message cost the kernel?",
	.idea = "Both map the same object: a file, or here an open /dev/vmlab. The "
		"object holds the frames, and each process has a VMA and entries of "
		"its own, at its own address. The first access of each process "
		"faults; after that a store of the one is a load of the other, "
		"without the kernel.",
	.pins = "The mapping of the first process is not inherited "
		"(MADV_DONTFORK): the second one maps by itself. The space has no "
		"budget, so that no frame is evicted and no entry is removed. The "
		"messages are atomic loads and stores.",
	.reads = "mm/mmap.c: do_mmap()\n"
		 "mm/memory.c: do_shared_fault(), finish_fault()\n"
		 "mm/rmap.c: folio_add_file_rmap_ptes()",
	.needs = LAB_DEVICE | LAB_ROOT | LAB_PTES,
	.params = params,
	.breaks = breaks,
	.predict = predict,
	.experiment = experiment,
};

LAB_REGISTER(shared_memory);
