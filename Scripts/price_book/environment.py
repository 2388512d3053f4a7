"""The environment the scripts run in: a folder of their own with the packages at fixed versions."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".build-venv"
PACKAGES = ["litellm==1.106.2", "genai-prices==0.2.3"]


def enter() -> None:
    """Starts this script again inside the environment, which is made when it is missing."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    if Path(sys.prefix).resolve() == FOLDER.resolve():
        return
    python = FOLDER / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
    wanted = ";".join(f"assert version('{name}') == '{number}'" for name, number in (p.split("==") for p in PACKAGES))
    test = subprocess.run([str(python), "-c", f"from importlib.metadata import version;{wanted}"], capture_output=True)
    if test.returncode != 0:
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    os.execv(str(python), [str(python), *sys.argv])
