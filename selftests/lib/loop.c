// SPDX-License-Identifier: GPL-2.0
#include "loop.h"

#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tap.h"

bool loop_attach(struct loop *loop, int file)
{
	int control, nr;

	if (system("modprobe -q loop"))
		diag("modprobe failed");
	control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	nr = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	if (control >= 0)
		close(control);
	if (nr < 0)
		return false;
	snprintf(loop->name, sizeof(loop->name), "/dev/loop%d", nr);
	loop->fd = open(loop->name, O_RDWR | O_CLOEXEC);
	if (loop->fd < 0)
		return false;
	if (ioctl(loop->fd, LOOP_SET_FD, file)) {
		close(loop->fd);
		return false;
	}
	return true;
}

void loop_detach(struct loop *loop)
{
	ioctl(loop->fd, LOOP_CLR_FD, 0);
	close(loop->fd);
}
