# SPDX-License-Identifier: GPL-2.0
#
# vmlab: targets for people. `make help` lists them; Kbuild has what the kernel's
# own build needs, tools/vm what runs virtual machines.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
VM := tools/vm/vm
KERNEL ?=
# make SANITIZE=1: the tools with ASan and UBSan, beside the plain ones
SANITIZE ?=

build := $(CURDIR)/build
tools := $(build)/tools$(if $(filter 1,$(SANITIZE)),-asan)
native := $(build)/module-native

.DEFAULT_GOAL := all

## all: the module for the running kernel, if its headers are here, and the tools
all: tools selftests
	@if [ -e "$(KDIR)/Makefile" ]; then \
		$(MAKE) --no-print-directory module; \
	else \
		echo; \
		echo "The module was not built: there are no headers of the running kernel in"; \
		echo "$(KDIR)."; \
		echo "On Debian and Ubuntu they come with"; \
		echo "    $(SUDO) apt install linux-headers-$$(uname -r)"; \
		echo "Or try it in a virtual machine, with a kernel of its own:  make demo"; \
	fi

## module: vmlab.ko for the running kernel, or for KDIR=
module:
	@tools/vm/deps/ensure tools
	@test -e "$(KDIR)/Makefile" || { \
		echo "no kernel headers in $(KDIR): install linux-headers-$$(uname -r)" >&2; \
		exit 1; }
	@tools/vm/kernel/module-build native "$(KDIR)"

## tools: the program vmlab and libvmlab
tools:
	@tools/vm/deps/ensure tools
	@$(MAKE) --no-print-directory -C tools/vmlab O=$(tools) SANITIZE=$(SANITIZE)

## selftests: the test programs; `make check` runs them
selftests:
	@tools/vm/deps/ensure tools
	@$(MAKE) --no-print-directory -C selftests O=$(build)/selftests

## load, unload: the module into, out of the running kernel (as root)
load:
	@test -e $(native)/vmlab.ko || { echo "run make first" >&2; exit 1; }
	$(SUDO) insmod $(native)/vmlab.ko

unload:
	$(SUDO) rmmod vmlab

## demo: a tour, in a virtual machine
demo:
	@$(VM) demo $(KERNEL)

## check: all tests on a kernel with every checker on, in virtual machines
check:
	@$(VM) check $(KERNEL)

## check-matrix: all tests on stock 6.1, stock 6.12 and 7.3
check-matrix:
	@$(VM) matrix $(KERNEL)

## docs: the documentation as HTML, in build/html
docs:
	@tools/vm/deps/ensure docs
	@sphinx-build -q -b html Documentation $(build)/html

## lint: checkpatch, sparse, shellcheck and the like
lint:
	@tools/lint/lint

## deps: installs what the host lacks; other targets do so as they need it
deps:
	@tools/vm/deps/ensure all

## install: the tools below PREFIX=/usr/local, the module if it was built
install: tools
	@$(MAKE) --no-print-directory -C tools/vmlab O=$(tools) install \
		DESTDIR=$(DESTDIR) PREFIX=$(PREFIX)
	@if [ -e $(native)/vmlab.ko ]; then \
		$(MAKE) -C "$(KDIR)" M=$(native) modules_install \
			$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR)); \
	fi

## clean: removes build/
clean:
	rm -rf build

## distclean: ... and all kernels and packages in the cache
distclean: clean
	@$(VM) clean-cache

help:
	@sed -n 's/^## /  /p' Makefile
	@echo
	@echo "  KERNEL=NAME chooses the kernel of demo and check: lean-7.3, debug-7.3,"
	@echo "  stock-6.1, stock-6.12. tools/vm/vm help says more."

.PHONY: all module tools selftests load unload demo check check-matrix docs lint deps \
	install clean distclean help
