// SPDX-License-Identifier: GPL-2.0
/* Opening the device, its features, and the names of flag bits. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

int vmlab_device_open(void)
{
	int fd;

	do {
		fd = open(VMLAB_DEVICE, O_RDWR | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);

	return fd < 0 ? -errno : fd;
}

int vmlab_request(int fd, unsigned long request, void *arg)
{
	int ret;

	do {
		ret = ioctl(fd, request, arg);
	} while (ret < 0 && errno == EINTR);

	return ret < 0 ? -errno : 0;
}

static int read_names(int fd, uint32_t kind, struct vmlab_flag_names *names)
{
	int err;

	memset(names, 0, sizeof(*names));
	names->size = sizeof(*names);
	names->kind = kind;
	err = vmlab_request(fd, VMLAB_IOC_FLAG_NAMES, names);
	if (err)
		return err;

	for (size_t i = 0; i < sizeof(names->bit) / sizeof(names->bit[0]);
	     i++) {
		struct vmlab_flag_name *n = &names->bit[i];

		n->name[sizeof(n->name) - 1] = '\0';
		n->mnemonic[sizeof(n->mnemonic) - 1] = '\0';
	}
	return 0;
}

/* An older module does not know the kind: then there are no names. */
static int read_new_names(int fd, uint32_t kind, struct vmlab_flag_names *names)
{
	int err = read_names(fd, kind, names);

	return err == -EINVAL ? 0 : err;
}

static int read_device(struct vmlab *lab)
{
	struct vmlab_info *info = &lab->info;
	int err;

	info->size = sizeof(*info);
	err = vmlab_request(lab->fd, VMLAB_IOC_INFO, info);
	if (err)
		return err;
	info->module_version[sizeof(info->module_version) - 1] = '\0';
	info->kernel_release[sizeof(info->kernel_release) - 1] = '\0';
	if (info->abi_version != VMLAB_ABI_VERSION || info->page_shift >= 64)
		return -EPROTO;

	err = read_names(lab->fd, VMLAB_NAMES_VMA_FLAGS, &lab->vma_flags);
	if (err)
		return err;
	err = read_names(lab->fd, VMLAB_NAMES_FEATURES, &lab->features);
	if (err)
		return err;
	err = read_new_names(lab->fd, VMLAB_NAMES_PTE, &lab->pte_flags);
	if (err)
		return err;
	return read_new_names(lab->fd, VMLAB_NAMES_PAGE_FLAGS,
			      &lab->page_flags);
}

int vmlab_open(struct vmlab **out)
{
	struct vmlab *lab;
	int err;

	lab = calloc(1, sizeof(*lab));
	if (!lab)
		return -ENOMEM;

	lab->fd = vmlab_device_open();
	if (lab->fd < 0) {
		err = lab->fd;
		free(lab);
		return err;
	}

	err = read_device(lab);
	if (err) {
		vmlab_close(lab);
		return err;
	}
	*out = lab;
	return 0;
}

void vmlab_close(struct vmlab *lab)
{
	if (!lab)
		return;
	close(lab->fd);
	free(lab);
}

int vmlab_fd(const struct vmlab *lab)
{
	return lab->fd;
}

const struct vmlab_info *vmlab_info_get(const struct vmlab *lab)
{
	return &lab->info;
}

uint64_t vmlab_page_size(const struct vmlab *lab)
{
	return UINT64_C(1) << lab->info.page_shift;
}

bool vmlab_has_feature(const struct vmlab *lab, uint64_t feature)
{
	return (lab->info.features & feature) == feature;
}

const char *vmlab_feature_name(const struct vmlab *lab, unsigned int bit)
{
	return bit < 64 ? lab->features.bit[bit].name : "";
}

const char *vmlab_vm_flag_name(const struct vmlab *lab, unsigned int bit)
{
	return bit < 64 ? lab->vma_flags.bit[bit].name : "";
}

const char *vmlab_vm_flag_mnemonic(const struct vmlab *lab, unsigned int bit)
{
	return bit < 64 ? lab->vma_flags.bit[bit].mnemonic : "";
}

static int find_bit(const struct vmlab_flag_names *names, const char *name)
{
	if (!*name)
		return -ENOENT;
	for (int i = 0; i < 64; i++) {
		const struct vmlab_flag_name *n = &names->bit[i];

		if (!strcasecmp(name, n->name) ||
		    !strcasecmp(name, n->mnemonic))
			return i;
	}
	return -ENOENT;
}

static size_t flags_text(const struct vmlab_flag_names *names, uint64_t flags,
			 char *buf, size_t size)
{
	size_t len = 0;

	if (size)
		buf[0] = '\0';
	for (; flags; flags &= flags - 1) {
		unsigned int bit = (unsigned int)__builtin_ctzll(flags);
		const char *name = names->bit[bit].name;
		const char *sep = len ? " " : "";
		char *to = len < size ? buf + len : NULL;
		size_t room = len < size ? size - len : 0;
		int n;

		if (*name)
			n = snprintf(to, room, "%s%s", sep, name);
		else
			n = snprintf(to, room, "%sbit%u", sep, bit);
		if (n > 0)
			len += (size_t)n;
	}
	return len;
}

int vmlab_vm_flag_bit(const struct vmlab *lab, const char *name)
{
	return find_bit(&lab->vma_flags, name);
}

size_t vmlab_vm_flags_text(const struct vmlab *lab, uint64_t flags, char *buf,
			   size_t size)
{
	return flags_text(&lab->vma_flags, flags, buf, size);
}

const char *vmlab_pte_flag_name(const struct vmlab *lab, unsigned int bit)
{
	return bit < 64 ? lab->pte_flags.bit[bit].name : "";
}

int vmlab_pte_flag_bit(const struct vmlab *lab, const char *name)
{
	return find_bit(&lab->pte_flags, name);
}

size_t vmlab_pte_flags_text(const struct vmlab *lab, uint64_t flags, char *buf,
			    size_t size)
{
	return flags_text(&lab->pte_flags, flags, buf, size);
}

const char *vmlab_page_flag_name(const struct vmlab *lab, unsigned int bit)
{
	return bit < 64 ? lab->page_flags.bit[bit].name : "";
}

size_t vmlab_page_flags_text(const struct vmlab *lab, uint64_t flags, char *buf,
			     size_t size)
{
	return flags_text(&lab->page_flags, flags, buf, size);
}

const char *vmlab_version(void)
{
	return VMLAB_VERSION;
}
