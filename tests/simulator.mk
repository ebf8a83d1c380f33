# The simulator of the whole broker (simulator.h).

SIMULATOR_OBJECTS := $(patsubst %,$(BUILD)/tests/%.o,simulator simulator_plan simulator_shrink) \
    $(BUILD)/src/core/broker.o $(BUILD)/src/shell/trace.o
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

$(BUILD)/tests/trace_check: $(BUILD)/tests/trace_check.o $(BUILD)/src/core/broker.o \
    $(BUILD)/src/shell/trace.o
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -o $@

.PHONY: trace
trace: build $(BUILD)/tests/trace_check ## hold the broker of the running service to the core and the rules
	@python3 tests/test_trace.py --build=$(BUILD)
	@echo "What the running service did is, step by step, what the core does."
