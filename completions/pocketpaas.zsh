#compdef pocketpaas
# zsh completion for pocketpaas; made from its commands.
#
# Tab starts neither pocketpaas nor ssh: names of apps, releases, variables … come from the files that commands leave in
# ~/.cache/pocketpaas/completion. Nothing in them is evaluated.

_pocketpaas-commands() {
    local -a commands=(
        'apps:List the apps of a host.'
        'auth:List the users of an app'\''s password protection.'
        'backups:List the backups of a host, its apps and services.'
        'buildpacks:List the buildpacks of a host, with the commits that builds use.'
        'completion:Print the completion script for a shell.'
        'console:Open the app'\''s console: the process type "console", in a new container.'
        'cp:Copy files into or out of the container of a running process.'
        'cron:List the cron jobs of an app: next run, last run, result.'
        'deploy:Deploy the latest commit of this directory.'
        'destroy:Delete an app: containers, images, releases and source. Volumes are kept.'
        'doctor:Find out what is wrong between this machine and an app'\''s visitors.'
        'domains:List an app'\''s domains and where each is set.'
        'eject:Write files that run an app with plain Docker, without PocketPaaS.'
        'env:List an app'\''s environment variables, values masked.'
        'exec:Run a command, or a shell, in the container of a running process.'
        'help:Show the help of a command.'
        'host:Audit, harden or uninstall a host; change the machines of a cluster.'
        'hosts:List the hosts known on this machine.'
        'import:Bring an app over from Compose, Kamal, Heroku or Dokku.'
        'init:Write pocketpaas.yml for this directory; "init host" sets up a host.'
        'keys:List the SSH keys of a host.'
        'local:Run the app'\''s processes on this machine.'
        'logs:Show the logs of an app, earlier releases included.'
        'maintenance:Show maintenance mode; "on" and "off" switch it.'
        'manifest:Check pocketpaas.yml; "manifest schema" prints its JSON Schema.'
        'nginx:Print the custom nginx configuration of an app.'
        'open:Open an app in the browser.'
        'previews:List the previews of an app.'
        'promote:Put the live release of an app live as another app, without a build.'
        'prune:Free disk space on a host: delete images and files that nothing uses.'
        'ps:List the processes of an app.'
        'registries:List the logins of a host at registries of images.'
        'releases:List the releases of an app, newest first.'
        'restart:Restart an app in new containers, without downtime.'
        'rollback:Go back to an earlier release and its environment, without a build.'
        'run:Run a command in a new container of the live release.'
        'runs:List the commands that "run --detach" started, newest first.'
        'sandbox:List the sandboxes: throw-away hosts in the local Docker engine.'
        'scale:Set the number of processes of each type; without arguments, list them.'
        'services:List the services (databases) of a host.'
        'shell:Run many commands on one connection, with completion and history.'
        'ssl:List an app'\''s certificates: domain, issuer, days left, source.'
        'start:Start a stopped app.'
        'status:Show how a host and its apps are: health, certificates, disk, memory.'
        'stop:Stop all processes of an app. Requests get 503 until it is started.'
        'tunnel:Open a port on this machine that leads to a process; Ctrl-C closes it.'
        'upgrade:Print how to upgrade this program.'
        'version:Print the version of this program, and how it was installed.'
        'wait:Wait for a deploy, for domains, or for certificates.'
    )
    _pocketpaas_parse _pocketpaas \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-apps() {
    local -a commands=(
        'clone:Make a new app that runs the live release of another one.'
        'info:Show an app at a glance: state, release, addresses, processes, jobs.'
        'list:List the apps of a host.'
        'lock:Refuse every deploy of an app, until "apps unlock".'
        'move:Move an app with its volumes and databases to another host.'
        'rename:Give an app another name, with all that it has.'
        'unlock:Allow deploys of an app again.'
    )
    _pocketpaas_parse _pocketpaas-apps \
        '--all-hosts[List the apps of all hosts that this machine knows.]' \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-apps-clone() {
    _pocketpaas_parse '' \
        '--data[Copy the data of services and volumes.]' \
        '--env[Copy all variables, secrets included.]' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]' \
        '*:NAME: _pocketpaas_values apps'
}

_pocketpaas-apps-info() {
    _pocketpaas_parse ''
}

_pocketpaas-apps-list() {
    _pocketpaas_parse '' \
        '--all-hosts[List the apps of all hosts that this machine knows.]'
}

_pocketpaas-apps-lock() {
    _pocketpaas_parse '' \
        '--reason=[Shown to everybody whose deploy is refused.]:TEXT: '
}

_pocketpaas-apps-move() {
    _pocketpaas_parse '' \
        '--finish[End the move: remove from the old host what has moved.]' \
        '--abort[Undo the move: the old host serves again.]' \
        '--lost[The old host is gone for good: start what has come over.]' \
        '--ignore-answer[With --lost: although another machine has the address of the lost host now.]' \
        '--ignore-dns[With --finish: although names still lead to the old host.]' \
        '--confirm=[The app'\''s name, to confirm.]:APP: _pocketpaas_values apps' \
        '1:HOST: _pocketpaas_values hosts'
}

_pocketpaas-apps-rename() {
    _pocketpaas_parse '' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]' \
        '*:NAME: _pocketpaas_values apps'
}

_pocketpaas-apps-unlock() {
    _pocketpaas_parse ''
}

_pocketpaas-auth() {
    local -a commands=(
        'add:Protect an app with a password (HTTP basic auth). Run again to change it.'
        'remove:Remove a user. When none is left, the app is public again.'
    )
    _pocketpaas_parse _pocketpaas-auth \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-auth-add() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values users'
}

_pocketpaas-auth-remove() {
    _pocketpaas_parse '' \
        '*:NAME: _pocketpaas_values users'
}

_pocketpaas-backups() {
    local -a commands=(
        'cancel:Stop the backup, restore or drill that is at work on a host.'
        'create:Back up the host, its apps and services now.'
        'destination:Show or choose where backups go: a directory, an S3 bucket, SFTP, rclone.'
        'drill:Restore the newest backups for a trial and compare the data.'
        'list:List the backups of a host, its apps and services.'
        'restore:Replace a service'\''s data or an app by a backup.'
        'schedule:Show or change when backups are made and which are kept.'
    )
    _pocketpaas_parse _pocketpaas-backups \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-backups-cancel() {
    _pocketpaas_parse ''
}

_pocketpaas-backups-create() {
    _pocketpaas_parse '' \
        '*:NAME: _pocketpaas_values services'
}

_pocketpaas-backups-destination() {
    _pocketpaas_parse '' \
        '--existing[It holds backups: ask for their passphrase, too (a further line).]' \
        '--fingerprint=[The SSH host key that the SFTP server must have.]:FINGERPRINT: ' \
        '--rclone-config=[The configuration that has the remote (default: rclone'\''s own file).]:FILE:_files' \
        '--ssh-key[Print the host'\''s public key for SFTP; made if there is none.]' \
        '1:PLACE: '
}

_pocketpaas-backups-drill() {
    _pocketpaas_parse '' \
        '*:NAME: _pocketpaas_values services'
}

_pocketpaas-backups-list() {
    _pocketpaas_parse ''
}

_pocketpaas-backups-restore() {
    _pocketpaas_parse '' \
        '--into=[Restore into this service or app.]:NAME: _pocketpaas_values services' \
        '--confirm=[Its name, to confirm.]:NAME: _pocketpaas_values services' \
        '1:ID: '
}

_pocketpaas-backups-schedule() {
    _pocketpaas_parse '' \
        '--keep=[Last backups of days, weeks, months (7d,4w,6m).]:LIST:(7d,4w,6m)' \
        '--limit=[Bytes that are uploaded in a second (2M), or "none".]:SIZE:(2M none)' \
        '1:TIME:(03:00 off)'
}

_pocketpaas-buildpacks() {
    local -a commands=(
        'list:List the buildpacks of a host, with the commits that builds use.'
        'update:Use the newest commit of buildpacks from the next build on.'
    )
    _pocketpaas_parse _pocketpaas-buildpacks \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-buildpacks-list() {
    _pocketpaas_parse ''
}

_pocketpaas-buildpacks-update() {
    _pocketpaas_parse '' \
        '--dry-run[Show which have a newer commit; change nothing.]' \
        '*:NAME: _pocketpaas_values buildpacks'
}

_pocketpaas-completion() {
    local -a commands=(
        'install:Install completion for your shell.'
        'uninstall:Remove what "completion install" wrote.'
    )
    _pocketpaas_parse _pocketpaas-completion \
        '(-)1: :->command' \
        '(-)*:: :->arguments' \
        '1:SHELL:(bash zsh fish)'
}

_pocketpaas-completion-install() {
    _pocketpaas_parse '' \
        '1:SHELL:(bash zsh fish)'
}

_pocketpaas-completion-uninstall() {
    _pocketpaas_parse '' \
        '1:SHELL:(bash zsh fish)'
}

_pocketpaas-console() {
    _pocketpaas_parse '' \
        '--no-tty[Do not allocate a terminal.]' \
        '1:ARGUMENT: ' \
        '*::: : '
}

_pocketpaas-cp() {
    _pocketpaas_parse '' \
        '1:SOURCE:_files' \
        '2:DESTINATION:_files'
}

_pocketpaas-cron() {
    local -a commands=(
        'list:List the cron jobs of an app: next run, last run, result.'
        'pause:Stop running a cron job at its times.'
        'resume:Run a paused cron job at its times again.'
        'run:Run a cron job now, in the background.'
    )
    _pocketpaas_parse _pocketpaas-cron \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-cron-list() {
    _pocketpaas_parse ''
}

_pocketpaas-cron-pause() {
    _pocketpaas_parse '' \
        '1:JOB: _pocketpaas_values jobs'
}

_pocketpaas-cron-resume() {
    _pocketpaas_parse '' \
        '1:JOB: _pocketpaas_values jobs'
}

_pocketpaas-cron-run() {
    _pocketpaas_parse '' \
        '1:JOB: _pocketpaas_values jobs'
}

_pocketpaas-deploy() {
    _pocketpaas_parse '' \
        '--dirty[Include uncommitted changes.]' \
        '--branch=[Deploy the latest commit of this branch or tag.]:NAME: _pocketpaas_values branches' \
        '--image=[Run this image of a registry instead of building one.]:IMAGE: ' \
        '--local=[Run an image of the local Docker engine; only missing layers are sent.]:IMAGE: ' \
        '--archive=[Deploy this tar, tar.gz or zip archive: a file, a URL, or - for standard input.]:FILE:_files' \
        '--preview=[Deploy a preview: an app of its own that ends by itself. Default: the branch.]:NAME: _pocketpaas_values branches' \
        '--comment=[Write the preview'\''s address as Markdown, for a pull request.]:FILE:_files' \
        '--force[Build and start again even if nothing changed.]' \
        '--clear-cache[Build without the build cache.]' \
        '--run-secret-commands[Run the commands that pocketpaas.yml defines for secrets without asking.]' \
        '--confirm=[Replace the app NAME, whose history is unrelated.]:NAME: _pocketpaas_values apps' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]' \
        '--plan[Show what would change; change nothing.]' \
        '--wait[If another deploy is running, wait for it. Ctrl-C stops waiting.]' \
        '--attach[Show the running deploy from its start.]' \
        '--cancel[Stop the running deploy. The old release keeps serving.]'
}

_pocketpaas-destroy() {
    _pocketpaas_parse '' \
        '--confirm=[The app'\''s name, to confirm.]:NAME: _pocketpaas_values apps' \
        '--volumes[Delete its volumes and their data, too.]'
}

_pocketpaas-doctor() {
    _pocketpaas_parse '' \
        '--fix[Fix what is safe: start services, update host programs, repair apps.]' \
        '--all[Examine every app of the host, also in a project.]'
}

_pocketpaas-domains() {
    local -a commands=(
        'add:Add domains to an app. Takes effect at once, without a build.'
        'default:Switch an app'\''s default address on or off.'
        'list:List an app'\''s domains and where each is set.'
        'remove:Remove domains that "domains add" added. Those in pocketpaas.yml stay.'
    )
    _pocketpaas_parse _pocketpaas-domains \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-domains-add() {
    _pocketpaas_parse '' \
        '*:DOMAIN: '
}

_pocketpaas-domains-default() {
    _pocketpaas_parse '' \
        '1:on|off:(on off)'
}

_pocketpaas-domains-list() {
    _pocketpaas_parse ''
}

_pocketpaas-domains-remove() {
    _pocketpaas_parse '' \
        '*:DOMAIN: _pocketpaas_values domains'
}

_pocketpaas-eject() {
    _pocketpaas_parse '' \
        '--stack[For Docker Swarm: a file for "docker stack deploy".]' \
        '--force[Overwrite files that are there.]' \
        '1:DIR:_files -/'
}

_pocketpaas-env() {
    local -a commands=(
        'diff:Compare the environment of two releases. Values are shown as digests.'
        'edit:Edit the variables set with "env set" in your editor, in one release.'
        'export:Print the variables set with "env set" as a dotenv file.'
        'get:Print the value of one variable.'
        'import:Set variables from a dotenv or JSON file, in one release.'
        'list:List an app'\''s environment variables, values masked.'
        'pull:Write the variables set with "env set" to a new dotenv file.'
        'set:Set environment variables, in one release.'
        'unset:Remove environment variables that "env set" set.'
    )
    _pocketpaas_parse _pocketpaas-env \
        '--show[Show the values.]' \
        '--shared[Act on the variables shared by all apps of the host.]' \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-env-diff() {
    _pocketpaas_parse '' \
        '1:RELEASE: _pocketpaas_values releases' \
        '2:RELEASE: _pocketpaas_values releases'
}

_pocketpaas-env-edit() {
    _pocketpaas_parse '' \
        '--no-restart[Store them for the next release; restart nothing.]' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]'
}

_pocketpaas-env-export() {
    _pocketpaas_parse '' \
        '--all[Include variables from pocketpaas.yml and shared ones.]' \
        '--shared[Act on the variables shared by all apps of the host.]'
}

_pocketpaas-env-get() {
    _pocketpaas_parse '' \
        '--shared[Act on the variables shared by all apps of the host.]' \
        '1:KEY: _pocketpaas_values variables'
}

_pocketpaas-env-import() {
    _pocketpaas_parse '' \
        '--no-restart[Store them for the next release; restart nothing.]' \
        '--shared[Act on the variables shared by all apps of the host.]' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]' \
        '1:FILE:_files'
}

_pocketpaas-env-list() {
    _pocketpaas_parse '' \
        '--show[Show the values.]' \
        '--shared[Act on the variables shared by all apps of the host.]'
}

_pocketpaas-env-pull() {
    _pocketpaas_parse '' \
        '--all[Include variables from pocketpaas.yml and shared ones.]' \
        '--shared[Act on the variables shared by all apps of the host.]' \
        '1:FILE:_files'
}

_pocketpaas-env-set() {
    _pocketpaas_parse '' \
        '--no-restart[Store them for the next release; restart nothing.]' \
        '--shared[Act on the variables shared by all apps of the host.]' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]' \
        '*:KEY=VALUE: _pocketpaas_values assignments'
}

_pocketpaas-env-unset() {
    _pocketpaas_parse '' \
        '--no-restart[Store the change for the next release; restart nothing.]' \
        '--shared[Act on the variables shared by all apps of the host.]' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]' \
        '*:KEY: _pocketpaas_values variables'
}

_pocketpaas-exec() {
    _pocketpaas_parse '' \
        '--no-tty[Do not allocate a terminal.]' \
        '1:PROCESS: _pocketpaas_values types' \
        '2:COMMAND: ' \
        '*::: : '
}

_pocketpaas-host() {
    local -a commands=(
        'audit:Check how well a host is protected: logins, ports, firewall, updates.'
        'demote:Make a manager of a cluster a worker.'
        'drain:End what runs on a machine of a cluster; other machines take over.'
        'harden:Protect a host: no SSH passwords, a firewall, fail2ban. Choose what.'
        'label:Set labels of a machine of a cluster, for placing processes.'
        'leave:Take a machine out of a cluster; other machines take over.'
        'migrate:Move apps that run on the home alone to its cluster at once, without downtime.'
        'move:Move all apps, services, settings and keys of a host to another one.'
        'promote:Make a machine of a cluster a manager.'
        'recover:Make a manager the home of a cluster whose home is lost for good.'
        'restore:Restore a whole host from its backups onto a new machine.'
        'resume:Let a drained machine of a cluster run processes again.'
        'uninstall:Remove PocketPaaS from a host: apps, programs, state, user. Packages stay.'
    )
    _pocketpaas_parse _pocketpaas-host \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-host-audit() {
    _pocketpaas_parse '' \
        '1:HOST: _pocketpaas_values hosts'
}

_pocketpaas-host-demote() {
    _pocketpaas_parse '' \
        '1:MACHINE: '
}

_pocketpaas-host-drain() {
    _pocketpaas_parse '' \
        '1:MACHINE: '
}

_pocketpaas-host-harden() {
    _pocketpaas_parse '' \
        '--ssh-keys-only[Turn off passwords for SSH.]' \
        '--firewall[Let in only SSH, HTTP and HTTPS (ufw).]' \
        '--allow=[Let in this port, too. Repeatable.]:PORT: ' \
        '--fail2ban[Keep out addresses that fail to log in by SSH.]' \
        '--plan[Show what would change; change nothing.]' \
        '--yes[Do not ask.]' \
        '1:HOST: _pocketpaas_values hosts'
}

_pocketpaas-host-label() {
    _pocketpaas_parse '' \
        '1:MACHINE: ' \
        '*:NAME=VALUE: '
}

_pocketpaas-host-leave() {
    _pocketpaas_parse '' \
        '--lost[The machine is gone for good; do not ask it.]' \
        '1:MACHINE: '
}

_pocketpaas-host-migrate() {
    _pocketpaas_parse '' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]'
}

_pocketpaas-host-move() {
    _pocketpaas_parse '' \
        '--finish[End the move: remove from the old host what has moved.]' \
        '--abort[Undo the move: the old host serves again.]' \
        '--lost[The old host is gone for good: start what has come over.]' \
        '--ignore-answer[With --lost: although another machine has the address of the lost host now.]' \
        '--ignore-dns[With --finish: although names still lead to the old host.]' \
        '--confirm=[The old host'\''s name, to confirm.]:FROM: _pocketpaas_values hosts' \
        '1:FROM: _pocketpaas_values hosts' \
        '2:TO: _pocketpaas_values hosts'
}

_pocketpaas-host-promote() {
    _pocketpaas_parse '' \
        '1:MACHINE: '
}

_pocketpaas-host-recover() {
    _pocketpaas_parse '' \
        '1:HOST: _pocketpaas_values hosts'
}

_pocketpaas-host-restore() {
    _pocketpaas_parse '' \
        '--from=[/DIR, s3:https://HOST/BUCKET, sftp:USER@HOST/DIR or rclone:REMOTE:DIR.]:PLACE: ' \
        '--of=[The host'\''s name there, if several use the place.]:NAME: ' \
        '--confirm=[Replace this service or app, which has changed since the last try. Repeatable.]:NAME: _pocketpaas_values services' \
        '--keep=[Leave this service or app as it is, or out. Repeatable.]:NAME: _pocketpaas_values services' \
        '--fingerprint=[The SSH host key that the SFTP server must have.]:FINGERPRINT: ' \
        '--rclone-config=[The configuration that has the remote (default: rclone'\''s own file).]:FILE:_files' \
        '1:HOST: _pocketpaas_values hosts'
}

_pocketpaas-host-resume() {
    _pocketpaas_parse '' \
        '1:MACHINE: '
}

_pocketpaas-host-uninstall() {
    _pocketpaas_parse '' \
        '--confirm=[The host'\''s name or address, to confirm.]:NAME: _pocketpaas_values hosts' \
        '--with-data[Delete volumes and services with their data, too.]' \
        '--plan[Show what would go; change nothing.]' \
        '--verify[Check that nothing is left (exit code 4 if something is).]' \
        '1:HOST: _pocketpaas_values hosts'
}

_pocketpaas-hosts() {
    local -a commands=(
        'nodes:List the machines of a cluster: role, state, load, disk, what runs there.'
        'settings:Show the settings of a host.'
    )
    _pocketpaas_parse _pocketpaas-hosts \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-hosts-nodes() {
    _pocketpaas_parse ''
}

_pocketpaas-hosts-settings() {
    _pocketpaas_parse ''
}

_pocketpaas-import() {
    local -a commands=(
        'compose:Write pocketpaas.yml for a program of a Docker Compose file.'
        'dokku:Write pocketpaas.yml for an app of a Dokku host.'
        'heroku:Write pocketpaas.yml for an app at Heroku.'
        'kamal:Write pocketpaas.yml for an app that Kamal deploys.'
    )
    _pocketpaas_parse _pocketpaas-import \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-import-compose() {
    _pocketpaas_parse '' \
        '--service=[The service that is the app, if there are several.]:NAME: ' \
        '--apply[Do it: create the app, set variables, create and fill services.]' \
        '--force[Overwrite pocketpaas.yml and the file of --env-file.]' \
        '--env-file=[Write the variables'\'' values to FILE, which only you can read.]:FILE:_files' \
        '1:FILE:_files'
}

_pocketpaas-import-dokku() {
    _pocketpaas_parse '' \
        '--from=[Read what it says from files in DIR.]:DIR:_files -/' \
        '--dump=[A dump of its PostgreSQL, restored with --apply (default: DIR/latest.dump).]:FILE:_files' \
        '--apply[Do it: create the app, set variables, create and fill services.]' \
        '--force[Overwrite pocketpaas.yml and the file of --env-file.]' \
        '--env-file=[Write the variables'\'' values to FILE, which only you can read.]:FILE:_files' \
        '1:[USER@]HOST: ' \
        '2:APP: '
}

_pocketpaas-import-heroku() {
    _pocketpaas_parse '' \
        '--from=[Read what it says from files in DIR.]:DIR:_files -/' \
        '--dump=[A dump of its PostgreSQL, restored with --apply (default: DIR/latest.dump).]:FILE:_files' \
        '--apply[Do it: create the app, set variables, create and fill services.]' \
        '--force[Overwrite pocketpaas.yml and the file of --env-file.]' \
        '--env-file=[Write the variables'\'' values to FILE, which only you can read.]:FILE:_files' \
        '1:APP: '
}

_pocketpaas-import-kamal() {
    _pocketpaas_parse '' \
        '--apply[Do it: create the app, set variables, create and fill services.]' \
        '--force[Overwrite pocketpaas.yml and the file of --env-file.]' \
        '--env-file=[Write the variables'\'' values to FILE, which only you can read.]:FILE:_files' \
        '1:FILE:_files'
}

_pocketpaas-init() {
    local -a commands=(
        'host:Set up an Ubuntu or Debian machine as a host. Safe to run again.'
    )
    _pocketpaas_parse _pocketpaas-init \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-init-host() {
    _pocketpaas_parse '' \
        '--plan[Show what would change; change nothing.]' \
        '--key-name=[Name of your key on the host.]:NAME: ' \
        '--join=[Make it a machine of this host'\''s cluster.]:HOST: _pocketpaas_values hosts' \
        '--manager[With --join: as a manager of the cluster.]' \
        '--node-address=[With --join: its address for the others.]:ADDRESS: ' \
        '--plain[With --join: do not encrypt traffic between machines.]' \
        '--name=[A short name for the host, used in pocketpaas.yml and with --host.]:NAME: ' \
        '--domain=[Suffix of default domains (default: made from the address).]:SUFFIX: ' \
        '--public-port=[Public HTTP port of the apps (default: 80).]:PORT: ' \
        '--public-https-port=[Public HTTPS port of the apps (default: 443).]:PORT: ' \
        '--acme-directory=[ACME directory (default: Let'\''s Encrypt); "none" turns certificates off.]:URL: ' \
        '--acme-staging[Use Let'\''s Encrypt'\''s staging server. Browsers do not trust its certificates.]' \
        '--acme-email=[E-mail address for the ACME account (optional).]:ADDRESS: ' \
        '--stack=[Base image that apps run in (default: heroku/heroku:24).]:IMAGE: ' \
        '--build-image=[Image that builds run in (default: heroku/heroku:24-build).]:IMAGE: ' \
        '--buildpacks=[File with lines NAME URL\[#REF\]; replaces Heroku'\''s buildpacks.]:FILE:_files' \
        '--ca-certificates=[PEM file of certificate authorities that builds trust.]:FILE:_files' \
        '--proxy=[HTTP proxy for builds.]:URL: ' \
        '--subnets=[Address range for the apps'\'' networks (default: 10.213.0.0/16).]:A.B.0.0/16: ' \
        '--metadata=[Whether apps and builds reach the cloud'\''s metadata address (default: closed).]:open|closed:(open closed)' \
        '--keep-releases=[How many releases of each app keep their image for a rollback (default: 5).]:N: ' \
        '--notify=[Where to send alerts: a webhook URL or a command; "none" turns them off.]:TARGET: ' \
        '--build-timeout=[Time limit of a build (default: 15).]:MINUTES: ' \
        '--build-silence=[Stop a build that prints nothing for this long (default: 10).]:MINUTES: ' \
        '--build-memory=[Memory that a build may use (default: what the machine can spare).]:SIZE: ' \
        '--disk-needed=[Disk space that must be free for a deploy (default: 1G).]:SIZE: ' \
        '--disk-warning=[Send an alert when the disk is this full (default: 85).]:PERCENT: ' \
        '--service-image=[Image of a service; "*=PREFIX" for a mirror of the official ones. Repeatable.]:TYPE\:MAJOR=IMAGE: ' \
        '1:HOST: _pocketpaas_values hosts'
}

_pocketpaas-keys() {
    local -a commands=(
        'add:Add an SSH key: with --app for deploying those apps, else as an admin.'
        'list:List the SSH keys of a host.'
        'remove:Remove an SSH key from a host.'
    )
    _pocketpaas_parse _pocketpaas-keys \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-keys-add() {
    _pocketpaas_parse '' \
        '--generate[Create a key pair. The private key is printed once and stored nowhere.]' \
        '--previews-only[With --app: only previews of the app, never the app itself.]' \
        '--read-only[With --app: look at the app, change nothing, see no values.]' \
        '1:NAME: ' \
        '2:FILE:_files'
}

_pocketpaas-keys-list() {
    _pocketpaas_parse ''
}

_pocketpaas-keys-remove() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values keys'
}

_pocketpaas-local() {
    local -a commands=(
        'run:Run the processes of Procfile and pocketpaas.yml on this machine.'
    )
    _pocketpaas_parse _pocketpaas-local \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-local-run() {
    _pocketpaas_parse '' \
        '--env-file=[Read the variables from this file.]:FILE:_files' \
        '--from-host[Ask the host for the variables, even if there is a .env.]' \
        '--port=[PORT of the first process (default: 5000).]:N: ' \
        '*:TYPE: _pocketpaas_values types'
}

_pocketpaas-logs() {
    local -a commands=(
        'drain:List where an app'\''s logs are sent, and how much waits or was lost.'
    )
    _pocketpaas_parse _pocketpaas-logs \
        '(-f --follow)'{-f,--follow}'[Follow new lines; Ctrl-C stops.]' \
        '(-n --lines)'{-n+,--lines=}'[Number of past lines (default: 100; all with --since).]:N: ' \
        '--since=[Only lines since then: 10m, 2h, 3d, or 2026-11-22T10:00:00Z.]:TIME: ' \
        '--type=[Only this process type.]:TYPE: _pocketpaas_values types' \
        '--release=[Only this release, for example v12.]:RELEASE: _pocketpaas_values releases' \
        '--cron=[Only this cron job.]:JOB: _pocketpaas_values jobs' \
        '--run=[Only this run of "run --detach" or of a cron job.]:RUN: _pocketpaas_values runs' \
        '--access[Show nginx'\''s access log instead.]' \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-logs-drain() {
    local -a commands=(
        'add:Send an app'\''s logs to a log service, too, from now on.'
        'list:List where an app'\''s logs are sent, and how much waits or was lost.'
        'remove:No longer send an app'\''s logs there; lines that wait are dropped.'
    )
    _pocketpaas_parse _pocketpaas-logs-drain \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-logs-drain-add() {
    _pocketpaas_parse '' \
        '--format=[Of HTTPS: as Heroku'\''s drains (the default), or as objects.]:logplex|json:(logplex json)' \
        '--header-file=[Of HTTPS: more headers, a line "Name: value" each.]:FILE:_files' \
        '1:TARGET: '
}

_pocketpaas-logs-drain-list() {
    _pocketpaas_parse ''
}

_pocketpaas-logs-drain-remove() {
    _pocketpaas_parse '' \
        '1:TARGET: '
}

_pocketpaas-maintenance() {
    local -a commands=(
        'off:Serve requests again.'
        'on:Answer every request with 503. The app'\''s processes keep running.'
    )
    _pocketpaas_parse _pocketpaas-maintenance \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-maintenance-off() {
    _pocketpaas_parse ''
}

_pocketpaas-maintenance-on() {
    _pocketpaas_parse ''
}

_pocketpaas-manifest() {
    local -a commands=(
        'check:Check a manifest and list every problem.'
        'schema:Print the JSON Schema of pocketpaas.yml, for editors.'
    )
    _pocketpaas_parse _pocketpaas-manifest \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-manifest-check() {
    _pocketpaas_parse '' \
        '1:FILE:_files'
}

_pocketpaas-manifest-schema() {
    _pocketpaas_parse ''
}

_pocketpaas-nginx() {
    local -a commands=(
        'set:Set the custom nginx configuration of an app, replacing any earlier one.'
        'unset:Remove the custom nginx configuration.'
    )
    _pocketpaas_parse _pocketpaas-nginx \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-nginx-set() {
    _pocketpaas_parse '' \
        '1:FILE:_files'
}

_pocketpaas-nginx-unset() {
    _pocketpaas_parse ''
}

_pocketpaas-open() {
    _pocketpaas_parse '' \
        '--print[Print the address and open nothing.]'
}

_pocketpaas-previews() {
    local -a commands=(
        'extend:Keep a preview longer.'
        'list:List the previews of an app.'
        'prune:Delete previews that were not deployed for a while.'
        'remove:Delete a preview with its data.'
    )
    _pocketpaas_parse _pocketpaas-previews \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-previews-extend() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values branches' \
        '2:DURATION: '
}

_pocketpaas-previews-list() {
    _pocketpaas_parse ''
}

_pocketpaas-previews-prune() {
    _pocketpaas_parse '' \
        '--idle=[Delete those that were not deployed or extended for so long.]:DURATION: '
}

_pocketpaas-previews-remove() {
    _pocketpaas_parse '' \
        '--if-exists[Succeed if there is no such preview.]' \
        '1:NAME: _pocketpaas_values branches'
}

_pocketpaas-promote() {
    _pocketpaas_parse '' \
        '--to=[The app that gets the release.]:NAME: _pocketpaas_values apps' \
        '--to-stage=[The stage of pocketpaas.yml that gets it.]:NAME: ' \
        '--create[Create the other app if there is none.]' \
        '--wait[If a deploy of the other app is running, wait for it.]' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]'
}

_pocketpaas-prune() {
    _pocketpaas_parse '' \
        '--dry-run[Show what would be deleted; delete nothing.]' \
        '--caches[Delete the build caches, too. The next builds take longer.]'
}

_pocketpaas-ps() {
    _pocketpaas_parse ''
}

_pocketpaas-registries() {
    local -a commands=(
        'list:List the logins of a host at registries of images.'
        'login:Store a login at a registry of images on the host. Run again to replace it.'
        'remove:Forget the login at a registry. What runs goes on running.'
    )
    _pocketpaas_parse _pocketpaas-registries \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-registries-list() {
    _pocketpaas_parse ''
}

_pocketpaas-registries-login() {
    _pocketpaas_parse '' \
        '--user=[The account.]:NAME: ' \
        '1:REGISTRY: _pocketpaas_values registries'
}

_pocketpaas-registries-remove() {
    _pocketpaas_parse '' \
        '1:REGISTRY: _pocketpaas_values registries'
}

_pocketpaas-releases() {
    local -a commands=(
        'list:List the releases of an app, newest first.'
        'log:Print the build log of a release.'
        'retry:Deploy the source of a failed release again, from the host'\''s copy.'
        'show:Show one release: source, image, processes, settings, environment.'
    )
    _pocketpaas_parse _pocketpaas-releases \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-releases-list() {
    _pocketpaas_parse ''
}

_pocketpaas-releases-log() {
    _pocketpaas_parse '' \
        '1:RELEASE: _pocketpaas_values releases'
}

_pocketpaas-releases-retry() {
    _pocketpaas_parse '' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]' \
        '1:RELEASE: _pocketpaas_values releases'
}

_pocketpaas-releases-show() {
    _pocketpaas_parse '' \
        '--show[Show the values of environment variables.]' \
        '1:RELEASE: _pocketpaas_values releases'
}

_pocketpaas-restart() {
    _pocketpaas_parse '' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]'
}

_pocketpaas-rollback() {
    _pocketpaas_parse '' \
        '--keep-env[Keep the current environment.]' \
        '--stop-first[Stop the old release before starting the new one (short downtime).]' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]' \
        '1:RELEASE: _pocketpaas_values releases'
}

_pocketpaas-run() {
    _pocketpaas_parse '' \
        '(-d --detach)'{-d,--detach}'[Run in the background; "pocketpaas runs" lists such runs.]' \
        '--no-tty[Do not allocate a terminal.]' \
        '--type=[Use the limits of this process type.]:TYPE: _pocketpaas_values types' \
        '1:COMMAND: ' \
        '*::: : '
}

_pocketpaas-runs() {
    local -a commands=(
        'list:List the commands that "run --detach" started, newest first.'
        'stop:Stop a run in the background, also one of a cron job.'
    )
    _pocketpaas_parse _pocketpaas-runs \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-runs-list() {
    _pocketpaas_parse ''
}

_pocketpaas-runs-stop() {
    _pocketpaas_parse '' \
        '1:RUN: _pocketpaas_values runs'
}

_pocketpaas-sandbox() {
    local -a commands=(
        'down:Delete a sandbox with everything on it.'
        'list:List the sandboxes.'
        'ssh:Open a root shell in a sandbox.'
        'up:Start a sandbox, set up as a host.'
    )
    _pocketpaas_parse _pocketpaas-sandbox \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-sandbox-down() {
    _pocketpaas_parse '' \
        '--name=[Same as the argument NAME.]:NAME: _pocketpaas_values hosts' \
        '--confirm=[Its name, to confirm. The argument NAME confirms, too.]:NAME: _pocketpaas_values hosts' \
        '--keep-images[Keep the images; the next sandbox starts faster.]' \
        '1:NAME: _pocketpaas_values hosts'
}

_pocketpaas-sandbox-list() {
    _pocketpaas_parse ''
}

_pocketpaas-sandbox-ssh() {
    _pocketpaas_parse '' \
        '--name=[Same as the argument NAME.]:NAME: _pocketpaas_values hosts' \
        '1:NAME: _pocketpaas_values hosts'
}

_pocketpaas-sandbox-up() {
    _pocketpaas_parse '' \
        '--name=[Same as the argument NAME.]:NAME: _pocketpaas_values hosts' \
        '--ssh-port=[Local port of its SSH server (default: a free one).]:PORT: ' \
        '--http-port=[Local HTTP port of its apps (default: a free one).]:PORT: ' \
        '--memory=[Memory limit, for example 1g.]:SIZE: ' \
        '--minimal[Start without sudo and curl installed.]' \
        '--system=[What it runs: debian-12, debian-13, ubuntu-24.04 or ubuntu-26.04.]:SYSTEM:(debian-12 debian-13 ubuntu-24.04 ubuntu-26.04)' \
        '--services=[Make stand-ins for the images of these services (postgres@debian-13, mongodb:7).]:TYPE[@SYSTEM]:(postgres mariadb redis valkey mongodb)' \
        '1:NAME: _pocketpaas_values hosts'
}

_pocketpaas-scale() {
    _pocketpaas_parse '' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]' \
        '*:TYPE=N: _pocketpaas_values counts'
}

_pocketpaas-services() {
    local -a commands=(
        'cancel:Stop the upgrade of a service, its undo, or a copy into it.'
        'console:Open the server'\''s own console (psql, redis-cli) on an app'\''s data.'
        'copy:Replace an app'\''s data in one service by those in another.'
        'create:Create a service and wait until it takes queries.'
        'credentials:List the logins of a service, without their passwords.'
        'destroy:Delete a service with all its data. Refused while an app is linked to it.'
        'dump:Write a dump of an app'\''s data to standard output.'
        'info:Show a service: version, state, size, image, and the apps linked to it.'
        'link:Give an app a database and a login of its own, in one release.'
        'list:List the services (databases) of a host.'
        'logs:Show the logs of a service.'
        'promote:Make a linked service the one in the app'\''s usual variable (DATABASE_URL).'
        'restart:Restart a service, with its settings of now.'
        'restore:Replace an app'\''s data by the dump on standard input.'
        'start:Start a stopped service.'
        'stop:Stop a service. It keeps its data and stays stopped until it is started.'
        'tunnel:Open a port on this machine that leads to a service; Ctrl-C closes it.'
        'unlink:Take an app'\''s login away, in one release. Its data stays in the service.'
        'upgrade:Move a service to a later major version, or undo that.'
    )
    _pocketpaas_parse _pocketpaas-services \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-services-cancel() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-console() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values services' \
        '*:COMMAND: '
}

_pocketpaas-services-copy() {
    _pocketpaas_parse '' \
        '--to-app=[Whose data are replaced (default: the same app'\''s).]:APP: _pocketpaas_values apps' \
        '--confirm=[The name of the service TO, to confirm.]:NAME: _pocketpaas_values services' \
        '1:FROM: _pocketpaas_values services' \
        '2:TO: _pocketpaas_values services'
}

_pocketpaas-services-create() {
    _pocketpaas_parse '' \
        '--memory=[Memory limit (default: 256M; mongodb: 768M).]:SIZE: ' \
        '--image=[Use this image instead of the official one.]:IMAGE: ' \
        '1:TYPE[\:MAJOR]:(postgres mariadb mysql mongodb redis valkey)' \
        '2:NAME: '
}

_pocketpaas-services-credentials() {
    local -a commands=(
        'rotate:Give the linked apps other passwords, with a release each and no failed query.'
    )
    _pocketpaas_parse _pocketpaas-services-credentials \
        '(-)1: :->command' \
        '(-)*:: :->arguments' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-credentials-rotate() {
    _pocketpaas_parse '' \
        '--only=[Of this app only.]:APP: _pocketpaas_values apps' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-destroy() {
    _pocketpaas_parse '' \
        '--confirm=[The service'\''s name, to confirm.]:NAME: _pocketpaas_values services' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-dump() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-info() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-link() {
    _pocketpaas_parse '' \
        '--as=[Put the address into this variable. Repeatable.]:VARIABLE: _pocketpaas_values variables' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-list() {
    _pocketpaas_parse ''
}

_pocketpaas-services-logs() {
    _pocketpaas_parse '' \
        '(-f --follow)'{-f,--follow}'[Follow new lines; Ctrl-C stops.]' \
        '(-n --lines)'{-n+,--lines=}'[Number of past lines (default: 100).]:N: ' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-promote() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-restart() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-restore() {
    _pocketpaas_parse '' \
        '--confirm=[The service'\''s name, to confirm.]:NAME: _pocketpaas_values services' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-start() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-stop() {
    _pocketpaas_parse '' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-tunnel() {
    _pocketpaas_parse '' \
        '--port=[The port (default: the service'\''s own; 0: any free one).]:N: ' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-unlink() {
    _pocketpaas_parse '' \
        '--data[Delete the data of an app that is not linked.]' \
        '--confirm=[The app'\''s name, to confirm --data.]:APP: _pocketpaas_values apps' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-services-upgrade() {
    _pocketpaas_parse '' \
        '--to=[The new major version, for example 17.]:MAJOR: ' \
        '--image=[Use this image instead of the official one.]:IMAGE: ' \
        '--dry-run[Do all but the switch, and print how long it takes.]' \
        '--undo[Go back to the version before the last upgrade.]' \
        '--confirm=[With --undo: lose what was written since.]:NAME: _pocketpaas_values services' \
        '1:NAME: _pocketpaas_values services'
}

_pocketpaas-shell() {
    _pocketpaas_parse ''
}

_pocketpaas-ssl() {
    local -a commands=(
        'add:Add your own certificate; without --cert, request one now.'
        'list:List an app'\''s certificates: domain, issuer, days left, source.'
        'remove:Remove certificates. Their domains are served over HTTP again.'
    )
    _pocketpaas_parse _pocketpaas-ssl \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-ssl-add() {
    _pocketpaas_parse '' \
        '--cert=[The certificate chain (PEM, fullchain).]:FILE:_files' \
        '--key=[Its private key in PEM (default: in the --cert file).]:FILE:_files' \
        '--no-probe[Do not check from here that the certificate is served.]' \
        '1:DOMAIN: _pocketpaas_values domains'
}

_pocketpaas-ssl-list() {
    _pocketpaas_parse ''
}

_pocketpaas-ssl-remove() {
    _pocketpaas_parse '' \
        '*:DOMAIN: _pocketpaas_values domains'
}

_pocketpaas-start() {
    _pocketpaas_parse '' \
        '--now[Do not wait for the old processes to finish; cut off their requests.]'
}

_pocketpaas-status() {
    _pocketpaas_parse '' \
        '--all[Show every app of the host, also in a project.]' \
        '--all-hosts[Show all hosts that this machine knows, a line each.]'
}

_pocketpaas-stop() {
    _pocketpaas_parse ''
}

_pocketpaas-tunnel() {
    _pocketpaas_parse '' \
        '--port=[The port here (default: the same; 0: any free one).]:N: ' \
        '1:PLACE: _pocketpaas_values types'
}

_pocketpaas-upgrade() {
    _pocketpaas_parse '' \
        '--check[Ask whether there is a newer version.]'
}

_pocketpaas-version() {
    _pocketpaas_parse ''
}

_pocketpaas-wait() {
    local -a commands=(
        'certificate:Wait until domains of an app have a certificate.'
        'deploy:Wait until the running deploy of an app has ended.'
        'domain:Wait until domains of an app lead to the host.'
    )
    _pocketpaas_parse _pocketpaas-wait \
        '(-)1: :->command' \
        '(-)*:: :->arguments'
}

_pocketpaas-wait-certificate() {
    _pocketpaas_parse '' \
        '--timeout=[For how long (default: 10m).]:TIME: ' \
        '*:DOMAIN: _pocketpaas_values domains'
}

_pocketpaas-wait-deploy() {
    _pocketpaas_parse '' \
        '--timeout=[For how long (default: 10m).]:TIME: '
}

_pocketpaas-wait-domain() {
    _pocketpaas_parse '' \
        '--timeout=[For how long (default: 10m).]:TIME: ' \
        '*:DOMAIN: _pocketpaas_values domains'
}

# Completes one level of commands: $1 is where the functions of its subcommands begin, the rest goes to _arguments.
_pocketpaas_parse() {
    local below=$1 ret=1 context state state_descr line curcontext=$curcontext
    typeset -A opt_args
    local -a shared=(
    '(-a --app)'{-a+,--app=}'[The app. Default: POCKETPAAS_APP, pocketpaas.yml, or the git remote.]:NAME: _pocketpaas_values apps'
    '--host=[The host. Default: POCKETPAAS_HOST, pocketpaas.yml, or the git remote.]:HOST: _pocketpaas_values hosts'
    '--stage=[The stage of pocketpaas.yml. Default: POCKETPAAS_STAGE, or none.]:NAME: '
    '--json[Print JSON; streams print one event per line.]'
    '(-v --verbose)'{-v,--verbose}'[Print more: each remote call with its time and round trips, all build output.]'
    '--accept-new-host-key[Trust an unknown host without asking. A changed key is still refused.]'
    '--transport=[What connects to the host: auto, built-in or openssh; else POCKETPAAS_TRANSPORT.]:NAME:(auto built-in openssh)'
    '(-C --directory)'{-C+,--directory=}'[Run as if started in DIR.]:DIR:_files -/'
    '(-h --help)'{-h,--help}'[Show help.]'
    '(-V --version)'{-V,--version}'[Print the version.]'
    )
    shift
    _arguments -S -C : $shared "$@" && ret=0
    case $state in
        command) _describe -t commands command commands && ret=0 ;;
        arguments)
            curcontext="${curcontext%:*:*}:pocketpaas-$words[1]:"
            if [[ $words[1] == help ]]; then
                _pocketpaas-commands && ret=0
            elif (( $+functions[$below-$words[1]] )); then
                $below-$words[1] && ret=0
            fi
            ;;
    esac
    return ret
}

# A value of a line of YAML: without blanks, quotes and a comment. Sets REPLY.
_pocketpaas_scalar() {
    REPLY=${1%$'\r'}
    REPLY=${REPLY##[[:blank:]]#}
    case $REPLY in
        \"*) REPLY=${${REPLY#\"}%%\"*} ;;
        \'*) REPLY=${${REPLY#\'}%%\'*} ;;
        *) REPLY=${REPLY%%[[:blank:]]*} ;;
    esac
}

# The app and the host that the command means, as pocketpaas finds them: option, variable, pocketpaas.yml, git remote. Sets pp_app, pp_cache, pp_hosts.
_pocketpaas_target() {
    setopt localoptions extendedglob
    local here=$pp_directory at root line section remote host=${pp_host:-$POCKETPAAS_HOST} REPLY
    pp_app=${pp_app:-$POCKETPAAS_APP}
    [[ $here == '~/'* ]] && here=$HOME/${here#'~/'}
    here=${${here:-$PWD}:a}
    at=$here
    while [[ $at != / ]]; do
        if [[ -e $at/.git ]]; then
            root=$at
            break
        fi
        at=${at:h}
    done
    at=$here
    while true; do
        if [[ -r $at/pocketpaas.yml ]]; then
            for line in "${(@f)$(<$at/pocketpaas.yml)}"; do
                case $line in
                    app:*) _pocketpaas_scalar "${line#app:}" && pp_app=${pp_app:-$REPLY} ;;
                    host:*) _pocketpaas_scalar "${line#host:}" && host=${host:-$REPLY} ;;
                esac
            done
            break
        fi
        [[ $at != ${root:-$here} && $at != / ]] || break
        at=${at:h}
    done
    if [[ ( -z $pp_app || -z $host ) && -n $root && -r $root/.git/config ]]; then
        for line in "${(@f)$(<$root/.git/config)}"; do
            line=${line##[[:blank:]]#}
            case $line in
                \[*) section=$line ;;
                url*=*) [[ $section == '[remote "pocketpaas"]' ]] && remote=${${line#*=}##[[:blank:]]#} ;;
            esac
        done
        if [[ $remote == ssh://*/* ]]; then
            pp_app=${pp_app:-${${remote##*/}%.git}}
            host=${host:-${remote%/*}}
        fi
    fi
    pp_cache=$XDG_CACHE_HOME
    [[ $pp_cache == /* ]] || pp_cache=$HOME/.cache
    pp_cache+=/pocketpaas/completion
    pp_config=$XDG_CONFIG_HOME
    [[ $pp_config == /* ]] || pp_config=$HOME/.config
    pp_config+=/pocketpaas/hosts
    if [[ -z $host ]]; then
        pp_hosts=($pp_cache/*(N))
        return
    fi
    host=${${host#ssh://}##*@}
    if [[ -r $pp_config/$host && ! -d $pp_config/$host ]]; then
        for line in "${(@f)$(<$pp_config/$host)}"; do
            [[ $line == address=* ]] && host=${${line#address=}##*@}
        done
    fi
    [[ $host == *:*:* && $host != \[* ]] && host="[$host]"
    pp_hosts=($pp_cache/${host//\//%})
}

# Offers the lines of files of names, with their notes: $1 what they are, $2 what follows each, then the files.
_pocketpaas_names() {
    local what=$1 suffix=$2 file line note
    local -a found
    shift 2
    for file in "$@"; do
        [[ -r $file ]] || continue
        for line in "${(@f)$(<$file)}"; do
            [[ -n $line ]] || continue
            note=
            [[ $line == *$'\t'* ]] && note=:${line#*$'\t'}
            found+=("${${line%%$'\t'*}//:/\\:}$note")
        done
    done
    if [[ -n $suffix ]]; then
        _describe -V -t $what $what found -S $suffix
    else
        _describe -V -t $what $what found
    fi
}

# Hosts: those of "pocketpaas hosts", those that commands have met, and the names of ~/.ssh/config.
_pocketpaas_hosts() {
    setopt localoptions extendedglob
    local file line word
    local -a found
    compset -P '*@'
    for file in $pp_config/*(N:t); do found+=("${file//:/\\:}:a host of pocketpaas"); done
    for file in $pp_cache/*(N:t); do
        [[ $file == *%* ]] || found+=("${file//:/\\:}:seen before")
    done
    if [[ -r $HOME/.ssh/config ]]; then
        for line in "${(@f)$(<$HOME/.ssh/config)}"; do
            line=${line##[[:blank:]]#}
            [[ $line == [Hh]ost[[:blank:]]* ]] || continue
            for word in ${=line#*[[:blank:]]}; do
                [[ $word == *[*?!%]* ]] || found+=("${word//:/\\:}:~/.ssh/config")
            done
        done
    fi
    _describe -t hosts host found
}

_pocketpaas_values() {
    local of_app
    local -a refs
    _pocketpaas_target
    of_app=app/$pp_app
    [[ -n $pp_app ]] || of_app=none
    case $1 in
        apps | keys | services | registries) _pocketpaas_names $1 '' $^pp_hosts/$1 ;;
        hosts) _pocketpaas_hosts ;;
        variables | assignments)
            if [[ $1 == assignments ]] && compset -P 1 '*=@'; then
                _files
            elif [[ $1 == assignments ]] && compset -P 1 '*='; then
                _message value
            else
                local suffix=
                [[ $1 == assignments ]] && suffix='='
                if [[ -n $pp_shared ]]; then
                    _pocketpaas_names variables "$suffix" $^pp_hosts/shared
                else
                    _pocketpaas_names variables "$suffix" $^pp_hosts/$of_app/variables
                fi
            fi
            ;;
        counts)
            if compset -P 1 '*='; then
                _message number
            else
                _pocketpaas_names types '=' $^pp_hosts/$of_app/types
            fi
            ;;
        branches)
            refs=("${(@f)$(_call_program refs git -C ${(q)${pp_directory:-.}} for-each-ref '--format="%(refname:strip=2)"' refs/heads refs/tags 2>/dev/null)}")
            _wanted branches expl 'branch or tag' compadd -a refs
            ;;
        *) _pocketpaas_names $1 '' $^pp_hosts/$of_app/$1 ;;
    esac
}

_pocketpaas() {
    local pp_app pp_host pp_directory pp_shared pp_cache pp_config word option value i
    local -a pp_hosts
    for ((i = 2; i < CURRENT; i++)); do
        word=${(Q)words[i]}
        case $word in
            --) break ;;
            --shared) pp_shared=1 && continue ;;
            --*=*) option=${word%%=*} value=${word#*=} ;;
            *) option=$word value=${(Q)words[i+1]} ;;
        esac
        case $option in
            -a | --app) pp_app=$value ;;
            --host) pp_host=$value ;;
            -C | --directory) pp_directory=$value ;;
        esac
    done
    _pocketpaas-commands
}

if [[ $funcstack[1] == _pocketpaas ]]; then
    _pocketpaas "$@"
else
    (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
    compdef _pocketpaas pocketpaas
fi
