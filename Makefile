# SPDX-License-Identifier: GPL-2.0
#
# vmlab: targets for people. `make help` lists them. Kbuild is for the kernel's build;
# tools/vm runs virtual machines.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
VERSION := $(file <$(CURDIR)/VERSION)
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
VM := tools/vm/vm
KERNEL ?=
# make SANITIZE=1: build the tools with ASan and UBSan, in a directory of their own
SANITIZE ?=

build := $(CURDIR)/build
tools := $(build)/tools$(if $(filter 1,$(SANITIZE)),-asan)
native := $(build)/module-native
dkms = $(DESTDIR)/usr/src/vmlab-$(VERSION)

.DEFAULT_GOAL := all

## all: build the tools, and the module if the running kernel's headers are installed
all: tools selftests
	@if [ -e "$(KDIR)/Makefile" ]; then \
		$(MAKE) --no-print-directory module; \
	else \
		echo; \
		echo "The module was not built: $(KDIR)"; \
		echo "holds no headers of the running kernel. To install them on Debian and Ubuntu:"; \
		echo "    $(SUDO:%=% )apt install linux-headers-$$(uname -r)"; \
		echo "To try vmlab in a virtual machine, with another kernel:"; \
		echo "    make demo"; \
	fi
	@echo
	@echo "The command:       build/$(notdir $(tools))/vmlab"
	@echo "Example policies:  build/$(notdir $(tools))/policies/"
	@[ ! -e $(native)/vmlab.ko ] || echo "The module:        build/module-native/vmlab.ko"
	@echo "make install installs them, make load loads the module."

## module: build vmlab.ko for the running kernel, or for the one that KDIR= names
module:
	@tools/vm/deps/ensure tools
	@test -e "$(KDIR)/Makefile" || { \
		echo "KDIR: $(KDIR) holds no kernel headers: install linux-headers-$$(uname -r)" >&2; \
		exit 1; }
	@tools/vm/kernel/module-build native "$(KDIR)"

## tools: build the program vmlab and libvmlab
tools:
	@tools/vm/deps/ensure tools
	@$(MAKE) --no-print-directory -C tools/vmlab O=$(tools) SANITIZE=$(SANITIZE)

## selftests: build the test programs; `make check` runs them
selftests:
	@tools/vm/deps/ensure tools
	@$(MAKE) --no-print-directory -C selftests O=$(build)/selftests

## load, unload: load the module into the running kernel, unload it (as root)
load:
	@test -e $(native)/vmlab.ko || { \
		echo "$(native)/vmlab.ko is not built: run make first" >&2; exit 1; }
	$(SUDO) insmod $(native)/vmlab.ko

unload:
	@$(SUDO) rmmod vmlab || { \
		echo "A process that maps /dev/vmlab keeps the module in use (fuser -v /dev/vmlab)," >&2; \
		echo "and so does a policy in BPF (vmlab policy list, vmlab policy unload NAME)." >&2; \
		exit 1; }

## demo: show what vmlab does, in a virtual machine
demo:
	@$(VM) demo $(KERNEL)

## shell: a shell in a virtual machine with the module loaded and vmlab on the PATH
shell:
	@$(VM) shell $(KERNEL)

## report: run the labs in a virtual machine, write build/report/report.html; LABS= selects
report:
	@$(VM) report $(or $(KERNEL),lean-7.3) $(LABS)

## check: run all tests in virtual machines, on a kernel with all checkers enabled
check:
	@$(VM) check $(KERNEL)

## check-matrix: run all tests on stock 6.1 and 6.12, 7.2 and 7.3
check-matrix:
	@$(VM) matrix $(KERNEL)

## check-all: lint, all tests, races and fuzzing, in about TIME=7200 seconds
check-all:
	@$(VM) all $(TIME)

## check-packages: test packages and install on fresh Debian roots; RELEASE=trixie selects
check-packages:
	@$(SUDO) selftests/packages/pristine $(RELEASE)

## fuzz: fuzz the module, guided by coverage; TIME=600 seconds, SEED=1, CORPUS=FILE to go on
fuzz:
	@$(VM) fuzz $(if $(TIME),--time $(TIME)) $(if $(SEED),--seed $(SEED)) \
		$(if $(CORPUS),--corpus $(CORPUS)) $(KERNEL)

## bench: measure what vmlab and its peers cost; BASE=REV: what got worse since REV
bench:
	@$(VM) bench $(if $(KERNEL),--kernel $(KERNEL)) $(if $(BASE),--base $(BASE)) \
		$(if $(RECORD),--record) $(BENCH)

## workloads: run six programs with every policy and three budgets; RECORD=1 keeps the table
workloads:
	@$(VM) workloads $(if $(KERNEL),--kernel $(KERNEL)) $(if $(RECORD),--record) $(PROGRAMS)

## curves: what vmlab mrc predicts for these programs beside what is true; RECORD=1 keeps the table
curves:
	@$(VM) workloads --curves $(if $(KERNEL),--kernel $(KERNEL)) $(if $(RECORD),--record) $(PROGRAMS)

## docs: build the documentation as HTML, in build/html
docs:
	@tools/vm/deps/ensure docs
	@sphinx-build -q -b html Documentation $(build)/html

## man: write the manual pages to build/tools/install/man
man: tools
	@tools/vm/deps/ensure man
	@$(MAKE) --no-print-directory -C tools/vmlab O=$(tools) man

## lint: check the source: checkpatch, sparse, layers, repeated code and more
lint:
	@tools/lint/lint $(LINT)

## coccicheck: run the kernel's scripts of coccinelle over the module; a check of lint, too
coccicheck:
	@tools/lint/lint coccicheck

## deps: install all packages that the host lacks; other targets install what they need
deps:
	@tools/vm/deps/ensure all

## install: install the tools below PREFIX=/usr/local, and the module if it was built
install: tools
	@tools/vm/deps/ensure man
	@$(MAKE) --no-print-directory -C tools/vmlab O=$(tools) install \
		DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	@tools/install/module install $(native) "$(KDIR)" $(DESTDIR)

## uninstall: remove what install installed; give the same PREFIX and DESTDIR
uninstall:
	@$(MAKE) --no-print-directory -C tools/vmlab O=$(tools) uninstall \
		DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	@tools/install/module uninstall $(native) "$(KDIR)" $(DESTDIR)

## install-dkms: copy the module's source to /usr/src, for DKMS
install-dkms:
	@tools/install/dkms-source $(dkms)
	@echo "To build and install it for the running kernel, as root:"
	@echo "    dkms install vmlab/$(VERSION)"

uninstall-dkms:
	rm -rf $(dkms)

## dist: write build/vmlab-VERSION.tar.gz, the source of the last commit
dist:
	@tools/install/dist $(build)

## clean: remove build/
clean:
	rm -rf build

## distclean: remove build/ and the cache, with all kernels and packages in it
distclean: clean
	@$(VM) clean-cache

help:
	@sed -n 's/^## /  /p' Makefile
	@echo
	@echo "  KERNEL=NAME selects the kernel of demo, shell and check: lean-7.3, debug-7.3,"
	@echo "  stock-6.1, stock-6.12. See also: tools/vm/vm help."
	@echo "  Targets ask before they install packages that are missing; YES=1: without asking."
	@echo "  VMLAB_DEPS=no: install and download nothing."

.PHONY: all module tools selftests load unload demo shell report check check-matrix \
	check-all check-packages fuzz bench workloads curves docs man lint coccicheck deps install uninstall \
	install-dkms \
	uninstall-dkms dist clean distclean help
