# The conformance kit: vectors of spec/vectors against this project, against the second
# implementation, and against the second implementation with one rule wrong at a time.

CONFORMANCE_ADAPTER := $(BUILD)/tests/conformance/conformance_adapter

$(CONFORMANCE_ADAPTER): $(BUILD)/tests/conformance/conformance_adapter.o $(LIBRARY)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -o $@

.PHONY: conformance
conformance: $(CONFORMANCE_ADAPTER) | install-engines ## the vectors, on this project, a second implementation and wrong ones
	@python3 tests/conformance/test_conformance.py --adapter=$(CONFORMANCE_ADAPTER)
	@echo "Both implementations agree with every vector, and every wrong implementation disagrees with one."

.PHONY: vectors
vectors: | install-engines ## write spec/vectors anew (needs the TeX engines)
	@python3 tests/conformance/conformance_vectors.py
	@echo "spec/vectors is what the engines and the specification say today."
