#!/usr/bin/env bash
# 离线安装与升级 / Installs and upgrades without a network:  ./install.sh [--back] [FOLDER]   (FOLDER: /opt/hrss)
#
# FOLDER/versions/<version>  one folder a version, with its own Python environment; never changed once it is whole
# FOLDER/current             link to the version in use, switched in one step;  FOLDER/previous: the one before, for --back
# FOLDER/data, FOLDER/inbox  are no part of a version: nothing here touches them
# PYTHON=/path/to/python3.12 names a Python; otherwise the newest of 3.11 to 3.13 that is found.
set -euo pipefail
umask 022

say() { printf '%s\n%s\n' "$1" "$2"; }
fail() { say "$1" "$2" >&2; exit 1; }

back=
if [ "${1:-}" = --back ]; then back=1; shift; fi
case "${1:-}" in -*) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 64 ;; esac
target=$(realpath -m -- "${1:-/opt/hrss}")
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)

point() {  # LINK VERSION: in one step
    ln -sfn "versions/$2" "$target/.$1.$$"
    mv -T "$target/.$1.$$" "$target/$1"
}

switch_to() {
    before=$(basename "$(readlink "$target/current" 2>/dev/null || true)")
    if [ "$before" != "$1" ]; then
        if [ -n "$before" ]; then point previous "$before"; fi
        point current "$1"
    fi
    say "现用版本:$1。服务在运行的,请重新启动:systemctl restart hrss" \
        "In use: $1. If the service runs, start it anew: systemctl restart hrss"
}

if [ -n "$back" ]; then
    before=$(basename "$(readlink "$target/previous" 2>/dev/null || true)")
    [ -n "$before" ] && [ -e "$target/versions/$before/.whole" ] ||
        fail "$target 中没有可退回的版本。" "There is no version to go back to in $target."
    switch_to "$before"
    exit
fi

cd -- "$here"
sha256sum --check --quiet --strict SHA256SUMS >&2 ||
    fail "校验和不符:安装包不完整或被改动,未安装。" "The checksums differ: the bundle is torn or was altered; nothing is installed."
listed=$(wc -l <SHA256SUMS) found=$(find . -type f ! -name SHA256SUMS | wc -l)
[ "$listed" = "$found" ] ||
    fail "安装包中有未列入校验和的文件,未安装。" "There are files in the bundle that no checksum lists; nothing is installed."
version=$(cat VERSION)

python= number=
for one in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3; do
    number=$("$one" -c 'import ensurepip, sys, venv; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)
    if [ -n "$number" ] && [ -e "requirements-$number.txt" ]; then python=$one; break; fi
    [ "$one" != "${PYTHON:-}" ] || break
done
[ -n "$python" ] || fail "需要带 venv 的 Python 3.11 至 3.13(PYTHON=… 可指明)。" \
    "Python 3.11 to 3.13 with venv is needed (PYTHON=… names one)."

folder=$target/versions/$version
mkdir -p -- "$target/versions"
exec 9>"$target/.install.lock"
flock -n 9 || fail "另一次安装正在进行。" "Another installation is under way."
if [ ! -e "$folder/.whole" ]; then
    say "正在安装 $version($python),约需数分钟" "Installing $version with $python, some minutes"
    rm -rf -- "$folder"  # what an installation that was ended has left
    mkdir -- "$folder"
    tar --extract --no-same-owner --file source.tar.gz --directory "$folder"
    "$python" -m venv "$folder/.venv"
    pip=("$folder/.venv/bin/python" -I -m pip --isolated --disable-pip-version-check --no-input --quiet)
    "${pip[@]}" install --no-index --find-links wheels --only-binary :all: --require-hashes -r "requirements-$number.txt"
    "${pip[@]}" install --no-index --no-deps --no-build-isolation --editable "$folder"
    HRSS_HOME=$folder/.venv/share/hrss "$folder/.venv/bin/python" -P -m orchestration.dbt_build.read_models \
        "$folder/dbt_project" >/dev/null || true  # else the first run reads the models
    "$folder/.venv/bin/hrss" --help >"$folder/.help" ||
        fail "$folder 不能启动,现用版本不变。" "$folder does not start; the version in use stays."
    sync -f "$folder"
    mv "$folder/.help" "$folder/.whole"
fi
switch_to "$version"
say "命令:$target/current/.venv/bin/hrss;首次安装后:hrss install --system --as 帐户 --home $target/data --landing $target" \
    "The command: $target/current/.venv/bin/hrss; after the first installation: hrss install --system --as ACCOUNT --home $target/data --landing $target"
