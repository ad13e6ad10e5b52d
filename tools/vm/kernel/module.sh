# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Builds out-of-tree modules against any of the kernels.

# kbuild KDIR SRC ARG...: the kernel's own build, with a compiler that is here
#
# Debian's headers name the compiler of the day (gcc-12). A host that has only
# another one uses that; the kernel build says if it matters.
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

# mirror_sources DEST SRC...: copies sources, keeps what a build left in DEST
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
