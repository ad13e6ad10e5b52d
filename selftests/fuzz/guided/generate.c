// SPDX-License-Identifier: GPL-2.0
/* Make random programs, and change programs at random. */
#include <string.h>

#include "fuzz/guided/program.h"
#include "lib/random.h"

#define MMAP "mmap prot=PROT_READ|PROT_WRITE flags=MAP_SHARED place=FIXED "
#define below(n)	random_below(rng, (n))

static uint64_t any_number(uint64_t *rng)
{
	switch (below(6)) {
	case 0:
		return 0;
	case 1:
		return below(32);
	case 2:
		return below(1 << 20);
	case 3:
		return 1ULL << below(64);
	case 4:
		return UINT64_MAX - below(5000);
	default:
		return random_next(rng);
	}
}

static uint64_t any_flags(const struct arg *a, uint64_t *rng)
{
	uint64_t value = a->limit && below(8) ? a->limit : 0;

	if (a->limit && below(2))
		return value;
	for (uint64_t n = below(3) + below(2); n; n--)
		value |= a->words[below(a->nr_words)].value;
	return value;
}

/* A region, and a page that is likely to exist and to be met again. */
static uint64_t any_address(uint64_t *rng)
{
	uint64_t word = (below(3) ? 0 : below(4)) | (below(3) ? 0 : below(64)) << 4;

	if (!below(30))
		word |= below(512) << 4;
	if (!below(12))
		word |= below(4096) << 16;
	if (!below(25))
		word |= below(8) << 28;
	return word;
}

static uint64_t small(uint64_t *rng, uint64_t limit)
{
	return below(4) ? below(4) : below(limit ? limit : 1);
}

static uint64_t usual_number(const struct arg *a, uint64_t *rng)
{
	return a->least && below(8) ? a->least + small(rng, a->limit) :
	       below(3) ? small(rng, a->limit) : below(a->limit + 1);
}

static uint64_t usual_word(const struct arg *a, uint64_t *rng)
{
	switch (a->type) {
	case A_FLAGS:
		return any_flags(a, rng);
	case A_ENUM:
		return a->words[below(a->nr_words)].value;
	case A_PLACE:
		return below(12) ? 0 : below(4);
	case A_ZERO:
	case A_CURSOR:
	case A_SIZE:
	case A_SIDE:
		return 0;
	case A_OFFSET:
		return below(3) ? below(32) : below(3) ? 0 : below(3) ? below(1024) : 512;
	case A_LENGTH:
		return below(3) ? below(16) : below(2) ? below(128) : 512;
	case A_ADDR:
		return a->limit && below(3) ? 0 : any_address(rng);
	case A_BUF:
		return below(8) ? 0 : below(8) | any_address(rng) << 4;
	case A_TARGET_KIND:
		return below(2) ? 0 : below(3);
	case A_TARGET_ID:
		return below(4) ? 0 : below(12);
	case A_SPACE:
		return below(3);
	case A_FD:
		return below(4) ? 0 : below(4) ? below(4) : below(16);
	case A_FILE:
		return below(16) ? below(4) : below(16);
	case A_SLOT:
	case A_REGION:
		return below(3) ? 0 : below(4);
	case A_POLICY:
		return below(10);
	case A_CHILD:
		return below(3);
	case A_COUNT:
		return below(3) ? small(rng, a->limit) : below(a->limit);
	default:
		return usual_number(a, rng);
	}
}

static uint64_t any_word(const struct arg *a, uint64_t *rng)
{
	const bool fixed = a->type == A_ZERO || a->type == A_SIZE ||
			   a->type == A_CURSOR || a->type == A_PLACE;

	return below(fixed ? 60 : 25) ? usual_word(a, rng) : any_number(rng);
}

static uint8_t any_kind(uint64_t *rng)
{
	uint64_t total = 0, at;
	size_t i;

	for (i = 0; i < nr_kinds(); i++)
		total += kind_of(i)->weight;
	at = below(total);
	for (i = 0; at >= kind_of(i)->weight; i++)
		at -= kind_of(i)->weight;
	return (uint8_t)i;
}

/* A target is a kind and a number that fits it: see target_of(). */
static void fit_targets(struct call *c, const struct call_kind *kind, uint64_t *rng)
{
	static const uint8_t pids[] = { 1, 2, 3, 8, 8, 9, 10 };

	for (unsigned int i = 0; i + 1 < kind->nr_args; i++) {
		if (kind->args[i].type != A_TARGET_KIND || !below(8))
			continue;
		c->word[i] = below(2) ? 0 : 1 + below(2);
		c->word[i + 1] = !c->word[i] ? 0 : c->word[i] == 1 ? pids[below(sizeof(pids))] :
				 4 + below(3);
	}
}

static void generate_call(struct call *c, uint64_t *rng)
{
	/* Requests have many arguments, of which most fit only few others. */
	const bool sparse = below(3);
	const struct call_kind *kind;

	memset(c, 0, sizeof(*c));
	c->kind = any_kind(rng);
	kind = kind_of(c->kind);
	for (unsigned int i = 0; i < kind->nr_args; i++)
		if (!sparse || !kind->request || kind->args[i].least || !below(4))
			c->word[i] = any_word(&kind->args[i], rng);
	fit_targets(c, kind, rng);
	c->thread = below(4) ? 0 : (uint8_t)below(NR_THREADS);
	c->fail = below(12) ? 0 : (uint16_t)(1 + below(below(3) ? 10 : 60));
}

/* Calls with which most others have something to act on. */
static void append_text(struct program *p, const char *text)
{
	struct program more;

	if (program_parse(&more, text) < 0)
		return;
	for (uint32_t i = 0; i < more.nr && p->nr < MAX_CALLS; i++)
		p->call[p->nr++] = more.call[i];
}

void program_generate(struct program *p, uint64_t *rng)
{
	uint32_t nr = 3 + (uint32_t)below(12);

	memset(p, 0, sizeof(*p));
	p->flags = (uint32_t)below(P_FLAGS + 1);
	if (below(10))
		append_text(p, "open flags=O_RDWR");
	if (below(5))
		append_text(p, below(4) ? MMAP "pages=0x40" : MMAP "pages=0x400");
	while (p->nr < nr)
		generate_call(&p->call[p->nr++], rng);
}

static void insert_call(struct program *p, uint32_t at, const struct call *c)
{
	if (p->nr == MAX_CALLS)
		return;
	memmove(&p->call[at + 1], &p->call[at], (p->nr - at) * sizeof(*c));
	p->call[at] = *c;
	p->nr++;
}

static void remove_call(struct program *p, uint32_t at)
{
	p->nr--;
	memmove(&p->call[at], &p->call[at + 1], (p->nr - at) * sizeof(p->call[0]));
}

static void change_argument(struct call *c, uint64_t *rng)
{
	const struct call_kind *kind = kind_of(c->kind);
	uint64_t k = below(kind->nr_args);

	switch (below(5)) {
	case 0:
		c->word[k] += 1 - 2 * below(2);
		break;
	case 1:
		c->word[k] ^= 1ULL << below(below(2) ? 8 : 64);
		break;
	default:
		c->word[k] = any_word(&kind->args[k], rng);
	}
}

/* Append a part of @other. */
static void splice(struct program *p, const struct program *other, uint64_t *rng)
{
	uint32_t from = (uint32_t)below(other->nr), keep = 1 + (uint32_t)below(p->nr);

	if (below(2))
		p->nr = keep;
	for (; from < other->nr && p->nr < MAX_CALLS; from++)
		p->call[p->nr++] = other->call[from];
}

static void mutate_once(struct program *p, const struct program *other, uint64_t *rng)
{
	uint32_t at = (uint32_t)below(p->nr);
	struct call c;

	switch (below(16)) {
	case 0:
	case 1:
	case 2:
	case 3:
		generate_call(&c, rng);
		insert_call(p, (uint32_t)below(p->nr + 1), &c);
		break;
	case 4:
		if (p->nr > 1)
			remove_call(p, at);
		break;
	case 5:
	case 6:
		if (other->nr)
			splice(p, other, rng);
		break;
	case 7:
		c = p->call[at];
		insert_call(p, (uint32_t)below(p->nr + 1), &c);
		break;
	case 8:
		p->flags = (uint32_t)below(P_FLAGS + 1);
		break;
	case 9:
		p->call[at].thread = (uint8_t)below(NR_THREADS);
		break;
	case 10:
		p->call[at].fail = p->call[at].fail && below(2) ? p->call[at].fail + 1 :
				   (uint16_t)below(40);
		break;
	default:
		change_argument(&p->call[at], rng);
	}
}

void program_mutate(struct program *p, const struct program *other, uint64_t *rng)
{
	for (uint64_t n = 1 + below(4); n; n--)
		mutate_once(p, other, rng);
}
