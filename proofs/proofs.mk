# What an auditor runs, beside `make prove`. Modes and files: proofs/README.md.

.PHONY: prove-scratch
prove-scratch: | install-prove ## prove the core by asking the solvers about every goal
	@python3 proofs/prove.py --scratch
	@echo "Every goal above was answered by a solver now; nothing recorded was believed."

.PHONY: prove-replay
prove-replay: | install-prove ## make every goal anew and look up who answered it; needs no solver
	@python3 proofs/prove.py --replay
	@echo "Every goal was made anew and has a recorded answer; no solver was run."

.PHONY: executed-contracts
executed-contracts: build $(TESTS) $(FUZZ_PROGRAMS) $(BUILD)/tests/differential_driver ## run the contracts themselves under the tests, over the fuzz targets' inputs and on TeX's documents
	@python3 proofs/execute.py --run $(BUILD)
	@echo "Every clause that speaks of values was evaluated and true, and wrong specifications were refused by name."

.PHONY: prove-leap
prove-leap: | install-leap ## prove what the leaps of the kernels decide, with two SAT solvers, from the compiler's reading of leap.h
	@python3 proofs/leap/prove_leap.py
	@echo "Whatever the bytes are, a leap decides what the reader of proofs/leap/reference.h does; every wrong one was refuted."

.PHONY: prove-table
prove-table: | basics ## who is recorded to have answered how many goals, file by file
	@python3 proofs/prove.py --table
	@echo "Goal by goal it stands in proofs/answers."

.PHONY: prove-mutants
prove-mutants: | install-prove ## break the code and drop contract clauses: a proof must fail (hours; goes on where it stopped)
	@python3 proofs/mutants.py
	@python3 proofs/mutants.py --publish
	@python3 proofs/mutants.py --check
	@echo "Every mutant was killed or has its reason: proofs/MUTANTS.md."

.PHONY: mutants-sample
mutants-sample: | install-prove ## as many mutants as fit into a minute, other ones for each commit
	@python3 proofs/mutants.py --check
	@python3 proofs/mutants.py --sample 60
	@echo "The mutants of this commit's sample were killed or have their reason."
