/* SPDX-License-Identifier: GPL-2.0 */
/* Settings of the kernel that the cases need. */
#ifndef SELFTESTS_FAULTS_SETTINGS_H
#define SELFTESTS_FAULTS_SETTINGS_H

#include <stdbool.h>

#define NR_HUGEPAGES "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages"
/* The default is 64 KiB. */
#define FAULT_AROUND "/sys/kernel/debug/fault_around_bytes"

/* Write a setting; false when the kernel does not have it or refuses. */
bool write_setting(const char *path, const char *text);

/*
 * Swap to a zram device, without reading ahead.  False, with a skipped test
 * point, when there is none.
 */
bool swap_on(void);
void swap_off(void);

#endif /* SELFTESTS_FAULTS_SETTINGS_H */
