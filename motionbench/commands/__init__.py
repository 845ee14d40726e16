"""The commands. Each module imports what it needs inside its functions, so that help is instant."""
