# SPDX-License-Identifier: GPL-2.0
#
# Completion of vmlab for fish. It reads what --help prints, so it offers the commands and
# the options of the vmlab that is in the PATH.

# the lines "NAME<tab>DESCRIPTION" of all commands
function __vmlab_commands
    vmlab --help 2>/dev/null | string replace -rf '^  +([a-z]+) {2,}(\S.*)$' '$1\t$2'
end

# the command on the line; fails before there is one
function __vmlab_command
    set -l names (__vmlab_commands | string replace -r '\t.*' '')
    set -l words (commandline -opc)
    for word in $words[2..]
        if contains -- $word $names
            echo $word
            return
        end
    end
    return 1
end

# a line "--OPTION<tab>DESCRIPTION" for each option, "--OPTION=" if it takes a value; and one
# for its letter
function __vmlab_options
    set -l text (vmlab (__vmlab_command) --help 2>/dev/null)
    string replace -rf '^  (?:-\w, |    )(--[\w-]+=?)\S*\s+(\S.*)$' '$1\t$2' -- $text
    string replace -rf '^  (-\w), --[\w-]+(?:=\S+)?\s+(\S.*)$' '$1\t$2' -- $text
end

# the operands: processes, labs, or the words in small letters that "Usage:" has, and files
function __vmlab_operands
    set -l command (__vmlab_command); or return
    set -l usage (vmlab $command --help 2>/dev/null)[1]
    set -l operands (string replace -r '^Usage: vmlab \S+ (\[options\])?' '' -- $usage)
    if string match -qr '\bPID\b' -- $operands
        printf '%s\t%s\n' self 'vmlab itself'
        __fish_complete_pids
    end
    if test $command = lab
        printf '%s\n' list show run all
    end
    if string match -qr '\bLAB\b' -- $operands
        vmlab lab list --noheadings --raw --output LAB 2>/dev/null
    end
    string match -ar '\b[a-z]+\b' -- $operands
    if test $command = help
        __vmlab_commands
    end
end

# whether the operands of the command are no files
function __vmlab_no_files
    set -l command (__vmlab_command); or return 1
    set -l usage (vmlab $command --help 2>/dev/null)[1]
    not string match -qr '\b(FILE|BEFORE|COMMAND)\b' -- $usage
    and not string match -q -- '-*=*' (commandline -ct)
end

# whether the words after "--" are a command to run
function __vmlab_runs_command
    contains -- -- (commandline -opc)
end

# what completes the command after "--"
function __vmlab_complete_command
    set -l words (commandline -opc)
    set -l start (math (contains -i -- -- $words) + 1)
    complete -C (string join ' ' -- (string escape -- $words[$start..]) (commandline -ct))
end

complete -c vmlab -n 'not __vmlab_command; and not __vmlab_runs_command' -f -a '(__vmlab_commands)'
complete -c vmlab -n 'not __vmlab_runs_command' -a '(__vmlab_options)'
complete -c vmlab -n '__vmlab_command; and not __vmlab_runs_command' -a '(__vmlab_operands)'
complete -c vmlab -n __vmlab_no_files -f
complete -c vmlab -n __vmlab_runs_command -f -a '(__vmlab_complete_command)'
