# The portal's commands.  `make` alone tells what there is.
PYTHON ?= python3
PORT ?= 8000
export PORT

help:
	@echo "make run    start the portal at http://127.0.0.1:$(PORT) with demo data; stop with Ctrl-C"
	@echo "make ready  what make run does short of serving: .venv, database, demo data"
	@echo "make test   everything that CI runs; ARGS='tests/filings -x' runs just pytest with these arguments"
	@echo "make bench  the benchmarks, as a table"
	@echo "make faults KILLS=200 random kills of web, worker and database under load, and what must be so afterwards"
	@echo "PORT=8000 moves the portal; DATABASE_URL=postgres://... uses that server; PYTHON=python3.12 picks the Python"

run ready test bench faults:
	@$(PYTHON) -m config.bootstrap $@ $(ARGS)

.PHONY: help run ready test bench faults
