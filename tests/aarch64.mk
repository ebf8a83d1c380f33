# aarch64.mk -- the library, the kernel tests and those of the operations that the proof of the
# kernel trusts, cross-compiled and run in an emulator.

ARM := build/aarch64
ARM_TESTS := $(ARM)/test_kernels $(ARM)/test_models_neon
ARM_SOURCES := $(CORE_SOURCES) $(SIMD_SOURCES)
ARM_HEADERS := $(wildcard src/core/*.h src/simd/*.h tests/test_support.h tests/models_check.h tests/aarch64/*.h)

$(ARM_TESTS): $(ARM)/%: tests/%.c $(ARM_SOURCES) $(ARM_HEADERS) | install-aarch64
	@mkdir -p $(@D)
	@echo "  compile $@"
	@aarch64-linux-gnu-gcc -std=c11 -O2 $(WARNINGS) $(SHELL_FLAGS) -Itests/aarch64 -static $< $(ARM_SOURCES) -o $@

.PHONY: test-aarch64
test-aarch64: $(ARM_TESTS) ## cross-compile the library for AArch64, run the tests of kernel and models in qemu
	@set -e; for test in $(ARM_TESTS); do qemu-aarch64 $$test; done
	@echo "On AArch64 the library builds without a warning, its kernel does what the portable one does, and its operations what their models say."
