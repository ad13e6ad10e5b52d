/* SPDX-License-Identifier: GPL-2.0 */
/* The watermarks of free memory, and what reclaim has done since the boot. */
#ifndef LABS_WATERMARKS_H
#define LABS_WATERMARKS_H

#include "labs/lab.h"

/** lab_watermarks_predict - predict what lab_watermarks_run() measures */
void lab_watermarks_predict(struct lab_run *run);

/**
 * lab_watermarks_run - allocate pages below the low watermark, wait for kswapd
 * @raise: raise the watermarks until the run ends, so that free memory lies between
 *	the min and the low watermark; else leave them
 * @pages: to allocate then
 *
 * Skips the lab without free memory.
 */
void lab_watermarks_run(struct lab_run *run, bool raise, size_t pages);

#endif /* LABS_WATERMARKS_H */
