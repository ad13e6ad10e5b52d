# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# From a kernel's name to its files.
#
#   stock-6.1, stock-6.12   as Debian builds them
#   lean-7.3, debug-7.3     our own: allnoconfig plus config/*.config
#
# Any series that Debian carries can stand after the dash.

# kernel_override NAME: the user's own tree for it, if one is set
kernel_override()
{
	local var=VMLAB_KERNEL_DIR_${1//[-.]/_}

	printf '%s' "${!var:-}"
}

# kernel_dir NAME: prints its build tree; builds or fetches it if need be
kernel_dir()
{
	local name=$1 dir

	dir=$(kernel_override "$name")
	if [[ -n $dir ]]; then
		[[ -e $dir/Makefile ]] ||
			die "$name: $dir, named in the environment, is no kernel build tree"
		printf '%s\n' "$dir"
		return
	fi

	case $name in
	stock-[0-9]*.[0-9]*) "$VM_DIR/kernel/stock" "${name#*-}" ;;
	lean-[0-9]*.[0-9]* | debug-[0-9]*.[0-9]*)
		"$VM_DIR/kernel/source" "${name%%-*}" "${name#*-}"
		;;
	*) die "no kernel '$name': try lean-7.3, debug-7.3, stock-6.1 or stock-6.12" ;;
	esac
}

# kernel_root DIR: the directory that holds boot/ and lib/modules/ of a stock
# kernel, given its header tree; nothing for a tree that was built
kernel_root()
{
	local root=${1%/usr/src/*}

	[[ $root == "$1" ]] || printf '%s' "$root"
}

# kernel_release DIR: what uname -r says there
#
# Debian's header trees hold another name in the file that is meant for it.
kernel_release()
{
	if [[ -n $(kernel_root "$1") ]]; then
		printf '%s' "${1##*/linux-headers-}"
	else
		cat "$1/include/config/kernel.release"
	fi
}

# kernel_image DIR: the file that boots
kernel_image()
{
	local root

	root=$(kernel_root "$1")
	if [[ -n $root ]]; then
		printf '%s' "$root/boot/vmlinuz-$(kernel_release "$1")"
	else
		printf '%s' "$1/arch/x86/boot/bzImage"
	fi
}

# kernel_has DIR OPTION
kernel_has()
{
	grep -qE "^CONFIG_$2=[ym]$" "$1/.config"
}
