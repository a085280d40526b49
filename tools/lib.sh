# SPDX-License-Identifier: GPL-2.0
# What every shell tool here shares: usage, errors, steps that show progress.
# shellcheck shell=sh

me=${0##*/}
started=$(date +%s)
top=$(cd "$(dirname "$0")/.." && pwd)

# Or else the shell would be gone without doing what it is told to do on EXIT.
trap 'exit 130' HUP INT TERM

# Print the comment block below the SPDX line of the calling script.
usage() {
	sed -n '3,/^[^#]/{/^#/!d;s/^# \{0,1\}//;p}' "$0"
}

# Bad input: one sentence, exit code 2.
die() {
	printf '%s: %s\n' "$me" "$*" >&2
	exit 2
}

# Work that failed: one sentence, exit code 1.
fail() {
	printf '%s: %s\n' "$me" "$*" >&2
	exit 1
}

elapsed() {
	echo $(($(date +%s) - started))
}

finished() {
	printf '%s: %s (%s s)\n' "$me" "$*" "$(elapsed)"
}

need() {
	for tool; do
		command -v "$tool" >/dev/null ||
			die "'$tool' is not installed; run 'make setup' as root."
	done
}

# Stop early, before a step fills the disk and leaves a broken tree behind.
need_space() { # DIRECTORY MEGABYTES
	free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
	[ "$free" -ge "$2" ] ||
		die "$1 has $free MB free and this step needs $2 MB;" \
			"free some space, or build elsewhere with O=DIR."
}

# Kill processes and all that they have started: once its parent is gone, nothing tells
# any more whose a process was.
kill_all() { # PID...
	for pid; do
		# shellcheck disable=SC2046
		set -- $(cat "/proc/$pid/task"/*/children 2>/dev/null)
		kill "$pid" 2>/dev/null || :
		[ $# -eq 0 ] || (kill_all "$@")
	done
}

# with_progress LOG TITLE COMMAND...: output goes to LOG; a sign of life with the
# elapsed time and the log's last line every few seconds, rewritten on a terminal.
with_progress() {
	log=$1 title=$2
	shift 2
	mkdir -p "$(dirname "$log")"
	"$@" >"$log" 2>&1 </dev/null &
	job=$!
	# The job may be a function, which would leave what it has started.
	trap 'kill_all "$job"; wait "$job" || :; exit 130' HUP INT TERM
	if [ -t 1 ]; then every=2; else every=10; fi
	printf '%s: %s\n' "$me" "$title"
	seconds=0
	while kill -0 "$job" 2>/dev/null; do
		sleep 1
		seconds=$((seconds + 1))
		[ $((seconds % every)) -eq 0 ] || continue
		last=$(tail -n 1 "$log" | tr -d '\r' | cut -c 1-60)
		if [ -t 1 ]; then
			printf '\r\033[K  %4s s  %s' "$seconds" "$last"
		else
			printf '  %4s s  %s\n' "$seconds" "$last"
		fi
	done
	[ ! -t 1 ] || printf '\r\033[K'
	trap 'exit 130' HUP INT TERM
	wait "$job"
}

# The folder of patches/ that is laid out, and the kernel that it is made on.
# shellcheck disable=SC2034
{
series=${SERIES:-v7.0-rc2}
read -r package mainline_version mainline_commit tested_version tested_hash <<END
$(sed -n "s/^$series  *//p" "$top/base/sources")
END
reverts=$top/base/debian-${package##*-}
}
[ -n "$package" ] || die "base/sources has no line for '$series'; add one, or name another SERIES."

kernel_version() { # TREE
	[ -f "$1/Kbuild" ] && [ -f "$1/kernel/dma/mapping.c" ] &&
		make -s -C "$1" kernelversion 2>/dev/null
}

# What building for an architecture takes: the folder below arch/, make's target,
# the prefix of the compiler, which is empty where it is the machine's own.
# shellcheck disable=SC2034
architecture() { # ARCH or ARCH-CONFIG, for x86_64 or arm64
	arch=${1%%-*}
	objects=obj-$1
	case $arch in
	x86_64) srcarch=x86 target=bzImage cross=x86_64-linux-gnu- ;;
	arm64) srcarch=arm64 target=Image cross=aarch64-linux-gnu- ;;
	*) die "the architecture is '$arch'; use x86_64 or arm64." ;;
	esac
	[ "$(uname -m)" != "${cross%%-*}" ] || cross=
}

# Whether FILE is all that the fragments ask for; if not, it is to be made anew.
check_config() { # FILE FRAGMENT...
	have=$1
	shift
	dropped=$({
		sed -n 's/^\(CONFIG_[A-Z0-9_]*=.*\)/\1/p' "$@" | grep -vxFf "$have" || :
		sed -n 's/^# \(CONFIG_[A-Z0-9_]*\) is not set$/\1=/p' "$@" |
			while read -r off; do ! grep -q "^${off}[ym]$" "$have" || echo "${off}n"; done
	} | xargs)
	[ -z "$dropped" ] || {
		rm "$have"
		fail "Kconfig does not grant: $dropped; fix the fragments that ask for it."
	}
}

# Git commands on a tree that is laid out here; the user's own git settings stay out of it.
tree_git() { # TREE ARGUMENTS...
	tree=$1
	shift
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null \
		GIT_COMMITTER_NAME=${me} GIT_COMMITTER_EMAIL=${me}@localhost \
		GIT_AUTHOR_NAME=${me} GIT_AUTHOR_EMAIL=${me}@localhost \
		git -C "$tree" -c core.autocrlf=false -c advice.addEmptyPathspec=false "$@"
}

# Put the folders that PATCHES touch under git's control, and no others: adding the
# whole kernel takes minutes and nobody needs it.
track_touched_folders() { # TREE SUBJECT PATCHES...
	tree=$1 subject=$2
	shift 2
	[ -d "$tree/.git" ] || {
		tree_git "$tree" init --quiet --initial-branch=kit
		tree_git "$tree" config status.showUntrackedFiles no
	}
	cat /dev/null "$@" | sed -n 's|^--- a/\(.*\)/[^/]*$|\1|p' | sort -u | while read -r folder; do
		[ ! -d "$tree/$folder" ] || (cd "$tree" && find "$folder" -maxdepth 1 -type f)
	done | tree_git "$tree" add --force --pathspec-from-file=-
	tree_git "$tree" commit --quiet --allow-empty --message "$subject"
}

# One id of what all patches of a series hold.
series_id() { # FOLDER
	cat "$1"/*/*.patch "$1"/*/*.suite "$1/names.sed" 2>/dev/null | git hash-object --stdin
}

# A suite is kept once. Where it is a link, what this series calls otherwise is replaced.
suite() { # LINK
	sed -f "$(dirname "$1")/../names.sed" "$1"
}

# Whether what git tracks of TREE, which make-series laid out, is what patches/ held.
is_unchanged() { # TREE
	[ "$(cat "$1/.git/imported")" = "$(tree_git "$1" rev-parse HEAD)" ] &&
		tree_git "$1" diff --quiet HEAD
}

# Refuse to go on when TREE, which make-series laid out, has what patches/ has not.
all_is_written() { # TREE
	edits_are_tracked "$1"
	is_unchanged "$1" ||
		die "$1 has work that is not in patches/; run 'make refresh', or remove $1."
}

# What make-base and make-series made TREE of: mainline's own commit has such a subject, too.
made_of() { # TREE
	[ -f "$1/.git/HEAD" ] || return 0
	printf 'made of %s' "$(tree_git "$1" log --format=%s base 2>/dev/null |
		grep -m 1 -e "^Debian's linux-source " -e '^Linux [0-9]')"
	[ ! -f "$1/.git/patches" ] || printf ', patches %.12s%s' "$(cat "$1/.git/patches")" \
		"$(is_unchanged "$1" || echo ', with changes')"
	echo
}

# The base that make-series copies: another package may be of the same version.
base_id() { # BASE
	tree_git "$1" rev-parse 'HEAD^{tree}' && made_of "$1"
}

# Git knows only the folders that the series touches; a file elsewhere would be built, and
# be in no patch. What is hidden at the top is not built: kunit.py's .kunit, an editor's files.
edits_are_tracked() { # TREE
	edits=$({
		tree_git "$1" ls-files | sed p
		cd "$1" && find . -mindepth 1 \( -path './obj-*' -o -path './.*' -o -name __pycache__ \) \
			-prune -o -type f -newer .git/copied -print | sed 's|^\./||'
	} | sort | uniq -u | xargs)
	[ -z "$edits" ] || die "$1 has edits where git does not look, in $edits: take them back," \
		"or add the file as it was to the tag base first (Documentation/maintainers.rst)."
}

# Which hunk of PATCH stands at LINE of FILE.
hunk_number() { # PATCH FILE LINE
	awk -v file="--- a/$2" -v line="$3" '
		/^--- / { here = ($0 == file); hunk = 0 }
		here && /^@@ -/ { hunk++; split($2, at, /[-,]/); if (at[2] == line) { print hunk; exit } }
	' "$1"
}

# Apply PATCHES as commits, without fuzz. The first that fails is named with file and hunk.
# A cover letter becomes an empty commit, which begins its posting.
apply_patches() { # TREE PATCHES...
	tree=$1
	shift
	for patch; do
		case $patch in
		*/0000-cover-letter.patch)
			# On standard input an empty one would be passed over.
			mail=.git/cover empty=keep
			sed '/^base-commit: \|^prerequisite-patch-id: /,$d' "$patch" >"$tree/$mail" ;;
		*.suite)
			mail=.git/suite empty=stop
			suite "$patch" >"$tree/$mail" ;;
		*) mail=$patch empty=stop ;;
		esac
		errors=$(tree_git "$tree" am --quiet --keep-cr --empty=$empty "$mail" 2>&1 </dev/null) &&
			continue
		tree_git "$tree" am --abort >/dev/null 2>&1 || :
		name=$(basename "$(dirname "$patch")")/$(basename "$patch")
		at=$(printf '%s\n' "$errors" | sed -n 's/^error: patch failed: //p' | head -n 1)
		case $at in
		'') die "$name cannot be applied, repair it: $(printf '%s' "$errors" | head -n 1)" ;;
		esac
		file=${at%:*}
		die "$name does not apply: $file, hunk $(hunk_number "$patch" "$file" "${at##*:}")" \
			"(line ${at##*:}) does not match $tree; rebase the patch or repair base/."
	done
}
