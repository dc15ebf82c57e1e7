# The bill of materials: valid by its required fields, whole, and the same each time.
. tests/package/lib.sh
has node && has dpkg-query || exit 0
bom=$BUILD/offswitch.cdx.json

twice_the_same() {
    cp "$bom" "$work/first" && make_quietly sbom && cmp "$work/first" "$bom"
}
check "is made" make_quietly sbom
check "has what CycloneDX 1.6 requires, and lists what the program loads" env VERSION="$VERSION" node tests/package/sbom_check.mjs "$bom" "$BUILD/offswitch"
check "the same again gives the same bytes" twice_the_same
