# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# The cache directory: make it, recognise it, remove it.
#
# VMLAB_CACHE can name any directory, also one that holds files of other programs. So
# the cache has a marker. Nothing is written to, or removed from, a directory without it.

# The first line is that of the Cache Directory Tagging specification, by which
# backup programs skip a directory; the second names the program that owns the cache.
readonly CACHE_MARKER=$CACHE/CACHEDIR.TAG
readonly CACHE_SIGNATURE='Signature: 8a477f597d28d172789f06886806bc55
# vmlab: kernels and packages that tools/vm/vm fetched and built'

# cache_is_entry NAME: succeed if tools/vm makes a file or directory of that name in
# the cache
cache_is_entry()
{
	case $1 in
	CACHEDIR.TAG | apt | kernels | libbpf | locks | sources | virtme-ng) ;;
	accel-* | debs-* | harness-*) ;;
	*) return 1 ;;
	esac
}

# cache_entries: list the names in the cache, each ended by a zero byte
cache_entries()
{
	find "$CACHE" -mindepth 1 -maxdepth 1 -printf '%f\0'
}

# cache_is_marked: succeed if the directory has our marker
cache_is_marked()
{
	[[ -f $CACHE_MARKER && ! -L $CACHE_MARKER ]] &&
		[[ $(head -n 2 "$CACHE_MARKER") == "$CACHE_SIGNATURE" ]]
}

# cache_is_unmarked_ours: succeed if the directory is a cache from before there was a
# marker: it holds nothing but entries of ours, and the locks, which are empty files
cache_is_unmarked_ours()
{
	local name

	[[ -d $CACHE/locks && ! -L $CACHE/locks ]] || return 1
	[[ -z $(find "$CACHE/locks" -mindepth 1 \( ! -type f -o -size +0 \) -print -quit) ]] ||
		return 1
	while IFS= read -r -d '' name; do
		cache_is_entry "$name" || return 1
		[[ ! -L $CACHE/$name ]] || return 1
	done < <(cache_entries)
}

cache_write_marker()
{
	local new

	# A rename is atomic: no other process reads half of the file.
	new=$(mktemp "$CACHE/debs-marker-XXXXXX")
	printf '%s\n' "$CACHE_SIGNATURE" >"$new"
	chmod 644 "$new"
	mv -f "$new" "$CACHE_MARKER"
}

# cache_check_path: refuse a path with which the scripts would not agree on one
# directory
cache_check_path()
{
	[[ $CACHE == /* ]] ||
		die "VMLAB_CACHE: '$CACHE' is a relative path: give an absolute one"
}

# cache_ensure: make the cache directory, or refuse one that is not ours. Call it
# before anything is written to the cache.
cache_ensure()
{
	cache_check_path
	cache_is_marked && return
	mkdir -p "$CACHE"
	if [[ -n $(find "$CACHE/" -mindepth 1 -print -quit) ]] && ! cache_is_unmarked_ours; then
		# Another process may be writing the marker at this moment.
		sleep 1
		cache_is_marked && return
		die "VMLAB_CACHE: $CACHE holds files that vmlab did not put there: name a new" \
			"or empty directory"
	fi
	cache_write_marker
}

# cache_remove: remove the cache; refuse a directory that is not ours. Entries of
# other names, and the directory that holds them, stay.
cache_remove()
{
	local name

	cache_check_path
	if [[ -L ${CACHE%"${CACHE##*[!/]}"} ]]; then
		die "clean-cache: $CACHE is a symbolic link: remove the link yourself, or set" \
			"VMLAB_CACHE to the directory that it points to"
	fi
	if [[ ! -e $CACHE ]]; then
		note "There is no cache in $CACHE."
		return
	fi
	cache_is_marked || cache_is_unmarked_ours ||
		die "clean-cache: $CACHE has no CACHEDIR.TAG of vmlab, so it may hold files of" \
			"yours: remove it yourself, or set VMLAB_CACHE to the cache of vmlab"

	# Remove the marker last, so that an interrupted removal can be repeated. rm
	# removes symbolic links, not their targets.
	while IFS= read -r -d '' name; do
		if cache_is_entry "$name" && [[ $name != CACHEDIR.TAG ]]; then
			rm -rf --one-file-system -- "${CACHE:?}/$name"
		fi
	done < <(cache_entries)
	rm -f -- "$CACHE_MARKER"
	rmdir -- "$CACHE" 2>/dev/null ||
		note "$CACHE stays: it holds files that vmlab did not put there."
}
