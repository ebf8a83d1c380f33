# Real processes under faults, load and time.

SHIM := $(BUILD)/tests/shim.so

$(SHIM): tests/shim.c | basics
	@mkdir -p $(@D)
	@echo "  compile $< (preloaded under the service by tests)"
	@$(CC) -std=c11 -O2 -g $(WARNINGS) -D_GNU_SOURCE -fPIC -shared $< -ldl -o $@

.PHONY: faults
faults: build $(SHIM) ## kill, stop, starve and short-change real processes, and count what is lost
	@python3 tests/test_faults.py --build=$(BUILD)
	@echo "Under every fault above nothing was lost, doubled or wrong, and the pool came back to full strength."

.PHONY: soak
soak: T ?= 1800
soak: build perf-doc ## T seconds of load and faults, watching memory, descriptors and zombies
	@python3 tests/soak.py --build=$(BUILD) --seconds=$(T) $(if $(REPORT),--report=$(REPORT))
	@echo "In $(T) s of load and faults nothing was lost, and nothing grew."
