// SPDX-License-Identifier: GPL-2.0
/* Tests of inspect/vmflags.c. */
#include <kunit/test.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/string.h>

#include "inspect/inspect.h"

static void vma_flag_words(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, vmlab_vma_flag_name(ilog2(VM_READ))->name,
			   "read");
	KUNIT_EXPECT_STREQ(test, vmlab_vma_flag_name(ilog2(VM_PFNMAP))->name,
			   "pfnmap");
	KUNIT_EXPECT_STREQ(test,
			   vmlab_vma_flag_name(ilog2(VM_GROWSDOWN))->mnemonic,
			   "gd");
}

static void vma_flag_words_are_unique(struct kunit *test)
{
	unsigned int i, j;

	for (i = 0; i < 64; i++) {
		const char *a = vmlab_vma_flag_name(i)->name;

		for (j = i + 1; *a && j < 64; j++)
			KUNIT_EXPECT_STRNEQ(test, a,
					    vmlab_vma_flag_name(j)->name);
	}
}

static void every_bit_has_a_name_or_none(struct kunit *test)
{
	unsigned int bit;

	for (bit = 0; bit < 70; bit++) {
		const struct vmlab_flag_name *n = vmlab_vma_flag_name(bit);

		KUNIT_ASSERT_NOT_NULL(test, n);
		KUNIT_EXPECT_LT(test, strnlen(n->name, sizeof(n->name)),
				sizeof(n->name));
		KUNIT_EXPECT_TRUE(test, !n->mnemonic[0] ||
				  strlen(n->mnemonic) == 2);
	}
	KUNIT_EXPECT_STREQ(test, vmlab_vma_flag_name(64)->name, "");
}

static void every_usable_feature_has_a_name(struct kunit *test)
{
	u64 features = vmlab_features();
	unsigned int bit;

	for (bit = 0; bit < 64; bit++)
		if (features & BIT_ULL(bit))
			KUNIT_EXPECT_STRNEQ(test,
					    vmlab_feature_name(bit)->name, "");
}

static struct kunit_case vmflags_cases[] = {
	KUNIT_CASE(vma_flag_words),
	KUNIT_CASE(vma_flag_words_are_unique),
	KUNIT_CASE(every_bit_has_a_name_or_none),
	KUNIT_CASE(every_usable_feature_has_a_name),
	{}
};

static struct kunit_suite vmflags_suite = {
	.name = "vmlab_vmflags",
	.test_cases = vmflags_cases,
};

kunit_test_suite(vmflags_suite);
