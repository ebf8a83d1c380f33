# Fuzzing. The same sources under libFuzzer (with ASan and UBSan, or MSan), AFL++, a plain
# replay main and OSS-Fuzz's convention (fuzz/build.sh); fuzz/README.md says how and why.
#
# Each flavour is the Makefile's own rules under another folder of build/fuzz: fuzz/run.py
# calls `make BUILD=... FUZZ_ENGINE=... fuzz-programs`.

FUZZ_TARGETS := $(patsubst fuzz/fuzz_%.c,%,$(wildcard fuzz/fuzz_*.c))
FUZZ_PROGRAMS := $(FUZZ_TARGETS:%=$(BUILD)/fuzz/fuzz_%)
FUZZ_ENGINE ?= $(BUILD)/fuzz/replay.o

$(BUILD)/fuzz/%.o: fuzz/%.c
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CFLAGS_ALL) $(SHELL_FLAGS) -Itests -Ifuzz -MMD -MP -c $< -o $@
$(FUZZ_PROGRAMS): $(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/fuzz_%.o $(filter %.o,$(FUZZ_ENGINE)) $(SHELL_LIBRARY) $(LIBRARY)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $(filter %.o,$^) $(filter-out %.o,$(FUZZ_ENGINE)) $(SHELL_LIBRARY) $(LIBRARY) -lm -o $@

.PHONY: fuzz-programs
fuzz-programs: $(FUZZ_PROGRAMS)
