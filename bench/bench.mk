# bench.mk -- benchmarks: every kernel and interface next to limits and peers.

BENCH := $(BUILD)/bench
CORPORA := build/corpora
BENCH_OPTIONS ?= --benchmark_min_time=0.05
BENCH_RESULT ?= build/bench.json
BASELINE := build/bench-baseline.json
WIDE := $(if $(filter x86_64,$(shell uname -m)),-mprefer-vector-width=512)
# Passes differ by half: what is compared is the best of three, spread over the run.
BENCH_THRICE := --benchmark_repetitions=3 --benchmark_enable_random_interleaving=true

$(CORPORA)/prose.tex: bench/corpora.py | basics
	@python3 bench/corpora.py $(CORPORA)
$(BENCH)/peer_re2c.c: bench/peer_re2c.re | install-bench
	@mkdir -p $(@D)
	@re2c -g --no-debug-info $< -o $@
$(BENCH)/peer_flex.c: bench/peer_flex.l | install-bench
	@mkdir -p $(@D)
	@flex -CF -o $@ $<
$(BENCH)/peer_%.o: $(BENCH)/peer_%.c bench/peer.h
	@$(CC) -std=gnu11 -O3 -Ibench -c $< -o $@
$(BENCH)/peer_switch.o: bench/peer_switch.c bench/peer.h | basics
	@mkdir -p $(@D)
	@$(CC) -std=c11 -O3 $(WARNINGS) -Ibench -c $< -o $@
$(BENCH)/limits.o: bench/limits.c bench/limits.h | basics
	@mkdir -p $(@D)
	@$(CC) -std=c11 -O3 -march=native $(WIDE) $(WARNINGS) -Ibench -c $< -o $@
$(BENCH)/bench_tokenize: bench/bench_tokenize.cc $(BENCH)/limits.o $(BENCH)/peer_switch.o $(BENCH)/peer_re2c.o \
    $(BENCH)/peer_flex.o $(LIBRARY) | install-bench
	@echo "  link $@"
	@g++ -std=c++17 -O2 -Wall -Wextra -Isrc/core -Isrc/simd -Ibench $^ -lbenchmark -lpthread -o $@

# By way of another file: what is interrupted leaves no half result.
define MEASURE
@$(BENCH)/bench_tokenize $(CORPORA) $(BENCH_OPTIONS) --benchmark_format=json > $(BENCH_RESULT).new
@python3 bench/pdftex.py $(CORPORA) $(BENCH_RESULT).new
@mv $(BENCH_RESULT).new $(BENCH_RESULT)
endef

$(BENCH_RESULT): $(BENCH)/bench_tokenize $(CORPORA)/prose.tex
	$(MEASURE)

.PHONY: bench
bench: $(BENCH)/bench_tokenize $(CORPORA)/prose.tex ## speed of every kernel and interface, next to limits and peers
	$(MEASURE)
	@python3 bench/table.py $(BENCH_RESULT)
	@echo "All figures above are of one run on one machine; the ratios are what they say."

.PHONY: bench-plot
bench-plot: $(BENCH_RESULT) ## draw the last benchmark as build/bench.svg
	@python3 bench/table.py --svg=build/bench.svg $(BENCH_RESULT)
	@echo "build/bench.svg shows the last benchmark."

.PHONY: bench-baseline
bench-baseline: BENCH_OPTIONS += $(BENCH_THRICE)
bench-baseline: bench ## measure three times on this machine and keep the best of each to compare with
	@cp $(BENCH_RESULT) $(BASELINE)
	@echo "$(BASELINE) is what make bench-compare compares with."

.PHONY: has-baseline
has-baseline:
	@test -e $(BASELINE) || { echo "no baseline: make bench-baseline first" >&2; exit 1; }

.PHONY: bench-compare
bench-compare: BENCH_OPTIONS += $(BENCH_THRICE)
bench-compare: has-baseline bench ## measure three times again and compare the best of each with the baseline of this machine
	@python3 bench/table.py --baseline=$(BASELINE) $(BENCH_RESULT)
	@echo "Nothing is slower than the baseline by more than the bound."

$(BENCH)/count_instructions: bench/count_instructions.c $(LIBRARY)
	@mkdir -p $(@D)
	@$(CC) $(CFLAGS_ALL) $(SHELL_FLAGS) $^ -o $@

.PHONY: instructions
instructions: $(BENCH)/count_instructions | install-bench ## instructions for each document, counted, against the recorded ones
	@python3 bench/corpora.py build/corpora-small 100000
	@python3 bench/instructions.py $(BENCH)/count_instructions build/corpora-small
	@echo "Every document that was compared takes as many instructions as recorded, within the bound."

.PHONY: instructions-record
instructions-record: $(BENCH)/count_instructions | install-bench ## count the instructions and record them
	@python3 bench/corpora.py build/corpora-small 100000
	@python3 bench/instructions.py --record $(BENCH)/count_instructions build/corpora-small
	@echo "bench/instructions.tsv is what this tree takes."
