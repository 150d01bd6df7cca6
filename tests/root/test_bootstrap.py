"""The first start on a machine: which Python it takes, what it installs, what it says.

Each test has a small house of its own: the real manage.py and bootstrap, and locks that hold one
small wheel named django, so nothing comes from the network.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
THIS = f"{sys.version_info[0]}.{sys.version_info[1]}"
REAL = Path(sys.base_prefix) / "bin" / f"python{THIS}"
TELL = """
import sys
def execute_from_command_line(argv):
    print("version=%d.%d" % sys.version_info[:2], "prefix=" + sys.prefix, "argv=" + repr(argv[1:]))
"""
# Answers as Python 3.11 would, whatever really runs it.
OLD = """
import runpy, sys
sys.version_info, sys.executable = (3, 11, 9, "final", 0), {path!r}
words = sys.argv[1:]
if words[:1] == ["-c"]:
    exec(words[1])
elif words[:1] == ["-m"]:
    sys.exit("No module named " + words[1])
else:
    sys.argv = words
    sys.path[0] = ""
    runpy.run_path(words[0], run_name="__main__")
"""


class House:
    """A scratch clone with what a first start needs, and a machine around it."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "house"
        self.home = folder / "home"
        self.path = folder / "path"
        self.wheels = folder / "wheels"
        for made in (self.root / "deploy", self.home, self.path, self.wheels):
            made.mkdir(parents=True)
        shutil.copy(ROOT / "manage.py", self.root)
        shutil.copy(ROOT / "deploy" / "bootstrap.py", self.root / "deploy")
        self.wheel = self._pack_wheel()
        self.write_locks()

    def _pack_wheel(self) -> Path:
        wheel = self.wheels / "django-1.0-py3-none-any.whl"
        info = "django-1.0.dist-info"
        with zipfile.ZipFile(wheel, "w") as packed:
            packed.writestr("django/__init__.py", "")
            packed.writestr("django/core/__init__.py", "")
            packed.writestr("django/core/management.py", TELL)
            packed.writestr(
                f"{info}/METADATA", "Metadata-Version: 2.1\nName: django\nVersion: 1.0\n"
            )
            packed.writestr(
                f"{info}/WHEEL",
                "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            )
            packed.writestr(f"{info}/RECORD", "")
        return wheel

    def write_locks(self, *, digest: str | None = None) -> None:
        digest = digest or hashlib.sha256(self.wheel.read_bytes()).hexdigest()
        lock = f"django==1.0 \\\n    --hash=sha256:{digest}\n"
        (self.root / "deploy" / "requirements.lock").write_text(lock)
        (self.root / "deploy" / "requirements-dev.lock").write_text(f"{lock}# the larger one\n")

    def put_python(self, place: Path) -> None:
        """Put this test's own Python at `place`, as a launcher."""
        self._put(place, f'#!/bin/sh\nexec {REAL} "$@"\n')

    def put_old_python(self) -> None:
        """Put a python3 that says it is 3.11 first on PATH."""
        stub = self.path / "python3"
        code = self.path / "old.py"
        code.write_text(OLD.format(path=str(stub)))
        self._put(stub, f'#!/bin/sh\nexec {REAL} -I {code} "$@"\n')

    def _put(self, place: Path, text: str) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(0o755)

    def environment(self, **more: str) -> dict[str, str]:
        return {
            "PATH": str(self.path),
            "HOME": str(self.home),
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            **more,
        }

    def command(self, *words: str) -> list[str]:
        return [str(self.path / "python3"), "manage.py", *words]

    def start(self, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=self.root,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def stamp(self) -> str:
        return (self.root / ".venv" / "installed-lock").read_text()


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_an_old_python_first_on_path_finds_the_new_one_in_pyenv(house):
    house.put_old_python()
    house.put_python(house.home / ".pyenv" / "versions" / f"{THIS}.0" / "bin" / "python3")

    done = house.start("demo", "--once")

    assert done.returncode == 0, done.stderr
    assert f"version={THIS} prefix={house.root}/.venv argv=['demo', '--once']" in done.stdout
    assert "Installing 1 packages into .venv (requirements.lock)" in done.stderr
    assert (house.root / ".data").stat().st_mode & 0o777 == 0o700


def test_pyenv_may_live_where_its_own_variable_says(house, tmp_path):
    house.put_old_python()
    house.put_python(tmp_path / "elsewhere" / "versions" / f"{THIS}.0" / "bin" / "python3")

    done = house.start("demo", PYENV_ROOT=str(tmp_path / "elsewhere"))

    assert done.returncode == 0, done.stderr
    assert f"version={THIS}" in done.stdout


def test_a_shim_on_path_that_does_nothing_is_passed_over(house):
    house.put_old_python()
    house._put(house.path / "python3.13", "#!/bin/sh\necho 'command not found' >&2; exit 127\n")
    house._put(house.path / "uv", "#!/bin/sh\necho 'command not found' >&2; exit 127\n")
    house.put_python(house.path / "python3.12")

    done = house.start("demo")

    assert done.returncode == 0, done.stderr
    assert f"version={THIS}" in done.stdout


def test_without_a_new_python_the_error_says_how_to_get_one(house):
    house.put_old_python()

    done = house.start("demo")

    assert done.returncode == 1
    assert "needs Python 3.12 or later, and only Python 3.11 was found" in done.stderr
    assert "apt-get install python3" in done.stderr
    assert "pyenv install 3.13" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (house.root / ".venv").exists()


def test_a_warm_start_installs_nothing(house):
    house.put_python(house.path / "python3")
    house.start("demo")

    begun = time.monotonic()
    done = house.start("demo")

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert time.monotonic() - begun < 5


def test_test_takes_the_larger_lock_and_the_others_then_keep_it(house):
    house.put_python(house.path / "python3")
    house.start("demo")
    assert house.stamp().startswith("requirements.lock ")

    done = house.start("test")
    after = house.start("demo")

    assert "requirements-dev.lock" in done.stderr
    assert house.stamp().startswith("requirements-dev.lock ")
    assert after.stderr == ""


def test_a_changed_lock_is_installed_at_the_next_start(house):
    house.put_python(house.path / "python3")
    house.start("demo")
    before = house.stamp()
    lock = house.root / "deploy" / "requirements.lock"
    lock.write_text(lock.read_text() + "# changed\n")

    done = house.start("demo")

    assert "Installing 1 packages" in done.stderr
    assert house.stamp() != before


def test_a_package_that_is_not_the_locked_one_is_refused(house):
    house.put_python(house.path / "python3")
    house.write_locks(digest="0" * 64)

    done = house.start("demo")

    assert done.returncode == 1
    assert "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr
    assert "bootstrap.log" in done.stderr
    assert not (house.root / ".venv" / "installed-lock").exists()


def test_two_starts_at_once_install_once(house):
    house.put_python(house.path / "python3")
    first, second = (
        subprocess.Popen(
            house.command("demo"),
            cwd=house.root,
            env=house.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    )

    told = [start.communicate(timeout=120) for start in (first, second)]

    assert [first.returncode, second.returncode] == [0, 0], told
    words = "".join(err for _out, err in told)
    assert words.count("Installing 1 packages") == 1
    assert words.count("Another start is installing; waiting for it.") == 1


def test_a_venv_whose_python_has_gone_is_made_anew(house):
    house.put_python(house.path / "python3")
    house.start("demo")
    gone = house.root / ".venv" / "bin" / "python"
    gone.unlink()
    gone.symlink_to("/nonexistent/python")

    done = house.start("demo")

    assert done.returncode == 0, done.stderr
    assert "Making .venv" in done.stderr


def test_without_ensurepip_a_new_enough_system_pip_installs(house):
    house.put_python(house.path / "python3")
    _take_ensurepip_away(house, house.path / "python3")
    house._put(
        house.path / "pip3",
        f'#!/bin/sh\n[ "$1" = --version ] && echo "pip 25.1.1 from there" && exit\n'
        f'unset PYTHONPATH; exec {_python_with_pip()} -m pip "$@"\n',
    )

    done = house.start("demo")

    assert done.returncode == 0, done.stderr
    assert f"prefix={house.root}/.venv" in done.stdout


@pytest.mark.parametrize("version", ["23.0.1", "9.0"])
def test_without_ensurepip_and_with_an_old_pip_the_error_names_the_package(house, version):
    house.put_python(house.path / "python3")
    _take_ensurepip_away(house, house.path / "python3")
    house._put(house.path / "pip3", f'#!/bin/sh\necho "pip {version} from there"\n')

    done = house.start("demo")

    assert done.returncode == 1
    assert "neither ensurepip nor pip 23.1 or later" in done.stderr
    assert "apt-get install python3-venv" in done.stderr


def _python_with_pip() -> str:
    """Return a Python whose pip can play the system's: this .venv's or the one below it."""
    for python in (sys.executable, str(REAL)):
        if (
            subprocess.run([python, "-m", "pip", "-V"], capture_output=True, check=False).returncode
            == 0
        ):
            return python
    pytest.skip("no Python here has a pip that could play the system's")


def _take_ensurepip_away(house: House, python: Path) -> None:
    """Make `python`, and each .venv it makes, lack ensurepip and pip, as on bare Debian."""
    lame = house.path.parent / "lame"
    for name in ("ensurepip", "pip"):
        (lame / name).mkdir(parents=True)
        (lame / name / "__init__.py").write_text(f"raise ImportError('No module named {name}')\n")
    house._put(python, f'#!/bin/sh\nPYTHONPATH={lame} exec {REAL} "$@"\n')


def test_a_working_uv_installs_into_the_venv_it_is_told(house):
    house.put_python(house.path / "python3")
    told = house.path.parent / "told"
    house._put(
        house.path / "uv",
        f'#!/bin/sh\n[ "$1" = --version ] && echo "uv 0.9.0" && exit\necho "$@" > {told}\n',
    )

    house.start("demo")

    words = told.read_text().split()
    assert words[:4] == ["pip", "install", "--python", f"{house.root}/.venv/bin/python"]
    assert "--require-hashes" in words


def test_the_switch_turns_it_off(house):
    house.put_python(house.path / "python3")

    done = house.start("demo", BROKER_NO_BOOTSTRAP="1")

    assert "No module named 'django'" in done.stderr
    assert not (house.root / ".venv").exists()
