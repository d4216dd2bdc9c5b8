#compdef readyshelf
# Completion of readyshelf for zsh. The program itself knows its words.
_readyshelf() {
	local line word
	local -a offers
	for line in "${(@f)$("${(Q)words[1]}" complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
		word=${line%%$'\t'*}
		case $word in
		'') ;;
		:file) _files ;;
		*) offers+=("${word//:/\\:}:${line#*$'\t'}") ;;
		esac
	done
	(( ${#offers} )) && _describe readyshelf offers
}
if [ "${funcstack[1]}" = _readyshelf ]; then
	_readyshelf "$@"
else
	compdef _readyshelf readyshelf
fi
