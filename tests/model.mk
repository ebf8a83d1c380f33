# The exhaustive search over small pools (model.c), with the core's bounds made small.

MODEL_BOUNDS := -DHLX_BROKER_MAX_WORKERS=4u -DHLX_BROKER_MAX_QUEUE=4u

$(BUILD)/tests/model.o: CFLAGS_ALL += $(MODEL_BOUNDS)
MODEL_CORE := $(patsubst %,$(BUILD)/model/%.o,$(BROKER_MODULES))
$(MODEL_CORE): $(BUILD)/model/%.o: src/core/%.c $(BUILD)/flags | basics
	@mkdir -p $(@D)
	@echo "  compile $< for the model"
	@$(CC) $(CFLAGS_ALL) $(CORE_FLAGS) $(MODEL_BOUNDS) -MMD -MP -c $< -o $@
$(BUILD)/model/trace.o: src/shell/trace.c $(BUILD)/flags | basics
	@mkdir -p $(@D)
	@echo "  compile $< for the model"
	@$(CC) $(CFLAGS_ALL) $(SHELL_FLAGS) $(MODEL_BOUNDS) -MMD -MP -c $< -o $@
$(BUILD)/tests/model: $(BUILD)/tests/model.o $(MODEL_CORE) $(BUILD)/model/trace.o
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -o $@

# Searched by `make model`: three workers and three requests with everything in the first;
# `make model-full` allows more of each.
MODEL_RUNS := workers=3,requests=3,crashes=1,gone=1,rotations=1 \
    workers=2,requests=2,crashes=1,gone=1,rotations=1,strays=1 \
    workers=2,requests=2,crashes=1,gone=1,rotations=1,drain=1 \
    workers=2,requests=2,crashes=1,gone=1,rotations=1,late=1 \
    workers=2,requests=3,crashes=2,gone=1,rotations=0 \
    workers=2,requests=3,crashes=1,gone=0,rotations=0,delays=2 \
    workers=2,requests=2,crashes=1,gone=1,rotations=1,strays=1,merging=1
MODEL_FULL_RUNS := workers=3,requests=3,crashes=1,gone=0,rotations=0,merging=1 \
    workers=3,requests=3,crashes=1,gone=1,rotations=1,drain=1 \
    workers=3,requests=3,crashes=1,gone=1,rotations=0,strays=1 \
    workers=3,requests=3,crashes=1,gone=1,rotations=0,late=1 \
    workers=3,requests=3,crashes=2,gone=1,rotations=0 \
    workers=3,requests=4,crashes=1,gone=1,rotations=0
model_runs = set -e; for run in $(1); do $(BUILD)/tests/model $$(echo $$run | tr , ' '); done

.PHONY: model
model: $(BUILD)/tests/model ## search all behaviours of small pools, up to 3 workers and 3 requests
	@$(call model_runs,$(MODEL_RUNS))
	@python3 tests/seeded_bugs.py --twins=$(BUILD)
	@echo "No behaviour above breaks a rule, and each broken twin is found."

.PHONY: model-full
model-full: $(BUILD)/tests/model ## more of each fault than make model has: minutes, and 430 MB of memory
	@$(call model_runs,$(MODEL_FULL_RUNS))
	@echo "No behaviour above breaks a rule."

.PHONY: seeded-bugs
seeded-bugs: | basics install-test ## put every known bug into a copy of the tree and check which rigs notice (SAMPLE=seconds: some)
	@python3 tests/seeded_bugs.py $(if $(SAMPLE),--sample=$(SAMPLE))
	@echo "Every bug tried was noticed by the rigs that tests/seeded_bugs.tsv names."
