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
OPTIMIZE ?= -O3 -g

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

.PHONY: all
all: build ## same as build

# What a rule needs that may not be there is an order-only prerequisite, so that on a fresh
# machine it is installed first: a compiler and Python, or a set of ci/install.sh.
INSTALLS := $(patsubst %,install-%,prove leap gate bench fuzz afl engines test tidy aarch64 check)

.PHONY: basics $(INSTALLS)
basics:
	@{ command -v $(firstword $(CC)) && command -v python3; } >/dev/null || \
	    sh ci/install.sh $(if $(findstring clang,$(firstword $(CC))),fuzz,run)
$(INSTALLS): install-%:
	@sh ci/install.sh $*

.PHONY: build
build: $(LIBRARY) $(PROGRAMS) ## compile library, service and command line
	@echo "Built libhedgelex.a, hedgelexd and hedgelex in $(BUILD) with $(CC)."

# What objects are compiled with, written when it changes: they are compiled again.
BUILT_WITH := $(CC) $(CFLAGS_ALL) $(CORE_FLAGS) $(SHELL_FLAGS)
.PHONY: flags
$(BUILD)/flags: flags
	@mkdir -p $(@D)
	@echo '$(BUILT_WITH)' | cmp -s - $@ || echo '$(BUILT_WITH)' >$@

$(BUILD)/src/core/%.o: src/core/%.c $(BUILD)/flags | basics
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CFLAGS_ALL) $(CORE_FLAGS) -MMD -MP -c $< -o $@
$(BUILD)/src/simd/%.o: src/simd/%.c $(BUILD)/flags | basics
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CFLAGS_ALL) $(CORE_FLAGS) -MMD -MP -c $< -o $@
$(BUILD)/src/shell/%.o: src/shell/%.c $(BUILD)/flags | basics
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CFLAGS_ALL) $(SHELL_FLAGS) -MMD -MP -c $< -o $@
$(BUILD)/tests/%.o: tests/%.c $(BUILD)/flags | basics
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CFLAGS_ALL) $(SHELL_FLAGS) -Itests -MMD -MP -c $< -o $@

$(LIBRARY): $(call objects,$(CORE_SOURCES) $(SIMD_SOURCES))
	@rm -f $@
	@$(AR) rcs $@ $^
$(SHELL_LIBRARY): $(call objects,$(SHELL_SOURCES))
	@rm -f $@
	@$(AR) rcs $@ $^
$(PROGRAMS): $(BUILD)/%: $(BUILD)/src/shell/%.o $(SHELL_LIBRARY) $(LIBRARY)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -lm -o $@
$(TESTS:%=%.o): | install-test
$(TESTS): $(BUILD)/tests/%: $(BUILD)/tests/%.o $(SHELL_LIBRARY) $(LIBRARY)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -lcmocka -lm -o $@
$(BUILD)/tests/differential_driver: $(BUILD)/tests/differential_driver.o $(LIBRARY)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -o $@
.SECONDARY:

# Each folder's own targets stand beside what they build.
include $(wildcard */*.mk)

# ---- running ------------------------------------------------------------------

FILE ?= docs/sample.tex
SOCKET ?= $(BUILD)/service.sock

.PHONY: run
run: ## send FILE=doc.tex through the hedged service and print what TeX reads
	@$(MAKE) --no-print-directory -s build
	@ci/run_document.sh $(BUILD) "$(FILE)"
	@echo "The document went through broker, worker and arena; the service's counts equal those of the library in process."

.PHONY: service-run
service-run: build ## start hedgelexd in the background on SOCKET=path
	@ci/service.sh start $(BUILD) "$(SOCKET)"
	@echo "The service answers on $(SOCKET); stop it with make service-stop SOCKET=$(SOCKET)."

.PHONY: service-stop
service-stop: ## drain and stop the service that service-run started
	@ci/service.sh stop $(BUILD) "$(SOCKET)"
	@echo "The service on $(SOCKET) has drained and stopped."

.PHONY: perf-doc
perf-doc: | basics ## write build/perf.tex, the deterministic 1.1 MB document of the load tests
	@mkdir -p build
	@python3 ci/perf_document.py build/perf.tex
	@echo "build/perf.tex is the 1.1 MB document of the load tests, the same bytes on every machine."

# ---- evidence -----------------------------------------------------------------

.PHONY: unit
unit: $(TESTS) ## build and run the cmocka unit tests
	@printf '%s\n' $(TESTS) | xargs -P 2 -I{} sh -c 'said=$$({} 2>&1); code=$$?; printf "%s\n" "$$said"; exit $$code'
	@echo "Every unit test passed ($(BUILD))."

.PHONY: test
test: build unit ## unit, command line and service tests
	@python3 tests/test_cli.py --build=$(BUILD)
	@python3 tests/test_service.py --build=$(BUILD)
	@echo "Library, command line and service do what their tests say ($(BUILD))."

.PHONY: differential
differential: $(BUILD)/tests/differential_driver | install-engines ## compare with pdfTeX, LuaTeX and the oracle
	@python3 tests/test_differential.py --build=$(BUILD)
	@echo "The tokens are those of the TeX engines on everything compared above."

.PHONY: load
load: build perf-doc ## 10,000 requests of the 1.1 MB document, then again under worker kills
	@python3 tests/test_load.py --build=$(BUILD)
	@echo "Every request of both runs was answered ok."

.PHONY: prove
prove: | install-prove ## prove the core with Frama-C (cached; see proofs/README.md for other modes)
	@python3 proofs/prove.py
	@echo "Proved is what the CLAIM lines above say, and nothing else."

.PHONY: tidy
tidy: | install-tidy ## clang-format over all C sources, clang-tidy over library, programs and unit tests
	@clang-format --dry-run -Werror $(filter-out build/% %/catcode_tables.h,$(wildcard */*.[ch] */*/*.[ch]))
	@! clang-tidy --dump-config 2>&1 >/dev/null | grep . # a .clang-tidy that cannot be read is left out
	@printf '%s\n' $(CORE_SOURCES) $(SIMD_SOURCES) | xargs -P 2 -I{} clang-tidy --quiet --warnings-as-errors='*' {} -- -std=c11 $(CORE_FLAGS) 2>/dev/null
	@printf '%s\n' $(MAIN_SOURCES) $(SHELL_SOURCES) $(TEST_SOURCES) | xargs -P 2 -I{} clang-tidy --quiet --warnings-as-errors='*' {} -- -std=c11 $(SHELL_FLAGS) -Itests 2>/dev/null
	@echo "clang-format and clang-tidy have nothing to say."

.PHONY: verify
verify: prove differential ## what an auditor runs: proofs, and the specification against TeX
	@echo "The core is proved as the ledger says, and its specification agrees with the TeX engines."

.PHONY: check
check: | install-check ## tests, ASan and UBSan, clang-tidy, fuzzing, recorded proofs; ends with N passed, N failed
	@python3 ci/check.py

.PHONY: clean
clean: ## remove everything that was built
	@rm -rf build
	@echo "Nothing that was built is left."

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20
	@echo "These are all the targets; each ends with a sentence saying what it established."

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
