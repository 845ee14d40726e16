"""Real footage with something known: joints, camera poses, camera words, published results."""

from motionbench.audit.footage.find import read_sources
from motionbench.audit.footage.section import run
from motionbench.audit.footage.sources import Sources

__all__ = ["Sources", "read_sources", "run"]
