/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes to the system.  Each is recorded first and taken back after the run,
 * in reverse order, also when the run fails or the runner is killed.  A lab that
 * calls any of these declares it in struct lab's @changes, except for
 * lab_cgroup(), which hurts nobody else.
 */
#ifndef LABS_SYSTEM_H
#define LABS_SYSTEM_H

#include "labs/lab.h"

enum { LAB_PATH = 160 };

/** lab_read_text - read the first line of a file without its newline; false without one */
bool lab_read_text(const char *path, char *text, size_t size);

/** lab_read_number - read a number at the start of a file; @missing without one */
uint64_t lab_read_number(const char *path, uint64_t missing);

/** lab_field - read the number after a word in a file, as "oom_kill 3" of a cgroup */
uint64_t lab_field(struct lab_run *run, const char *directory, const char *file,
		   const char *word);

/** lab_meminfo - read a row of /proc/meminfo in bytes, such as "MemAvailable:" */
uint64_t lab_meminfo(struct lab_run *run, const char *word);

/** lab_need_memory - skip the lab unless so many bytes, and a reserve, are available */
void lab_need_memory(struct lab_run *run, uint64_t bytes);

/**
 * lab_write_setting - write a sysctl or another setting until the run ends
 * @path: below /proc/sys or /sys
 * @value: the new value
 *
 * Of a list of words such as "always [madvise] never", the word in brackets is
 * restored.  Skips the lab when the file cannot be written.
 */
void lab_write_setting(struct lab_run *run, const char *path,
		       const char *value);

/**
 * lab_cgroup - make a cgroup v2 with controllers until the run ends
 * @name: a name, made unique by the pid
 * @controllers: "memory", "memory pids"
 * @path: [out] its directory
 *
 * Mounts cgroup2 where it is not mounted.  Skips the lab without the
 * controllers.
 */
void lab_cgroup(struct lab_run *run, const char *name, const char *controllers,
		char path[LAB_PATH]);

/** lab_cgroup_write - write to a file of a cgroup */
void lab_cgroup_write(struct lab_run *run, const char *cgroup, const char *file,
		      const char *value);

/** lab_cgroup_number - read a number of a cgroup's file, "max" as UINT64_MAX */
uint64_t lab_cgroup_number(struct lab_run *run, const char *cgroup,
			   const char *file);

/** lab_cgroup_join - move this process into a cgroup */
void lab_cgroup_join(struct lab_run *run, const char *cgroup);

/**
 * lab_swap - enable a swap area on a new zram device until the run ends
 * @bytes: size of the area
 * @priority: 0 to 32767, the highest is used first
 * @device: [out] "/dev/zramN"
 *
 * Return: the type of the area: the number that swap entries hold.  Skips the lab
 * without zram.
 */
unsigned int lab_swap(struct lab_run *run, uint64_t bytes, int priority,
		      char device[LAB_PATH]);

/**
 * lab_disk - mount an empty file system on a new zram device until the run ends
 * @bytes: size of the device
 * @directory: [out] where it is mounted, in a directory that only root can enter
 *
 * Its files have a page cache and a block device below: reading a page that is not
 * cached is a major fault.  Skips the lab without zram, a file system on block
 * devices, or its mkfs.
 */
void lab_disk(struct lab_run *run, uint64_t bytes, char directory[LAB_PATH]);

#endif /* LABS_SYSTEM_H */
