# Latency: the gate, and what hedging does for it.

REQUESTS ?= 10000
OPEN_REQUESTS ?= $(REQUESTS)
GATE_OPTIONS ?=

.PHONY: gate
gate: build perf-doc | install-gate ## P99.9 <= 20 ms: REQUESTS of each of four clients, then an open loop at half the capacity
	@python3 tests/test_measure.py
	@python3 tests/gate.py --build=$(BUILD) --requests=$(REQUESTS) --open-requests=$(OPEN_REQUESTS) $(GATE_OPTIONS)
	@echo "What passed above was measured; what is certified is said beside it, with its confidence."

.PHONY: hedge-demo
hedge-demo: build perf-doc $(BUILD)/tests/shim.so | install-gate ## one worker execution in a hundred stalls for 200 ms: with hedging, and without
	@python3 tests/hedge_demo.py --build=$(BUILD) --requests=$(REQUESTS) $(GATE_OPTIONS)
	@echo "Hedging did what the figures above say, within its budget."
