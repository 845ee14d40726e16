"""The optimisers of both training loops."""

import torch


def optimizers(
    matrices: list[torch.nn.Parameter],
    rest: list[torch.nn.Parameter],
    *,
    matrix_rate: float,
    learning_rate: float,
    weight_decay: float = 0.0,
) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al., 2024) for matrices, AdamW for the rest; rates are set by `set_rate`.

    Args:
        matrices: ``(out, in)`` each.
        rest: Of any shape.
        matrix_rate: Muon's peak rate, in AdamW's scale.
        learning_rate: AdamW's peak rate.
        weight_decay: Of matrices.
    """
    muon = torch.optim.Muon(
        [{"params": matrices, "peak": matrix_rate}],
        lr=0.0,
        weight_decay=weight_decay,
        adjust_lr_fn="match_rms_adamw",
    )
    adam = torch.optim.AdamW(
        [{"params": rest, "peak": learning_rate}],
        lr=0.0,
        betas=(0.9, 0.99),
        weight_decay=0.0,
        fused=True,
    )
    return [muon, adam]


def set_rate(optimizer: torch.optim.Optimizer, share: float) -> None:
    """Set each group's rate to a share of its own ``peak``."""
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * share
