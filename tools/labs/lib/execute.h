/* SPDX-License-Identifier: GPL-2.0 */
/* Run a lab, and clean up after it whatever happens. */
#ifndef LABS_EXECUTE_H
#define LABS_EXECUTE_H

#include "labs/lib/run.h"

/** lab_result_alloc, lab_result_free - memory that runs can share; the program ends without */
struct lab_result *lab_result_alloc(void);
void lab_result_free(struct lab_result *result);

/**
 * lab_execute - run a lab
 * @lab: the lab
 * @options: checked values, see lab_param_parse()
 * @result: [out] of lab_result_alloc(); overwritten
 *
 * SIGINT, SIGTERM and SIGHUP end the run as LAB_INTERRUPTED.  When this process
 * is killed, all processes of the run are killed, and its changes are taken
 * back, too.
 */
void lab_execute(const struct lab *lab, const struct lab_options *options,
		 struct lab_result *result);

#endif /* LABS_EXECUTE_H */
