# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Build modules outside a kernel's tree, for any of the kernels.

# kbuild KDIR SRC ARG...: run the kernel's build for the modules in SRC
#
# Debian's headers name the compiler that built the kernel (gcc-12). Where the host
# does not have it, use gcc: the build prints a warning if the two do not fit.
kbuild()
{
	local kdir=$1 src=$2 cc=()
	shift 2

	if [[ -e $kdir/.kernelvariables ]]; then
		local named
		named=$(grep -oE 'gcc-[0-9]+' "$kdir/.kernelvariables" | head -n 1) || true
		[[ -z $named ]] || command -v "$named" >/dev/null || cc=(CC=gcc)
	fi
	make -C "$kdir" M="$src" "${cc[@]}" "$@"
}

# mirror_sources DEST SRC...: copy sources to DEST; keep what a build left there, and
# remove all else
mirror_sources()
{
	local dest=$1
	shift

	mkdir -p "$dest"
	rsync -a --delete --filter='P *.o' --filter='P .*' --filter='P *.ko' \
		--filter='P *.mod' --filter='P *.mod.c' \
		--filter='P Module.symvers' --filter='P modules.order' \
		"$@" "$dest/"
}
