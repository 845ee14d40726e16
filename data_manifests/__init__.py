"""The suites that ship with MotionBench, one YAML manifest each."""
