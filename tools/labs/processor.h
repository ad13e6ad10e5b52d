/* SPDX-License-Identifier: GPL-2.0 */
/* Which processor a lab runs on. */
#ifndef LABS_PROCESSOR_H
#define LABS_PROCESSOR_H

#include "labs/lab.h"

/** lab_one_cpu - keep this thread, and children to come, on the processor it is on */
void lab_one_cpu(struct lab_run *run);

#endif /* LABS_PROCESSOR_H */
