# bash completion for offswitch: what may come next is what the program says
_offswitch() {
    local line word said before=
    local -a words
    COMPREPLY=()
    # The words as the program gets them: bash cuts at ":" and "=" too.
    read -ra words <<<"${COMP_LINE:0:COMP_POINT}"
    [[ ${COMP_LINE:0:COMP_POINT} == *[[:space:]] ]] && words+=("")
    word=${words[-1]}
    # Bash replaces only what is behind the last ":" or "=".
    [[ $word == *[:=]* ]] && before=${word%"${word##*[:=]}"}
    said=$("${words[0]}" completion words -- "${words[@]:1}" 2>/dev/null) || return
    while IFS= read -r line; do
        case $line in
        @files) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "${word#"$before"}") ;;
        @directories) mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "${word#"$before"}") ;;
        "$word"*) COMPREPLY+=("${line#"$before"}") ;;
        esac
    done <<<"$said"
    # After "bidi://" and "--only=" something has to follow.
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[/=,] ]] && compopt -o nospace
}
complete -F _offswitch offswitch
