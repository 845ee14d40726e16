"""Commands of the documentation that no test runs, and why. Their arguments are checked too."""

NETWORK = "needs the network"
WEIGHTS = "needs weights that are not shipped"
GPU = "needs a GPU, and a program or weights that are not shipped"
INSTALLS = "installs packages; `make test` is what runs this"
HOURS = "takes hours"
MINUTES = "takes minutes"
READER = "is about a run of the reader's; the README's walk hands one in"

NOT_RUN = {
    # README.md, CONTRIBUTING.md
    "make demo": INSTALLS,
    "make test": INSTALLS,
    "make check": INSTALLS,
    "pre-commit install": "changes the checkout",
    "motionbench eval --method effivmt --limit 4": MINUTES,
    "motionbench fetch motionbench-public": NETWORK,
    "motionbench audit --ruler embedded": MINUTES,
    "effivmt heads": MINUTES,
    # docs/quickstart.md
    "python3 -m venv env": INSTALLS,
    ". env/bin/activate": INSTALLS,
    "pip install path/to/MotionBench": NETWORK,
    # docs/add-a-method.md, baselines/recipes/README.md
    "cp -r baselines/recipes my-recipes": GPU,
    "motionbench eval --method my-recipes/flowmotion.toml --suite my_clips.yaml": GPU,
    "motionbench eval --method my-recipes/flowmotion.toml": GPU,
    "git clone https://github.com/HKUST-LongGroup/FlowMotion "
    "my-recipes/repositories/FlowMotion": NETWORK,
    # docs/add-a-suite.md
    "motionbench fetch davis": NETWORK,
    "motionbench eval --method copy --suite davis": NETWORK,
    "motionbench eval --method copy --suite motionbench_public": NETWORK,
    "motionbench suite import ditflow prompts.js --davis DAVIS --out ditflow.yaml": NETWORK,
    # docs/rulers.md, docs/results-repository/README.md
    "motionbench fetch standard": NETWORK,
    "motionbench score runs --ruler standard": WEIGHTS,
    "motionbench leaderboard --ruler standard": WEIGHTS,
    "motionbench submit runs/my-method--scenes--1a2b3c4d": READER,
    "motionbench verify my-method--scenes--1a2b3c4d.zip --sample 20 --seed 4711": READER,
    "motionbench submit runs/mine--scenes--1a2b3c4d": READER,
    "motionbench verify mine--scenes--1a2b3c4d.zip": READER,
    # docs/requirements.md, docs/faq.md
    "motionbench eval --method backbone --device cuda "
    "--set backbone=Wan-AI/Wan2.1-T2V-1.3B-Diffusers --set offload=model "
    "--set vae_tiling=true": GPU,
    "hf download Wan-AI/Wan2.1-T2V-1.3B-Diffusers --local-dir wan": NETWORK,
    "motionbench eval --method effivmt --set backbone=wan --device cuda --offline": GPU,
    "HF_ENDPOINT=https://mirror.example.org motionbench fetch ViT-B-32-quickgelu/openai": NETWORK,
    "motionbench generate --method my_method.py:MyMethod --suite scenes --out runs": MINUTES,
    # docs/results/README.md
    "python benchmarks/board.py --limit 4": HOURS,
    # motionbench/backbones/nano/card.md
    "python -m motionbench.backbones.nano.data --clips 12288": HOURS,
    "python -m motionbench.backbones.nano.train_vae": HOURS,
    "python -m motionbench.backbones.nano.latents": HOURS,
    "python -m motionbench.backbones.nano.train --steps 5500": HOURS,
    "python -m motionbench.backbones.nano.export --to motionbench/backbones/nano/weights": HOURS,
}
