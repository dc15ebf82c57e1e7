# Installation and distribution: packages, the tarball, the bill of materials.

LIBDIR ?= $(PREFIX)/lib
ZSHDIR ?= site-functions
MANUALS := $(BUILD)/offswitch.1 $(BUILD)/offswitch-scenario.5

# The library for other programs, without the replica.
$(BUILD)/package/liboffswitch.a: $(filter-out $(BUILD)/src/rehearsal/%,$(LIB_OBJ))
	$(call say,AR,$@)
	$(Q)mkdir -p $(@D) && rm -f $@ && $(AR) rcs $@ $^

# The schema lists the keys for the manual.
$(BUILD)/offswitch-scenario.5: src/man/offswitch-scenario.5.in scenarios/schema.json $(BUILD)/offswitch
	$(call say,MAN,$@)
	$(Q)$(BUILD)/offswitch help scenario-manual scenarios/schema.json > $(BUILD)/gen/scenario-manual
	$(Q)sed -e '/@GENERATED@/r $(BUILD)/gen/scenario-manual' -e '/@GENERATED@/d' $< > $@

.PHONY: installable
installable: $(BUILD)/offswitch $(BUILD)/package/liboffswitch.a $(MANUALS)

package_env = BUILD='$(BUILD)' VERSION='$(VERSION)' DESTDIR='$(DESTDIR)' PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' \
	ZSHDIR='$(ZSHDIR)' PACKAGES='$(PACKAGES)' LINKED='$(LINKED)' CC='$(CC)' MAKE='$(MAKE)'

.PHONY: install
install: installable ## install into PREFIX (/usr/local), below DESTDIR, and print the paths
	$(Q)$(package_env) sh src/package/install.sh install

.PHONY: uninstall
uninstall: ## remove what 'make install' put there
	$(Q)$(package_env) sh src/package/install.sh uninstall

# ---- Debian packages ----

# A separate build with Debian's flags; the packages do not contain the path of this directory.
deb_flags = $(shell DEB_BUILD_MAINT_OPTIONS=hardening=+all dpkg-buildflags --get $(1))
.PHONY: deb
deb: ## Debian packages in build/debian/package, with dpkg-deb
	$(Q)$(MAKE) --no-print-directory -j$(CORES) debian-packages BUILD='$(BUILD)/debian' PREFIX=/usr CPPFLAGS='$(call deb_flags,CPPFLAGS)' \
	  CFLAGS='$(call deb_flags,CFLAGS)' LDFLAGS='$(call deb_flags,LDFLAGS)'

# Makes packages from the files in BUILD.
.PHONY: debian-packages
debian-packages: installable
	+$(Q)$(package_env) sh src/package/deb.sh

# Runs in a minimal Debian: needs root, debootstrap and Debian's archive.
.PHONY: deb-test
deb-test: deb ## compare two builds of the packages, then test them in a minimal Debian, as root
	$(Q)cd $(BUILD)/debian/package && sha256sum *.deb > SHA256SUMS
	+$(Q)$(MAKE) --no-print-directory -s deb && cd $(BUILD)/debian/package && sha256sum -c SHA256SUMS
	$(Q)lintian --allow-root --fail-on error,warning $(BUILD)/debian/package/*.deb
	$(Q)sh tests/package/bare.sh $(BUILD)/debian/package

# ---- the tarball ----

# The committed tree: the same bytes each time, on any machine.
TARBALL = $(BUILD)/offswitch-$(VERSION).tar.gz
.PHONY: dist
dist: ## the source as a reproducible tarball
	$(Q)mkdir -p $(BUILD)
	$(Q)git -c core.autocrlf=false archive --format=tar --prefix=offswitch-$(VERSION)/ HEAD | gzip -9n > $(TARBALL)
	$(Q)cd $(BUILD) && sha256sum $(notdir $(TARBALL))

.PHONY: dist-test
dist-test: dist ## build and run the unit tests from the unpacked tarball
	$(Q)rm -rf $(BUILD)/unpacked && mkdir -p $(BUILD)/unpacked && tar -xzf $(TARBALL) -C $(BUILD)/unpacked
	$(Q)$(MAKE) --no-print-directory -C $(BUILD)/unpacked/offswitch-$(VERSION) -j$(CORES) CC='$(CC)' BUILD=build quick

# ---- the bill of materials ----

.PHONY: sbom
sbom: $(BUILD)/offswitch ## the linked libraries, their versions and licences, as CycloneDX 1.6
	$(Q)$(package_env) node src/package/sbom.mjs > $(BUILD)/offswitch.cdx.json
	$(call say,SBOM,$(BUILD)/offswitch.cdx.json)

# ---- tests ----

PACKAGE_TESTS := $(wildcard tests/package/test_*.sh)
.PHONY: package-test
package-test: installable ## install, library, packages, completions, manuals, tarball, bill of materials
	+$(Q)printf '%s\n' $(PACKAGE_TESTS) | BUILD=$(abspath $(BUILD)) VERSION=$(VERSION) MAKE='$(MAKE)' CC='$(CC)' \
	  xargs -P 2 -n 1 sh tests/run.sh sh

# ---- the README's pictures ----

.PHONY: picture
picture: $(BUILD)/offswitch ## the README's pictures, from a real rehearsal
	$(Q)BUILD='$(BUILD)' node src/package/picture.mjs

.PHONY: examples
examples: installable ## all examples of the manual, on the replica
	$(Q)WHOLE=1 BUILD=$(abspath $(BUILD)) VERSION=$(VERSION) MAKE='$(MAKE)' CC='$(CC)' sh tests/package/test_examples.sh

# ---- other systems ----

# Builds with the twins of Linux-only functions (src/base/system.h), as on another Unix.
.PHONY: portable
portable: ## build and run the unit tests without Linux-only functions
	$(Q)$(MAKE) --no-print-directory -j$(CORES) BUILD='$(BUILD)/portable' CPPFLAGS='$(CPPFLAGS) -DOFS_PORTABLE' unit

# A short form: compiles only the files that use a twin again, and runs their tests.
TWINS      := src/base/system.c $(filter-out src/wire/libcurl.c,$(wildcard src/wire/*.c))
TWIN_OBJ   := $(TWINS:%.c=$(BUILD)/twins/%.o)
TWIN_TESTS := tests/unit/test_system.c $(wildcard tests/wire/test_*.c)
TWIN_BIN   := $(TWIN_TESTS:%.c=$(BUILD)/twins/%)

$(TWIN_OBJ): $(BUILD)/twins/%.o: %.c | $(GEN)
	$(call say,CC,$< with twins)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(OFS_CPPFLAGS) $(CPPFLAGS) -DOFS_PORTABLE $(OFS_CFLAGS) $(CFLAGS) -c -o $@ $<

$(BUILD)/twins/liboffswitch.a: $(TWIN_OBJ) $(filter-out $(TWINS:%.c=$(BUILD)/%.o),$(LIB_OBJ))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(TWIN_BIN): $(BUILD)/twins/%: $(BUILD)/%.o $(SHARED_OBJ) $(BUILD)/twins/liboffswitch.a
	$(call say,LINK,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(OFS_LDFLAGS) -o $@ $^ $(OFS_LIBS) $(shell pkg-config --libs cmocka libssl)

.PHONY: twins
twins: $(TWIN_BIN) ## the tests of the files that use a twin, with the twins
	$(Q)sh tests/run.sh "" $(TWIN_BIN)

-include $(TWIN_OBJ:.o=.d)
