# `make export` and `make test` set up all they need by themselves.
PYTHON ?= python3.11
PRESET ?= base
PRESETS := base small micro nano pico femto
RUN := .venv/bin/python
# Boards that are emulated, with the preset that each is validated with.
VALIDATED := netduinoplus2:base stm32vldiscovery:nano microbit:micro \
    mps2-an386:base mps2-an500:base mps3-an547:base hifive1:micro \
    uno:nano mega2560:micro

.DEFAULT_GOAL := help
.PHONY: help setup export export-all report robustness exact validate web web-bench bench \
    bench-phones test test-long lint pretrained \
    bundle lock clean

help: ## Show this list
	@sed -nE 's/^([a-z-]+):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

setup: .venv/installed ## Make .venv from the lock file and install thimble into it

.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

export: setup ## Run the main job: PRESET (base) from float to int8, proven
	$(RUN) -m convert.export --preset $(PRESET)

export-all: setup ## Run the main job on every preset
	for preset in $(PRESETS); do $(RUN) -m convert.export --preset $$preset || exit 1; done

report: setup ## Add robustness curves, boards and counts to the report of PRESET
	$(RUN) -m convert.sweep build/$(PRESET)/model.tflite
	$(RUN) -m convert.report build/$(PRESET)

robustness: setup ## Measure every exported preset on shifted, rotated, noisy ... test images
	$(RUN) -m convert.robustness $(PRESETS:%=build/%/model.tflite)

exact: setup ## Compare the C of every exported preset with every runtime, 10,000 images each
	for preset in $(PRESETS); do \
	    $(RUN) -m convert.compiler build/$$preset/model.tflite --check 10000 || exit 1; \
	done

validate: setup ## Boot every emulated board and prove it on 10,000 images (about an hour)
	tests/tools.sh
	for pair in $(VALIDATED); do \
	    $(RUN) -m firmware.validate --board $${pair%:*} --model $${pair#*:} --images 10000 || exit 1; \
	done
	$(RUN) -m firmware.overview

web: setup ## Make the web app in build/web; python -m runtime.web serves it
	$(RUN) -m convert.web

web-bench: setup ## Weigh and time five networks in WebAssembly beside LiteRT.js, in one browser
	tests/tools.sh
	$(RUN) -m tests.web.bench

bench: setup ## Count instructions on every core, in the emulator; writes bench/results.json
	tests/tools.sh
	$(RUN) -m firmware.bench

bench-phones: setup ## Prove networks on a phone's cores, and count their instructions, in the emulator
	tests/tools.sh
	$(RUN) -m firmware.bench.phones

test: setup ## Run the tests; installs the compilers that they need, or names them
	tests/tools.sh
	$(RUN) -m pytest -n 2 --dist loadgroup

test-long: setup ## Run the tests with those that take minutes
	tests/tools.sh
	THIMBLE_LONG=1 $(RUN) -m pytest -n 2 --dist loadgroup

lint: setup ## Check style and types
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m mypy

pretrained: setup ## Train the float models in train/pretrained again (about an hour)
	for preset in $(PRESETS); do \
	    $(RUN) -m train.fit --preset $$preset --seed 0 && \
	    cp build/train/$$preset/float.keras train/pretrained/$$preset.keras && \
	    cp build/train/$$preset/float.csv train/pretrained/$$preset.csv || exit 1; \
	done

bundle: ## Make the exported models those that the runtime carries, and base that of the firmware
	for preset in $(PRESETS); do \
	    mkdir -p runtime/models/$$preset && \
	    for file in model.tflite labels.txt contract.json manifest.json; do \
	        cp build/$$preset/$$file runtime/models/$$preset/ || exit 1; \
	    done || exit 1; \
	done
	$(RUN) -m firmware.deployment firmware/generated

lock: ## Bring requirements.lock up to date with pyproject.toml
	.venv/bin/uv pip compile --quiet --extra dev --generate-hashes --python-version 3.11 \
	    --no-annotate --custom-compile-command 'make lock' -o requirements.lock pyproject.toml

clean: ## Remove what was built, but not .venv
	rm -rf build
