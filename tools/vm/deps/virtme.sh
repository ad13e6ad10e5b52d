# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# virtme-ng: finds or fetches it.
#
# It is unpacked into the cache, not installed: Debian 12 does not have it, the
# package of a newer suite is pure Python that needs nothing newer, and an
# unpacked one leaves the host's package state alone. It also lets us put our
# own init where virtme-ng looks first for a faster one than its shell script.

readonly VIRTME=$CACHE/virtme-ng/usr
readonly VIRTME_PYTHON=$VIRTME/lib/python3/dist-packages

virtme_ensure()
{
	[[ -e $CACHE/virtme-ng/.complete ]] || step "Fetching virtme-ng" \
		"$LOGS/fetch-virtme.log" "$VM_DIR/deps/virtme-fetch"
}

# virtme_run ARG...: never the python3 of PATH, which may be some other build
# without the modules that Debian packages
virtme_run()
{
	PYTHONPATH=$VIRTME_PYTHON exec /usr/bin/python3 "$VIRTME/bin/virtme-run" "$@"
}
