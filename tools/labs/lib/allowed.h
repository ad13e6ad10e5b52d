/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LABS_ALLOWED_H
#define LABS_ALLOWED_H

#include "labs/lab.h"
#include "labs/lib/result.h"

/**
 * lab_allowed - tell whether a lab may change the system
 * @yes: whether the user allows it
 * @result: [out] skipped, with the reason, when it may not
 *
 * Inside a virtual machine it may.
 */
bool lab_allowed(const struct lab *lab, bool yes, struct lab_result *result);

#endif /* LABS_ALLOWED_H */
