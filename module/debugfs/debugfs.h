/* SPDX-License-Identifier: GPL-2.0 */
/* Files of debugfs: they print the records of producers. */
#ifndef VMLAB_DEBUGFS_H
#define VMLAB_DEBUGFS_H

#include <linux/fs.h>

struct dentry;
struct mm_struct;
struct pid;
struct vmlab_space;

int vmlab_debugfs_init(void);
void vmlab_debugfs_exit(void);

/* spaces.c */
int vmlab_debugfs_spaces_init(struct dentry *root);
void vmlab_debugfs_spaces_exit(void);
void vmlab_debugfs_add_space(struct vmlab_space *space);
void vmlab_debugfs_add_space_later(struct vmlab_space *space);
void vmlab_debugfs_remove_space(struct vmlab_space *space);

/* attach.c */
int vmlab_debugfs_attach_init(struct dentry *root);
void vmlab_debugfs_attach_exit(void);
int vmlab_parse_pid(const char *string, size_t len);

/* process.c: the files of one process; NULL means the process that reads. */
int vmlab_debugfs_process_files(struct dentry *dir, struct pid *pid);

/* inode.c: which process a file describes */
struct pid *vmlab_debugfs_inode_pid(struct inode *inode);
int vmlab_debugfs_inode_mm(struct inode *inode, struct mm_struct **mm);

/* mm.c, vmas.c, tree.c, gaps.c: one file each in a process's directory */
extern const struct file_operations vmlab_debugfs_mm_fops;
extern const struct file_operations vmlab_debugfs_vmas_fops;
extern const struct file_operations vmlab_debugfs_tree_fops;
extern const struct file_operations vmlab_debugfs_gaps_fops;

/* layout.c */
extern const struct file_operations vmlab_debugfs_layout_fops;

/* pagetable.c */
extern const struct file_operations vmlab_debugfs_pagetable_fops;
extern const struct file_operations vmlab_debugfs_pgtotals_fops;

#endif /* VMLAB_DEBUGFS_H */
