# Version 2 of the client protocol, with real processes.

.PHONY: columns
columns: build ## columns, pipelining, cancels and leases of the client protocol, version 2
	@python3 tests/test_columns.py --build=$(BUILD)
	@echo "Clients get the columns that the library gives, whatever they and the workers do meanwhile."
