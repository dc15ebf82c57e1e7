# bash completion for offswitch: what may come next is what the program says
_offswitch() {
    local word=${COMP_WORDS[COMP_CWORD]} line said
    COMPREPLY=()
    said=$("${COMP_WORDS[0]}" completion words -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
    while IFS= read -r line; do
        case $line in
        @files) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$word") ;;
        @directories) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$word") ;;
        "$word"*) COMPREPLY+=("$line") ;;
        esac
    done <<<"$said"
}
complete -F _offswitch offswitch
