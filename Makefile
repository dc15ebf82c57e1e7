# offswitch. 'make help' lists the targets; V=1 shows every command.

BUILD   ?= build
PREFIX  ?= /usr/local
VERSION := 0.1.0
CC      ?= cc
CFLAGS  ?= -O2 -g
# with WERROR= a warning is not an error
WERROR  ?= -Werror

# libwebsockets: CDP sockets, the event loop, the replica; libcurl: HTTP to the browser; cJSON; libcrypto: SHA-256;
# SQLite: the ledger; libxml2: the text of policy documents; zlib: their stored revisions
PACKAGES := libwebsockets libcurl libcjson libcrypto sqlite3 libxml-2.0 zlib
ifneq ($(filter-out help setup clean demo test dist,$(or $(MAKECMDGOALS),all)),)
  ifeq ($(shell pkg-config --exists $(PACKAGES) && echo yes),)
    $(error libraries are missing: run 'make setup', or install $(PACKAGES) for pkg-config)
  endif
endif

PACKAGES_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
# a distribution may set its own level
fortify = $(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,-D_FORTIFY_SOURCE=2)
OFS_CPPFLAGS = -D_GNU_SOURCE $(fortify) -DOFS_VERSION='"$(VERSION)"' \
	-DOFS_DATADIR='"$(PREFIX)/share/offswitch"' -Iinclude -Isrc -I$(BUILD)/gen \
	$(PACKAGES_CFLAGS)
OFS_CFLAGS = -std=c17 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wvla -Wformat=2 $(WERROR) -fstack-protector-strong -fPIE -MMD -MP
OFS_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed
# libcurl and libxml2 need thirty more libraries and are loaded at their first call (src/base/library.h).
# A package has to depend on them by name: its ELF header does not list them.
LOADED   := libcurl libxml-2.0
LINKED   := $(filter-out $(LOADED),$(PACKAGES))
OFS_LIBS := $(shell pkg-config --libs $(LINKED) 2>/dev/null) -ldl

comma := ,
CORES := $(shell nproc 2>/dev/null || echo 2)
Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-7s %s\n' $(1) $(2))

LIB_SRC  := $(filter-out src/cli/%,$(wildcard src/*/*.c src/*/*/*.c))
CLI_SRC  := $(wildcard src/cli/*.c)
EMBED    := $(wildcard src/rehearsal/pages/* src/rehearsal/services/* src/completion/*) src/record/report.schema.json src/browser/cdp/ledger.js scenarios/schema.json
PROBE    := $(sort $(wildcard src/page/probe/*.js))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(BUILD)/%.o)
GEN      := $(foreach f,$(EMBED),$(BUILD)/gen/$(notdir $(f)).h) $(BUILD)/gen/probe.js.h

.PHONY: all
all: $(BUILD)/offswitch ## build the program (default)

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BUILD)/offswitch: $(CLI_OBJ) $(BUILD)/liboffswitch.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(OFS_LDFLAGS) -o $@ $^ $(OFS_LIBS)

$(BUILD)/liboffswitch.a: $(LIB_OBJ)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/%.o: %.c | $(GEN)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(OFS_CPPFLAGS) $(CPPFLAGS) $(OFS_CFLAGS) $(CFLAGS) -c -o $@ $<

# The soname of a library, for the loader: it matches the headers of this build.
soname = $(or $(shell objdump -p "$$($(CC) -print-file-name=lib$(1).so)" 2>/dev/null | awk '/SONAME/ {print $$2}'),lib$(1).so)
$(BUILD)/src/wire/libcurl.o: OFS_CPPFLAGS += -DOFS_LIBCURL='"$(call soname,curl)"'
$(BUILD)/src/watch/extract_html.o: OFS_CPPFLAGS += -DOFS_LIBXML2='"$(call soname,xml2)"'

# Files that are embedded in the program: NAME.h holds their bytes for an array initialiser.
bytes = od -An -v -tx1 $(1) | sed 's/\([0-9a-f][0-9a-f]\)/0x\1,/g'

$(BUILD)/gen/probe.js: $(PROBE)
	$(call say,JOIN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)(echo 'function () { "use strict";'; cat $^; echo '}') > $@

$(BUILD)/gen/probe.js.h: $(BUILD)/gen/probe.js
	$(Q)$(call bytes,$<) > $@

define embed_rule
$(BUILD)/gen/$(notdir $(1)).h: $(1)
	$$(call say,EMBED,$$<)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(call bytes,$$<) > $$@
endef
$(foreach f,$(EMBED),$(eval $(call embed_rule,$(f))))

# The program itself lists the commands and options for the manual.
$(BUILD)/offswitch.1: src/man/offswitch.1.in $(BUILD)/offswitch
	$(call say,MAN,$@)
	$(Q)$(BUILD)/offswitch help manual > $(BUILD)/gen/manual
	$(Q)sed -e '/@GENERATED@/r $(BUILD)/gen/manual' -e '/@GENERATED@/d' $< > $@

# ---- tests ----

TEST_SRC  := $(wildcard tests/unit/test_*.c tests/wire/test_*.c)
TEST_BIN  := $(TEST_SRC:%.c=$(BUILD)/%)
FAULTS_SRC := tests/browser/test_faults.c
# Two at a time: test_wires, which needs the processor most, beside those that mostly wait; test_grid comes last.
LIVE_FIRST := tests/browser/test_wires.c
LIVE_LAST := tests/browser/test_grid.c
LIVE_SRC  := $(LIVE_FIRST) $(filter-out $(FAULTS_SRC) $(LIVE_FIRST) $(LIVE_LAST),$(wildcard tests/browser/test_*.c)) $(LIVE_LAST)
LIVE_BIN  := $(LIVE_SRC:%.c=$(BUILD)/%)
FAULTS_BIN := $(FAULTS_SRC:%.c=$(BUILD)/%)
SHARED_SRC := $(wildcard tests/support/*.c)
SHARED_OBJ := $(SHARED_SRC:%.c=$(BUILD)/%.o)

$(TEST_BIN) $(LIVE_BIN) $(FAULTS_BIN): $(BUILD)/%: $(BUILD)/%.o $(SHARED_OBJ) $(BUILD)/liboffswitch.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(OFS_LDFLAGS) -o $@ $^ $(OFS_LIBS) $(shell pkg-config --libs cmocka libssl)
$(TEST_SRC:%.c=$(BUILD)/%.o) $(LIVE_SRC:%.c=$(BUILD)/%.o) $(FAULTS_BIN:=.o) $(SHARED_OBJ): OFS_CPPFLAGS += -Itests
# The public header must be enough to use the library: this test can include nothing else.
$(BUILD)/tests/unit/test_public.o: OFS_CPPFLAGS = -D_GNU_SOURCE -Iinclude

.PHONY: setup
setup: ## install what is missing, with apt
	@sh tests/setup.sh build browser test

.PHONY: demo
demo: ## set up, build, and rehearse a whole run on the replica
	@sh tests/setup.sh build browser
	@$(MAKE) --no-print-directory -j$(CORES) all
	@sh tests/demo.sh $(BUILD)/offswitch

# These steps run samples of the tables of faults, wires, variants and design systems; each table has a
# target that runs all of it. The samples are the same every time; SEED= chooses other delays.
# Two steps run at once, the longest first, since each waits half of its time. Three keep two cores busy all the
# time, and browsers then miss deadlines. live runs before them: its programs and their wires run in parallel.
STEPS_AT_ONCE ?= 2
TEST_STEPS := lint bench-short live -- services-sample wires-sample zoo-sample authoring-test faults-sample mutations-sample probe-test test-attach asan watch-live ledger-test unit twins package-test killed-sample watch-test cli-test
SEED ?= 1

.PHONY: test
test: ## set up, build, and run every test, with samples of the long tables
	@sh tests/setup.sh build browser test
	@$(MAKE) --no-print-directory -j$(CORES) all tests-built
	@NO_SKIP=1 STEPS_AT_ONCE=$(STEPS_AT_ONCE) sh tests/all.sh "$(MAKE)" $(TEST_STEPS)

.PHONY: quick
quick: ## build, lint, and the tests without a browser
	@$(MAKE) --no-print-directory -j$(CORES) all tests-built
	@sh tests/all.sh "$(MAKE)" lint unit

.PHONY: tests-built
tests-built: $(TEST_BIN) $(LIVE_BIN) $(FAULTS_BIN)

.PHONY: unit
unit: $(TEST_BIN) ## tests without a browser
	$(Q)sh tests/run_test.sh
	$(Q)sh tests/run.sh "" $(TEST_BIN)

.PHONY: live
live: $(BUILD)/offswitch $(LIVE_BIN) ## tests with real browsers
	$(Q)AGAIN=1 AT_ONCE=$(or $(AT_ONCE),2) sh tests/run.sh "" $(LIVE_BIN)

.PHONY: services
services: $(BUILD)/offswitch ## the other services on their replicas; ONLY=NAME,NAME FAULTS=0 PART=NAME WIRE=bidi,webkit
	$(Q)$(ledger) $(if $(ONLY),ONLY=$(ONLY)) $(if $(FAULTS),FAULTS=$(FAULTS)) $(if $(PART),PART=$(PART)) $(if $(WIRE),WIRE=$(WIRE)) node tests/services/run.mjs

.PHONY: services-sample
services-sample:
	@$(MAKE) --no-print-directory services ONLY=chatgpt,wordpress FAULTS=0

.PHONY: authoring-test
authoring-test: $(BUILD)/offswitch ## writing a scenario: probe, new on a terminal, import, test; NAME=probe
	$(Q)$(ledger) node tests/authoring/run.mjs $(if $(NAME),"$(NAME)")

.PHONY: cli-test
cli-test: $(BUILD)/offswitch ## the command line: config file, output, the manual's examples
	$(Q)$(ledger) node tests/cli/run.mjs

.PHONY: test-attach
test-attach: $(BUILD)/offswitch ## runs in a user's own browser, under Xvfb
	$(Q)OFFSWITCH=$(abspath $(BUILD))/offswitch OFFSWITCH_SCENARIOS=$(abspath scenarios) node tests/browser/attach.mjs

ledger = OFFSWITCH=$(abspath $(BUILD))/offswitch OFFSWITCH_SCENARIOS=$(abspath scenarios)
.PHONY: ledger-test
ledger-test: $(BUILD)/offswitch ## the ledger with a real browser: plans, undo, full disks, reports
	$(Q)$(ledger) AXE_BUILD=$(abspath $(BUILD))/axe node tests/record/live.mjs
	$(Q)$(ledger) AXE_BUILD=$(abspath $(BUILD))/axe node tests/record/page.mjs

KILLED_WIRES := cdp,bidi,chromedriver,webdriver-bidi
.PHONY: killed
killed: $(BUILD)/offswitch ## N=120 runs killed at random instants: the ledger agrees with the server; WIRE=cdp
	$(Q)$(ledger) N=$(or $(N),120) WIRES=$(or $(WIRE),$(KILLED_WIRES)) node tests/record/killed.mjs

.PHONY: killed-sample
killed-sample:
	@$(MAKE) --no-print-directory killed N=8 WIRE=cdp

.PHONY: probe-test
probe-test: $(BUILD)/offswitch ## compare the probe's names and states with the browser's own
	$(Q)OFFSWITCH=$(abspath $(BUILD))/offswitch node tests/probe/run.mjs

BENCH_ENV = OFFSWITCH=$(abspath $(BUILD))/offswitch BENCH_BUILD=$(abspath $(BUILD))/bench

$(BUILD)/bench/measure: tests/bench/measure.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(OFS_CPPFLAGS) $(CPPFLAGS) $(filter-out -MMD -MP,$(OFS_CFLAGS)) $(CFLAGS) $(OFS_LDFLAGS) -o $@ $<

.PHONY: bench
bench: $(BUILD)/offswitch $(BUILD)/bench/measure ## RUNS=5 N=1,8,64,256: compare with Puppeteer, Playwright, Selenium and a bare loop
	$(Q)$(BENCH_ENV) $(if $(RUNS),RUNS=$(RUNS)) $(if $(N),N=$(N)) node tests/bench/run.mjs

.PHONY: bench-short
bench-short: $(BUILD)/offswitch $(BUILD)/bench/measure ## compare processor time, memory and messages with a table of limits
	$(Q)$(BENCH_ENV) node tests/bench/run.mjs --short

.PHONY: watch-test
watch-test: $(BUILD)/offswitch ## passes of watch against a local site and mail server, under libfaketime
	$(Q)OFFSWITCH=$(abspath $(BUILD))/offswitch node tests/watch/run.mjs

.PHONY: watch-live
watch-live: $(BUILD)/offswitch ## passes of watch with a real browser, and a timer of a systemd user manager
	$(Q)OFFSWITCH=$(abspath $(BUILD))/offswitch OFFSWITCH_SCENARIOS=$(abspath scenarios) node tests/watch/browser.mjs

.PHONY: asan
asan: ## the unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
	$(Q)ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
	$(MAKE) --no-print-directory -j$(CORES) BUILD=$(BUILD)/asan unit \
	  CFLAGS="-O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -U_FORTIFY_SOURCE"

.PHONY: valgrind
valgrind: $(TEST_BIN) ## the unit tests under valgrind
	@sh tests/setup.sh valgrind
	$(Q)sh tests/run.sh "valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible" $(TEST_BIN)

.PHONY: faults
faults: $(FAULTS_BIN) ## the table of faults and the one right answer to each
	$(Q)$(FAULTS_BIN) --list

$(BUILD)/clock_jump.so: tests/support/preload/clock_jump.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(OFS_CPPFLAGS) $(CPPFLAGS) $(OFS_CFLAGS) $(CFLAGS) -fPIC -shared -o $@ $< -ldl

FAULTS_JOBS ?= 12
.PHONY: faults-run
faults-run: $(BUILD)/offswitch $(FAULTS_BIN) $(BUILD)/clock_jump.so ## every fault on a real browser
	$(Q)OFFSWITCH=$(BUILD)/offswitch OFFSWITCH_SCENARIOS=scenarios \
	FAULTS_PRELOAD=$(abspath $(BUILD))/clock_jump.so $(FAULTS_BIN) -j $(FAULTS_JOBS)

# Rows with random delays are run with two seeds: delays up to 10 s, and up to 2 s.
.PHONY: faults-sample
faults-sample: ## every forty-eighth row of the table
	@$(MAKE) --no-print-directory faults-run FAULTS_SAMPLE=48 FAULTS_SEED=$(SEED) FAULTS_SEEDS=2 FAULTS_JOBS=8 AGAIN=1

# Names from tests/support/peer.h; faults-run has the one that is not listed here. With grid, each worker needs its own
# Grid, so few run at a time, and it comes first.
WIRES := grid pipe bidi chromedriver attached webdriver-bidi attached-bidi webkit
WIRES_JOBS ?= 5
WIRES_AT_ONCE ?= 2
.PHONY: wires-run
wires-run: $(BUILD)/offswitch $(FAULTS_BIN) $(BUILD)/clock_jump.so ## every fault over every other wire, or over WIRE=NAME
	$(Q)printf '%s\n' $(or $(WIRE),$(WIRES)) | OFFSWITCH=$(BUILD)/offswitch OFFSWITCH_SCENARIOS=scenarios \
	FAULTS_PRELOAD=$(abspath $(BUILD))/clock_jump.so xargs -P $(WIRES_AT_ONCE) -I NAME $(FAULTS_BIN) --wire NAME -j $(WIRES_JOBS)

.PHONY: wires-sample
wires-sample: ## some rows of the table over each wire, different ones on each
	@$(MAKE) --no-print-directory wires-run FAULTS_SAMPLE=640 FAULTS_SEED=$(SEED) WIRES_JOBS=4 AGAIN=1

.PHONY: mutations
mutations: $(BUILD)/offswitch ## N=2000 SEED=1 variants of the replica's pages: no false off, no wrong touch
	$(Q)OFFSWITCH=$(abspath $(BUILD))/offswitch N=$(or $(N),2000) SEED=$(SEED) J=$(or $(J),4) node tests/mutations/run.mjs

.PHONY: mutations-sample
mutations-sample: $(BUILD)/offswitch ## ten of these variants
	$(Q)OFFSWITCH=$(abspath $(BUILD))/offswitch N=10 SEED=$(SEED) J=8 node tests/mutations/run.mjs

zoo = cd tests/zoo && ZOO_BUILD=$(abspath $(BUILD))/zoo node build.mjs && \
	OFFSWITCH=$(abspath $(BUILD))/offswitch ZOO_BUILD=$(abspath $(BUILD))/zoo $(1) node run.mjs

.PHONY: zoo
zoo: $(BUILD)/offswitch ## switches of real design systems, found, flipped and proved, over WIRE=launch
	$(Q)$(call zoo,WIRE=$(or $(WIRE),launch))

.PHONY: zoo-sample
zoo-sample: $(BUILD)/offswitch ## some of them over each wire, different ones on each
	$(Q)$(call zoo,WIRE=launch$(comma)cdp$(comma)bidi$(comma)chromedriver$(comma)attached$(comma)webdriver-bidi$(comma)webkit SAMPLE=36)

.PHONY: lint
lint: $(BUILD)/offswitch ## each directory of src includes only what it may; scenarios have no faults
	$(Q)sh tests/rooms.sh
	$(Q)$(BUILD)/offswitch scenario lint $(filter-out scenarios/schema.json,$(wildcard scenarios/*.json))

include src/package/package.mk

.PHONY: clean
clean: ## remove what was built
	$(Q)rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(TEST_BIN:=.d) $(LIVE_BIN:=.d) $(FAULTS_BIN:=.d) $(SHARED_OBJ:.o=.d)
