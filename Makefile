# hedgelex: build, run, test, prove. `make help` lists the targets.
#
# Everything is built under $(BUILD). Other compilers and sanitizers are the same
# rules under another folder, for example
#     make BUILD=build/clang CC=clang build
#     make BUILD=build/asan CC=clang SANITIZE=address,undefined unit

CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif
BUILD ?= build/gcc
SANITIZE ?=
OPTIMIZE ?= -O2 -g

WARNINGS := -Wall -Wextra -Werror -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes \
    -Wmissing-prototypes -Wvla -Wcast-qual -Wcast-align -Wpointer-arith -Wwrite-strings -Wundef \
    -Wswitch-enum -Wformat=2 -Wdouble-promotion
CFLAGS_ALL := -std=c11 $(OPTIMIZE) $(WARNINGS) $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
CORE_FLAGS := -ffreestanding -Isrc/core
SHELL_FLAGS := -D_GNU_SOURCE -Isrc/core -Isrc/shell
LDFLAGS_ALL := $(if $(SANITIZE),-fsanitize=$(SANITIZE))

CORE_SOURCES := $(wildcard src/core/*.c)
SIMD_SOURCES := $(wildcard src/simd/*.c)
MAIN_SOURCES := src/shell/hedgelexd.c src/shell/hedgelex.c
SHELL_SOURCES := $(filter-out $(MAIN_SOURCES),$(wildcard src/shell/*.c))
TEST_SOURCES := $(wildcard tests/test_*.c)

objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
LIBRARY := $(BUILD)/libhedgelex.a
SHELL_LIBRARY := $(BUILD)/libshell.a
PROGRAMS := $(BUILD)/hedgelexd $(BUILD)/hedgelex
TESTS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(TEST_SOURCES))

.PHONY: all build
all: build

build: $(LIBRARY) $(PROGRAMS)
	@echo "Built libhedgelex.a, hedgelexd and hedgelex in $(BUILD) with $(CC)."

$(BUILD)/src/core/%.o: src/core/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(CORE_FLAGS) -MMD -MP -c $< -o $@
$(BUILD)/src/simd/%.o: src/simd/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(CORE_FLAGS) -MMD -MP -c $< -o $@
$(BUILD)/src/shell/%.o: src/shell/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(SHELL_FLAGS) -MMD -MP -c $< -o $@
$(BUILD)/tests/%.o: tests/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(SHELL_FLAGS) -Itests -MMD -MP -c $< -o $@

$(LIBRARY): $(call objects,$(CORE_SOURCES) $(SIMD_SOURCES))
	@rm -f $@
	$(AR) rcs $@ $^
$(SHELL_LIBRARY): $(call objects,$(SHELL_SOURCES))
	@rm -f $@
	$(AR) rcs $@ $^
$(PROGRAMS): $(BUILD)/%: $(BUILD)/src/shell/%.o $(SHELL_LIBRARY) $(LIBRARY)
	$(CC) $(LDFLAGS_ALL) $^ -lm -o $@
$(TESTS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(SHELL_LIBRARY) $(LIBRARY)
	$(CC) $(LDFLAGS_ALL) $^ -lcmocka -lm -o $@
.SECONDARY:

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
