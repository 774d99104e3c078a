#!/bin/sh
# Installs PocketPaaS @VERSION@ for one user, without root: the archive with its own Java where there is one for this machine, else the one for a Java
# that is here. Running it again, or that of another version, replaces what is there.
#
#   install.sh [--prefix DIRECTORY] [--from DIRECTORY_OR_ADDRESS] [--uninstall]
#
#   --prefix     where to: programs go to bin, the rest to share (default: ~/.local)
#   --from       where the archives are (default: the release that this script is part of)
#   --uninstall  removes it again, and the files that made it start faster; your settings stay
#
# Exit codes: 0 done; 2 wrong arguments; 3 not to be downloaded; 4 refused: no archive for this machine, a wrong checksum.
set -eu
version=@VERSION@
releases=${POCKETPAAS_RELEASES:-@RELEASES@}

# sum_of KIND: the checksum of an archive, as the build made it; empty if there is none of that kind.
sum_of() {
    case $1 in
        java) sum=@JAVA@ ;;
        linux-x64) sum=@LINUX_X64@ ;;
        linux-arm64) sum=@LINUX_ARM64@ ;;
        macos-x64) sum=@MACOS_X64@ ;;
        macos-arm64) sum=@MACOS_ARM64@ ;;
        *) sum='' ;;
    esac
}

die() {
    code=$1
    shift
    printf 'error: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf 'fix: %s\n' "$2" >&2
    exit "$code"
}

# KIND: that of this machine. The Java in the archives for Linux needs the GNU C library.
find_kind() {
    case $(uname -s)-$(uname -m) in
        Linux-x86_64 | Linux-amd64) kind=linux-x64 ;;
        Linux-aarch64 | Linux-arm64) kind=linux-arm64 ;;
        Darwin-x86_64) kind=macos-x64 ;;
        Darwin-arm64) kind=macos-arm64 ;;
        *) kind=java ;;
    esac
    case $kind in
        linux-*) getconf GNU_LIBC_VERSION >/dev/null 2>&1 || kind=java ;;
    esac
    sum_of "$kind"
    if [ -z "$sum" ]; then
        kind=java
        sum_of java
    fi
    case $kind in
        java) file=pocketpaas-$version.tar.gz ;;
        *) file=pocketpaas-$version-$kind.tar.gz ;;
    esac
}

fetch() {
    case $from in
        http://* | https://*)
            if command -v curl >/dev/null; then
                curl -fsSL --retry 3 -o "$work/$file" "$from/$file" || die 3 "cannot download $from/$file"
            elif command -v wget >/dev/null; then
                wget -q -O "$work/$file" "$from/$file" || die 3 "cannot download $from/$file"
            else
                die 4 "there is neither curl nor wget" "install one, or download $from/$file and use --from DIRECTORY"
            fi
            ;;
        *) cp "$from/$file" "$work/$file" || die 3 "there is no $from/$file" ;;
    esac
    if command -v sha256sum >/dev/null; then
        actual=$(sha256sum <"$work/$file")
    else
        actual=$(shasum -a 256 <"$work/$file")
    fi
    [ "${actual%% *}" = "$sum" ] || die 4 "$file is not what was published: its checksum is wrong" "download it again; if that does not help, tell the authors"
}

# link TARGET FILE: FILE leads to TARGET, and is on the list of what to remove. A file of somebody else's is left alone.
link() {
    if [ -e "$2" ] && [ ! -L "$2" ]; then
        die 4 "$2 is there already, and not ours" "move it away"
    fi
    mkdir -p "${2%/*}"
    ln -s "$1" "$2.new.$$"
    mv -f "$2.new.$$" "$2"
    printf '%s\n' "$2" >>"$work/files"
}

install() {
    find_kind
    if [ -z "$from" ]; then
        [ -n "$releases" ] || die 2 "this script does not know where its release is published" "use --from DIRECTORY_OR_ADDRESS"
        from=$releases/download/v$version
    fi
    work=$(mktemp -d)
    trap 'rm -rf "$work" "$home/$version.new"' EXIT
    trap 'exit 1' HUP INT TERM
    fetch
    mkdir -p "$home"
    rm -rf "$home/$version.new"
    mkdir "$home/$version.new"
    tar -x -z -f "$work/$file" -C "$home/$version.new" --strip-components 1
    echo installer >"$home/$version.new/lib/installed-by"
    rm -rf "$home/$version.old"
    [ ! -e "$home/$version" ] || mv "$home/$version" "$home/$version.old"
    mv "$home/$version.new" "$home/$version"
    : >"$work/files"
    link "$home/$version/bin/pocketpaas" "$prefix/bin/pocketpaas"
    link "$home/$version/completions/pocketpaas.bash" "$prefix/share/bash-completion/completions/pocketpaas"
    link "$home/$version/completions/pocketpaas.zsh" "$prefix/share/zsh/site-functions/_pocketpaas"
    link "$home/$version/completions/pocketpaas.fish" "$prefix/share/fish/vendor_completions.d/pocketpaas.fish"
    for page in "$home/$version/man/man1"/*; do
        link "$page" "$prefix/share/man/man1/${page##*/}"
    done
    # Pages of commands that there are no more.
    if [ -f "$home/files" ]; then
        while IFS= read -r old; do
            grep -qxF "$old" "$work/files" || rm -f "$old"
        done <"$home/files"
    fi
    cp "$work/files" "$home/files"
    for other in "$home"/*; do
        case ${other##*/} in
            "$version" | files) ;;
            *) rm -rf "$other" ;;
        esac
    done
    # If a Java is here, so that the next start is quick. The program works without.
    if [ "$kind" = java ]; then
        POCKETPAAS_ARCHIVE=beside "$prefix/bin/pocketpaas" --version >/dev/null 2>&1 || rm -f "$home/$version/lib"/*.jsa "$home/$version/lib/archives"
    fi
    "$prefix/bin/pocketpaas" --version >/dev/null || exit
    echo "PocketPaaS $version is installed in $home/$version."
    case :$PATH: in
        *":$prefix/bin:"*) ;;
        *) echo "Add $prefix/bin to your PATH, for example in ~/.profile: export PATH=\"$prefix/bin:\$PATH\"" ;;
    esac
}

uninstall() {
    [ -f "$home/files" ] || die 4 "PocketPaaS is not installed in $prefix" "give the --prefix that it was installed with"
    while IFS= read -r file; do
        rm -f "$file"
    done <"$home/files"
    rm -rf "$home" "${XDG_CACHE_HOME:-$HOME/.cache}/pocketpaas"
    # Directories that are empty now were made for us, or nobody misses them.
    for directory in bin share/bash-completion/completions share/bash-completion share/zsh/site-functions share/zsh \
        share/fish/vendor_completions.d share/fish share/man/man1 share/man share .; do
        rmdir "$prefix/$directory" 2>/dev/null || continue
    done
    echo "PocketPaaS is removed. Your settings are still in ~/.config/pocketpaas and ~/.local/state/pocketpaas."
}

prefix=$HOME/.local from='' act=install
while [ $# -gt 0 ]; do
    case $1 in
        --prefix | --from)
            [ $# -gt 1 ] || die 2 "$1 needs a value"
            case $1 in
                --prefix) prefix=$2 ;;
                *) from=${2%/} ;;
            esac
            shift
            ;;
        --uninstall) act=uninstall ;;
        *) die 2 "unknown argument \"$1\"" "see the beginning of this script" ;;
    esac
    shift
done
case $prefix in
    /*) ;;
    *) prefix=$(pwd)/$prefix ;;
esac
home=$prefix/share/pocketpaas
"$act"
