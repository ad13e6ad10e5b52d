# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# From the name of a kernel to its files.
#
#   stock-6.1, stock-6.12   as Debian builds them
#   lean-7.3, debug-7.3, kcsan-7.3
#                           our own: allnoconfig plus config/*.config
#
# After the dash stands any series that Debian has.

# the kernel that runs the tests that are too slow for a debug kernel
# shellcheck disable=SC2034 # of the scripts that source this
FAST_KERNEL=lean-7.3

# kernel_check_name NAME: refuse a name that cannot be a part of a path below build/
kernel_check_name()
{
	[[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] ||
		die "'$1' is no name of a kernel: try lean-7.3, debug-7.3, stock-6.1 or stock-6.12"
}

# kernel_check_known NAME: refuse a name of which kernel_dir() makes no kernel, before minutes of
# work
kernel_check_known()
{
	kernel_check_name "$1"
	[[ -n $(kernel_override "$1") ]] || [[ $1 =~ ^(stock|lean|debug|kcsan)-[0-9]+\.[0-9] ]] ||
		die "there is no kernel '$1': give lean-7.3, debug-7.3, kcsan-7.3, stock-6.1 or stock-6.12"
}

# kernel_override NAME: print the build tree that the user has set for that kernel
kernel_override()
{
	local var=VMLAB_KERNEL_DIR_${1//[-.]/_}

	printf '%s' "${!var:-}"
}

# kernel_dir NAME: print its build tree; build or fetch the kernel if the cache has none
kernel_dir()
{
	local name=$1 dir

	kernel_check_known "$name"
	dir=$(kernel_override "$name")
	if [[ -n $dir ]]; then
		[[ -e $dir/Makefile ]] ||
			die "VMLAB_KERNEL_DIR_${name//[-.]/_}: $dir is no kernel build tree: it has no Makefile"
		printf '%s\n' "$dir"
		return
	fi

	case $name in
	stock-*) "$VM_DIR/kernel/stock" "${name#*-}" ;;
	*) "$VM_DIR/kernel/source" "${name%%-*}" "${name#*-}" ;;
	esac
}

# kernel_root DIR: print the directory that holds boot/ and lib/modules/ of the stock
# kernel whose header tree is DIR; print nothing for a tree that was built
kernel_root()
{
	local root=${1%/usr/src/*}

	[[ $root == "$1" ]] || printf '%s' "$root"
}

# kernel_release DIR: print what uname -r prints under that kernel
#
# In Debian's header trees, include/config/kernel.release holds another name.
kernel_release()
{
	if [[ -n $(kernel_root "$1") ]]; then
		printf '%s' "${1##*/linux-headers-}"
	else
		cat "$1/include/config/kernel.release"
	fi
}

# kernel_image DIR: print the path of the boot image
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

# kernel_has DIR OPTION: succeed if CONFIG_OPTION is y or m
kernel_has()
{
	grep -qE "^CONFIG_$2=[ym]$" "$1/.config"
}
