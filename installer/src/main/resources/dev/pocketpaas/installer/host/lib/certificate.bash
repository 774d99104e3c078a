# shellcheck shell=bash
# Certificates of an app's domains: apps/<app>/certificates/<domain>/<id>/{fullchain.pem,key.pem,info/}, readable by root alone; `current` is a
# link to the one in use, replaced by rename, and `previous` to the one before it. The id, a digest of the chain, is in nginx's file, so
# another certificate is another text. A wildcard's directory has _ for the asterisk.
# Needs lib/state.bash, lib/events.bash.

# What is being tried in place of `current`: by APP/DOMAIN, a directory, or `none`.
declare -A CERTIFICATE_TRIED=()

# certificate_try APP DOMAIN DIR|none: from now on certificate_of says so, in this program.
certificate_try() { CERTIFICATE_TRIED["$1/$2"]=$3; }

# certificate_untry APP DOMAIN: it says again what is in use.
certificate_untry() { unset 'CERTIFICATE_TRIED[$1/$2]'; }

# certificate_name DOMAIN: REPLY is the name of its directory.
certificate_name() { REPLY=${1/#\*/_}; }

# certificate_of APP DOMAIN: REPLY is the directory of the certificate that the domain is to have. Returns 1 where it has none.
certificate_of() {
    local dir tried=${CERTIFICATE_TRIED[$1/$2]-}
    [[ $tried != none ]] || return 1
    [[ -z $tried ]] || { REPLY=$tried && return 0; }
    certificate_name "$2"
    dir=$PP_ROOT/apps/$1/certificates/$REPLY
    [[ -L $dir/current ]] || return 1
    REPLY=$(readlink -- "$dir/current")
    if ! valid_sha256 "$REPLY" || [[ ! -f $dir/$REPLY/fullchain.pem || ! -f $dir/$REPLY/key.pem ]]; then
        state_damaged "$dir/current" "does not lead to a certificate"
    fi
    REPLY=$dir/$REPLY
}

# certificates_of APP: REPLY_LINES are the domains that have one.
certificates_of() {
    local dir name
    REPLY_LINES=()
    for dir in "$PP_ROOT/apps/$1/certificates"/*/; do
        [[ -L ${dir}current ]] || continue
        name=${dir%/}
        name=${name##*/}
        name=${name/#_/*}
        ! valid_domain "$name" || REPLY_LINES+=("$name")
    done
}

# certificate_store APP DOMAIN ID FROM: what is in FROM (fullchain.pem, key.pem, info/) becomes the domain's certificate ID, not yet in use.
# REPLY is its directory.
certificate_store() {
    local dir
    certificate_name "$2"
    dir=$PP_ROOT/apps/$1/certificates/$REPLY
    mkdir -p -- "$dir" || return 1
    if [[ ! -d $dir/$3 ]]; then
        rm -rf -- "$dir/.new" || return 1
        mkdir -m 0700 -- "$dir/.new" && cp -r -- "$4/fullchain.pem" "$4/key.pem" "$4/info" "$dir/.new/" || return 1
        find "$dir/.new" -type f -exec sync -- {} + && mv -T -- "$dir/.new" "$dir/$3" || return 1
    fi
    REPLY=$dir/$3
}

# certificate_use APP DOMAIN ID: from now on it is the domain's; what was before it is kept as `previous`, older ones go.
certificate_use() {
    local dir before='' other
    certificate_name "$2"
    dir=$PP_ROOT/apps/$1/certificates/$REPLY
    [[ ! -L $dir/current ]] || before=$(readlink -- "$dir/current")
    [[ $before != "$3" ]] || return 0
    if [[ -n $before ]]; then new_link "$before" "$dir/previous" || return 1; else rm -f -- "$dir/previous"; fi
    new_link "$3" "$dir/current" || return 1
    sync_state "$dir" || true
    for other in "$dir"/*/; do
        other=${other%/}
        other=${other##*/}
        [[ $other == current || $other == previous || $other == "$3" || $other == "$before" ]] || rm -rf -- "${dir:?}/$other"
    done
}

# certificate_forget APP DOMAIN: the domain has none.
certificate_forget() {
    certificate_name "$2"
    rm -f -- "$PP_ROOT/apps/$1/certificates/$REPLY/current"
    rm -rf -- "$PP_ROOT/apps/$1/certificates/$REPLY"
}

# certificate_test DIR: whether nginx can serve with what is in DIR: the key is the certificate's, both can be read. REPLY is what it has against it.
certificate_test() {
    local aside output code=0
    REPLY="it could not be tried (is /run full?)"
    aside=$(mktemp -d /run/pocketpaas-certificate.XXXXXX) || return 1
    if ! write_text "$aside/nginx.conf" "pid $aside/pid;
events {}
http {
server {
listen unix:$aside/socket ssl;
server_name _;
ssl_certificate $1/fullchain.pem;
ssl_certificate_key $1/key.pem;
}
}
"; then
        rm -rf -- "$aside"
        return 1
    fi
    output=$(nginx -t -q -e stderr -c "$aside/nginx.conf" 2>&1) || code=1
    rm -rf -- "$aside"
    REPLY=$(grep -m 1 -F '[emerg]' <<<"$output" || tail -n 1 <<<"$output")
    return "$code"
}
