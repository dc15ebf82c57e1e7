# Completion in bash, zsh and fish, as a person uses it: a line is typed in an interactive shell, and TAB
# is pressed. The scripts are those that 'offswitch completion SHELL' prints.
. tests/package/lib.sh
PATH=$BUILD:$PATH
HOME=$work
OFFSWITCH_SCENARIOS=$(pwd)/scenarios
XDG_CONFIG_HOME=$work/config
TERM=xterm
export PATH HOME OFFSWITCH_SCENARIOS XDG_CONFIG_HOME TERM
mkdir -p "$work/config/offswitch"
printf 'tabs = 2\n[anna]\ntabs = 1\n' >"$work/config/offswitch/config"
chmod 600 "$work/config/offswitch/config"

for shell in bash zsh fish; do
    "$BUILD/offswitch" completion $shell >"$work/script.$shell"
    check "'completion $shell' prints what is installed" cmp "$work/script.$shell" src/completion/offswitch.$shell
done

# What is typed, and what the line is after TAB.
lines='offswitch reh|offswitch rehearse
offswitch check --onl|offswitch check --only
offswitch check --only data-for|offswitch check --only data-for-ai-improvement
offswitch check --only ads-by-age,ai-cr|offswitch check --only ads-by-age,ai-creation-tools
offswitch check --only=data-for|offswitch check --only=data-for-ai-improvement
offswitch check --group priv|offswitch check --group privacy
offswitch check linked|offswitch check linkedin
offswitch check --connect bidi|offswitch check --connect bidi://
offswitch check --as an|offswitch check --as anna
offswitch scenario sh|offswitch scenario show
offswitch scenario show linked|offswitch scenario show linkedin
offswitch rehearse --fault save-und|offswitch rehearse --fault save-undone
offswitch rehearse --lang d|offswitch rehearse --lang de
offswitch rehearse --generation rad|offswitch rehearse --generation radio
offswitch done objec|offswitch done objection-form
offswitch keep ads-by-ag|offswitch keep ads-by-age
offswitch completion fi|offswitch completion fish'

typed() {
    printf '%s\n' "$lines" | cut -d'|' -f1
}
wanted() {
    printf '%s\n' "$lines" | cut -d'|' -f2
}

# Each line is typed, then TAB, then a key that prints the resulting line and clears it.
in_bash() {
    cat >"$work/rc.bash" <<END
PS1='ready> '
bind 'set bell-style none' 2>/dev/null
bind -x '"\C-o": printf "\nline=%s\n" "\$READLINE_LINE"; READLINE_LINE='
. $work/script.bash
END
    typed | while IFS= read -r line; do printf '%s\t\017' "$line"; done >"$work/keys"
    printf 'exit\r' >>"$work/keys"
    in_terminal "bash --noprofile --rcfile $work/rc.bash -i"
}
in_zsh() {
    mkdir -p "$work/zsh/functions"
    cp "$work/script.zsh" "$work/zsh/functions/_offswitch"
    cat >"$work/zsh/.zshrc" <<END
PS1='ready> ' RPS1= PROMPT_EOL_MARK=
unsetopt beep zle_bracketed_paste prompt_sp
fpath=($work/zsh/functions \$fpath)
autoload -Uz compinit
compinit -u -D
show_line() { print; print -r -- "line=\$BUFFER"; BUFFER= }
zle -N show_line
bindkey '^O' show_line
END
    typed | while IFS= read -r line; do printf '%s\t\017' "$line"; done >"$work/keys"
    printf 'exit\r' >>"$work/keys"
    ZDOTDIR=$work/zsh in_terminal "zsh -d -i"
}
# The keys are sent once the shell has shown its prompt: before that, the terminal would edit them
# itself.
in_terminal() {
    mkfifo "$work/type"
    script -qec "stty cols 200 rows 50; $1" /dev/null <"$work/type" >"$work/screen" 2>&1 &
    served=$!
    exec 9>"$work/type"
    left=240
    until grep -q 'ready>' "$work/screen" || [ $((left -= 1)) = 0 ]; do
        sleep 0.25
    done
    cat "$work/keys" >&9
    wait "$served"
    served=
    exec 9>&-
    rm "$work/type"
    tr -d '\r' <"$work/screen" | sed 's/\x1b\[[0-9;?]*[A-Za-z]//g' | sed -n 's/^.*line=//p' | sed 's/ *$//' >"$work/lines"
}
in_fish() {
    typed | fish --no-config -c "source $work/script.fish
        while read -l line
            set -l said (complete -C \$line)
            echo (string replace -r ' [^ ]*\$' ' ' -- \$line)(string split -f 1 \t -- \$said[1])
        end" >"$work/lines"
}
completes() {
    "in_$1" && same "$(wanted)" "$(cat "$work/lines")"
}

has script || exit 0
has bash && check "bash completes" completes bash
has zsh && check "zsh completes" completes zsh
has fish && check "fish completes" completes fish
exit 0
