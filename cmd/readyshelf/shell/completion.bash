# Completion of readyshelf for bash. The program itself knows its words.
_readyshelf() {
	local word _
	COMPREPLY=()
	while IFS=$'\t' read -r word _; do
		if [ "$word" = :file ]; then
			compopt -o filenames 2>/dev/null
			mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}")
		else
			COMPREPLY+=("$word")
		fi
	done < <("${COMP_WORDS[0]}" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _readyshelf readyshelf
