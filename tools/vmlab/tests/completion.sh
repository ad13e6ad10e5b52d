#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# completion.sh VMLAB: the scripts for bash, zsh and fish offer every command and every option
# that --help prints. Without zsh or fish, SKIP.
set -euo pipefail

vmlab=$1
src=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)
source "$src/selftests/lib/tap.sh"
# the scripts run the command that is in the PATH
PATH=$(cd "$(dirname "$vmlab")" && pwd -P):$PATH
export HOME=$work XDG_CONFIG_HOME=$work XDG_DATA_HOME=$work

# commands: print the names of all commands
commands()
{
	vmlab --help | sed -nE 's/^  +([a-z]+)  +[^ ].*/\1/p'
}

# options [COMMAND]: print the long options
options()
{
	vmlab "$@" --help | sed -nE 's/^  (-[[:alnum:]], |    )(--[a-z0-9-]+).*/\2/p'
}

# Each function prints a word a line: with no argument the commands, with "" the options
# before a command, with COMMAND its options.

# shellcheck disable=SC2016 # expanded by the inner bash
offers_bash()
{
	bash -c 'source <(vmlab completion bash)
		COMP_WORDS=(vmlab "$@"); COMP_CWORD=$#; compopt() { :; }
		_vmlab; printf "%s\n" "${COMPREPLY[@]-}"' _ "$@"
}

# _arguments and _describe of zsh's completion system print what they are given.
# shellcheck disable=SC2016
offers_zsh()
{
	zsh -fc 'compdef() { }
		source <(vmlab completion zsh)
		_describe() { print -rl -- ${cmds%%:*} }
		_arguments() {
			if [[ $1 != -C ]]; then
				print -rl -- "$@"
			elif [[ $where == options ]]; then
				print -rl -- "$@"
			else
				state=$where
			fi
		}
		where=$1 words=($2) && _vmlab' _ "$@" |
		sed -E 's/^\*(--[a-z0-9-]+).*/\1/'
}

offers_fish()
{
	fish -c "source '$src/tools/install/completions/vmlab.fish'; complete -C 'vmlab $1'" |
		cut -f 1
}

# offers SHELL WHAT [COMMAND]: print what the shell offers: "commands", "options" before a
# command, or "options" of COMMAND
offers()
{
	case $1 in
	bash)
		if [[ $2 == commands ]]; then
			offers_bash ''
		else
			offers_bash "${@:3}" --
		fi
		;;
	zsh)
		if [[ $2 == commands ]]; then
			offers_zsh command
		elif (($# == 2)); then
			offers_zsh options
		else
			offers_zsh argument "$3"
		fi
		;;
	fish)
		if [[ $2 == commands ]]; then
			offers_fish ''
		else
			offers_fish "${*:3}${3:+ }--"
		fi
		;;
	esac | sed 's/=$//' | LC_ALL=C sort -u
}

# knows SHELL TEXT WANTED WHAT [COMMAND]: a test point: the shell offers all that is wanted
knows()
{
	local shell=$1 text=$2 missing

	missing=$(LC_ALL=C comm -23 <(LC_ALL=C sort -u <<<"$3") <(offers "$shell" "${@:4}"))
	result "$([[ -z $missing && -n $3 ]] && echo 0 || echo 1)" "$shell offers $text"
	[[ -z $missing ]] || echo "# not offered: ${missing//$'\n'/ }"
}

mapfile -t names < <(commands)
result "$((${#names[@]} < 20))" "--help lists the commands: ${#names[@]}"
for shell in bash zsh fish; do
	if ! command -v "$shell" >/dev/null; then
		skip "no $shell" "$shell offers what --help prints"
		continue
	fi
	knows "$shell" "every command" "$(commands)" commands
	knows "$shell" "the options before a command" "$(options)" options
	for name in "${names[@]}"; do
		knows "$shell" "the options of $name" "$(options "$name")" options "$name"
	done
done

echo "1..$points"
((failures == 0))
