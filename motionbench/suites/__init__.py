"""Making suites: footage fetched or imported, manifests checked, categories suggested."""
