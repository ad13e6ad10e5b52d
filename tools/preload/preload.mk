# SPDX-License-Identifier: GPL-2.0
#
# libvmlab-run.so: what vmlab run preloads into programs.  Included from
# tools/vmlab/Makefile.
#
# Never with sanitizers: they replace the same functions, and run before it.  Its symbols
# are hidden but for the functions of libc that it replaces.  It is initialised before
# all others, which may allocate memory or fork.

preload := $(abspath $(src)/../preload)
preload_obj := $(patsubst $(preload)/%,$(O)/preload/%.o,$(basename $(wildcard $(preload)/*.[cS])))
preload_cflags := $(filter-out -fsanitize% -fno-sanitize% -D_FILE_OFFSET_BITS=64,$(all_cflags)) -fvisibility=hidden \
	-fno-stack-protector -fno-builtin-memcpy -Wno-sign-conversion

preload_make := $(preload)/preload.mk $(O)/.flags

$(O)/preload/%.o: $(preload)/%.c $(preload_make)
	$(call say,CC)
	$(Q)$(CC) $(preload_cflags) -c -o $@ $<

$(O)/preload/%.o: $(preload)/%.S $(preload_make)
	$(call say,AS)
	$(Q)$(CC) $(preload_cflags) -c -o $@ $<

$(O)/libvmlab-run.so: $(preload_obj)
	$(call say,LD)
	$(Q)$(CC) -shared -Wl,-soname,libvmlab-run.so -Wl,-z,defs,-z,now,-z,initfirst \
		$(filter-out -fsanitize%,$(LDFLAGS)) -o $@ $^
