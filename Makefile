# offswitch. 'make help' lists the targets; V=1 shows every command.

BUILD   ?= build
PREFIX  ?= /usr/local
VERSION := 0.1.0
CC      ?= cc
CFLAGS  ?= -O2 -g
# WERROR= turns warnings back into warnings
WERROR  ?= -Werror

PACKAGES := libwebsockets libcurl libcjson libcrypto
ifneq ($(filter-out help setup clean demo test,$(or $(MAKECMDGOALS),all)),)
  ifeq ($(shell pkg-config --exists $(PACKAGES) && echo yes),)
    $(error libraries are missing: run 'make setup', or install $(PACKAGES) for pkg-config)
  endif
endif

OFS_CPPFLAGS = -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -DOFS_VERSION='"$(VERSION)"' \
	-DOFS_DATADIR='"$(PREFIX)/share/offswitch"' -Iinclude -Isrc -I$(BUILD)/gen \
	$(shell pkg-config --cflags $(PACKAGES))
OFS_CFLAGS = -std=c17 -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wvla -Wformat=2 $(WERROR) -fstack-protector-strong -fPIE -MMD -MP
OFS_LDFLAGS = -pie -Wl,-z,relro,-z,now -Wl,--as-needed
OFS_LIBS = $(shell pkg-config --libs $(PACKAGES))

Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-7s %s\n' $(1) $(2))

LIB_SRC  := $(filter-out src/cli/%,$(wildcard src/*/*.c))
CLI_SRC  := $(wildcard src/cli/*.c)
EMBED    := $(wildcard src/rehearsal/pages/*)
PROBE    := $(sort $(wildcard src/page/probe/*.js))
LIB_OBJ  := $(LIB_SRC:%.c=$(BUILD)/%.o)
CLI_OBJ  := $(CLI_SRC:%.c=$(BUILD)/%.o)
GEN      := $(foreach f,$(EMBED),$(BUILD)/gen/$(notdir $(f)).h) $(BUILD)/gen/probe.js.h

.PHONY: all
all: $(BUILD)/offswitch ## build the program (default)

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' Makefile

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

# Files that travel inside the program: NAME.h holds their bytes for an array initialiser.
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

.PHONY: clean
clean: ## remove what was built
	$(Q)rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)
