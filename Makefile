# Two commands on a fresh machine: `make demo` plays the shipped suite, `make test` runs all tests.
PYTHON ?= python3
BIN := .venv/bin
# On all cores, and without the tests of others, which are a quarter of all; pip does it file by file.
COMPILE = $(BIN)/python -m compileall -qq -j 0 -x '/site-packages/.*/tests?/' .venv/lib || true

.PHONY: demo bench bench-large test faults lint golden clean

demo: .venv/simkit
	$(BIN)/simkit run --fail-under 0

test: .venv/simkit-test
	$(BIN)/ruff check .
	$(BIN)/python -m compileall -q simkit # or each command that a test starts does, where PYTHONDONTWRITEBYTECODE is set
	$(BIN)/python -m pytest -n auto --dist worksteal -q $(PYTEST)

# Kills real runs at 200 random moments (SIMKIT_KILLS=N for another number): minutes, not seconds.
faults: .venv/simkit-test
	$(BIN)/python -m pytest -n auto --dist worksteal -q -m faults -rP $(PYTEST)

lint: .venv/simkit-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: .venv/simkit-test
	REFRESH_GOLDEN=1 $(BIN)/python -m pytest -q -n auto --dist worksteal

.venv/simkit: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -e .
	$(COMPILE)
	touch $@

.venv/simkit-test: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -e ".[test]"
	$(COMPILE)
	touch .venv/simkit $@

# About a quarter of an hour on a machine that does nothing else; writes its tables into benchmarks/README.md.
bench: .venv/simkit-test
	$(BIN)/python benchmarks/engine.py

# As long again: one run of 100,000 sessions, played, scored, counted and reported.
bench-large: .venv/simkit-test
	$(BIN)/python benchmarks/engine.py --only large

clean:
	rm -rf .venv runs
