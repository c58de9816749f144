# Every chore by name. A fresh machine needs Python >= 3.11 with venv and pip, make, and the package index.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed
ASSETS := src/shuangkong/web/static/vendor/manifest.json
SPARK  := .venv-spark
ONCE   ?=
PORT   ?= 8000

.PHONY: run test check audit e2e spark bench docs standards wheels bundle lock clean
.DEFAULT_GOAL := run

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "需要 Python 3.11 或更高版本 / Python 3.11 or newer is needed" >&2; exit 1; }
	@echo "… 首次运行：建立 $(VENV) 并安装依赖，约半分钟 / first run: installing into $(VENV), about half a minute" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(ASSETS): package-lock.json src/shuangkong/web/assets.py | $(STAMP)
	@echo "… 前端资源：按锁定文件从 npm 安装，约十秒 / front end: installing from npm by its lock file, about ten seconds" >&2
	@$(BIN)/python -m shuangkong.web.assets

run: $(STAMP) $(ASSETS)  ## the platform with the demo city, one-time sign-in links printed (ONCE=1: board, ranking and out/report.*, serve nothing)
	@$(BIN)/shuangkong $(if $(ONCE),demo --data var --out out --once,serve --demo --data var --port $(PORT))

check: $(STAMP)  ## lint, types, layers, unit, property, golden: about a minute
	@$(BIN)/ruff check src tests benchmarks packaging
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo 2>/dev/null || $(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/unit tests/property tests/golden tests/test_tidy.py tests/test_docs.py tests/test_dependencies.py src

test: check $(ASSETS) wheels  ## everything: check, integration on SQLite and on PostgreSQL, browser journeys
	@$(BIN)/python -m pytest -q tests/integration
	@SHUANGKONG_TEST_DATABASE=postgresql $(BIN)/python -m pytest -q tests/integration/platform
	@$(MAKE) --no-print-directory e2e

e2e: $(STAMP) $(ASSETS)  ## browser journeys; screenshots to look at in out/e2e
	@$(BIN)/python tests/e2e/browser.py >/dev/null
	@$(BIN)/python -m pytest -q -n0 tests/e2e

$(SPARK): requirements-spark.lock | $(STAMP)
	@echo "… 首次运行：安装 Spark 和 Java，约 600 MB / first run: installing Spark and Java, about 600 MB" >&2
	@rm -rf $@ && $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-compile --target $@ -r $<

spark: $(SPARK)  ## the roll-up on a Spark master with two workers, one executor killed: rows identical to DuckDB's
	@PYTHONPATH=$(SPARK) $(BIN)/python -m pytest -q -n0 tests/spark

bench: $(STAMP)  ## each figure beside a floor measured in the same run
	@over=; $(MAKE) --no-print-directory spark || over=" spark"; for file in benchmarks/*.py; do echo "== $$file"; $(BIN)/python $$file || over="$$over $$file"; done; \
		test -z "$$over" || { echo "== over budget:$$over" >&2; exit 1; }

audit: $(STAMP)  ## known weaknesses of what is locked, as far as the advisory service can be reached; the offline checks are in tests/test_dependencies.py
	@timeout 300 $(BIN)/python -m pip_audit --requirement requirements.lock --require-hashes --disable-pip --timeout 10 --progress-spinner off --format json 2>/dev/null \
		| $(BIN)/python tests/audit_report.py

docs: $(STAMP)  ## docstrings, glossary and standards held against the code
	@$(BIN)/python -m pytest -q tests/test_docs.py

standards: $(STAMP)  ## write docs/standards.md from the documents that rules cite
	@$(BIN)/python -c 'from shuangkong.rules import book; from shuangkong.rules.standards import standards_page; print(standards_page(book()), end="")' > docs/standards.md

wheels: $(STAMP)  ## the wheels of the dependencies, as locked, into dist/wheels
	@$(BIN)/python packaging/bundle.py --wheels

bundle: $(STAMP) $(ASSETS)  ## one archive in dist/ that installs and upgrades where there is no package index
	@$(BIN)/python packaging/bundle.py

lock:  ## refresh requirements.lock: names, versions, hashes, no addresses (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		--group dev pyproject.toml -o requirements.lock
	printf 'pyspark>=4.0\njdk4py>=25\n' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url \
		- -o requirements-spark.lock

clean:
	rm -rf $(VENV) $(SPARK) out dist node_modules tests/e2e/node_modules $(dir $(ASSETS)) .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis
