// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "model/paging_words.h"
#include "model/parse.h"

static const char *const policies[] = {
	[VMLAB_POLICY_FIFO] = "fifo",	  [VMLAB_POLICY_CLOCK] = "clock",
	[VMLAB_POLICY_LRU] = "lru",	  [VMLAB_POLICY_LFU] = "lfu",
	[VMLAB_POLICY_RANDOM] = "random", [VMLAB_POLICY_OPT] = "opt",
	[VMLAB_POLICY_MRU] = "mru",
};

static const char *const prefetches[] = {
	[VMLAB_PREFETCH_NONE] = "none",
	[VMLAB_PREFETCH_NEXT] = "next",
	[VMLAB_PREFETCH_STRIDE] = "stride",
	[VMLAB_PREFETCH_WHOLE] = "whole",
};

static const char *const backings[] = {
	[VMLAB_BACKING_ZERO] = "zero",
	[VMLAB_BACKING_PATTERN] = "pattern",
	[VMLAB_BACKING_FILE] = "file",
	[VMLAB_BACKING_PFN] = "pfn",
};

static const char *const actions[] = {
	[VMLAB_INJECT_SIGBUS] = "sigbus",     [VMLAB_INJECT_OOM] = "oom",
	[VMLAB_INJECT_HWPOISON] = "hwpoison", [VMLAB_INJECT_RETRY] = "retry",
	[VMLAB_INJECT_DELAY] = "delay",
};

static const char *const events[VMLAB_EVENT_NR] = {
	[VMLAB_EVENT_LOST] = "lost",	       [VMLAB_EVENT_FAULT] = "fault",
	[VMLAB_EVENT_MKWRITE] = "mkwrite",     [VMLAB_EVENT_EVICT] = "evict",
	[VMLAB_EVENT_WRITEBACK] = "writeback", [VMLAB_EVENT_INJECT] = "inject",
	[VMLAB_EVENT_ACCESS] = "access",       [VMLAB_EVENT_DROP] = "drop",
};

static const char *const outcomes[] = {
	[VMLAB_FAULT_FILLED] = "filled",
	[VMLAB_FAULT_MAPPED] = "mapped",
	[VMLAB_FAULT_SIGBUS] = "sigbus",
	[VMLAB_FAULT_OOM] = "oom",
	[VMLAB_FAULT_INTERRUPTED] = "interrupted",
	[VMLAB_FAULT_ERROR] = "error",
	[VMLAB_FAULT_INJECTED] = "injected",
};

#define NR(words) (sizeof(words) / sizeof((words)[0]))

static int find_word(const char *const *words, size_t nr, const char *s,
		     size_t len, uint32_t *index)
{
	for (size_t i = 0; i < nr; i++) {
		if (words[i] && strlen(words[i]) == len &&
		    !strncmp(words[i], s, len)) {
			*index = (uint32_t)i;
			return 0;
		}
	}
	return -EINVAL;
}

static const char *word(const char *const *words, size_t nr, uint32_t index)
{
	return index < nr && words[index] ? words[index] : "unknown";
}

int paging_policy_parse(const char *s, uint32_t *policy)
{
	/* the queue of second chance and the circle of clock evict the same pages */
	if (!strcmp(s, "second-chance"))
		s = "clock";
	return find_word(policies, NR(policies), s, strlen(s), policy);
}

const char *paging_policy_name(uint32_t policy)
{
	if (policy == VMLAB_POLICY_BPF)
		return "bpf";
	return word(policies, NR(policies), policy);
}

int paging_prefetch_parse(const char *s, struct vmlab_paging *paging)
{
	size_t len = strcspn(s, ":");
	bool counted;
	uint64_t nr = 0;

	if (find_word(prefetches, NR(prefetches), s, len, &paging->prefetch))
		return -EINVAL;
	counted = paging->prefetch == VMLAB_PREFETCH_NEXT ||
		  paging->prefetch == VMLAB_PREFETCH_STRIDE;
	if (counted != (s[len] == ':'))
		return -EINVAL;
	if (counted &&
	    (parse_u64(s + len + 1, &nr) || !nr || nr > VMLAB_PREFETCH_MAX))
		return -EINVAL;
	paging->prefetch_pages = (uint32_t)nr;
	return 0;
}

const char *paging_prefetch_name(uint32_t prefetch)
{
	return word(prefetches, NR(prefetches), prefetch);
}

int paging_backing_parse(const char *s, uint32_t *backing, const char **path)
{
	size_t len = strcspn(s, ":");

	*path = NULL;
	if (find_word(backings, NR(backings), s, len, backing))
		return -EINVAL;
	if ((*backing == VMLAB_BACKING_FILE) != (s[len] == ':'))
		return -EINVAL;
	if (s[len] == ':') {
		*path = s + len + 1;
		return **path ? 0 : -EINVAL;
	}
	return 0;
}

const char *paging_backing_name(uint32_t backing)
{
	return word(backings, NR(backings), backing);
}

int paging_action_parse(const char *s, size_t len, uint32_t *action)
{
	return find_word(actions, NR(actions), s, len, action);
}

const char *paging_action_name(uint32_t action)
{
	return word(actions, NR(actions), action);
}

const char *paging_event_name(uint32_t type)
{
	return word(events, NR(events), type);
}

const char *paging_event_detail(const struct vmlab_event *event)
{
	switch (event->type) {
	case VMLAB_EVENT_FAULT:
		return word(outcomes, NR(outcomes), event->arg);
	case VMLAB_EVENT_EVICT:
		return event->arg ? "stored" : "dropped";
	case VMLAB_EVENT_WRITEBACK:
		return event->arg ? strerrorname_np((int)event->arg) : "done";
	case VMLAB_EVENT_INJECT:
		return paging_action_name(event->arg);
	case VMLAB_EVENT_ACCESS:
		return event->arg & VMLAB_ACCESS_WRITE ? "write" : "read";
	default:
		return NULL;
	}
}
