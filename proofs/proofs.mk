# What an auditor runs, beside `make prove`. Modes and files: proofs/README.md.

.PHONY: prove-scratch
prove-scratch: ## prove the core by asking the solvers about every goal
	@ci/install.sh prove
	@python3 proofs/prove.py --scratch
	@echo "Every goal above was answered by a solver now; nothing recorded was believed."

.PHONY: prove-replay
prove-replay: ## make every goal anew and look up who answered it; needs no solver
	@python3 proofs/prove.py --replay
	@echo "Every goal was made anew and has a recorded answer; no solver was run."

.PHONY: executed-contracts
executed-contracts: build $(TESTS) $(BUILD)/tests/differential_driver ## run the contracts themselves under the tests and on TeX's documents
	@python3 proofs/execute.py --run $(BUILD)
	@echo "Every clause that speaks of values was evaluated and true, and wrong specifications were refused by name."
