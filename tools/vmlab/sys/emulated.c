// SPDX-License-Identifier: GPL-2.0
#include <string.h>

#include "sys/emulated.h"

#if defined(__x86_64__)
#include <cpuid.h>

bool processor_is_emulated(void)
{
	const unsigned int hypervisor = 1u << 31, leaf = 0x40000000;
	unsigned int eax, signature[3], features;

	if (!__get_cpuid(1, &eax, &signature[0], &features, &signature[1]) ||
	    !(features & hypervisor))
		return false;
	__cpuid(leaf, eax, signature[0], signature[1], signature[2]);
	return !memcmp(signature, "TCGTCGTCGTCG", sizeof(signature));
}
#else
bool processor_is_emulated(void)
{
	return false;
}
#endif
