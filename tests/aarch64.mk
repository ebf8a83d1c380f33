# aarch64.mk -- the library and the kernel tests, cross-compiled and run in an emulator.

ARM := build/aarch64
ARM_SOURCES := $(CORE_SOURCES) $(SIMD_SOURCES) tests/test_kernels.c

$(ARM)/test_kernels: $(ARM_SOURCES) $(wildcard src/core/*.h src/simd/*.h tests/test_support.h)
	@mkdir -p $(@D)
	@echo "  compile $@"
	@aarch64-linux-gnu-gcc -std=c11 -O2 $(WARNINGS) $(SHELL_FLAGS) -static $(ARM_SOURCES) -o $@

.PHONY: test-aarch64
test-aarch64: $(ARM)/test_kernels ## cross-compile the library for AArch64 and run the kernel tests in qemu
	@qemu-aarch64 $<
	@echo "On AArch64 the library builds without a warning, and its kernel does what the portable one does."
