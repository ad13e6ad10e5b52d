// SPDX-License-Identifier: GPL-2.0
/* VMLAB_IOC_EVENTS: which events read(2) returns. */
#include <linux/bits.h>

#include <linux/vmlab.h>

#include "control/control.h"
#include "events.h"
#include "uarg.h"

/**
 * vmlab_ioctl_events() - VMLAB_IOC_EVENTS
 * @space: the space of the open file
 * @uarg: struct vmlab_events of the caller
 *
 * Context: process context, may sleep.
 * Return: 0 or a negative errno.
 */
long vmlab_ioctl_events(struct vmlab_space *space, void __user *uarg)
{
	struct vmlab_events config;
	int ret;

	ret = vmlab_uarg_get(&config, sizeof(config), sizeof(config), uarg);
	if (ret)
		return ret;
	if (config.flags || config.mask >= BIT(VMLAB_EVENT_NR) ||
	    !config.mask != !config.nr || config.nr > VMLAB_EVENTS_MAX)
		return -EINVAL;
	return vmlab_events_config(&space->events, config.mask, config.nr);
}
