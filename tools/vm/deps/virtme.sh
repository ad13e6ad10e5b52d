# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Where virtme-ng is.
#
# It is unpacked into the cache, not installed. Debian 12 does not have it; Debian 13's
# package is pure Python and runs on Debian 12. Unpacking leaves the host's packages as
# they are, and lets us add our own init to it: see virtme-fetch.

# shellcheck disable=SC2034 # for the scripts that source this file
readonly VIRTME=$CACHE/virtme-ng/usr
# shellcheck disable=SC2034 # as above
readonly VIRTME_PYTHON=$VIRTME/lib/python3/dist-packages

# virtme_ensure: fetch virtme-ng unless the cache has it
virtme_ensure()
{
	[[ ! -e $CACHE/virtme-ng/.complete ]] || return 0
	with_lock virtme-ng
	[[ -e $CACHE/virtme-ng/.complete ]] || step "Fetching virtme-ng" \
		"$LOGS/virtme-fetch.log" "$VM_DIR/deps/virtme-fetch"
	unlock
}
