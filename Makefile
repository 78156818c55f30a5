# Two commands on a fresh machine: `make demo` plays the shipped suite, `make test` runs all tests.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint golden clean

demo: .venv/simkit
	$(BIN)/simkit run --fail-under 0

test: .venv/simkit-test
	$(BIN)/ruff check .
	$(BIN)/python -m pytest -n auto -q $(PYTEST)

lint: .venv/simkit-test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: .venv/simkit-test
	REFRESH_GOLDEN=1 $(BIN)/python -m pytest -q -n auto

.venv/simkit: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

.venv/simkit-test: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[test]"
	touch .venv/simkit $@

clean:
	rm -rf .venv runs
