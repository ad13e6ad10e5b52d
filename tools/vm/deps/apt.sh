# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Download Debian packages without changing the host's package sources: apt runs with
# a root of its own in the cache. Its packages are unpacked, never installed.

readonly APT_ROOT=$CACHE/apt

# apt_sources: print the host's package sources that have the component main, from
# files of both formats, as lines "URI SUITE"
apt_sources()
{
	local files=()

	shopt -s nullglob
	files=(/etc/apt/sources.list /etc/apt/sources.list.d/*.list)
	[[ -e ${files[0]} ]] || files=("${files[@]:1}")
	[[ ${#files[@]} -eq 0 ]] || awk '
		$1 == "deb" {
			sub(/^deb[ \t]+(\[[^]]*\][ \t]+)?/, "")
			if ((" " $0 " ") ~ / main /)
				print $1, $2
		}' "${files[@]}"

	files=(/etc/apt/sources.list.d/*.sources)
	[[ ${#files[@]} -eq 0 ]] || awk '
		function stanza(   i, j, u, s) {
			if (types ~ /deb( |$)/ && (" " components " ") ~ / main / && enabled != "no")
				for (i = 1; i <= split(uris, u); i++)
					for (j = 1; j <= split(suites, s); j++)
						print u[i], s[j]
			types = uris = suites = components = enabled = ""
		}
		FNR == 1 || /^[ \t]*$/ { stanza() }
		/^#/ { next }
		/^[^ \t]/ { field = tolower($1); $1 = "" }
		field == "types:" { types = types " " $0 }
		field == "uris:" { uris = uris " " $0 }
		field == "suites:" { suites = suites " " $0 }
		field == "components:" { components = components " " $0 }
		field == "enabled:" { enabled = $NF }
		END { stanza() }' "${files[@]}"
	shopt -u nullglob
}

# apt_mirror [-security]: print the URL of a Debian mirror, or of that of the security
# suites
#
# Where the host's sources name none, because it is not Debian, take the default of
# debootstrap.
apt_mirror()
{
	local uri
	local re="^(bookworm|trixie)(-updates|-backports)?/?\$"

	if [[ ${1:-} == -security ]]; then
		re='^(bookworm|trixie)-security/?$'
	elif [[ -n ${VMLAB_DEBIAN_MIRROR:-} ]]; then
		printf '%s\n' "$VMLAB_DEBIAN_MIRROR"
		return
	fi
	uri=$(apt_sources | awk -v re="$re" '$2 ~ re { print $1; exit }')
	if [[ -z $uri && ${1:-} != -security && -r /usr/share/debootstrap/scripts/sid ]]; then
		uri=$(sed -nE 's/^default_mirror +//p' /usr/share/debootstrap/scripts/sid | head -n 1)
	fi
	[[ -z $uri ]] || printf '%s\n' "$uri"
}

# apt_root: make the apt root, and make apt use it in this shell
apt_root()
{
	local mirror security suite list
	local key=/usr/share/keyrings/debian-archive-keyring.gpg

	mirror=$(apt_mirror)
	security=$(apt_mirror -security)
	[[ -n $mirror ]] || die "no Debian mirror found: set VMLAB_DEBIAN_MIRROR to the URL of one"
	[[ -r $key ]] || die "no Debian archive keys: install the package debian-archive-keyring"

	cache_ensure
	mkdir -p "$APT_ROOT"/{lists/partial,cache/archives/partial}
	list=$(
		for suite in bookworm bookworm-updates bookworm-backports trixie trixie-updates \
			trixie-backports; do
			echo "deb [arch=amd64 signed-by=$key] $mirror $suite main"
		done
		[[ -z $security ]] || for suite in bookworm-security trixie-security; do
			echo "deb [arch=amd64 signed-by=$key] $security $suite main"
		done
	)
	if [[ ! -e $APT_ROOT/sources.list || $(<"$APT_ROOT/sources.list") != "$list" ]]; then
		printf '%s\n' "$list" >"$APT_ROOT/sources.list"
		rm -f "$APT_ROOT/updated"
	fi
	cat >"$APT_ROOT/apt.conf" <<-END
		Dir::State "$APT_ROOT";
		Dir::State::lists "$APT_ROOT/lists";
		Dir::State::status "/dev/null";
		Dir::Cache "$APT_ROOT/cache";
		Dir::Etc::sourcelist "$APT_ROOT/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		APT::Sandbox::User "";
		APT::Architecture "amd64";
		APT::Architectures "amd64";
		Acquire::Languages "none";
		Acquire::Retries "3";
	END
	export APT_CONFIG=$APT_ROOT/apt.conf
	export LC_ALL=C.UTF-8
}

# apt_update: fetch the package lists unless that was done within a day
apt_update()
{
	if [[ -z $(find "$APT_ROOT/updated" -mmin -1440 2>/dev/null) ]]; then
		apt-get -q update
		touch "$APT_ROOT/updated"
	fi
}

# apt_versions PACKAGE: print lines "VERSION SUITE", the newest version first. Versions
# of the host's own release precede all others: its compiler fits them.
apt_versions()
{
	local codename

	codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-none}")
	apt-cache madison "$1" | awk -F ' *[|] *' -v own="$codename" '
		{
			split($3, at, /[ \/]/)
			for (i in at)
				if (at[i] ~ /^(bookworm|trixie)/)
					suite = at[i]
			line = $2 " " suite
			if (index(suite, own) == 1)
				print line
			else
				rest = rest line "\n"
		}
		END { printf "%s", rest }'
}

# apt_depends PACKAGE=VERSION REGEX: print the direct dependencies whose names match
apt_depends()
{
	apt-cache show "$1" | sed -n 's/^Depends: //p' | tr ',' '\n' |
		sed -E 's/^ *//; s/[ :(].*//' | grep -E "$2" || true
}

# apt_unpack ROOT PACKAGE[=VERSION]...: download packages and unpack them in ROOT
apt_unpack()
{
	local root=$1 debs
	shift

	debs=$(mktemp -d "$CACHE/debs-XXXXXX")
	mkdir -p "$root"
	(cd "$debs" && apt-get -q download "$@")
	for deb in "$debs"/*.deb; do
		echo "unpacking ${deb##*/}"
		dpkg-deb -x "$deb" "$root"
	done
	rm -rf "$debs"
}
