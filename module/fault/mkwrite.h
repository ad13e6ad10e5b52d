/* SPDX-License-Identifier: GPL-2.0 */
/* Page-table entries that become writable. */
#ifndef VMLAB_FAULT_MKWRITE_H
#define VMLAB_FAULT_MKWRITE_H

#include <linux/mm.h>

#include "types.h"

vm_fault_t vmlab_map_special(struct vmlab_space *space, struct vm_fault *vmf,
			     struct folio *folio, bool write);
vm_fault_t vmlab_page_mkwrite(struct vm_fault *vmf);
vm_fault_t vmlab_pfn_mkwrite(struct vm_fault *vmf);

#endif /* VMLAB_FAULT_MKWRITE_H */
