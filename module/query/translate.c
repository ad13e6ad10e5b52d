// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_TRANSLATE. */
#include <linux/capability.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "inspect/pagetable.h"
#include "query/query.h"
#include "subject.h"
#include "uarg.h"

/**
 * vmlab_query_translate() - VMLAB_IOC_TRANSLATE
 * @uarg: struct vmlab_translation of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_query_translate(void __user *uarg)
{
	const bool privileged = ns_capable_noaudit(&init_user_ns,
						   CAP_SYS_ADMIN);
	struct vmlab_translation r, query;
	struct vmlab_subject subject;
	int ret;

	ret = vmlab_uarg_get(&query, sizeof(query), sizeof(query), uarg);
	if (ret)
		return ret;
	if (query.flags)
		return -EINVAL;

	ret = vmlab_subject_get_mm(&subject, &query.target);
	if (ret)
		return ret;
	memset(&r, 0, sizeof(r));
	r.size = query.size;
	r.target = query.target;
	r.addr = query.addr;
	r.result = privileged ? 0 : VMLAB_PT_HIDDEN;
	ret = vmlab_inspect_translate(subject.mm, privileged, &r);
	vmlab_subject_put(&subject);

	return ret ?: vmlab_uarg_put(&r, sizeof(r), uarg);
}
