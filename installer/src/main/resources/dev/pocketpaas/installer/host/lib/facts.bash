# shellcheck shell=bash
# What this machine is and has. Sourced by work/init, and sent alone, with a call of emit_facts, over a channel of `init host`: it needs
# nothing of ours on the machine, changes nothing, and answers with a value tree (docs/protocol.md, "Facts").

# fact PATH VALUE: one pair of the tree.
fact() { printf '%s\0%s\0' "$1" "$2"; }

# emit_facts [ADDRESS [SECRET]]: the whole tree. ADDRESS is the machine's address as sshd knows it, SECRET the names of the settings of
# which no more than a digest leaves the machine, with blanks between them.
emit_facts() {
    export LC_ALL=C
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    fact uid "$(id -u)"
    fact user "${SUDO_USER:-$(id -un)}"
    fact address "${1-}"
    system_facts
    port_facts
    package_facts
    docker_facts
    nginx_facts
    firewall_facts
    own_facts "${2-}"
    printf '.\0end\0'
}

# os_release FIELD: prints it; the file is read, never sourced.
os_release() { sed -n "s/^$1=//p" /etc/os-release 2>/dev/null | head -n 1 | tr -d '"'"'"; }

# meminfo FIELD: prints it in kB.
meminfo() { awk -v field="$1:" '$1 == field { print $2 }' /proc/meminfo; }

# free_kb PATH: prints the free space of its file system.
free_kb() { df --output=avail -k -- "$1" 2>/dev/null | tail -n 1 | tr -d ' '; }

# What is not there, or has nothing to say, ends with an error and is an empty fact.
system_facts() {
    fact os/id "$(os_release ID)"
    fact os/version "$(os_release VERSION_ID)"
    fact os/name "$(os_release PRETTY_NAME)"
    fact arch "$(dpkg --print-architecture 2>/dev/null || uname -m)"
    fact hostname "$(uname -n)"
    fact systemd "$([[ -d /run/systemd/system ]] && echo yes || echo no)"
    fact container "$(systemd-detect-virt --container 2>/dev/null || true)"
    fact memory "$(meminfo MemTotal)"
    fact swap "$(meminfo SwapTotal)"
    fact disk "$(if [[ -d /var/lib/docker ]]; then free_kb /var/lib/docker; else free_kb /var; fi)"
    fact cloud-init "$(cloud-init status 2>/dev/null | sed -n 's/^status: //p' || true)"
    fact apparmor "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null || true)"
    fact sshd "$(sshd -T 2>/dev/null | grep -E '^(allow|deny)(users|groups) ' || true)"
}

# listener PORT: prints the names of the programs that listen on it, from /proc alone: a minimal system has neither ss nor netstat.
listener() {
    local hex inode link names=
    printf -v hex '%04X' "$1"
    # Field 2 is the local address and port, 4 the state (0A: listening), 10 the socket's inode.
    while IFS= read -r inode; do
        link=$(find /proc/[0-9]*/fd -lname "socket:\[$inode\]" -print -quit 2>/dev/null || true)
        if [[ -n $link ]]; then names+=" $(cat "${link%/fd/*}/comm" 2>/dev/null || true)"; else names+=" unknown"; fi
    done < <(awk -v port=":$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' /proc/net/tcp /proc/net/tcp6 2>/dev/null)
    tr ' ' '\n' <<<"$names" | sort -u | xargs
}

port_facts() {
    fact listen/80 "$(listener 80)"
    fact listen/443 "$(listener 443)"
}

# installed NAME…: prints those of the packages that are installed.
installed() {
    # shellcheck disable=SC2016 # dpkg's own notation
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p' | sort -u || true
}

# available NAME…: prints those of the packages that the machine's sources have.
available() {
    apt-cache policy "$@" 2>/dev/null | awk '/^[^ ]/ { name = $1; sub(/:$/, "", name) } /^  Candidate:/ && $2 != "(none)" { print name }' || true
}

package_facts() {
    local python=python3
    # The package may be there without its program.
    [[ -x /usr/bin/python3 ]] || python=
    # shellcheck disable=SC2086 # one word, or none
    fact packages/installed "$(installed docker.io docker-ce docker-cli iptables nginx git curl ca-certificates sudo iproute2 \
        unattended-upgrades logrotate apparmor certbot $python)"
    fact packages/available "$(available docker-cli)"
}

docker_facts() {
    fact docker/program "$(type -P dockerd || true)"
    fact docker/version "$(timeout 20 docker version --format '{{.Server.Version}}' 2>/dev/null || true)"
    fact docker/enabled "$(systemctl is-enabled docker.service 2>/dev/null || true)"
    local image name
    for name in stack build-image; do
        image=$(cat "/var/lib/pocketpaas/host/$name" 2>/dev/null || true)
        [[ -z $image ]] || ! timeout 20 docker image inspect --format '{{.Id}}' "$image" >/dev/null 2>&1 || fact "docker/$name" present
    done
}

# foreign_nginx: prints the text of the configuration files that others wrote; the stock site counts only if somebody changed it.
foreign_nginx() {
    local file
    for file in /etc/nginx/nginx.conf /etc/nginx/conf.d/*.conf /etc/nginx/sites-enabled/*; do
        [[ -f $file && $file != /etc/nginx/conf.d/pocketpaas.conf ]] || continue
        [[ $file != /etc/nginx/sites-enabled/default || $(stock_site) != unmodified ]] || continue
        sed 's/#.*//' "$file"
    done
}

# stock_site: prints unmodified, modified or absent.
stock_site() {
    local enabled=/etc/nginx/sites-enabled/default shipped
    [[ -e $enabled ]] || { echo absent && return; }
    # shellcheck disable=SC2016 # dpkg's own notation
    shipped=$(dpkg-query -W -f '${Conffiles}\n' nginx-common nginx 2>/dev/null | awk '$1 == "/etc/nginx/sites-available/default" { print $2; exit }')
    if [[ -n $shipped && $(md5sum <"$enabled") == "$shipped"* ]]; then echo unmodified; else echo modified; fi
}

# nginx_at_least VERSION THIS
nginx_at_least() { [[ $(printf '%s\n' "$1" "${2:-0}" | sort -V | head -n 1) == "$1" ]]; }

# nginx_variant: prints which base configuration fits, as five digits: IPv6, our answer on 80, our refusal on 443, room for long names, connections
# that outlive a reload.
nginx_variant() {
    local foreign version digits=
    foreign=$(foreign_nginx)
    version=$(nginx -v 2>&1 | sed -n 's|.*nginx/\([0-9.]*\).*|\1|p')
    [[ -e /proc/net/if_inet6 ]] && digits+=1 || digits+=0
    grep -Eq 'listen[[:space:]][^;]*80[^;]*default_server' <<<"$foreign" && digits+=0 || digits+=1
    if grep -Eq 'listen[[:space:]][^;]*443[^;]*default_server' <<<"$foreign" ||
        ! nginx_at_least 1.19.4 "$version"; then
        digits+=0
    else
        digits+=1
    fi
    grep -q server_names_hash_bucket_size <<<"$foreign" && digits+=0 || digits+=1
    if nginx_at_least 1.27.4 "$version" && ! grep -q keepalive_min_timeout <<<"$foreign"; then digits+=1; else digits+=0; fi
    echo "$digits"
}

nginx_facts() {
    fact nginx/enabled "$(systemctl is-enabled nginx.service 2>/dev/null || true)"
    fact nginx/active "$(systemctl is-active nginx.service 2>/dev/null || true)"
    fact nginx/stock "$(stock_site)"
    [[ -z $(type -P nginx) ]] || fact nginx/variant "$(nginx_variant)"
}

# firewall: prints which firewall is active, and whether it lets HTTP and HTTPS through: `ufw closed`, `firewalld open`, or nothing.
firewall() {
    local rules
    if rules=$(ufw status 2>/dev/null) && [[ $rules == "Status: active"* ]]; then
        if grep -Eq '^80(/tcp)? +ALLOW' <<<"$rules" && grep -Eq '^443(/tcp)? +ALLOW' <<<"$rules"; then echo ufw open; else echo ufw closed; fi
    elif firewall-cmd --state >/dev/null 2>&1; then
        if firewall-cmd --quiet --query-service=http && firewall-cmd --quiet --query-service=https; then echo firewalld open; else echo firewalld closed; fi
    fi
}

firewall_facts() { fact firewall "$(firewall)"; }

# What an earlier run left: managed files by digest, settings, keys.
own_facts() {
    local file name
    fact programs "$(basename -- "$(readlink /usr/local/lib/pocketpaas/current 2>/dev/null || true)")"
    fact account "$(getent passwd pocketpaas | cut -d : -f 6,7 || true)"
    fact directories "$(stat -c '%a %U %G %n' /var/lib/pocketpaas /var/lib/pocketpaas/{host,home,home/.ssh,keys,buildpacks,work,apps} \
        /var/log/pocketpaas /etc/pocketpaas /etc/nginx/pocketpaas 2>/dev/null || true)"
    while IFS= read -r file; do
        [[ ! -f $file ]] || fact "files/$(tr / _ <<<"${file#/}")" "$(sha256sum <"$file" | cut -d ' ' -f 1)"
    done <<'FILES'
/etc/sudoers.d/pocketpaas
/etc/systemd/system/pocketpaas-boot.service
/etc/systemd/system/pocketpaas-stack.service
/etc/systemd/system/pocketpaas-certificates.service
/etc/systemd/system/pocketpaas-certificates.timer
/etc/systemd/system/pocketpaas-notices.service
/etc/systemd/system/pocketpaas-notices.timer
/etc/systemd/system/docker.service.d/pocketpaas.conf
/etc/systemd/journald.conf.d/pocketpaas.conf
/etc/systemd/system/nginx.service.d/pocketpaas.conf
/etc/apt/apt.conf.d/52pocketpaas
/etc/nginx/conf.d/pocketpaas.conf
FILES
    fact units "$(systemctl is-enabled pocketpaas-boot.service pocketpaas-{certificates,notices}.timer 2>/dev/null | sort -u | xargs)"
    fact version "$(cat /usr/local/lib/pocketpaas/current/version 2>/dev/null || true)"
    fact protocol "$(cat /var/lib/pocketpaas/protocol 2>/dev/null || true)"
    for file in /var/lib/pocketpaas/host/*; do
        name=${file##*/}
        [[ -f $file ]] || continue
        case " ${1-} " in
            *" $name "*) fact "host/$name" "$(sha256sum <"$file" | cut -d ' ' -f 1)" ;;
            *) fact "host/$name" "$(cat "$file")" ;;
        esac
    done
    fact keys "$(for file in /var/lib/pocketpaas/keys/*/public; do
        [[ ! -f $file ]] || printf '%s\t%s\n' "$(basename -- "${file%/public}")" "$(cat "$file")"
    done)"
}
