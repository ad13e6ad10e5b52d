/* SPDX-License-Identifier: GPL-2.0 */
/* The identity and the path of a mapped file. */
#ifndef VMLAB_FAULTS_PATH_BPF_H
#define VMLAB_FAULTS_PATH_BPF_H

#include "faults/maps.bpf.h"

#define OVERLAYFS_MAGIC 0x794c7630

/*
 * FMODE_BACKING is one of these bits, which one depends on the version of the
 * kernel; user_file() checks what it finds.
 */
#define MAYBE_BACKING (1u << 24 | 1u << 25)

/* the inode and the path of a file, as /proc/PID/maps shows them */
struct user_file {
	struct inode *inode;
	struct dentry *dentry;
	struct vfsmount *mnt;
};

/*
 * A mapping of a file on overlayfs has a file of the layer below; the file that
 * the process opened is in the structure around it (since Linux 6.8).
 */
static __always_inline void user_file(const struct file *file,
				      struct user_file *user)
{
	user->inode = BPF_CORE_READ(file, f_inode);
	user->dentry = BPF_CORE_READ(file, f_path.dentry);
	user->mnt = BPF_CORE_READ(file, f_path.mnt);
	if (bpf_core_field_exists(struct backing_file, user_path) &&
	    BPF_CORE_READ(file, f_mode) & MAYBE_BACKING) {
		const struct backing_file *backing =
			(void *)file -
			bpf_core_field_offset(struct backing_file, file);
		struct dentry *dentry = BPF_CORE_READ(backing,
						      user_path.dentry);
		struct inode *inode = BPF_CORE_READ(dentry, d_inode);

		if (BPF_CORE_READ(inode, i_sb, s_magic) != OVERLAYFS_MAGIC)
			return;
		user->inode = inode;
		user->dentry = dentry;
		user->mnt = BPF_CORE_READ(backing, user_path.mnt);
	}
}

/* Fill in the key of a file; return false for anonymous memory. */
static __always_inline bool identify(const struct file *file,
				     struct file_key *key)
{
	const struct inode *inode;
	struct user_file user;

	if (!file)
		return false;
	if (!(file->f_mode & MAYBE_BACKING)) {
		/* the common case, without calls */
		inode = file->f_inode;
		key->ino = inode->i_ino;
		key->dev = inode->i_sb->s_dev;
		return true;
	}
	user_file(file, &user);
	inode = user.inode;
	key->ino = BPF_CORE_READ(inode, i_ino);
	key->dev = BPF_CORE_READ(inode, i_sb, s_dev);
	return true;
}

/* Return the time of the last modification, s. */
static __always_inline __s64 mtime_of(const struct inode *inode)
{
	const struct inode___6_1 *old = (const void *)inode;
	const struct inode___6_7 *middle = (const void *)inode;

	if (bpf_core_field_exists(inode->i_mtime_sec))
		return BPF_CORE_READ(inode, i_mtime_sec);
	if (bpf_core_field_exists(middle->__i_mtime))
		return BPF_CORE_READ(middle, __i_mtime.tv_sec);
	return BPF_CORE_READ(old, i_mtime.tv_sec);
}

#define MAX_DEPTH 64

/* a walk from a file up to the root, across mounts */
struct ascent {
	struct dentry *dentry;
	struct mount *mount;
	struct dentry *root; /* of mount */
	__u32 len;
	__u32 slot;
};

/* Make one step: store a name, or go to the mount point; return 1 at the end. */
static long ascend(__u32 step, void *data)
{
	struct ascent *a = data;
	struct dentry *dentry = a->dentry;
	struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
	bool top = dentry == parent;
	struct file_path *path;
	__u32 len;
	long n;

	path = bpf_map_lookup_elem(&path_buffer, &a->slot);
	if (!path)
		return 1;
	if (step == 0) {
		path->rootless = top;
	} else if (top || dentry == a->root) {
		struct mount *mount = a->mount;
		struct mount *up = BPF_CORE_READ(mount, mnt_parent);

		if (up == mount || dentry != a->root)
			return 1;
		a->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		a->mount = up;
		a->root = BPF_CORE_READ(up, mnt.mnt_root);
		return 0;
	}
	len = a->len;
	if (len > FILE_PATH_SIZE - FILE_NAME_SIZE)
		return 1;
	n = bpf_probe_read_kernel_str(&path->names[len], FILE_NAME_SIZE,
				      BPF_CORE_READ(dentry, d_name.name));
	if (n <= 0)
		return 1;
	a->len = len + n;
	a->dentry = parent;
	return step == 0 && top;
}

/* Record the path of a file, unless it is known. */
static __noinline int record_path(const struct file *file, struct file_key *key,
				  __u32 slot)
{
	struct ascent a = { .slot = slot };
	const struct vfsmount *mnt;
	const struct inode *inode;
	struct file_path *path;
	struct user_file user;

	if (!file || !key || bpf_map_lookup_elem(&files, key))
		return 0;
	user_file(file, &user);
	inode = user.inode;
	mnt = user.mnt;
	a.dentry = user.dentry;
	a.mount = (void *)mnt - bpf_core_field_offset(struct mount, mnt);
	a.root = BPF_CORE_READ(mnt, mnt_root);
	bpf_loop(MAX_DEPTH, ascend, &a, 0);
	path = bpf_map_lookup_elem(&path_buffer, &slot);
	if (!path)
		return 0;
	path->len = a.len;
	path->size = BPF_CORE_READ(inode, i_size);
	path->mtime = mtime_of(inode);
	if (bpf_map_update_elem(&files, key, path, BPF_ANY))
		lost(LOST_FILE);
	return 0;
}

#endif /* VMLAB_FAULTS_PATH_BPF_H */
