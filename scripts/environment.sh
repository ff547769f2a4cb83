# Read by the scripts beside it: makes .venv in the top folder and installs what is missing there.
# Needs Python 3.11 or newer with its venv module. Does nothing when pyproject.toml is as it was the last time.

die() {
    echo "error: $1" >&2
    exit 2
}

find_python() {
    for candidate in python3 python3.11 python3.12 python3.13 python3.14 python; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

# environment WHAT PIP-ARGUMENTS...: WHAT names the stamp that says that these arguments are installed.
environment() {
    what=$1
    shift
    stamp=.venv/installed-for-$what
    key="$(cksum <pyproject.toml) $PWD"
    if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then
        return
    fi
    if ! .venv/bin/python -c 'import pip' >/dev/null 2>&1; then
        python=$(find_python) || die "no Python 3.11 or newer is on the PATH; install one"
        echo "making .venv with $python" >&2
        "$python" -m venv --clear .venv ||
            die "$python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"
    fi
    echo "installing into .venv (this needs the network, and is done once)" >&2
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' ||
        die "pip cannot be upgraded: is there a network?"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check "$@" ||
        die "installation failed: see the lines above"
    echo "$key" >"$stamp"
}
