# The manual pages: no warnings, every command and option, every key of the schema.
. tests/package/lib.sh
page=$BUILD/offswitch.1
format=$BUILD/offswitch-scenario.5

without_warnings() {
    said=$(man --warnings -E UTF-8 -l "$1" 2>&1 >/dev/null) && same "" "$said"
}
sections() { # page, headings
    of=$1
    shift
    for heading in "$@"; do
        grep -q "^\.SH \"*$heading" "$of" || {
            echo "$heading is missing in $of"
            return 1
        }
    done
}
plain() { # the words of a page
    sed -e 's/\\-/-/g; s/\\f[BIRP]//g; s/\\&//g' "$1"
}
has_commands() {
    "$BUILD/offswitch" completion words '' | while read -r name; do
        [ "$name" = help ] || plain "$page" | grep -q "^\.B $name " || { echo "no command $name"; return 1; }
    done
}
has_keys() {
    node -e '
        const keys = (n) => n && typeof n === "object" ? [...Object.keys(n.properties ?? {}), ...Object.values(n).flatMap(keys)] : [];
        console.log([...new Set(keys(JSON.parse(require("fs").readFileSync("scenarios/schema.json"))))].join("\n"))' >"$work/keys"
    [ "$(wc -l <"$work/keys")" -gt 50 ] || return 1
    plain "$format" >"$work/plain"
    while read -r key; do
        grep -q "^\.B $key (" "$work/plain" || { echo "no key $key"; return 1; }
    done <"$work/keys"
}
# Each example between .nf and .fi that is a JSON object is a scenario that the lint accepts.
examples_are_clean() {
    plain "$format" | awk -v dir="$work" '/^\.nf/ {n++; next} /^\.fi/ {close(file); file = ""} /^\{/ {file = dir "/example" n ".json"} file {print > file}'
    ls "$work"/example*.json >/dev/null && for file in "$work"/example*.json; do
        "$BUILD/offswitch" scenario lint "$file" || return 1
    done
}

has man && for file in "$page" "$format"; do
    check "$(basename "$file") is shown without a warning" without_warnings "$file"
done
has mandoc && check "mandoc has no warning" mandoc -Tlint -Wwarning "$page" "$format"
check "offswitch(1) is whole" sections "$page" NAME SYNOPSIS DESCRIPTION COMMANDS OPTIONS EXAMPLES "EXIT STATUS" FILES ENVIRONMENT "SEE ALSO"
check "offswitch-scenario(5) is whole" sections "$format" NAME DESCRIPTION EXAMPLES KEYS SETTING POLICY TYPES "SEE ALSO"
check "every command is described" has_commands
has node && check "every key of the schema is described" has_keys
check "the examples of scenarios are clean" examples_are_clean
