# Fuzzing. The same sources under libFuzzer (with ASan and UBSan, or MSan), AFL++, a plain
# replay main and OSS-Fuzz's convention (fuzz/build.sh); fuzz/README.md says how and why.
#
# Each flavour is the Makefile's own rules under another folder of build/fuzz: fuzz/run.py
# calls `make BUILD=... FUZZ_ENGINE=... PROGRAM...`.

FUZZ_TARGETS := $(patsubst fuzz/fuzz_%.c,%,$(wildcard fuzz/fuzz_*.c))
FUZZ_PROGRAMS := $(FUZZ_TARGETS:%=$(BUILD)/fuzz/fuzz_%)
FUZZ_ENGINE ?= $(BUILD)/fuzz/replay.o

$(BUILD)/fuzz/%.o: fuzz/%.c $(BUILD)/flags | basics
	@mkdir -p $(@D)
	@echo "  compile $<"
	@$(CC) $(CFLAGS_ALL) $(SHELL_FLAGS) -Isrc/simd -Itests -Ifuzz -MMD -MP -c $< -o $@
$(FUZZ_PROGRAMS): $(BUILD)/fuzz/fuzz_%: $(BUILD)/fuzz/fuzz_%.o $(filter %.o,$(FUZZ_ENGINE)) $(SHELL_LIBRARY) $(LIBRARY)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $(filter %.o,$^) $(filter-out %.o,$(FUZZ_ENGINE)) $(SHELL_LIBRARY) $(LIBRARY) -lm -o $@

TARGET ?=
ENGINE ?= libfuzzer
JOBS ?=

.PHONY: fuzz
fuzz: T ?= 60
fuzz: | basics install-$(if $(filter afl,$(ENGINE)),afl,fuzz) ## every fuzz target for T=60 s each (JOBS=at a time, TARGET=name, ENGINE=libfuzzer|msan|afl), and the canary
	@python3 fuzz/run.py fuzz --seconds=$(T) --engine=$(ENGINE) $(TARGET:%=--target=%) $(JOBS:%=--jobs=%)
	@echo "No target found anything in $(T) s, and the crash that is there to be found was found."

.PHONY: fuzz-replay
fuzz-replay: | basics ## all committed inputs through every target, gcc with ASan and UBSan
	@python3 fuzz/run.py replay $(TARGET:%=--target=%) $(JOBS:%=--jobs=%)
	@echo "Every committed input passes every check of its target."

.PHONY: fuzz-valgrind
fuzz-valgrind: | basics install-fuzz ## the same without sanitizers, under valgrind
	@python3 fuzz/run.py replay --valgrind $(TARGET:%=--target=%) $(JOBS:%=--jobs=%)
	@echo "Valgrind has nothing to say about any committed input."

.PHONY: fuzz-coverage
fuzz-coverage: | basics install-fuzz ## what the committed inputs reach of core and kernels; HTML; exceptions by name
	@python3 fuzz/run.py coverage
	@echo "The committed inputs reach all of src/core and src/simd but what fuzz/uncovered.tsv names."

.PHONY: fuzz-speed
fuzz-speed: | basics install-fuzz ## executions of every target in a second of processor time, on small inputs, next to the canary's
	@python3 fuzz/run.py speed --seconds=3 $(TARGET:%=--target=%)
	@echo "Every pure target runs at least 20,000 small inputs in the processor time in which the canary runs 1.5 million."

.PHONY: fuzz-minimise
fuzz-minimise: | basics install-fuzz ## take what fuzzing has found into the committed inputs
	@python3 fuzz/run.py minimise $(TARGET:%=--target=%) $(JOBS:%=--jobs=%)
	@echo "The committed inputs are as few as give the coverage of everything found."

.PHONY: fuzz-oss-fuzz
fuzz-oss-fuzz: | basics install-fuzz ## fuzz/build.sh as OSS-Fuzz and ClusterFuzzLite call it
	@python3 fuzz/run.py ossfuzz
	@echo "Every target builds by the OSS-Fuzz convention and runs over its seeds."
