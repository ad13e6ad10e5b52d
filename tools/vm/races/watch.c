// SPDX-License-Identifier: GPL-2.0
/*
 * Watchpoints for the accesses of the module, as KCSAN sets them, on a kernel without KCSAN.
 *
 * The compiler calls a function of this file before each access to memory (-fsanitize=thread).
 * Now and then the function watches the memory for a moment before it lets the access happen.
 * When another processor accesses the same bytes meanwhile, one of the two writes and they are
 * not both marked (READ_ONCE() and others), that is a data race.
 *
 * As in KCSAN by default, aligned plain writes up to a word count as marked, and a race counts
 * when the value changed: see the parameter watch_strict.  Not seen are accesses of the kernel
 * itself, of inline assembly (atomic and bit operations) and the order of accesses: KCSAN sees
 * those.
 *
 * Linked into vmlab.ko by VMLAB_WATCH=1; never a part of a module that is installed.
 */
#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/sched/task_stack.h>
#include <linux/smp.h>
#include <linux/uaccess.h>

#define WATCH_BITS	6
#define WATCH_BUSY	1UL	/* being set up */
#define WATCH_HIT	2UL	/* another access came: see @other */
#define REPORT_BITS	8
#define SKIP_FIRST	1000

enum { READ_ACCESS = 0, WRITE_ACCESS = 1, MARKED = 2 };

static unsigned int watch_skip = 300;
module_param(watch_skip, uint, 0644);
MODULE_PARM_DESC(watch_skip, "accesses between two that are watched");
static unsigned int watch_us = 60;
module_param(watch_us, uint, 0644);
MODULE_PARM_DESC(watch_us, "microseconds for which an access is watched");
static bool watch_strict;
module_param(watch_strict, bool, 0644);
MODULE_PARM_DESC(watch_strict, "plain writes are not atomic, and the value need not change");

static unsigned long watch_watched, watch_raced;
module_param(watch_watched, ulong, 0444);
MODULE_PARM_DESC(watch_watched, "accesses that were watched");
module_param(watch_raced, ulong, 0444);
MODULE_PARM_DESC(watch_raced, "of these, how often another access came");

struct access {
	unsigned long ip;
	unsigned int flags;
	int cpu;
	int pid;
};

/* One watched word.  @key: 0 when free, its address, WATCH_BUSY or WATCH_HIT. */
static struct watch {
	atomic_long_t key;
	u8 bytes;
	unsigned int flags;
	int hit;
	struct access other;
} watches[1 << WATCH_BITS];

static unsigned long reported[1 << REPORT_BITS];
static DEFINE_PER_CPU(int, skip) = SKIP_FIRST;

static struct watch *watch_of(unsigned long word)
{
	return &watches[hash_long(word >> 3, WATCH_BITS)];
}

/* The bytes of a word that an access covers, as bits. */
static u8 bytes_of(unsigned long word, unsigned long addr, size_t size)
{
	unsigned long first = max(addr, word), end = min(addr + size, word + 8);

	return GENMASK(end - word - 1, first - word);
}

static struct access this_access(unsigned long ip, unsigned int flags)
{
	return (struct access){
		.ip = ip, .flags = flags, .cpu = raw_smp_processor_id(), .pid = current->pid,
	};
}

/* Does this access race with one that is watched on another processor? */
static void hit_watch(unsigned long word, u8 bytes, unsigned int flags, unsigned long ip)
{
	struct watch *w = watch_of(word);

	if (atomic_long_read(&w->key) != (long)word || !(w->bytes & bytes) ||
	    !((w->flags | flags) & WRITE_ACCESS) || (w->flags & flags & MARKED) ||
	    atomic_long_cmpxchg(&w->key, (long)word, WATCH_HIT) != (long)word)
		return;
	w->other = this_access(ip, flags);
	/* Pairs with the acquire in watch(). */
	smp_store_release(&w->hit, 1);
}

static bool is_new(unsigned long one, unsigned long other)
{
	unsigned long pair = one ^ (other << 1);

	return xchg(&reported[hash_long(pair, REPORT_BITS)], pair) != pair;
}

static void report(const struct access *one, const struct access *other, unsigned long addr,
		   u64 before, u64 after)
{
	const struct access *both[] = { one, other };
	int i;

	if (!is_new(one->ip, other->ip))
		return;
	pr_err("BUG: data race in %pS / %pS\n", (void *)one->ip, (void *)other->ip);
	for (i = 0; i < 2; i++)
		pr_err("  %s %s at %lx by task %d on cpu %d: %pS\n",
		       both[i]->flags & MARKED ? "marked" : "plain",
		       both[i]->flags & WRITE_ACCESS ? "write" : "read", addr,
		       both[i]->pid, both[i]->cpu, (void *)both[i]->ip);
	pr_err("  the word was %llx, and is %llx\n", before, after);
	dump_stack();
}

static void watch(unsigned long word, u8 bytes, unsigned int flags, unsigned long ip)
{
	struct watch *w = watch_of(word);
	struct access one = this_access(ip, flags), other;
	u64 before, after;

	if (atomic_long_cmpxchg(&w->key, 0, WATCH_BUSY))
		return;
	w->bytes = bytes;
	w->flags = flags;
	before = *(volatile u64 *)word;
	atomic_long_set_release(&w->key, (long)word);
	udelay(watch_us);
	after = *(volatile u64 *)word;
	watch_watched++;
	if (atomic_long_cmpxchg(&w->key, (long)word, 0) == (long)word)
		return;
	/* Pairs with the release in hit_watch(). */
	while (!smp_load_acquire(&w->hit))
		cpu_relax();
	other = w->other;
	w->hit = 0;
	atomic_long_set_release(&w->key, 0);
	watch_raced++;
	if (watch_strict || before != after)
		report(&one, &other, word, before, after);
}

static bool on_stack(unsigned long addr)
{
	return addr - (unsigned long)task_stack_page(current) < THREAD_SIZE;
}

static void access_memory(const volatile void *at, size_t size, unsigned int flags,
			  unsigned long ip)
{
	unsigned long addr = (unsigned long)at, word = addr & ~7UL, next, irq;

	if (!watch_strict && flags == WRITE_ACCESS && size <= 8 && !(addr % size))
		flags |= MARKED;
	for (next = word; next < addr + size && next < word + 32; next += 8)
		hit_watch(next, bytes_of(next, addr, size), flags, ip);
	if (this_cpu_dec_return(skip) > 0)
		return;
	if (flags & MARKED || in_nmi() || on_stack(addr))
		return;
	/* Not the same accesses each time. */
	this_cpu_write(skip, watch_skip + (int)(ip >> 2) % 16);
	local_irq_save(irq);
	watch(word, bytes_of(word, addr, size), flags, ip);
	local_irq_restore(irq);
}

/* The access may be one between user_access_begin() and user_access_end(). */
static __always_inline void access(const volatile void *at, size_t size, unsigned int flags,
				   unsigned long ip)
{
	unsigned long user = user_access_save();

	access_memory(at, size, flags, ip);
	user_access_restore(user);
}

/* gcc calls these by name: they have no other declaration. */
#define WATCH(name, size, flags)				\
void __tsan_##name(void *at);					\
void __tsan_##name(void *at)					\
{								\
	access(at, size, flags, _RET_IP_);			\
}								\
EXPORT_SYMBOL_GPL(__tsan_##name)

#define WATCH_SIZE(size)					\
WATCH(read##size, size, READ_ACCESS);				\
WATCH(write##size, size, WRITE_ACCESS);				\
WATCH(unaligned_read##size, size, READ_ACCESS);			\
WATCH(unaligned_write##size, size, WRITE_ACCESS);		\
WATCH(volatile_read##size, size, READ_ACCESS | MARKED);		\
WATCH(volatile_write##size, size, WRITE_ACCESS | MARKED);	\
WATCH(unaligned_volatile_read##size, size, READ_ACCESS | MARKED); \
WATCH(unaligned_volatile_write##size, size, WRITE_ACCESS | MARKED)

WATCH_SIZE(1);
WATCH_SIZE(2);
WATCH_SIZE(4);
WATCH_SIZE(8);
WATCH_SIZE(16);

void __tsan_read_range(void *at, size_t size);
void __tsan_read_range(void *at, size_t size)
{
	access(at, size, READ_ACCESS, _RET_IP_);
}
EXPORT_SYMBOL_GPL(__tsan_read_range);

void __tsan_write_range(void *at, size_t size);
void __tsan_write_range(void *at, size_t size)
{
	access(at, size, WRITE_ACCESS, _RET_IP_);
}
EXPORT_SYMBOL_GPL(__tsan_write_range);

void __tsan_init(void);
void __tsan_init(void)
{
}
EXPORT_SYMBOL_GPL(__tsan_init);

void __tsan_func_entry(void *ip);
void __tsan_func_entry(void *ip)
{
}
EXPORT_SYMBOL_GPL(__tsan_func_entry);

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}
EXPORT_SYMBOL_GPL(__tsan_func_exit);
