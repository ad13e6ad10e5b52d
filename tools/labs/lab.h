/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a lab is, and what its file may call.
 *
 * A lab is one file NN-name.c: it defines one struct lab and ends with
 * LAB_REGISTER().  NN is its row in Documentation/labs.  A run has two phases:
 *
 *   predict()     computes each quantity from parameters and from facts of the
 *		   machine, before anything is measured;
 *   experiment()  does the experiment and measures each quantity.
 *
 * The library compares them, and nothing else decides the verdict: the lab has
 * no way to say that it agrees.  A quantity that was predicted and not measured
 * makes the run fail.  An assumption can be broken in the experiment, while the
 * prediction stays: then the verdict must change, and a test checks it.
 *
 * Each run is a process of its own, single-threaded at the start, with transparent
 * huge pages disabled (prctl(2), PR_SET_THP_DISABLE) unless @thp is set, and without
 * NUMA balancing.  After it, also when it fails or is killed, a second process kills
 * all descendants of the run, and takes back all changes made by the functions of
 * system.h.  The memory that the program itself needs is faulted in before the
 * experiment starts.
 *
 * Functions without a documented error end the run as failed, with a sentence.
 */
#ifndef LABS_LAB_H
#define LABS_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libvmlab.h"

/** struct lab_run - one run of a lab */
struct lab_run;

/**
 * struct lab_param - what --param NAME=VALUE can change
 * @name: lower case, for the command line
 * @value: the default, in the form that the user types
 * @words: the words it accepts, separated by blanks; NULL for a number
 * @min, @max: the numbers it accepts
 * @help: one line, with the unit
 */
struct lab_param {
	const char *name;
	const char *value;
	const char *words;
	uint64_t min, max;
	const char *help;
};

/**
 * struct lab_break - an assumption that --break NAME breaks in the experiment
 * @name: lower case, for the command line
 * @help: what the experiment then does, one line
 */
struct lab_break {
	const char *name;
	const char *help;
};

/* what a lab needs; without it the lab is skipped, and says why */
enum lab_needs {
	LAB_DEVICE = 1 << 0, /* the module */
	LAB_ROOT = 1 << 1, /* effective user 0 */
	LAB_PTES = 1 << 2, /* page tables: VMLAB_FEAT_PGTABLE */
};

/**
 * struct lab - one lab
 * @number: row in the list of concepts, 1 to 99
 * @name: a word for the command line
 * @title: a few words
 * @question: one sentence that ends with a question mark
 * @idea: the theory behind the prediction, two to five sentences
 * @pins: what could falsify the prediction, and how the lab keeps it constant
 * @changes: what the lab changes in the whole system until it ends, or NULL.
 *	Outside a virtual machine such a lab needs --yes
 * @reads: kernel functions to read, "mm/memory.c: do_anonymous_page()", one a
 *	line
 * @needs: LAB_DEVICE and others
 * @thp: leave transparent huge pages as the system has them
 * @params: ends with an element without a name; NULL for none
 * @breaks: ends with an element without a name; at least one
 * @predict: calls lab_predict() and its like; measures nothing
 * @experiment: calls lab_step() before each step, lab_measure() after it
 */
struct lab {
	unsigned int number;
	const char *name;
	const char *title;
	const char *question;
	const char *idea;
	const char *pins;
	const char *changes;
	const char *reads;
	unsigned int needs;
	bool thp;
	const struct lab_param *params;
	const struct lab_break *breaks;
	void (*predict)(struct lab_run *run);
	void (*experiment)(struct lab_run *run);
};

/** LAB_REGISTER - put a lab into the list; no other file names it */
#define LAB_REGISTER(definition)                                  \
	static const struct lab *const definition##_entry         \
		__attribute__((used, section("vmlab_labs"))) = &(definition)

/* --- parameters ------------------------------------------------------------- */

/** lab_number - return the value of a parameter that is a number */
uint64_t lab_number(const struct lab_run *run, const char *name);

/** lab_word - return the value of a parameter that is a word */
const char *lab_word(const struct lab_run *run, const char *name);

/** lab_broken - tell whether to break the assumption @name; in experiment() only */
bool lab_broken(const struct lab_run *run, const char *name);

/* --- predict() --------------------------------------------------------------- */

/**
 * lab_predict - predict a count, exactly
 * @key: a word, unique in the lab, for lab_measure()
 * @what: what is counted, for the table: "minor faults of the first touch"
 * @value: the count
 * @unit: "faults", "pages", "bytes"; "" for none
 * @formula: how it follows from the numbers that go into it: "size / page =
 *	67108864 / 4096"
 */
void lab_predict(struct lab_run *run, const char *key, const char *what,
		 double value, const char *unit, const char *formula, ...)
	__attribute__((format(printf, 6, 7)));

/** lab_predict_range - predict a quantity that theory bounds, both ends included */
void lab_predict_range(struct lab_run *run, const char *key, const char *what,
		       double low, double high, const char *unit,
		       const char *formula, ...)
	__attribute__((format(printf, 7, 8)));

/**
 * lab_predict_time - predict a ratio of times
 *
 * As lab_predict_range(), and labelled as a time: it depends on the machine.
 * Choose bounds that hold under emulation too.
 */
void lab_predict_time(struct lab_run *run, const char *key, const char *what,
		      double low, double high, const char *formula, ...)
	__attribute__((format(printf, 6, 7)));

/** lab_predict_words - predict an outcome that is a word: "SEGV_MAPERR" */
void lab_predict_words(struct lab_run *run, const char *key, const char *what,
		       const char *words, const char *formula, ...)
	__attribute__((format(printf, 5, 6)));

/** lab_count - a count as the value of a quantity, such as bytes / page */
static inline double lab_count(uint64_t count)
{
	return (double)count;
}

/* --- experiment() ------------------------------------------------------------- */

/** lab_step - say what comes next: the call or command, with its arguments */
void lab_step(struct lab_run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/** lab_measure - the measured value of a predicted quantity; once a quantity */
void lab_measure(struct lab_run *run, const char *key, double value);

/** lab_measure_words - the measured outcome of lab_predict_words() */
void lab_measure_words(struct lab_run *run, const char *key, const char *fmt,
		       ...) __attribute__((format(printf, 3, 4)));

/** lab_effect - name the known effect that would explain a difference of @key */
void lab_effect(struct lab_run *run, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** lab_note - add a line below the table of measurements: a fact, no verdict */
void lab_note(struct lab_run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* how to draw a plot */
enum lab_plot_flags {
	LAB_LOG_X = 1 << 0,
	LAB_LOG_Y = 1 << 1,
	LAB_BARS = 1 << 2, /* bars at whole x, else lines with points */
	LAB_STEPS = 1 << 3, /* a step function of x */
};

/**
 * lab_plot - start a plot for the report
 * @title: a caption that says what to see
 * @x, @y: labels of the axes with units
 * @flags: enum lab_plot_flags
 *
 * Return: the plot, for lab_series().
 */
unsigned int lab_plot(struct lab_run *run, const char *title, const char *x,
		      const char *y, unsigned int flags);

/** lab_series - add a series to a plot; return it, for lab_point() */
unsigned int lab_series(struct lab_run *run, unsigned int plot,
			const char *name);

/** lab_point - add a point to a series of the plot; points beyond the limit fail */
void lab_point(struct lab_run *run, unsigned int plot, unsigned int series,
	       double x, double y);

/** lab_skip - end the run, skipped; @fmt says what is missing and how to get it */
void lab_skip(struct lab_run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/** lab_fail - end the run, failed; @fmt says which step failed and why */
void lab_fail(struct lab_run *run, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/** lab_check - end the run, failed, when @err is a negative errno; return @err */
int lab_check(struct lab_run *run, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* --- the machine --------------------------------------------------------------- */

/**
 * struct lab_machine - facts for predictions, read before the run
 * @page: page size, bytes
 * @levels: levels of page tables
 * @entries: entries of one page table
 * @huge: bytes of a huge page at the PMD; 0 without transparent huge pages
 * @fault_around: bytes that a fault maps around it in page-cache mappings
 * @map_count_max: vm.max_map_count
 * @stack_guard: bytes that stay free below a growing stack
 * @task_end: end of the user half for addresses without a hint above 47 bits
 * @cpus: processors that are online
 * @kernel: major << 16 | minor << 8 of the running kernel
 */
struct lab_machine {
	uint64_t page;
	unsigned int levels;
	unsigned int entries;
	uint64_t huge;
	uint64_t fault_around;
	uint64_t map_count_max;
	uint64_t stack_guard;
	uint64_t task_end;
	unsigned int cpus;
	unsigned int kernel;
};

/** lab_machine - return the facts of this machine */
const struct lab_machine *lab_machine(const struct lab_run *run);

/** lab_device - return the open device of a lab with LAB_DEVICE */
struct vmlab *lab_device(const struct lab_run *run);

#endif /* LABS_LAB_H */
