// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_PTES, VMLAB_IOC_PAGES and VMLAB_IOC_PGTABLE_TOTALS. */
#include <linux/capability.h>
#include <linux/minmax.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/user_namespace.h>

#include "inspect/pagetable.h"
#include "query/query.h"
#include "subject.h"
#include "uarg.h"

/* Bounds the memory of a call. */
#define RECORDS_PER_CALL	1024

/* Small requests need no allocation. */
#define RECORDS_ON_STACK	4

#define PTES_FLAGS \
	(VMLAB_PTES_RAW | VMLAB_PTES_TABLES | VMLAB_PTES_FOLD_FLAGS)

static int get_query(struct vmlab_ptes *query, u32 flags, void __user *uarg)
{
	int ret = vmlab_uarg_get_short(query, sizeof(*query), uarg);

	if (ret)
		return ret;
	if (query->flags & ~flags || query->result || !query->nr)
		return -EINVAL;
	query->nr = min_t(u32, query->nr, RECORDS_PER_CALL);
	/* Without it the answer has less: no failure that audit should log. */
	if (!ns_capable_noaudit(&init_user_ns, CAP_SYS_ADMIN))
		query->result |= VMLAB_PT_HIDDEN;
	return 0;
}

static int put_query(struct vmlab_ptes *query, unsigned int filled,
		     u64 tables_read, const void *records, size_t record_size,
		     void __user *uarg)
{
	query->nr = filled;
	query->tables_read = tables_read;
	if (filled && copy_to_user(u64_to_user_ptr(query->records), records,
				   filled * record_size))
		return -EFAULT;
	return vmlab_uarg_put_short(query, sizeof(*query), uarg);
}

/**
 * vmlab_query_ptes() - VMLAB_IOC_PTES
 * @uarg: struct vmlab_ptes of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_ptes(void __user *uarg)
{
	struct vmlab_pte few[RECORDS_ON_STACK] __uninitialized;
	struct vmlab_ptes query __uninitialized;
	struct vmlab_pte_batch batch __uninitialized;
	struct vmlab_subject subject;
	int ret;

	ret = get_query(&query, PTES_FLAGS, uarg);
	if (ret)
		return ret;
	batch.flags = query.flags;
	batch.privileged = !(query.result & VMLAB_PT_HIDDEN);
	batch.nr = query.nr;
	ret = vmlab_pt_filter_init(&batch.filter, &query);
	if (ret)
		return ret;
	batch.records = few;
	/* Each record is set as a whole: no need to clear them. */
	if (query.nr > ARRAY_SIZE(few))
		batch.records = kvmalloc_array(query.nr, sizeof(*batch.records),
					       GFP_KERNEL_ACCOUNT);
	if (!batch.records)
		return -ENOMEM;

	ret = vmlab_subject_get_mm(&subject, &query.target);
	if (ret)
		goto out;
	ret = vmlab_inspect_ptes(&batch, subject.mm, query.start, query.end,
				 &query.cursor);
	vmlab_subject_put(&subject);
	if (!ret)
		ret = put_query(&query, batch.filled, batch.walk.tables_read,
				batch.records, sizeof(*batch.records), uarg);
out:
	if (batch.records != few)
		kvfree(batch.records);
	return ret;
}

/**
 * vmlab_query_pages() - VMLAB_IOC_PAGES
 * @uarg: struct vmlab_ptes of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_pages(void __user *uarg)
{
	struct vmlab_page_batch *batch;
	struct vmlab_subject subject;
	struct vmlab_ptes query;
	int ret;

	ret = get_query(&query, 0, uarg);
	if (ret)
		return ret;
	batch = kzalloc(sizeof(*batch), GFP_KERNEL);
	if (!batch)
		return -ENOMEM;
	batch->privileged = !(query.result & VMLAB_PT_HIDDEN);
	batch->nr = query.nr;
	batch->records = kvmalloc_array(query.nr, sizeof(*batch->records),
					GFP_KERNEL_ACCOUNT);
	ret = batch->records ? vmlab_pt_filter_init(&batch->filter, &query) :
			       -ENOMEM;
	if (ret)
		goto out;

	ret = vmlab_subject_get_mm(&subject, &query.target);
	if (ret)
		goto out;
	ret = vmlab_inspect_pages(batch, subject.mm, query.start, query.end,
				  &query.cursor);
	vmlab_subject_put(&subject);
	if (!ret)
		ret = put_query(&query, batch->filled, batch->walk.tables_read,
				batch->records, sizeof(*batch->records), uarg);
out:
	kvfree(batch->records);
	kfree(batch);
	return ret;
}

/**
 * vmlab_query_pgtotals() - VMLAB_IOC_PGTABLE_TOTALS
 * @uarg: struct vmlab_pgtable_totals of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_pgtotals(void __user *uarg)
{
	struct vmlab_pgtable_totals totals;
	struct vmlab_subject subject;
	struct vmlab_target target;
	u32 usize;
	int ret;

	ret = vmlab_uarg_get(&totals, sizeof(totals), sizeof(totals), uarg);
	if (ret)
		return ret;
	if (totals.flags || totals.reserved)
		return -EINVAL;
	target = totals.target;
	usize = totals.size;

	ret = vmlab_subject_get_mm(&subject, &target);
	if (ret)
		return ret;
	/* Do not return what the caller left in the outputs. */
	memset(&totals, 0, sizeof(totals));
	totals.size = usize;
	totals.target = target;
	ret = vmlab_inspect_pgtotals(subject.mm, &totals);
	vmlab_subject_put(&subject);

	return ret ?: vmlab_uarg_put(&totals, sizeof(totals), uarg);
}
