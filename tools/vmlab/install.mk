# SPDX-License-Identifier: GPL-2.0
#
# make install, make uninstall: one list of files for both.
#
#   DESTDIR         a directory to install below, for packages
#   PREFIX          /usr/local; the directories below can be set one by one
#   SHARED=1        install a vmlab that needs the shared library
#
# Python writes the manual pages. Without it they are left out.

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
# not LIBDIR: vmlab run looks for it beside its own directory
PRELOADDIR ?= $(PREFIX)/lib/vmlab
INCLUDEDIR ?= $(PREFIX)/include
DATADIR ?= $(PREFIX)/share
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
BASHCOMPLETIONDIR ?= $(DATADIR)/bash-completion/completions
ZSHCOMPLETIONDIR ?= $(DATADIR)/zsh/site-functions
FISHCOMPLETIONDIR ?= $(DATADIR)/fish/vendor_completions.d
MANDIR ?= $(DATADIR)/man
EXAMPLEDIR ?= $(DATADIR)/doc/vmlab/examples
INSTALL ?= install
PYTHON ?= python3

tools_dir := $(abspath $(src)/..)
staged := $(O)/install

# Each variable cmd_NAME of cmd/commands.h is a command, and has a page vmlab-NAME.
man1 := vmlab.1 $(shell sed 's|/\*.*||' $(src)/cmd/commands.h | \
	grep -oE '\bcmd_[a-z]+' | sed 's/cmd_\(.*\)/vmlab-\1.1/')
man_pages := $(addprefix $(staged)/man/,$(man1) vmlab.4 libvmlab.3)

# $(call files,MODE,DIRECTORY,FILES): words MODE:FILE:TARGET
files = $(foreach file,$(3),$(1):$(file):$(2)/$(notdir $(file)))

installed := \
	$(call files,755,$(BINDIR),$(if $(filter 1,$(SHARED)),$(staged)/vmlab,$(O)/vmlab)) \
	$(call files,644,$(LIBDIR),$(O)/libvmlab.a $(O)/$(REALNAME)) \
	$(call files,644,$(PRELOADDIR),$(O)/libvmlab-run.so) \
	$(call files,644,$(PKGCONFIGDIR),$(staged)/vmlab.pc) \
	$(call files,644,$(INCLUDEDIR),$(src)/lib/libvmlab.h) \
	$(call files,644,$(INCLUDEDIR)/linux,$(sort $(wildcard $(uapi)/linux/*.h))) \
	$(call files,644,$(BASHCOMPLETIONDIR),$(staged)/bash/vmlab) \
	$(call files,644,$(ZSHCOMPLETIONDIR),$(staged)/zsh/_vmlab) \
	$(call files,644,$(FISHCOMPLETIONDIR),$(tools_dir)/install/completions/vmlab.fish) \
	$(call files,644,$(DATADIR)/vmlab/policies,$(policies) \
		$(sort $(wildcard $(bpf)/policies/*.bpf.c $(bpf)/policies/*.h))) \
	$(call files,644,$(DATADIR)/vmlab,$(src)/vmlab.schema.json) \
	$(call files,755,$(DATADIR)/vmlab/bpftrace,$(sort $(wildcard $(tools_dir)/bpftrace/*.bt))) \
	$(call files,644,$(EXAMPLEDIR),$(sort $(wildcard $(example_src)/*.c)) \
		$(sort $(wildcard $(tools_dir)/install/examples/*)))

manuals := $(foreach page,$(man_pages),\
	$(call files,644,$(MANDIR)/man$(subst .,,$(suffix $(page))),$(page)))
manuals_here := $(if $(shell $(PYTHON) --version 2>/dev/null),$(manuals))

# words LINK:TARGET
links := $(LIBDIR)/$(SONAME):$(REALNAME) $(LIBDIR)/libvmlab.so:$(SONAME)

# directories that hold files of vmlab only, the deepest first
own_dirs := $(DATADIR)/vmlab/policies $(DATADIR)/vmlab/bpftrace $(DATADIR)/vmlab \
	$(PRELOADDIR) $(EXAMPLEDIR) $(patsubst %/,%,$(dir $(EXAMPLEDIR)))

.PHONY: install uninstall man FORCE

# PREFIX and LIBDIR may differ from those of the last time
$(staged)/vmlab.pc: $(src)/vmlab.pc.in FORCE
	$(Q)mkdir -p $(@D)
	$(Q)sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@DATADIR@|$(DATADIR)|' \
		-e 's|@VERSION@|$(VERSION)|' $< >$@

$(staged)/bash/vmlab: $(O)/vmlab
	$(Q)mkdir -p $(@D)
	$(Q)$< completion bash >$@

$(staged)/zsh/_vmlab: $(O)/vmlab
	$(Q)mkdir -p $(@D)
	$(Q)$< completion zsh >$@

man: $(man_pages)
$(man_pages) &: $(O)/vmlab $(wildcard $(tools_dir)/man/*) $(wildcard $(uapi)/linux/*.h) \
		$(src)/lib/libvmlab.h $(src)/../../VERSION
	$(call say,MAN)
	$(Q)rm -rf $(staged)/man
	$(Q)$(PYTHON) $(tools_dir)/man/pages $(O)/vmlab $(staged)/man

$(staged)/vmlab: $(cli_obj) $(O)/libvmlab.so
	$(call say,LD)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $(cli_obj) -L$(O) -lvmlab $(jansson_libs) $(lib_libs) \
		$(bpf_libs)

install: all $(filter $(staged)/%,$(subst :, ,$(installed) $(manuals_here)))
	$(if $(manuals_here),,@echo "No $(PYTHON): the manual pages are left out." >&2)
	$(Q)set -e; for word in $(installed) $(manuals_here); do \
		mode=$${word%%:*} && word=$${word#*:}; \
		$(INSTALL) -D -m $$mode "$${word%:*}" "$(DESTDIR)$${word#*:}"; \
	done
	$(Q)set -e; for word in $(links); do \
		ln -sf "$${word#*:}" "$(DESTDIR)$${word%:*}"; \
	done

uninstall:
	$(Q)set -e; for word in $(installed) $(manuals); do rm -f "$(DESTDIR)$${word##*:}"; done
	$(Q)set -e; for word in $(links); do rm -f "$(DESTDIR)$${word%:*}"; done
	$(Q)for dir in $(own_dirs); do \
		[ ! -d "$(DESTDIR)$$dir" ] || \
			rmdir --ignore-fail-on-non-empty "$(DESTDIR)$$dir"; \
	done
