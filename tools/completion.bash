# bash completion for smbguard(8)                           -*- shell-script -*-
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What: completes commands, options and their values.
#
# How: it knows none of them, and asks the command that is typed: "help" lists
# commands, "COMMAND --help" its options and what they take, "--words" shares of
# smb.conf, events and options of smbguard.
#
# How it fails: where the command does not answer, nothing is completed.

# A command's --help, each option on a line of its own.
_smbguard_options()
{
	"$1" "$2" --help 2>/dev/null | sed -n '
		:join
		N
		s/\n  *\([^- ].*\)$/ \1/
		t join
		P
		D' | sed -n '/^  *\(-.,  *\)\?--/p'
}

# The line of one option: --format
_smbguard_line()
{
	_smbguard_options "$1" "$2" | sed -n "/ $3[ =]/p" | head -n 1
}

# What an option takes: FORMAT in "--format=FORMAT   text or json"
_smbguard_takes()
{
	_smbguard_line "$1" "$2" "$3" | sed -n 's/.*--[a-z-]*[= ]\([A-Z=]*\) .*/\1/p'
}

# The words that it names: text and json
_smbguard_formats()
{
	_smbguard_line "$1" "$2" "$3" | sed 's/.*=[A-Z]* *//; s/.*://; s/([^)]*)//g' |
		tr -c 'a-z0-9' '\n' | grep -vx -e or -e and -e '' | sort -u
}

# The smb.conf that the line names, if it does
_smbguard_conf()
{
	local i

	for ((i = 1; i < ${#COMP_WORDS[@]} - 1; i++)); do
		case ${COMP_WORDS[i]} in
		--smb-conf | -s | --config)
			if [ "${COMP_WORDS[i + 1]}" = = ]; then
				i=$((i + 1))
			fi
			echo "${COMP_WORDS[i + 1]}"
			return
			;;
		esac
	done
}

_smbguard_values()
{
	case $3 in
	FORMAT) _smbguard_formats "$1" "$2" "$4" ;;
	SHARE) "$1" --words shares "$(_smbguard_conf)" 2>/dev/null ;;
	SEVERITY) printf '%s\n' notice warning critical ;;
	EVENT) "$1" --words events 2>/dev/null ;;
	esac
}

# Words of which some have blanks: "min protocol"
_smbguard_reply()
{
	local word

	while IFS= read -r word; do
		if [[ $word == "$1"* ]]; then
			COMPREPLY+=("$(printf '%q' "$word")")
		fi
	done
}

_smbguard()
{
	local me=${COMP_WORDS[0]} command=${COMP_WORDS[1]}
	local now=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local takes=

	COMPREPLY=()
	if [ "$COMP_CWORD" = 1 ]; then
		_smbguard_reply "$now" < <("$me" help 2>/dev/null |
			sed -n 's/^  \([a-z][a-z]*\) .*/\1/p'
			echo help; echo --help; echo --version)
		return
	fi
	# bash makes three words of --format=json.
	if [ "$now" = = ]; then
		now=
	elif [ "$before" = = ]; then
		before=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	case $before in
	-f) before=--format ;;
	-s) before=--smb-conf ;;
	esac
	# Another word would be read by sed as its own.
	if [[ $before =~ ^--[a-z-]+$ ]]; then
		takes=$(_smbguard_takes "$me" "$command" "$before")
	fi
	if [ -n "$takes" ]; then
		_smbguard_reply "$now" < <(_smbguard_values "$me" "$command" \
			"$takes" "$before")
		if [ "$takes" = DIR ]; then
			compopt -o dirnames 2>/dev/null
		elif [ "$takes" = FILE ] || [ "$takes" = FILE.conf ]; then
			compopt -o default 2>/dev/null
		fi
	elif [[ $now == -* ]]; then
		_smbguard_reply "$now" < <(_smbguard_options "$me" "$command" |
			sed 's/.*\(--[a-z-]*\).*/\1/')
	elif [ "$command" = help ]; then
		_smbguard_reply "$now" < <("$me" help 2>/dev/null |
			sed -n 's/^  \([a-z][a-z]*\) .*/\1/p')
	elif [ "$command" = explain ]; then
		_smbguard_reply "$now" < <("$me" --words events
			"$me" --words options)
	else
		# "list|add|end", where a command has such words
		_smbguard_reply "$now" < <("$me" "$command" --help 2>/dev/null |
			sed -n '1s/.* \([a-z]*|[a-z|]*\).*/\1/p' | tr '|' '\n')
		compopt -o default 2>/dev/null
	fi
}

complete -F _smbguard smbguard
