"""Run folders: what was made, what was measured, and how both are read back.

Import from the modules: only ``table`` needs pandas.
"""
