"""How numbers are written in tables and notes."""


def number(value: float) -> str:
    """A number at a precision that suits its size."""
    if abs(value) < 10:
        return f"{value:.3f}"
    return f"{value:.1f}" if abs(value) < 1000 else f"{value:.0f}"
