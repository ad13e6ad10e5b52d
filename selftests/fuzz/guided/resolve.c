// SPDX-License-Identifier: GPL-2.0
/* What the words of a program stand for while it runs. */
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/vmlab.h>

#include "fuzz/guided/world.h"

struct world world;

int descriptor_of(uint64_t word)
{
	if (word < NR_FDS)
		return world.fd[word];
	if (word < 8)
		return world.file[word - NR_FDS];
	switch (word) {
	case 8:
		return world.pipe[0];
	case 9:
		return world.pipe[1];
	case 10:
		return world.uffd;
	case 11:
		return world.ring;
	case 12:
		return world.probe;
	case 13:
		return world.pidfd[0];
	case 14:
		return world.file[4];
	case 15:	/* no file */
		return 0;
	default:
		return -1;
	}
}

/* Bits 0-3 of an address name a region, 4-15 a page of it, 16-27 a byte; 28-30: other places. */
uint64_t address_of(uint64_t word)
{
	const struct region *r = &world.region[word % NR_REGIONS];
	const uint64_t at = (word >> 4 & 0xfff) * PAGE + (word >> 16 & 0xfff);

	switch (word >> 28 & 7) {
	case 0:
		return r->start + at;
	case 1:
		return 0;
	case 2:
		return r->start + r->bytes - PAGE + (word >> 16 & 0xfff);
	case 3:
		return 0xffff888000000000ULL + at;
	case 4:
		return (1ULL << 62) + at;
	case 5:
		return ARENA + (NR_REGIONS + 1) * REGION_SPAN + at;
	case 6:		/* the spare anonymous memory */
		return ARENA + NR_REGIONS * REGION_SPAN + at % (16 * PAGE);
	default:
		return 0x7ffffffff000ULL + (word >> 16 & 0xfff);
	}
}

static uint64_t buffer_of(const struct worker *w, uint64_t word)
{
	switch (word & 7) {
	case 0:
	case 1:
	case 2:		/* in the middle, so that much fits */
		return (uintptr_t)w->buffer + (word >> 4 & 0x7ff);
	case 3:		/* a page without access follows soon */
		return (uintptr_t)w->buffer + BUFFER_BYTES - (word >> 4 & 0x7ff);
	case 4:
	case 5:
		return address_of(word >> 4);
	case 6:
		return 0;
	default:
		return address_of(3ULL << 28 | word >> 4);
	}
}

static uint64_t target_of(uint64_t word)
{
	if (!word)
		return 0;
	if (word <= NR_CHILDREN)
		return (uint64_t)world.child[word - 1];
	if (word <= 2 * NR_CHILDREN)
		return (uint64_t)world.pidfd[word - 1 - NR_CHILDREN];
	if (word == 8)
		return (uint64_t)getpid();
	if (word == 9)
		return 1;
	if (word == 10)
		return 2;	/* a kernel thread */
	return word;
}

static uint64_t space_of(uint64_t word)
{
	struct vmlab_space_config config = { .size = sizeof(config) };

	if (!word || word > NR_FDS)
		return word;
	return ioctl(world.fd[word - 1], VMLAB_IOC_SPACE_GET, &config) ? 0 :
	       config.space_id;
}

uint64_t value_of(const struct worker *w, const struct arg *a, uint64_t word)
{
	switch (a->type) {
	case A_SIZE:
		return word ? word : a->limit;
	case A_OFFSET:
		return word < 0x10000 ? word * PAGE : word;
	case A_LENGTH:
		return !word ? PAGE : word == 0xffff ? 0 :
		       word < 0xffff ? word * PAGE : word;
	case A_COUNT:
		return word % a->limit;
	case A_ADDR:
		return a->limit && !word ? 0 : address_of(word);
	case A_BUF:
		return buffer_of(w, word);
	case A_SIDE:
		return word ? buffer_of(w, word) : (uintptr_t)w->side;
	case A_TARGET_ID:
		return target_of(word);
	case A_CHILD:
		return (uint64_t)world.child[word % NR_CHILDREN];
	case A_POLICY:
		return policy_number(word);
	case A_SPACE:
		return space_of(word);
	case A_FD:
		return (uint64_t)descriptor_of(word);
	case A_FILE:
		return (uint64_t)(word < NR_FILES ? world.file[word] :
				  descriptor_of(word));
	case A_SLOT:
		return word % NR_FDS;
	case A_REGION:
		return word % NR_REGIONS;
	default:
		return word;
	}
}

long keep(int *slot, int fd)
{
	if (fd < 0)
		return -1;
	if (*slot >= 0)
		close(*slot);
	*slot = fd;
	return 0;
}
