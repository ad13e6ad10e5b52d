# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # release, work and version are pristine's
#
# Roots of a release, made with debootstrap, below $ROOTS/$release: build, use and others.
#
# point() runs the functions of pristine: errexit does not hold there, and they chain their
# commands with &&.

# in_root ROOT COMMAND...: run a command in the root, with /proc; the mount ends with it
in_root()
{
	# shellcheck disable=SC2016 # expanded by the inner sh
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} \
		unshare --mount -- sh -c 'mount -t proc proc "$1/proc" && exec chroot "$@"' sh "$@"
}

# point TEXT COMMAND...: a test point: COMMAND must succeed
point()
{
	local text=$1 since=$SECONDS
	shift
	if "$@" >"$work/out" 2>&1 </dev/null; then
		result 0 "$release: $text"
		echo "# $((SECONDS - since)) s"
	else
		result 1 "$release: $text"
		tail -n 20 "$work/out" | sed 's/^/# /'
		return 1
	fi
}

# fresh_root NAME: make $ROOTS/$release/NAME, a copy of what debootstrap makes
fresh_root()
{
	local dir=$ROOTS/$release
	local root=$dir/$1

	if [[ ! -e $dir/base/.complete ]]; then
		rm -rf "$dir/base"
		debootstrap --variant=minbase "$release" "$dir/base" "$(apt_mirror)" &&
			touch "$dir/base/.complete" || return 1
	fi
	# No service starts in a root.
	rm -rf "$root" && cp -a --reflink=auto "$dir/base" "$root" && rm "$root/.complete" &&
		printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" &&
		chmod +x "$root/usr/sbin/policy-rc.d" && in_root "$root" apt-get -q update
}

# install_in ROOT PACKAGE...: install packages of the release
install_in()
{
	in_root "$1" apt-get -q -y --no-install-recommends install "${@:2}"
}

# as_nobody ROOT COMMAND...: run a shell command in the root as a user without privileges
as_nobody()
{
	in_root "$1" setpriv --reuid=nobody --regid=nogroup --clear-groups sh -c "$2"
}

# kernel_of ROOT: print the release of the kernel that is installed in the root
kernel_of()
{
	local dirs=("$1"/lib/modules/*)

	[[ ${#dirs[@]} -eq 1 && -d ${dirs[0]} ]] && echo "${dirs[0]##*/}"
}

# files_of ROOT: list all files, but no directories, and not those that programs other than vmlab write as they run
files_of()
{
	(cd "$1" && find . \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o \
		-path ./work -o -path ./root -o -path ./var/log -o -path ./var/cache -o \
		-path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune -o ! -type d -print | LC_ALL=C sort)
}
