# bash completion for offswitch
_offswitch() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local commands="check fix guide doctor login scenario rehearse help"
    local options="--connect --capabilities --cacert --headless --profile --browser-arg --origin --only
        --group --all --tabs --timeout --json --yes --acknowledge-terms --wording --state --trace --show
        --forget --help"
    case $before in
    --connect)
        mapfile -t COMPREPLY < <(compgen -W "auto launch cdp:// ws:// bidi:// webdriver:// webdriver+https://" -- "$word")
        return ;;
    --profile | --state)
        mapfile -t COMPREPLY < <(compgen -d -- "$word")
        return ;;
    --capabilities | --cacert | --trace)
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
        return ;;
    scenario)
        mapfile -t COMPREPLY < <(compgen -W "list show lint" -- "$word")
        return ;;
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$word")
    elif [[ ${COMP_WORDS[1]} == rehearse ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options --serve --fault --list-faults --seed --delay-max --generation --lang" -- "$word")
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "linkedin" -- "$word"; compgen -f -X '!*.json' -- "$word")
    fi
}
complete -F _offswitch offswitch
