"""The examples in the docstrings of the metrics run and give what they say."""

import doctest
import importlib
import pkgutil

import pytest

import motionbench.metrics.functional

MODULES = [module.name for module in pkgutil.iter_modules(motionbench.metrics.functional.__path__)]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    module = importlib.import_module(f"motionbench.metrics.functional.{name}")
    assert doctest.testmod(module).failed == 0


def test_there_are_examples():
    modules = [
        importlib.import_module(f"motionbench.metrics.functional.{name}") for name in MODULES
    ]
    assert sum(doctest.testmod(module).attempted for module in modules) > 10
