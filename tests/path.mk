# Where a request's time goes, and what it costs beside what it must cost.

$(BUILD)/tests/path_speed: $(BUILD)/tests/path_speed.o $(SHELL_LIBRARY) $(LIBRARY)
	@echo "  link $@"
	@$(CC) $(LDFLAGS_ALL) $^ -lm -o $@

.PHONY: path
path: build $(BUILD)/tests/path_speed perf-doc ## time and memory of a request's path, as ratios in one run
	@python3 tests/path_speed.py --build=$(BUILD)
	@echo "The figures above are of one run on this machine; the ratios are what to compare."
