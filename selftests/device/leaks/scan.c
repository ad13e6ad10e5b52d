// SPDX-License-Identifier: GPL-2.0
#include <stdbool.h>
#include <string.h>

#include "device/leaks/leaks.h"

#define KERNEL_HALF	0xffff800000000000ull
#define VSYSCALL	0xffffffffff600000ull
/* -1 as an address, an offset or an errno */
#define NO_ADDRESS	0xfffffffffffff000ull
#define FRAME_BITS	0x000ffffffffff000ull
/* What slab_debug=P and page_poison=1 write to memory that is freed. */
#define POISON_OBJECT	0x6b6b6b6b6b6b6b6bull
#define POISON_PAGE	0xaaaaaaaaaaaaaaaaull

static bool is_kernel_address(uint64_t word)
{
	/* Each user may know where this page is: it never moves. */
	if (word >= VSYSCALL && word <= VSYSCALL + 4096)
		return false;
	return word >= KERNEL_HALF && word < NO_ADDRESS;
}

/* Is a word the number of a frame, its address, or an entry that maps it? */
static bool is_frame(uint64_t word, const struct frames *frames)
{
	for (size_t i = 0; i < frames->nr; i++)
		if (word == frames->pfn[i] ||
		    (word & FRAME_BITS) == frames->pfn[i] << 12)
			return true;
	return false;
}

void scan(const void *buffer, size_t bytes, const struct frames *frames,
	  struct found *found)
{
	const char *p = buffer, *end = p + bytes;
	uint64_t word;

	for (size_t i = 0; i + sizeof(word) <= bytes; i += sizeof(word)) {
		memcpy(&word, p + i, sizeof(word));
		found->addresses += is_kernel_address(word);
		found->frames += frames && is_frame(word, frames);
		found->old += word == POISON_OBJECT || word == POISON_PAGE;
	}
	while ((p = memmem(p, (size_t)(end - p), MARK, MARK_BYTES))) {
		found->old++;
		p += MARK_BYTES;
	}
}
