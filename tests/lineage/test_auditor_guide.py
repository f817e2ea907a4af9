"""What the auditor's guide tells people to run does what it says."""

import re
import subprocess
import sys
from pathlib import Path

from datagov.lineage.keys import KeyPair

GUIDE = Path(__file__).parents[2] / "docs/guides/auditor.md"


def check(release: Path, key: Path, script: Path) -> subprocess.CompletedProcess[str]:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    script.write_text(code, "utf-8")
    command = [sys.executable, str(script), str(release), str(key)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_check_without_datagov_holds_for_a_release_and_fails_for_a_changed_one(
    release: Path, pair: KeyPair, tmp_path: Path
) -> None:
    script = tmp_path / "check.py"
    done = check(release, pair.public, script)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("holds") == 3
    (release / "README.md").write_text("# Another card\n")
    assert "README.md" in check(release, pair.public, script).stderr
