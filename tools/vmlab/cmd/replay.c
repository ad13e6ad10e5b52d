// SPDX-License-Identifier: GPL-2.0
/* vmlab replay: a reference string through a paging policy, access by access. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cli/cli.h"
#include "show/json.h"
#include "cli/must.h"
#include "paging/paging.h"
#include "cli/parse.h"
#include "paging/policy_names.h"
#include "show/table.h"

enum { OPT_SEED = 0x100 };

/* where a mapping of all pages would become a burden */
#define PAGE_MAX   (1u << 20)
#define FRAMES_MAX (1u << 20)
#define LIST_MAX   32

static const struct option_spec options[] = {
	{ "frames", 'n', "LIST", NULL,
	  "budgets to try, such as 3,4 (default 3)" },
	{ "policy", 'p', "LIST", PAGING_POLICIES,
	  "policies to try, such as fifo,lru (default fifo)" },
	{ "seed", OPT_SEED, "N", NULL, "of the random policy (default 0)" },
	{ "write", 'w', NULL, NULL, "write to each page instead of reading" },
	{ "steps", 's', NULL, NULL, "show every access, as a textbook does" },
	{ 0 },
};

/** struct replay - what the command line asks for */
struct replay {
	uint64_t *ref;
	size_t nr;
	uint64_t pages;
	uint64_t frames[LIST_MAX];
	size_t nr_frames;
	char *policy_list; /* what @policy points into, or NULL */
	const char *policy[LIST_MAX];
	size_t nr_policies;
	uint64_t seed;
	bool write;
	bool steps;
};

/** struct outcome - one run of the string */
struct outcome {
	const char *name;
	uint32_t policy;
	uint32_t policy_id;
	uint64_t frames;
	uint64_t faults;
	uint64_t evicted;
	uint64_t stored;
};

/** struct step - an access, and what the events say of it */
struct step {
	uint64_t page;
	bool fault;
	uint64_t *left;
	size_t nr_left;
	const uint64_t *resident;
	size_t nr_resident;
};

/* one number of a list "1,2 3"; 1 at the end */
static int next_number(char **s, uint64_t *value)
{
	char *word;

	do {
		word = strsep(s, ", \t\n");
		if (!word)
			return 1;
	} while (!*word);
	return parse_u64(word, value);
}

static int parse_string(char *text, struct replay *r)
{
	uint64_t page;
	int err;

	while (!(err = next_number(&text, &page))) {
		if (page >= PAGE_MAX)
			return -ERANGE;
		r->ref = must(reallocarray(r->ref, r->nr + 1, sizeof(*r->ref)));
		r->ref[r->nr++] = page;
		if (page >= r->pages)
			r->pages = page + 1;
	}
	return err == 1 && r->nr ? 0 : -EINVAL;
}

static char *read_all(FILE *in)
{
	size_t size = 0, len = 0;
	char *text = NULL;

	do {
		size = size ? 2 * size : 4096;
		text = must(realloc(text, size));
		len += fread(text + len, 1, size - 1 - len, in);
	} while (len == size - 1);
	text[len] = '\0';
	return text;
}

static int parse_frames(const char *arg, struct replay *r)
{
	char *copy = must(strdup(arg)), *list = copy;
	int err = 0;

	r->nr_frames = 0;
	while (r->nr_frames < LIST_MAX &&
	       !(err = next_number(&list, &r->frames[r->nr_frames]))) {
		if (!r->frames[r->nr_frames] ||
		    r->frames[r->nr_frames] > FRAMES_MAX)
			break;
		r->nr_frames++;
	}
	free(copy);
	return err == 1 && r->nr_frames ? 0 : -EINVAL;
}

static int parse_policies(const char *arg, struct replay *r)
{
	char *list, *name;

	free(r->policy_list);
	list = must(strdup(arg));
	r->policy_list = list;
	r->nr_policies = 0;
	while ((name = strsep(&list, ","))) {
		if (r->nr_policies == LIST_MAX || !*name)
			return -EINVAL;
		r->policy[r->nr_policies++] = name;
	}
	return 0;
}

/* who came and who left, in the order of the events */
static int apply_events(const struct vmlab_space *space, uint64_t *resident,
			size_t *nr_resident, struct step *step)
{
	struct vmlab_event events[16];
	ssize_t n;

	while ((n = vmlab_space_events_read(space, events, 16)) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			const struct vmlab_event *e = &events[i];
			size_t at = 0;

			if (e->lost)
				return -EOVERFLOW;
			if (e->type == VMLAB_EVENT_FAULT) {
				if (e->arg != VMLAB_FAULT_FILLED)
					continue;
				step->fault = true;
				resident[(*nr_resident)++] = e->pgoff;
				continue;
			}
			while (at < *nr_resident && resident[at] != e->pgoff)
				at++;
			if (at < *nr_resident) {
				memmove(resident + at, resident + at + 1,
					(*nr_resident - at - 1) *
						sizeof(*resident));
				--*nr_resident;
			}
			step->left[step->nr_left++] = e->pgoff;
		}
	}
	step->resident = resident;
	step->nr_resident = *nr_resident;
	return n == -EAGAIN ? 0 : (int)n;
}

static void step_row(struct table *t, size_t number, const struct step *step)
{
	char *resident, *left;
	size_t size;
	FILE *text;

	text = must(open_memstream(&left, &size));
	for (size_t i = 0; i < step->nr_left; i++)
		fprintf(text, "%s%" PRIu64, i ? "," : "", step->left[i]);
	fclose(text);
	text = must(open_memstream(&resident, &size));
	for (size_t i = 0; i < step->nr_resident; i++)
		fprintf(text, "%s%" PRIu64, i ? "," : "", step->resident[i]);
	fclose(text);

	table_cell(t, STYLE_PLAIN, "%zu", number);
	table_cell(t, STYLE_PLAIN, "%" PRIu64, step->page);
	table_cell(t, step->fault ? STYLE_WARN : STYLE_DIM, "%s",
		   step->fault ? "fault" : "-");
	table_cell(t, *left ? STYLE_PLAIN : STYLE_DIM, "%s",
		   *left ? left : "-");
	table_cell(t, STYLE_PLAIN, "%s", resident);
	free(left);
	free(resident);
}

static json_t *step_json(const struct step *step)
{
	json_t *o = json_object(), *left = must(json_array()),
	       *resident = must(json_array());

	for (size_t i = 0; i < step->nr_left; i++)
		json_append(left, json_count(step->left[i]));
	for (size_t i = 0; i < step->nr_resident; i++)
		json_append(resident, json_count(step->resident[i]));
	json_put(o, "page", json_count(step->page));
	json_put(o, "fault", json_boolean(step->fault));
	json_put(o, "evicted", left);
	json_put(o, "resident", resident);
	return o;
}

/* the accesses themselves; @t and @list get the steps, and may be NULL */
static int play(const struct replay *r, const struct vmlab_space *space,
		volatile char *map, size_t page_size, struct table *t,
		json_t *list)
{
	const bool watch = t || list;
	uint64_t *resident = NULL, *left = NULL;
	size_t nr_resident = 0;
	int err = 0;

	if (watch) {
		resident = must(calloc(r->nr + 1, sizeof(*resident)));
		left = must(calloc(r->nr + 1, sizeof(*left)));
	}
	for (size_t i = 0; !err && i < r->nr; i++) {
		volatile char *page = map + r->ref[i] * page_size;
		struct step step = { .page = r->ref[i], .left = left };

		if (r->write)
			*page = (char)i;
		else
			(void)*page;
		if (!watch)
			continue;
		err = apply_events(space, resident, &nr_resident, &step);
		if (!err && t)
			step_row(t, i + 1, &step);
		else if (!err)
			json_append(list, step_json(&step));
	}
	free(resident);
	free(left);
	return err;
}

static int prepare(const struct replay *r, const struct outcome *o,
		   const struct vmlab_space *space, bool watch)
{
	const bool opt = o->policy == VMLAB_POLICY_OPT;
	struct vmlab_paging paging = {
		.flags = VMLAB_PAGING_STEPPING,
		.budget = o->frames,
		.policy = o->policy,
		.policy_id = o->policy_id,
		.seed = r->seed,
		.trace = opt ? (uintptr_t)r->ref : 0,
		.nr_trace = opt ? r->nr : 0,
	};
	const uint32_t events = 1u << VMLAB_EVENT_FAULT | 1u << VMLAB_EVENT_EVICT;
	int fd = vmlab_space_fd(space), err;

	err = vmlab_space_paging_set(space, &paging);
	if (err || !watch)
		return err;
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK))
		return -errno;
	return vmlab_space_events_set(space, events, 64);
}

static int run_one(const struct replay *r, const struct vmlab *lab,
		   struct outcome *o, struct table *t, json_t *list)
{
	const size_t page_size = (size_t)vmlab_page_size(lab);
	struct vmlab_paging_stats paging = { 0 };
	struct vmlab_space_stats stats = { 0 };
	struct vmlab_space *space;
	void *map;
	int err;

	err = vmlab_space_open(r->pages * page_size, &space);
	if (err)
		return cli_fail(err, VMLAB_ABOUT_DEVICE, 0);
	err = prepare(r, o, space, t || list);
	if (!err)
		err = vmlab_space_map(space, 0, r->pages * page_size,
				      PROT_READ | PROT_WRITE, MAP_SHARED, &map);
	if (!err) {
		err = play(r, space, map, page_size, t, list);
		if (!err)
			err = vmlab_space_stats_get(space, &stats);
		if (!err)
			err = vmlab_space_paging_stats_get(space, &paging);
		munmap(map, r->pages * page_size);
	}
	vmlab_space_close(space);
	o->faults = stats.filled;
	o->evicted = paging.evicted;
	o->stored = paging.stored;
	return err ? cli_fail(err, VMLAB_ABOUT_SPACE, 0) : EXIT_OK;
}

static int print_tables(const struct cli *cli, const struct replay *r,
			const struct vmlab *lab, struct outcome *runs,
			size_t nr)
{
	static const struct column step_columns[] = {
		{ "STEP", true }, { "PAGE", true }, { "FAULT" },
		{ "EVICTED" },	  { "RESIDENT" },
	};
	static const struct column columns[] = {
		{ "POLICY" },	    { "FRAMES", true }, { "REFERENCES", true },
		{ "FAULTS", true }, { "HITS", true },	{ "EVICTED", true },
		{ "SAVED", true },
	};
	struct table *t;
	int err = EXIT_OK;

	for (size_t i = 0; !err && i < nr; i++) {
		t = NULL;
		if (r->steps) {
			printf("%s%s, %" PRIu64 " frames%s\n",
			       style_on(cli->colour, STYLE_HEAD),
			       runs[i].name, runs[i].frames,
			       style_off(cli->colour, STYLE_HEAD));
			t = table_open(stdout, step_columns, 5, cli->colour);
		}
		err = run_one(r, lab, &runs[i], t, NULL);
		if (t) {
			table_close(t);
			putchar('\n');
		}
	}
	if (err)
		return err;

	t = table_open(stdout, columns, sizeof(columns) / sizeof(columns[0]),
		       cli->colour);
	for (size_t i = 0; i < nr; i++) {
		const struct outcome *o = &runs[i];

		table_cell(t, STYLE_PLAIN, "%s", o->name);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, o->frames);
		table_cell(t, STYLE_PLAIN, "%zu", r->nr);
		table_cell(t, STYLE_WARN, "%" PRIu64, o->faults);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, r->nr - o->faults);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, o->evicted);
		table_cell(t, STYLE_PLAIN, "%" PRIu64, o->stored);
	}
	table_close(t);
	return EXIT_OK;
}

static int print_json(const struct replay *r, const struct vmlab *lab,
		      struct outcome *runs, size_t nr)
{
	json_t *string = must(json_array()), *list = must(json_array());
	struct json_doc doc;

	for (size_t i = 0; i < nr; i++) {
		json_t *o = json_object(), *steps = NULL;
		int err;

		if (r->steps)
			steps = must(json_array());
		err = run_one(r, lab, &runs[i], NULL, steps);
		if (err)
			return err;
		json_put(o, "policy", json_text(runs[i].name));
		json_put(o, "frames", json_count(runs[i].frames));
		json_put(o, "references", json_count(r->nr));
		json_put(o, "faults", json_count(runs[i].faults));
		json_put(o, "hits", json_count(r->nr - runs[i].faults));
		json_put(o, "evicted", json_count(runs[i].evicted));
		json_put(o, "saved", json_count(runs[i].stored));
		if (steps)
			json_put(o, "steps", steps);
		json_append(list, o);
	}
	for (size_t i = 0; i < r->nr; i++)
		json_append(string, json_count(r->ref[i]));
	json_begin(&doc, stdout);
	json_member(&doc, "references", string);
	json_member(&doc, "runs", list);
	json_end(&doc);
	return EXIT_OK;
}

static int parse_options(struct cli *cli, struct replay *r, int argc,
			 char **argv)
{
	int c, bad = 0;

	while ((c = cli_option(cli, options, argc, argv)) != CLI_END) {
		if (c == CLI_STOP)
			return CLI_STOP;
		switch (c) {
		case 'n':
			bad = parse_frames(optarg, r);
			break;
		case 'p':
			bad = parse_policies(optarg, r);
			break;
		case OPT_SEED:
			bad = parse_u64(optarg, &r->seed);
			break;
		case 'w':
			r->write = true;
			break;
		case 's':
			r->steps = true;
			break;
		}
		if (bad) {
			cli->exit_code = cli_usage(cli,
						   "'%s' is not a value "
						   "that this option takes",
						   optarg);
			return CLI_STOP;
		}
	}
	return 0;
}

static int find_policies(const struct cli *cli, const struct vmlab *lab,
			 struct outcome *runs, size_t nr)
{
	int err = EXIT_OK;

	for (size_t i = 0; !err && i < nr; i++)
		err = policy_find(cli, lab, runs[i].name, &runs[i].policy,
				  &runs[i].policy_id);
	return err;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct replay r = {
		.frames = { 3 },
		.nr_frames = 1,
		.policy = { "fifo" },
		.nr_policies = 1,
	};
	struct outcome runs[LIST_MAX * LIST_MAX] = { 0 };
	const char *operand;
	struct vmlab *lab;
	size_t nr = 0;
	char *text;
	int err;

	if (parse_options(cli, &r, argc, argv) == CLI_STOP) {
		free(r.policy_list);
		return cli->exit_code;
	}
	operand = argv[optind];
	text = strcmp(operand, "-") ? must(strdup(operand)) : read_all(stdin);
	err = parse_string(text, &r);
	free(text);
	if (err) {
		free(r.policy_list);
		free(r.ref);
		return cli_usage(cli,
				 "the references must be page numbers "
				 "below %u, such as 1,2,3,4,1,2,5",
				 PAGE_MAX);
	}
	for (size_t p = 0; p < r.nr_policies; p++)
		for (size_t f = 0; f < r.nr_frames; f++)
			runs[nr++] = (struct outcome){
				.name = r.policy[p],
				.frames = r.frames[f],
			};

	err = cli_open(&lab);
	if (!err) {
		err = find_policies(cli, lab, runs, nr);
		if (!err)
			err = cli->json ? print_json(&r, lab, runs, nr) :
				      print_tables(cli, &r, lab, runs, nr);
		vmlab_close(lab);
	}
	free(r.policy_list);
	free(r.ref);
	return err;
}

static const char help[] =
	"STRING is a reference string: page numbers with commas or blanks between, or - to\n"
	"read it from standard input.  Each number is an access to that page of a real\n"
	"mapping, with as many frames as --frames says; the kernel's page faults are\n"
	"counted.  The space runs in stepping mode, where each access to another page than\n"
	"the one before faults and so is seen: the policies decide by the textbook.\n"
	"\n"
	"POLICY      fifo, clock (second chance), lru, lfu, random, or opt, which is told\n"
	"            the string beforehand; or one in BPF, see 'vmlab policy'\n"
	"FRAMES      the budget: so many pages are resident at most\n"
	"FAULTS      accesses that had to bring the page in; the others are HITS\n"
	"EVICTED     pages that left for others\n"
	"SAVED       of them written to the swap store: with --write each that was not\n"
	"            saved before\n"
	"\n"
	"With --steps, RESIDENT is who is there after the access, in the order in which\n"
	"they came.\n"
	"\n"
	"Example: Belady's anomaly, FIFO with more faults on more frames\n"
	"  vmlab replay --frames 3,4 --policy fifo,lru,opt 1,2,3,4,1,2,5,1,2,3,4,5\n"
	"Example: every step of it\n"
	"  vmlab replay --steps 1,2,3,4,1,2,5,1,2,3,4,5\n";

const struct command cmd_replay = {
	.name = "replay",
	.operands = "STRING",
	.nr_operands = 1,
	.summary = "run a reference string through a paging policy",
	.help = help,
	.options = options,
	.run = run,
};
