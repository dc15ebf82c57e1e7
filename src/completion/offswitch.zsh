#compdef offswitch
# zsh completion for offswitch: what may come next is what the program says
_offswitch() {
    local line
    local -a said open
    for line in "${(@f)$("${words[1]}" completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
        case $line in
        @files) _files ;;
        @directories) _files -/ ;;
        *[/=,]) open+=("$line") ;;
        ?*) said+=("$line") ;;
        esac
    done
    # After "bidi://" something has to follow.
    compadd -S '' -a open
    compadd -a said
}
if [ "$funcstack[1]" = _offswitch ]; then
    _offswitch "$@"
else
    compdef _offswitch offswitch
fi
