.DEFAULT_GOAL := help
.PHONY: help run test check fmt messages screenshots clean

help: ## list what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

run: ## set up and run everything on http://127.0.0.1:8000
	@scripts/install.sh run
	@SATARK_DEMO="$${SATARK_DEMO:-1}" SATARK_SECOND_FACTOR="$${SATARK_SECOND_FACTOR:-optional}" SATARK_CHANNELS="$${SATARK_CHANNELS:-auto,simulator}" exec .venv/bin/satark run

test: ## set up and run all tests
	@scripts/install.sh dev
	@scripts/test.sh

fmt: ## format code and sort imports
	@scripts/install.sh dev
	@.venv/bin/ruff check --fix --quiet . && .venv/bin/ruff format .

check: ## lint, types, walls, catalogues, templates, hosts
	@scripts/install.sh dev
	@scripts/check.sh

messages: ## bring the catalogues up to the templates
	@.venv/bin/python scripts/catalogues.py update

screenshots: ## take the README's pictures from the running program
	@scripts/install.sh dev
	@.venv/bin/python scripts/screenshots.py

clean: ## remove what set-up made (not the data under var/)
	rm -rf .venv node_modules satark/static/vendor
