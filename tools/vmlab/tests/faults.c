// SPDX-License-Identifier: GPL-2.0
/* What vmlab faults, top and heat compute from counters, without a kernel. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/activity.h"
#include "model/faults.h"
#include "model/heat.h"
#include "show/faults.h"
#include "show/heat.h"
#include "sys/xalloc.h"
#include "tap.h"

static void test_percentiles(void)
{
	struct latency_histogram h = { 0 };

	is(latency_percentile(&h, 50, 0), 0, "no faults: no percentile");
	for (size_t i = 1; i < LATENCY_SLOTS; i++)
		if (latency_upper(i) <= latency_upper(i - 1))
			bail("bucket %zu ends before the one below", i);
	is(latency_upper(7), 7, "small latencies have buckets of their own");
	is(latency_upper(8), 8, "so has the first of the next power of two");
	is(latency_upper(16), 17, "then a bucket has two values");
	h.slots[8] = 99;
	h.slots[16] = 1;
	is(latency_percentile(&h, 50, 17), 8, "half are in the first bucket");
	is(latency_percentile(&h, 99, 17), 8, "99 of 100 too");
	is(latency_percentile(&h, 100, 16), 16, "no percentile is above the maximum");
}

static void test_buckets(void)
{
	const __u64 end = LATENCY_TABLE_MIN +
			  LATENCY_TABLE_SIZE * LATENCY_TABLE_STEP;
	size_t wrong = 0;

	for (size_t i = 0; i < LATENCY_SLOTS; i++)
		if (latency_slot(latency_upper(i)) != i ||
		    (i && latency_slot(latency_upper(i - 1) + 1) != i))
			wrong++;
	is(wrong, 0, "a latency has the bucket that includes it");
	is(latency_slot(~0ull), LATENCY_SLOTS - 1, "the longest has the last");
	for (__u64 ns = LATENCY_TABLE_MIN; ns < end; ns++)
		if (latency_slot(ns) !=
		    latency_slot(ns - ns % LATENCY_TABLE_STEP))
			wrong++;
	is(wrong, 0, "a step of the table is within one bucket");
}

static struct ip_row ip(const char *path, __u64 offset, __u32 tgid, __u64 minor)
{
	struct ip_row row = { .key.tgid = tgid, .key.ip = 1000 + offset };

	row.path = path ? strdup(path) : NULL;
	row.symbol = path ? strdup("f") : NULL;
	row.stat.offset = offset;
	row.stat.count[FAULT_MINOR] = minor;
	row.stat.kinds = minor ? 1u << FAULT_ANON : 0;
	return row;
}

static void test_merge(void)
{
	struct faults_report r = { 0 };

	r.ips = check_alloc(calloc(6, sizeof(*r.ips)));
	r.ips[r.nr_ips++] = ip("/b", 16, 1, 0); /* a frame of a stack */
	r.ips[r.nr_ips++] = ip("/a", 16, 1, 2);
	r.ips[r.nr_ips++] = ip("/a", 16, 2, 3);
	r.ips[r.nr_ips++] = ip("/a", 32, 1, 4);
	r.ips[r.nr_ips++] = ip(NULL, 0, 1, 7);
	r.ips[r.nr_ips++] = ip(NULL, 0, 2, 1);
	faults_merge(&r);
	is(r.nr_ips, 4, "one row for each instruction with faults");
	is(r.ips[0].stat.count[FAULT_MINOR], 7, "most faults first");
	is(r.ips[1].stat.count[FAULT_MINOR], 5, "two processes in one row");
	is(r.ips[3].key.tgid, 2, "without a file, processes stay apart");
	faults_release(&r);
}

static void test_signals(void)
{
	struct faults_report r = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out;

	r.ips = check_alloc(calloc(2, sizeof(*r.ips)));
	r.ips[r.nr_ips++] = ip("/b", 16, 1, 0);
	r.ips[r.nr_ips++] = ip("/b", 16, 2, 0);
	r.ips[1].key.exec_id = 7;
	r.signals = check_alloc(calloc(2, sizeof(*r.signals)));
	r.nr_signals = 2;
	for (__u32 i = 0; i < 2; i++) {
		r.signals[i].key = (struct signal_key){ .ip = 1016, .tgid = i + 1,
							.signal = 11, .code = 1 };
		r.signals[i].count = 1;
	}
	faults_locate_signals(&r);
	streq(r.signals[0].symbol, "f", "the function of a signal's instruction");
	streq(r.signals[0].path, "/b", "its file");
	ok(!r.signals[1].path, "none for another program of the process");
	faults_merge(&r);
	out = open_memstream(&text, &len);
	faults_print(&r, out, false);
	fclose(out);
	ok(strstr(text, "f+0x0") && strstr(text, "/b"),
	   "the table of signals has both");
	free(text);
	faults_release(&r);
}

static struct process_row process(__u32 tgid, __u64 anon, __u64 file)
{
	struct process_row row = { .key.tgid = tgid };

	row.stat.count[FAULT_ANON][FAULT_MINOR] = anon;
	row.stat.count[FAULT_FILE_READ][FAULT_MAJOR] = file;
	return row;
}

static void test_intervals(void)
{
	struct process_row old[] = { process(3, 10, 0), process(1, 5, 5) };
	struct process_row new[] = { process(4, 0, 1), process(3, 10, 0),
				     process(1, 6, 9) };
	struct counters before = { .processes = old, .nr = 2, .time = 1 };
	struct counters after = { .processes = new, .nr = 3, .time = 3 };
	struct interval in;

	after.totals.count[FAULT_ANON][FAULT_MINOR] = 1;
	after.totals.count[FAULT_FILE_READ][FAULT_MAJOR] = 5;
	counters_sort(&before);
	counters_sort(&after);
	interval_between(&before, &after, &in);
	is(in.nr, 2, "only processes with faults in the interval");
	is(in.active[0].key.tgid, 1, "most faults first");
	is(in.active[0].kind, FAULT_FILE_READ, "with the most frequent kind");
	is(in.active[0].sum[FAULT_MAJOR], 4, "its major faults");
	is(in.active[1].sum[FAULT_MAJOR], 1, "a new process");
	ok(interval_rate(&in, 6) == 3, "6 faults in 2 s are 3 a second");
	interval_release(&in);

	after.time = before.time;
	interval_between(&before, &after, &in);
	ok(interval_rate(&in, 6) == 0, "an interval without length has no rate");
	interval_release(&in);

	new[0].stat.exited = 1;
	counters_drop_exited(&after);
	is(after.nr, 2, "processes that have exited are dropped");
}

static void test_heat(void)
{
	struct heat h = { .start = 0x2000, .end = 0x9000 };
	struct heat_row *rows;
	size_t nr;

	h.samples = check_alloc(calloc(2, sizeof(*h.samples)));
	h.nr_samples = 2;
	h.samples[0].time = 1;
	h.samples[1].time = 2;
	h.samples[1].cost = 0.5;
	heat_add(&h, &h.samples[0], 0x1000, 0x4000, 1);
	is(h.samples[0].runs[0].start, 0x2000, "a run is clipped to the range");
	heat_add(&h, &h.samples[0], 0x9000, 0xa000, 1);
	is(h.samples[0].nr, 1, "a run outside of it is dropped");
	heat_add_area(&h, 0x6000, 0x9000, "/lib/b");
	heat_add_area(&h, 0x2000, 0x5000, "a");
	heat_add_area(&h, 0x2000, 0x6000, "a");
	heat_sort_areas(&h);
	is(h.nr_areas, 2, "a mapping that grew is the same");
	is(h.areas[0].end, 0x6000, "it has grown");
	heat_mark_areas(&h);
	ok(h.areas[0].touched && !h.areas[1].touched,
	   "the first mapping was accessed");
	ok(heat_cell(&h, 0x2000, 0x6000, 0, 1) == 0.5,
	   "half of it in the first interval");
	ok(heat_cell(&h, 0x2000, 0x6000, 0, 2) == 0.25,
	   "a quarter on average");
	ok(heat_cost(&h) == 0.25, "half a second of CPU time in 2 s");
	nr = heat_rows(&h, 4, NULL, &rows);
	is(nr, 4, "a line for each of its pages");
	ok(rows[0].first && !rows[1].first && rows[3].end == 0x6000,
	   "they cover it");
	streq(heat_area_name(&h.areas[1]), "b", "a name without directories");
	free(rows);
	heat_release(&h);
}

/* Return the least distance of two labels of mappings in a picture, in pixels. */
static unsigned long label_distance(char *svg)
{
	unsigned long last = 0, least = ULONG_MAX;

	for (char *p = svg; (p = strstr(p, "<text x=\"4\" y=\"")); p++) {
		unsigned long y = strtoul(p + strlen("<text x=\"4\" y=\""), NULL, 10);

		if (last && y - last < least)
			least = y - last;
		last = y;
	}
	return least;
}

static void test_heat_lines(void)
{
	struct heat h = { .method = "a test" };
	struct heat_row *rows;
	size_t nr, idle = 0, len, busy = 0;
	char *svg = NULL;
	FILE *out;

	h.samples = calloc(1, sizeof(*h.samples));
	h.nr_samples = 1;
	/* 8 pages of 10000, then three mappings of a page */
	heat_add(&h, &h.samples[0], 0x1000000, 0x1008000, 1);
	heat_add_area(&h, 0x1000000, 0x1000000 + (10000 << 12), "large");
	for (uint64_t i = 0; i < 3; i++) {
		heat_add(&h, &h.samples[0], 0x9000000 + i * 0x1000,
			 0x9001000 + i * 0x1000, 1);
		heat_add_area(&h, 0x9000000 + i * 0x1000, 0x9001000 + i * 0x1000,
			      i == 1 ? "smaller" : "small");
	}
	heat_sort_areas(&h);
	heat_mark_areas(&h);
	nr = heat_rows(&h, 40, NULL, &rows);
	for (size_t i = 0; i < nr; i++) {
		idle += rows[i].idle;
		if (rows[i].end <= 0x1000000 + (500 << 12))
			busy++;
	}
	is(idle, 1, "a long part without access takes one line");
	ok(busy > 20, "the part with accesses has the others: %zu", busy);
	ok(rows[0].first && rows[0].start == 0x1000000 && rows[nr - 1].end == 0x9003000,
	   "the lines cover all mappings");
	for (size_t i = 1; i < nr; i++)
		if (rows[i].area == rows[i - 1].area && rows[i].start != rows[i - 1].end)
			ok(0, "line %zu starts where the last one ends", i);
	free(rows);
	out = open_memstream(&svg, &len);
	heat_svg(&h, out);
	fclose(out);
	ok(label_distance(svg) >= 10, "labels in the picture do not overlap: %lu",
	   label_distance(svg));
	free(svg);
	heat_release(&h);
	ok(heat_shade(1) == 1 && heat_shade(0.001) < 0.01 && heat_shade(0.000000001) == 0 &&
	   heat_shade(0.01) > 0.3 && heat_shade(0.01) < 0.4,
	   "the shades are logarithmic");
}

/* Draw a picture of as many mappings of a page, with @samples intervals. */
static char *draw(struct heat *h, size_t mappings, size_t samples, unsigned int rows,
		  bool exact)
{
	char name[32], *text = NULL;
	size_t len;
	FILE *out;

	*h = (struct heat){ .method = "a test" };
	h->samples = calloc(samples, sizeof(*h->samples));
	h->nr_samples = samples;
	for (size_t i = 0; i < samples; i++)
		h->samples[i].time = 1 + (double)i;
	for (uint64_t i = 0; i < mappings; i++) {
		/* the later ones are accessed in more of their pages */
		heat_add(h, &h->samples[0], i << 24, (i << 24) + ((i + 1) << 12), 1);
		snprintf(name, sizeof(name), "mapping%zu", (size_t)i);
		heat_add_area(h, i << 24, (i << 24) + 0x100000, name);
	}
	heat_sort_areas(h);
	heat_mark_areas(h);
	out = open_memstream(&text, &len);
	heat_draw(h, out, false, 80, rows, exact);
	fclose(out);
	return text;
}

static void test_heat_text(void)
{
	struct heat h;
	char *text = draw(&h, 20, 2, 12, true);
	size_t lines = 0;

	for (char *p = text; *p; p++)
		lines += *p == '\n';
	is(lines, 12 + 3, "as many lines as --rows asks for, a remark, axis and scale");
	ok(strstr(text, "(8 more mappings with fewer accesses: --rows=20 shows all)"),
	   "a remark about the other mappings");
	ok(!strstr(text, "mapping7 ") && strstr(text, "mapping8 "),
	   "those with the most accesses have a line");
	ok(strstr(text, " 0 s  2.0 s\n"), "the labels of two columns stay apart");
	free(text);
	heat_release(&h);

	text = draw(&h, 20, 2, 12, false);
	ok(strstr(text, "mapping0 "), "without --rows each mapping has a line");
	free(text);
	heat_release(&h);

	text = draw(&h, 0, 1, 12, false);
	heat_add_area(&h, 0x1000, 0x2000, "a");
	ok(!heat_misses_accesses(&h), "an idle process misses none");
	h.cpu = 0.9;
	ok(heat_misses_accesses(&h), "a busy one of which nothing was seen does");
	heat_release(&h);
	free(text);
	text = draw(&h, 20, 1, 12, false);
	h.cpu = 0.9;
	ok(!heat_misses_accesses(&h), "one of which 210 pages were seen does not");
	h.emulated = true;
	ok(heat_misses_accesses(&h), "it does on an emulated processor");
	heat_release(&h);
	free(text);
}

int main(void)
{
	test_buckets();
	test_percentiles();
	test_merge();
	test_signals();
	test_intervals();
	test_heat();
	test_heat_lines();
	test_heat_text();
	return tap_done();
}
