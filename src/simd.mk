# simd.mk -- the scan kernels; each function says itself which instructions it may use.

SHELL_FLAGS += -Isrc/simd
