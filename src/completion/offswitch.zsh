#compdef offswitch
# zsh completion for offswitch: what may come next is what the program says
_offswitch() {
    local line
    local -a said
    for line in "${(@f)$("${words[1]}" completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        case $line in
        @files) _files ;;
        @directories) _files -/ ;;
        ?*) said+=("$line") ;;
        esac
    done
    compadd -a said
}
if [ "$funcstack[1]" = _offswitch ]; then
    _offswitch "$@"
else
    compdef _offswitch offswitch
fi
