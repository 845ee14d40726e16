"""The backbone of random weights, for methods that run on one."""

from tests.backbones.conftest import backbone, folder  # noqa: F401 - fixtures
