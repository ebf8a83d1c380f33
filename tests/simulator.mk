# The simulator of the whole broker (simulator.h).

SIMULATOR_OBJECTS := $(patsubst %,$(BUILD)/tests/%.o,simulator simulator_plan simulator_shrink) \
    $(BUILD)/src/shell/trace.o $(LIBRARY)
SEEDS ?= 10000
FIRST ?= 1
SEED ?=

$(BUILD)/tests/simulator_main: $(BUILD)/tests/simulator_main.o $(SIMULATOR_OBJECTS)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -o $@

.PHONY: sim
sim: $(BUILD)/tests/simulator_main ## simulate SEEDS=n runs of the broker, or SEED=n alone with TRACE=1
	@$< $(if $(SEED),--first=$(SEED) --seeds=1,--first=$(FIRST) --seeds=$(SEEDS)) $(if $(TRACE),--trace)
	@echo "In every run all rules held at every step, and the broker recovered when the faults stopped."

# Does what the service says it did follow from the core? (trace.h)

$(BUILD)/tests/trace_check: $(BUILD)/tests/trace_check.o $(BUILD)/src/shell/trace.o \
    $(LIBRARY)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -o $@

.PHONY: trace
trace: build ## hold the broker of the running service to the core and the rules
	@python3 tests/test_trace.py --build=$(BUILD)
	@echo "What the running service did is, step by step, what the core does."

# The tail in virtual time, with real service times (tail_gate.c).

TAIL_GATE_OBJECTS := $(BUILD)/tests/tail_gate.o $(SIMULATOR_OBJECTS)
SERVICE_TIMES := tests/service_times.txt

$(BUILD)/tests/record_service_times: $(BUILD)/tests/record_service_times.o $(SHELL_LIBRARY) $(LIBRARY)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -o $@
$(BUILD)/tests/tail_gate: $(TAIL_GATE_OBJECTS)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -o $@

.PHONY: service-times
service-times: $(BUILD)/tests/record_service_times perf-doc ## record how long the 1.1 MB document takes on this machine
	@$< build/perf.tex 1 2000 >$(SERVICE_TIMES)
	@echo "$(SERVICE_TIMES) has the service times of this machine."

.PHONY: tail-gate
tail-gate: $(BUILD)/tests/tail_gate ## P99.9 without stalls and under them, with and without hedges, in virtual time
	@$< $(SERVICE_TIMES)
	@echo "The tail is within its bound, under stalls too with hedges and not without them."
