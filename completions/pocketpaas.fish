# fish completion for pocketpaas; made from its commands.
#
# Tab starts neither pocketpaas nor ssh: names of apps, releases, variables … come from the files that commands leave in
# ~/.cache/pocketpaas/completion. Nothing in them is evaluated.

# What may follow the command $argv[1]: its subcommands, and those of its options that take a value.
function __pocketpaas_model
    set -g __pocketpaas_children
    set -g __pocketpaas_valued
    switch "$argv[1]"
        case ''
            set -g __pocketpaas_children apps auth backups buildpacks completion console cp cron deploy destroy doctor domains eject env exec help host hosts import init keys local logs maintenance manifest nginx open previews promote prune ps registries releases restart rollback run runs sandbox scale services shell ssl start status stop tunnel upgrade version wait
        case 'apps'
            set -g __pocketpaas_children clone info list lock move rename unlock
        case 'apps clone'
        case 'apps info'
        case 'apps list'
        case 'apps lock'
            set -g __pocketpaas_valued --reason
        case 'apps move'
            set -g __pocketpaas_valued --confirm
        case 'apps rename'
        case 'apps unlock'
        case 'auth'
            set -g __pocketpaas_children add remove
        case 'auth add'
        case 'auth remove'
        case 'backups'
            set -g __pocketpaas_children cancel create destination drill list restore schedule
        case 'backups cancel'
        case 'backups create'
        case 'backups destination'
            set -g __pocketpaas_valued --fingerprint --rclone-config
        case 'backups drill'
        case 'backups list'
        case 'backups restore'
            set -g __pocketpaas_valued --into --confirm
        case 'backups schedule'
            set -g __pocketpaas_valued --keep --limit
        case 'buildpacks'
            set -g __pocketpaas_children list update
        case 'buildpacks list'
        case 'buildpacks update'
        case 'completion'
            set -g __pocketpaas_children install uninstall
        case 'completion install'
        case 'completion uninstall'
        case 'console'
        case 'cp'
        case 'cron'
            set -g __pocketpaas_children list pause resume run
        case 'cron list'
        case 'cron pause'
        case 'cron resume'
        case 'cron run'
        case 'deploy'
            set -g __pocketpaas_valued --branch --image --local --archive --preview --comment --confirm
        case 'destroy'
            set -g __pocketpaas_valued --confirm
        case 'doctor'
        case 'domains'
            set -g __pocketpaas_children add default list remove
        case 'domains add'
        case 'domains default'
        case 'domains list'
        case 'domains remove'
        case 'eject'
        case 'env'
            set -g __pocketpaas_children diff edit export get import list pull set unset
        case 'env diff'
        case 'env edit'
        case 'env export'
        case 'env get'
        case 'env import'
        case 'env list'
        case 'env pull'
        case 'env set'
        case 'env unset'
        case 'exec'
        case 'host'
            set -g __pocketpaas_children audit demote drain harden label leave migrate move promote recover restore resume uninstall
        case 'host audit'
        case 'host demote'
        case 'host drain'
        case 'host harden'
            set -g __pocketpaas_valued --allow
        case 'host label'
        case 'host leave'
        case 'host migrate'
        case 'host move'
            set -g __pocketpaas_valued --confirm
        case 'host promote'
        case 'host recover'
        case 'host restore'
            set -g __pocketpaas_valued --from --of --confirm --keep --fingerprint --rclone-config
        case 'host resume'
        case 'host uninstall'
            set -g __pocketpaas_valued --confirm
        case 'hosts'
            set -g __pocketpaas_children nodes settings
        case 'hosts nodes'
        case 'hosts settings'
        case 'import'
            set -g __pocketpaas_children compose dokku heroku kamal
        case 'import compose'
            set -g __pocketpaas_valued --service --env-file
        case 'import dokku'
            set -g __pocketpaas_valued --from --dump --env-file
        case 'import heroku'
            set -g __pocketpaas_valued --from --dump --env-file
        case 'import kamal'
            set -g __pocketpaas_valued --env-file
        case 'init'
            set -g __pocketpaas_children host
        case 'init host'
            set -g __pocketpaas_valued --key-name --join --node-address --name --domain --public-port --public-https-port --acme-directory --acme-email --stack --build-image --buildpacks --ca-certificates --proxy --subnets --metadata --keep-releases --notify --build-timeout --build-silence --build-memory --disk-needed --disk-warning --service-image
        case 'keys'
            set -g __pocketpaas_children add list remove
        case 'keys add'
        case 'keys list'
        case 'keys remove'
        case 'local'
            set -g __pocketpaas_children run
        case 'local run'
            set -g __pocketpaas_valued --env-file --port
        case 'logs'
            set -g __pocketpaas_children drain
            set -g __pocketpaas_valued -n --lines --since --type --release --cron --run
        case 'logs drain'
            set -g __pocketpaas_children add list remove
        case 'logs drain add'
            set -g __pocketpaas_valued --format --header-file
        case 'logs drain list'
        case 'logs drain remove'
        case 'maintenance'
            set -g __pocketpaas_children off on
        case 'maintenance off'
        case 'maintenance on'
        case 'manifest'
            set -g __pocketpaas_children check schema
        case 'manifest check'
        case 'manifest schema'
        case 'nginx'
            set -g __pocketpaas_children set unset
        case 'nginx set'
        case 'nginx unset'
        case 'open'
        case 'previews'
            set -g __pocketpaas_children extend list prune remove
        case 'previews extend'
        case 'previews list'
        case 'previews prune'
            set -g __pocketpaas_valued --idle
        case 'previews remove'
        case 'promote'
            set -g __pocketpaas_valued --to --to-stage
        case 'prune'
        case 'ps'
        case 'registries'
            set -g __pocketpaas_children list login remove
        case 'registries list'
        case 'registries login'
            set -g __pocketpaas_valued --user
        case 'registries remove'
        case 'releases'
            set -g __pocketpaas_children list log retry show
        case 'releases list'
        case 'releases log'
        case 'releases retry'
        case 'releases show'
        case 'restart'
        case 'rollback'
        case 'run'
            set -g __pocketpaas_valued --type
        case 'runs'
            set -g __pocketpaas_children list stop
        case 'runs list'
        case 'runs stop'
        case 'sandbox'
            set -g __pocketpaas_children down list ssh up
        case 'sandbox down'
            set -g __pocketpaas_valued --name --confirm
        case 'sandbox list'
        case 'sandbox ssh'
            set -g __pocketpaas_valued --name
        case 'sandbox up'
            set -g __pocketpaas_valued --name --ssh-port --http-port --memory --system --services
        case 'scale'
        case 'services'
            set -g __pocketpaas_children cancel console copy create credentials destroy dump info link list logs promote restart restore start stop tunnel unlink upgrade
        case 'services cancel'
        case 'services console'
        case 'services copy'
            set -g __pocketpaas_valued --to-app --confirm
        case 'services create'
            set -g __pocketpaas_valued --memory --image
        case 'services credentials'
            set -g __pocketpaas_children rotate
        case 'services credentials rotate'
            set -g __pocketpaas_valued --only
        case 'services destroy'
            set -g __pocketpaas_valued --confirm
        case 'services dump'
        case 'services info'
        case 'services link'
            set -g __pocketpaas_valued --as
        case 'services list'
        case 'services logs'
            set -g __pocketpaas_valued -n --lines
        case 'services promote'
        case 'services restart'
        case 'services restore'
            set -g __pocketpaas_valued --confirm
        case 'services start'
        case 'services stop'
        case 'services tunnel'
            set -g __pocketpaas_valued --port
        case 'services unlink'
            set -g __pocketpaas_valued --confirm
        case 'services upgrade'
            set -g __pocketpaas_valued --to --image --confirm
        case 'shell'
        case 'ssl'
            set -g __pocketpaas_children add list remove
        case 'ssl add'
            set -g __pocketpaas_valued --cert --key
        case 'ssl list'
        case 'ssl remove'
        case 'start'
        case 'status'
        case 'stop'
        case 'tunnel'
            set -g __pocketpaas_valued --port
        case 'upgrade'
        case 'version'
        case 'wait'
            set -g __pocketpaas_children certificate deploy domain
        case 'wait certificate'
            set -g __pocketpaas_valued --timeout
        case 'wait deploy'
            set -g __pocketpaas_valued --timeout
        case 'wait domain'
            set -g __pocketpaas_valued --timeout
    end
end

# Reads the words before the cursor, once for each line.
function __pocketpaas_parse
    set -l line (commandline -cp)
    if set -q __pocketpaas_line; and test "$__pocketpaas_line" = "$line"
        return
    end
    set -g __pocketpaas_line $line
    set -g __pocketpaas_path ''
    set -g __pocketpaas_count 0
    set -g __pocketpaas_app ''
    set -g __pocketpaas_host ''
    set -g __pocketpaas_directory ''
    set -g __pocketpaas_shared ''
    set -l waits ''
    set -l only ''
    __pocketpaas_model ''
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if test -n "$waits"
            __pocketpaas_note $waits $word
            set waits ''
        else if test -n "$only"
            set __pocketpaas_count (math $__pocketpaas_count + 1)
        else
            switch $word
                case --
                    set only 1
                case --shared
                    set -g __pocketpaas_shared 1
                case '--*=*'
                    __pocketpaas_note (string split -m 1 = -- $word)
                case '-*'
                    if contains -- $word -a --app --host --stage --transport -C --directory $__pocketpaas_valued
                        set waits $word
                    end
                case '*'
                    if contains -- $word $__pocketpaas_children; and test $__pocketpaas_count = 0
                        if test $word != help
                            set -g __pocketpaas_path (string trim -- "$__pocketpaas_path $word")
                            __pocketpaas_model $__pocketpaas_path
                        end
                    else
                        set __pocketpaas_count (math $__pocketpaas_count + 1)
                    end
            end
        end
    end
end

function __pocketpaas_note
    switch $argv[1]
        case -a --app
            set -g __pocketpaas_app "$argv[2]"
        case --host
            set -g __pocketpaas_host "$argv[2]"
        case -C --directory
            set -g __pocketpaas_directory "$argv[2]"
    end
end

# Whether the command line has reached the command $argv[1], and its argument number $argv[2] ("more": or a later one).
function __pocketpaas_at
    __pocketpaas_parse
    test "$__pocketpaas_path" = "$argv[1]"; or return 1
    if not set -q argv[2]
        __pocketpaas_ours
    else if set -q argv[3]
        test $__pocketpaas_count -ge $argv[2]
    else
        test $__pocketpaas_count -eq $argv[2]
    end
end

# Whether an option here is one of pocketpaas, and not of the program that it runs.
function __pocketpaas_ours
    __pocketpaas_parse
    test $__pocketpaas_count -eq 0; or not contains -- "$__pocketpaas_path" console exec run
end

# A value of a line of YAML: without blanks, quotes and a comment.
function __pocketpaas_scalar
    string replace -r '^\s*(?:"([^"]*)".*|\'([^\']*)\'.*|(\S*).*)$' '$1$2$3' -- $argv[1]
end

# The app and the host that the command means, as pocketpaas finds them: option, variable, pocketpaas.yml, git remote.
# Sets __pocketpaas_the_app, __pocketpaas_hosts, __pocketpaas_cache and __pocketpaas_config.
function __pocketpaas_target
    set -l app $__pocketpaas_app
    set -l host $__pocketpaas_host
    test -n "$app"; or set app "$POCKETPAAS_APP"
    test -n "$host"; or set host "$POCKETPAAS_HOST"
    set -l here $PWD
    if test -n "$__pocketpaas_directory"
        set here (string replace -r '^~/' "$HOME/" -- $__pocketpaas_directory)
        string match -q '/*' -- $here; or set here $PWD/$here
    end
    set here (string replace -r '/+$' '' -- $here)
    set -l root ''
    set -l at $here
    while test -n "$at"
        if test -e $at/.git
            set root $at
            break
        end
        set at (string replace -r '/[^/]*$' '' -- $at)
    end
    set at $here
    while test -n "$at"
        if test -r $at/pocketpaas.yml
            while read -l line
                set -l key (string match -r '^(app|host):(.*)$' -- $line)
                test "$key[2]" = app; and test -z "$app"; and set app (__pocketpaas_scalar $key[3])
                test "$key[2]" = host; and test -z "$host"; and set host (__pocketpaas_scalar $key[3])
            end <$at/pocketpaas.yml
            break
        end
        test -n "$root"; and test "$at" != "$root"; or break
        set at (string replace -r '/[^/]*$' '' -- $at)
    end
    if test -z "$app" -o -z "$host"; and test -n "$root"; and test -r $root/.git/config
        set -l section ''
        while read -l line
            set line (string trim -- $line)
            if string match -q '[*' -- $line
                set section $line
            else if test "$section" = '[remote "pocketpaas"]'
                set -l url (string match -r '^url\s*=\s*(ssh://.*)/([^/]+?)(?:\.git)?$' -- $line)
                if set -q url[3]
                    test -n "$host"; or set host $url[2]
                    test -n "$app"; or set app $url[3]
                end
            end
        end <$root/.git/config
    end
    set -g __pocketpaas_the_app "$app"
    set -l cache $HOME/.cache
    string match -q '/*' -- "$XDG_CACHE_HOME"; and set cache $XDG_CACHE_HOME
    set -g __pocketpaas_cache $cache/pocketpaas/completion
    set -l config $HOME/.config
    string match -q '/*' -- "$XDG_CONFIG_HOME"; and set config $XDG_CONFIG_HOME
    set -g __pocketpaas_config $config/pocketpaas/hosts
    if test -z "$host"
        set -g __pocketpaas_hosts $__pocketpaas_cache/*
        return
    end
    set host (string replace -r '^(ssh://)?(.*@)?' '' -- $host)
    if test -f $__pocketpaas_config/$host
        while read -l line
            set -l address (string match -r '^address=(?:.*@)?(.*)$' -- $line)
            set -q address[2]; and set host $address[2]
        end <$__pocketpaas_config/$host
    end
    if string match -q '*:*:*' -- $host; and not string match -q '[*' -- $host
        set host "[$host]"
    end
    set -g __pocketpaas_hosts $__pocketpaas_cache/(string replace -a / % -- $host)
end

# The lines of files of names: the name, a tab, a note. $argv[1] follows each name.
function __pocketpaas_names
    for file in $argv[2..-1]
        if test -r $file
            string replace -r '^([^\t]+)' "\$1$argv[1]" <$file
        end
    end
end

# Hosts: those of "pocketpaas hosts", those that commands have met, and the names of ~/.ssh/config.
function __pocketpaas_known_hosts
    set -l user (string match -r '^(?:--host=)?(.*@)' -- (commandline -ct))
    set user "$user[2]"
    for place in $__pocketpaas_config/*
        printf '%s\ta host of pocketpaas\n' $user(string replace -r '.*/' '' -- $place)
    end
    for place in $__pocketpaas_cache/*
        string match -q '*%*' -- $place; or printf '%s\tseen before\n' $user(string replace -r '.*/' '' -- $place)
    end
    if test -r ~/.ssh/config
        for names in (string match -r -i '^\s*host\s+(.*)$' -g <~/.ssh/config)
            for name in (string split -n ' ' -- $names)
                string match -q -r '[*?!%]' -- $name; or printf '%s\t~/.ssh/config\n' $user$name
            end
        end
    end
end

function __pocketpaas_values
    __pocketpaas_parse
    __pocketpaas_target
    set -l of_app
    test -n "$__pocketpaas_the_app"; and set of_app $__pocketpaas_hosts/app/$__pocketpaas_the_app
    set -l token (commandline -ct)
    switch $argv[1]
        case apps keys services registries
            __pocketpaas_names '' $__pocketpaas_hosts/$argv[1]
        case hosts
            __pocketpaas_known_hosts
        case variables assignments
            set -l suffix ''
            test $argv[1] = assignments; and set suffix =
            set -l file (string match -r '^([^=]+=@)(.*)$' -- $token)
            if test $argv[1] = assignments; and set -q file[2]
                for path in (__fish_complete_path "$file[3]")
                    echo $file[2]$path
                end
            else if test -n "$__pocketpaas_shared"
                __pocketpaas_names "$suffix" $__pocketpaas_hosts/shared
            else
                __pocketpaas_names "$suffix" $of_app/variables
            end
        case counts
            __pocketpaas_names = $of_app/types
        case branches
            set -l directory .
            test -n "$__pocketpaas_directory"; and set directory $__pocketpaas_directory
            git -C $directory for-each-ref --format='%(refname:strip=2)' refs/heads refs/tags 2>/dev/null
        case '*'
            __pocketpaas_names '' $of_app/$argv[1]
    end
end

complete -c pocketpaas -f
complete -c pocketpaas -n __pocketpaas_ours -s a -l app -x -k -a '(__pocketpaas_values apps)' -d 'The app. Default: POCKETPAAS_APP, pocketpaas.yml, or the git remote.'
complete -c pocketpaas -n __pocketpaas_ours -l host -x -k -a '(__pocketpaas_values hosts)' -d 'The host. Default: POCKETPAAS_HOST, pocketpaas.yml, or the git remote.'
complete -c pocketpaas -n __pocketpaas_ours -l stage -x -d 'The stage of pocketpaas.yml. Default: POCKETPAAS_STAGE, or none.'
complete -c pocketpaas -n __pocketpaas_ours -l json -d 'Print JSON; streams print one event per line.'
complete -c pocketpaas -n __pocketpaas_ours -s v -l verbose -d 'Print more: each remote call with its time and round trips, all build output.'
complete -c pocketpaas -n __pocketpaas_ours -l accept-new-host-key -d 'Trust an unknown host without asking. A changed key is still refused.'
complete -c pocketpaas -n __pocketpaas_ours -l transport -x -a 'auto built-in openssh' -d 'What connects to the host: auto, built-in or openssh; else POCKETPAAS_TRANSPORT.'
complete -c pocketpaas -n __pocketpaas_ours -s C -l directory -x -a '(__fish_complete_directories (commandline -ct) "")' -d 'Run as if started in DIR.'
complete -c pocketpaas -n __pocketpaas_ours -s h -l help -d 'Show help.'
complete -c pocketpaas -n __pocketpaas_ours -s V -l version -d 'Print the version.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a apps -d 'List the apps of a host.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a auth -d 'List the users of an app\'s password protection.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a backups -d 'List the backups of a host, its apps and services.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a buildpacks -d 'List the buildpacks of a host, with the commits that builds use.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a completion -d 'Print the completion script for a shell.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a console -d 'Open the app\'s console: the process type "console", in a new container.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a cp -d 'Copy files into or out of the container of a running process.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a cron -d 'List the cron jobs of an app: next run, last run, result.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a deploy -d 'Deploy the latest commit of this directory.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a destroy -d 'Delete an app: containers, images, releases and source. Volumes are kept.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a doctor -d 'Find out what is wrong between this machine and an app\'s visitors.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a domains -d 'List an app\'s domains and where each is set.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a eject -d 'Write files that run an app with plain Docker, without PocketPaaS.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a env -d 'List an app\'s environment variables, values masked.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a exec -d 'Run a command, or a shell, in the container of a running process.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a help -d 'Show the help of a command.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a host -d 'Audit, harden or uninstall a host; change the machines of a cluster.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a hosts -d 'List the hosts known on this machine.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a import -d 'Bring an app over from Compose, Kamal, Heroku or Dokku.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a init -d 'Write pocketpaas.yml for this directory; "init host" sets up a host.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a keys -d 'List the SSH keys of a host.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a local -d 'Run the app\'s processes on this machine.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a logs -d 'Show the logs of an app, earlier releases included.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a maintenance -d 'Show maintenance mode; "on" and "off" switch it.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a manifest -d 'Check pocketpaas.yml; "manifest schema" prints its JSON Schema.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a nginx -d 'Print the custom nginx configuration of an app.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a open -d 'Open an app in the browser.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a previews -d 'List the previews of an app.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a promote -d 'Put the live release of an app live as another app, without a build.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a prune -d 'Free disk space on a host: delete images and files that nothing uses.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a ps -d 'List the processes of an app.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a registries -d 'List the logins of a host at registries of images.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a releases -d 'List the releases of an app, newest first.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a restart -d 'Restart an app in new containers, without downtime.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a rollback -d 'Go back to an earlier release and its environment, without a build.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a run -d 'Run a command in a new container of the live release.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a runs -d 'List the commands that "run --detach" started, newest first.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a sandbox -d 'List the sandboxes: throw-away hosts in the local Docker engine.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a scale -d 'Set the number of processes of each type; without arguments, list them.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a services -d 'List the services (databases) of a host.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a shell -d 'Run many commands on one connection, with completion and history.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a ssl -d 'List an app\'s certificates: domain, issuer, days left, source.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a start -d 'Start a stopped app.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a status -d 'Show how a host and its apps are: health, certificates, disk, memory.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a stop -d 'Stop all processes of an app. Requests get 503 until it is started.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a tunnel -d 'Open a port on this machine that leads to a process; Ctrl-C closes it.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a upgrade -d 'Print how to upgrade this program.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a version -d 'Print the version of this program, and how it was installed.'
complete -c pocketpaas -n '__pocketpaas_at "" 0' -a wait -d 'Wait for a deploy, for domains, or for certificates.'
complete -c pocketpaas -n '__pocketpaas_at "apps" 0' -a clone -d 'Make a new app that runs the live release of another one.'
complete -c pocketpaas -n '__pocketpaas_at "apps" 0' -a info -d 'Show an app at a glance: state, release, addresses, processes, jobs.'
complete -c pocketpaas -n '__pocketpaas_at "apps" 0' -a list -d 'List the apps of a host.'
complete -c pocketpaas -n '__pocketpaas_at "apps" 0' -a lock -d 'Refuse every deploy of an app, until "apps unlock".'
complete -c pocketpaas -n '__pocketpaas_at "apps" 0' -a move -d 'Move an app with its volumes and databases to another host.'
complete -c pocketpaas -n '__pocketpaas_at "apps" 0' -a rename -d 'Give an app another name, with all that it has.'
complete -c pocketpaas -n '__pocketpaas_at "apps" 0' -a unlock -d 'Allow deploys of an app again.'
complete -c pocketpaas -n '__pocketpaas_at "apps"' -l all-hosts -d 'List the apps of all hosts that this machine knows.'
complete -c pocketpaas -n '__pocketpaas_at "apps clone"' -l data -d 'Copy the data of services and volumes.'
complete -c pocketpaas -n '__pocketpaas_at "apps clone"' -l env -d 'Copy all variables, secrets included.'
complete -c pocketpaas -n '__pocketpaas_at "apps clone"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "apps clone"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "apps clone" 0 more' -k -a '(__pocketpaas_values apps)'
complete -c pocketpaas -n '__pocketpaas_at "apps list"' -l all-hosts -d 'List the apps of all hosts that this machine knows.'
complete -c pocketpaas -n '__pocketpaas_at "apps lock"' -l reason -x -d 'Shown to everybody whose deploy is refused.'
complete -c pocketpaas -n '__pocketpaas_at "apps move"' -l finish -d 'End the move: remove from the old host what has moved.'
complete -c pocketpaas -n '__pocketpaas_at "apps move"' -l abort -d 'Undo the move: the old host serves again.'
complete -c pocketpaas -n '__pocketpaas_at "apps move"' -l lost -d 'The old host is gone for good: start what has come over.'
complete -c pocketpaas -n '__pocketpaas_at "apps move"' -l ignore-answer -d 'With --lost: although another machine has the address of the lost host now.'
complete -c pocketpaas -n '__pocketpaas_at "apps move"' -l ignore-dns -d 'With --finish: although names still lead to the old host.'
complete -c pocketpaas -n '__pocketpaas_at "apps move"' -l confirm -x -k -a '(__pocketpaas_values apps)' -d 'The app\'s name, to confirm.'
complete -c pocketpaas -n '__pocketpaas_at "apps move" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "apps rename"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "apps rename"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "apps rename" 0 more' -k -a '(__pocketpaas_values apps)'
complete -c pocketpaas -n '__pocketpaas_at "auth" 0' -a add -d 'Protect an app with a password (HTTP basic auth). Run again to change it.'
complete -c pocketpaas -n '__pocketpaas_at "auth" 0' -a remove -d 'Remove a user. When none is left, the app is public again.'
complete -c pocketpaas -n '__pocketpaas_at "auth add" 0' -k -a '(__pocketpaas_values users)'
complete -c pocketpaas -n '__pocketpaas_at "auth remove" 0 more' -k -a '(__pocketpaas_values users)'
complete -c pocketpaas -n '__pocketpaas_at "backups" 0' -a cancel -d 'Stop the backup, restore or drill that is at work on a host.'
complete -c pocketpaas -n '__pocketpaas_at "backups" 0' -a create -d 'Back up the host, its apps and services now.'
complete -c pocketpaas -n '__pocketpaas_at "backups" 0' -a destination -d 'Show or choose where backups go: a directory, an S3 bucket, SFTP, rclone.'
complete -c pocketpaas -n '__pocketpaas_at "backups" 0' -a drill -d 'Restore the newest backups for a trial and compare the data.'
complete -c pocketpaas -n '__pocketpaas_at "backups" 0' -a list -d 'List the backups of a host, its apps and services.'
complete -c pocketpaas -n '__pocketpaas_at "backups" 0' -a restore -d 'Replace a service\'s data or an app by a backup.'
complete -c pocketpaas -n '__pocketpaas_at "backups" 0' -a schedule -d 'Show or change when backups are made and which are kept.'
complete -c pocketpaas -n '__pocketpaas_at "backups create" 0 more' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "backups destination"' -l existing -d 'It holds backups: ask for their passphrase, too (a further line).'
complete -c pocketpaas -n '__pocketpaas_at "backups destination"' -l fingerprint -x -d 'The SSH host key that the SFTP server must have.'
complete -c pocketpaas -n '__pocketpaas_at "backups destination"' -l rclone-config -r -F -d 'The configuration that has the remote (default: rclone\'s own file).'
complete -c pocketpaas -n '__pocketpaas_at "backups destination"' -l ssh-key -d 'Print the host\'s public key for SFTP; made if there is none.'
complete -c pocketpaas -n '__pocketpaas_at "backups destination" 0'
complete -c pocketpaas -n '__pocketpaas_at "backups drill" 0 more' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "backups restore"' -l into -x -k -a '(__pocketpaas_values services)' -d 'Restore into this service or app.'
complete -c pocketpaas -n '__pocketpaas_at "backups restore"' -l confirm -x -k -a '(__pocketpaas_values services)' -d 'Its name, to confirm.'
complete -c pocketpaas -n '__pocketpaas_at "backups restore" 0'
complete -c pocketpaas -n '__pocketpaas_at "backups schedule"' -l keep -x -a '7d,4w,6m' -d 'Last backups of days, weeks, months (7d,4w,6m).'
complete -c pocketpaas -n '__pocketpaas_at "backups schedule"' -l limit -x -a '2M none' -d 'Bytes that are uploaded in a second (2M), or "none".'
complete -c pocketpaas -n '__pocketpaas_at "backups schedule" 0' -a '03:00 off'
complete -c pocketpaas -n '__pocketpaas_at "buildpacks" 0' -a list -d 'List the buildpacks of a host, with the commits that builds use.'
complete -c pocketpaas -n '__pocketpaas_at "buildpacks" 0' -a update -d 'Use the newest commit of buildpacks from the next build on.'
complete -c pocketpaas -n '__pocketpaas_at "buildpacks update"' -l dry-run -d 'Show which have a newer commit; change nothing.'
complete -c pocketpaas -n '__pocketpaas_at "buildpacks update" 0 more' -k -a '(__pocketpaas_values buildpacks)'
complete -c pocketpaas -n '__pocketpaas_at "completion" 0' -a install -d 'Install completion for your shell.'
complete -c pocketpaas -n '__pocketpaas_at "completion" 0' -a uninstall -d 'Remove what "completion install" wrote.'
complete -c pocketpaas -n '__pocketpaas_at "completion" 0' -a 'bash zsh fish'
complete -c pocketpaas -n '__pocketpaas_at "completion install" 0' -a 'bash zsh fish'
complete -c pocketpaas -n '__pocketpaas_at "completion uninstall" 0' -a 'bash zsh fish'
complete -c pocketpaas -n '__pocketpaas_at "console"' -l no-tty -d 'Do not allocate a terminal.'
complete -c pocketpaas -n '__pocketpaas_at "console" 0 more'
complete -c pocketpaas -n '__pocketpaas_at "cp" 0' -F
complete -c pocketpaas -n '__pocketpaas_at "cp" 1' -F
complete -c pocketpaas -n '__pocketpaas_at "cron" 0' -a list -d 'List the cron jobs of an app: next run, last run, result.'
complete -c pocketpaas -n '__pocketpaas_at "cron" 0' -a pause -d 'Stop running a cron job at its times.'
complete -c pocketpaas -n '__pocketpaas_at "cron" 0' -a resume -d 'Run a paused cron job at its times again.'
complete -c pocketpaas -n '__pocketpaas_at "cron" 0' -a run -d 'Run a cron job now, in the background.'
complete -c pocketpaas -n '__pocketpaas_at "cron pause" 0' -k -a '(__pocketpaas_values jobs)'
complete -c pocketpaas -n '__pocketpaas_at "cron resume" 0' -k -a '(__pocketpaas_values jobs)'
complete -c pocketpaas -n '__pocketpaas_at "cron run" 0' -k -a '(__pocketpaas_values jobs)'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l dirty -d 'Include uncommitted changes.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l branch -x -k -a '(__pocketpaas_values branches)' -d 'Deploy the latest commit of this branch or tag.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l image -x -d 'Run this image of a registry instead of building one.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l local -x -d 'Run an image of the local Docker engine; only missing layers are sent.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l archive -r -F -d 'Deploy this tar, tar.gz or zip archive: a file, a URL, or - for standard input.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l preview -x -k -a '(__pocketpaas_values branches)' -d 'Deploy a preview: an app of its own that ends by itself. Default: the branch.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l comment -r -F -d 'Write the preview\'s address as Markdown, for a pull request.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l force -d 'Build and start again even if nothing changed.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l clear-cache -d 'Build without the build cache.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l run-secret-commands -d 'Run the commands that pocketpaas.yml defines for secrets without asking.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l confirm -x -k -a '(__pocketpaas_values apps)' -d 'Replace the app NAME, whose history is unrelated.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l plan -d 'Show what would change; change nothing.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l wait -d 'If another deploy is running, wait for it. Ctrl-C stops waiting.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l attach -d 'Show the running deploy from its start.'
complete -c pocketpaas -n '__pocketpaas_at "deploy"' -l cancel -d 'Stop the running deploy. The old release keeps serving.'
complete -c pocketpaas -n '__pocketpaas_at "destroy"' -l confirm -x -k -a '(__pocketpaas_values apps)' -d 'The app\'s name, to confirm.'
complete -c pocketpaas -n '__pocketpaas_at "destroy"' -l volumes -d 'Delete its volumes and their data, too.'
complete -c pocketpaas -n '__pocketpaas_at "doctor"' -l fix -d 'Fix what is safe: start services, update host programs, repair apps.'
complete -c pocketpaas -n '__pocketpaas_at "doctor"' -l all -d 'Examine every app of the host, also in a project.'
complete -c pocketpaas -n '__pocketpaas_at "domains" 0' -a add -d 'Add domains to an app. Takes effect at once, without a build.'
complete -c pocketpaas -n '__pocketpaas_at "domains" 0' -a default -d 'Switch an app\'s default address on or off.'
complete -c pocketpaas -n '__pocketpaas_at "domains" 0' -a list -d 'List an app\'s domains and where each is set.'
complete -c pocketpaas -n '__pocketpaas_at "domains" 0' -a remove -d 'Remove domains that "domains add" added. Those in pocketpaas.yml stay.'
complete -c pocketpaas -n '__pocketpaas_at "domains add" 0 more'
complete -c pocketpaas -n '__pocketpaas_at "domains default" 0' -a 'on off'
complete -c pocketpaas -n '__pocketpaas_at "domains remove" 0 more' -k -a '(__pocketpaas_values domains)'
complete -c pocketpaas -n '__pocketpaas_at "eject"' -l stack -d 'For Docker Swarm: a file for "docker stack deploy".'
complete -c pocketpaas -n '__pocketpaas_at "eject"' -l force -d 'Overwrite files that are there.'
complete -c pocketpaas -n '__pocketpaas_at "eject" 0' -a '(__fish_complete_directories (commandline -ct) "")'
complete -c pocketpaas -n '__pocketpaas_at "env" 0' -a diff -d 'Compare the environment of two releases. Values are shown as digests.'
complete -c pocketpaas -n '__pocketpaas_at "env" 0' -a edit -d 'Edit the variables set with "env set" in your editor, in one release.'
complete -c pocketpaas -n '__pocketpaas_at "env" 0' -a export -d 'Print the variables set with "env set" as a dotenv file.'
complete -c pocketpaas -n '__pocketpaas_at "env" 0' -a get -d 'Print the value of one variable.'
complete -c pocketpaas -n '__pocketpaas_at "env" 0' -a import -d 'Set variables from a dotenv or JSON file, in one release.'
complete -c pocketpaas -n '__pocketpaas_at "env" 0' -a list -d 'List an app\'s environment variables, values masked.'
complete -c pocketpaas -n '__pocketpaas_at "env" 0' -a pull -d 'Write the variables set with "env set" to a new dotenv file.'
complete -c pocketpaas -n '__pocketpaas_at "env" 0' -a set -d 'Set environment variables, in one release.'
complete -c pocketpaas -n '__pocketpaas_at "env" 0' -a unset -d 'Remove environment variables that "env set" set.'
complete -c pocketpaas -n '__pocketpaas_at "env"' -l show -d 'Show the values.'
complete -c pocketpaas -n '__pocketpaas_at "env"' -l shared -d 'Act on the variables shared by all apps of the host.'
complete -c pocketpaas -n '__pocketpaas_at "env diff" 0' -k -a '(__pocketpaas_values releases)'
complete -c pocketpaas -n '__pocketpaas_at "env diff" 1' -k -a '(__pocketpaas_values releases)'
complete -c pocketpaas -n '__pocketpaas_at "env edit"' -l no-restart -d 'Store them for the next release; restart nothing.'
complete -c pocketpaas -n '__pocketpaas_at "env edit"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "env edit"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "env export"' -l all -d 'Include variables from pocketpaas.yml and shared ones.'
complete -c pocketpaas -n '__pocketpaas_at "env export"' -l shared -d 'Act on the variables shared by all apps of the host.'
complete -c pocketpaas -n '__pocketpaas_at "env get"' -l shared -d 'Act on the variables shared by all apps of the host.'
complete -c pocketpaas -n '__pocketpaas_at "env get" 0' -k -a '(__pocketpaas_values variables)'
complete -c pocketpaas -n '__pocketpaas_at "env import"' -l no-restart -d 'Store them for the next release; restart nothing.'
complete -c pocketpaas -n '__pocketpaas_at "env import"' -l shared -d 'Act on the variables shared by all apps of the host.'
complete -c pocketpaas -n '__pocketpaas_at "env import"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "env import"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "env import" 0' -F
complete -c pocketpaas -n '__pocketpaas_at "env list"' -l show -d 'Show the values.'
complete -c pocketpaas -n '__pocketpaas_at "env list"' -l shared -d 'Act on the variables shared by all apps of the host.'
complete -c pocketpaas -n '__pocketpaas_at "env pull"' -l all -d 'Include variables from pocketpaas.yml and shared ones.'
complete -c pocketpaas -n '__pocketpaas_at "env pull"' -l shared -d 'Act on the variables shared by all apps of the host.'
complete -c pocketpaas -n '__pocketpaas_at "env pull" 0' -F
complete -c pocketpaas -n '__pocketpaas_at "env set"' -l no-restart -d 'Store them for the next release; restart nothing.'
complete -c pocketpaas -n '__pocketpaas_at "env set"' -l shared -d 'Act on the variables shared by all apps of the host.'
complete -c pocketpaas -n '__pocketpaas_at "env set"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "env set"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "env set" 0 more' -k -a '(__pocketpaas_values assignments)'
complete -c pocketpaas -n '__pocketpaas_at "env unset"' -l no-restart -d 'Store the change for the next release; restart nothing.'
complete -c pocketpaas -n '__pocketpaas_at "env unset"' -l shared -d 'Act on the variables shared by all apps of the host.'
complete -c pocketpaas -n '__pocketpaas_at "env unset"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "env unset"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "env unset" 0 more' -k -a '(__pocketpaas_values variables)'
complete -c pocketpaas -n '__pocketpaas_at "exec"' -l no-tty -d 'Do not allocate a terminal.'
complete -c pocketpaas -n '__pocketpaas_at "exec" 0' -k -a '(__pocketpaas_values types)'
complete -c pocketpaas -n '__pocketpaas_at "exec" 1 more'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a audit -d 'Check how well a host is protected: logins, ports, firewall, updates.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a demote -d 'Make a manager of a cluster a worker.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a drain -d 'End what runs on a machine of a cluster; other machines take over.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a harden -d 'Protect a host: no SSH passwords, a firewall, fail2ban. Choose what.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a label -d 'Set labels of a machine of a cluster, for placing processes.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a leave -d 'Take a machine out of a cluster; other machines take over.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a migrate -d 'Move apps that run on the home alone to its cluster at once, without downtime.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a move -d 'Move all apps, services, settings and keys of a host to another one.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a promote -d 'Make a machine of a cluster a manager.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a recover -d 'Make a manager the home of a cluster whose home is lost for good.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a restore -d 'Restore a whole host from its backups onto a new machine.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a resume -d 'Let a drained machine of a cluster run processes again.'
complete -c pocketpaas -n '__pocketpaas_at "host" 0' -a uninstall -d 'Remove PocketPaaS from a host: apps, programs, state, user. Packages stay.'
complete -c pocketpaas -n '__pocketpaas_at "host audit" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "host demote" 0'
complete -c pocketpaas -n '__pocketpaas_at "host drain" 0'
complete -c pocketpaas -n '__pocketpaas_at "host harden"' -l ssh-keys-only -d 'Turn off passwords for SSH.'
complete -c pocketpaas -n '__pocketpaas_at "host harden"' -l firewall -d 'Let in only SSH, HTTP and HTTPS (ufw).'
complete -c pocketpaas -n '__pocketpaas_at "host harden"' -l allow -x -d 'Let in this port, too. Repeatable.'
complete -c pocketpaas -n '__pocketpaas_at "host harden"' -l fail2ban -d 'Keep out addresses that fail to log in by SSH.'
complete -c pocketpaas -n '__pocketpaas_at "host harden"' -l plan -d 'Show what would change; change nothing.'
complete -c pocketpaas -n '__pocketpaas_at "host harden"' -l yes -d 'Do not ask.'
complete -c pocketpaas -n '__pocketpaas_at "host harden" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "host label" 0'
complete -c pocketpaas -n '__pocketpaas_at "host label" 1 more'
complete -c pocketpaas -n '__pocketpaas_at "host leave"' -l lost -d 'The machine is gone for good; do not ask it.'
complete -c pocketpaas -n '__pocketpaas_at "host leave" 0'
complete -c pocketpaas -n '__pocketpaas_at "host migrate"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "host migrate"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "host move"' -l finish -d 'End the move: remove from the old host what has moved.'
complete -c pocketpaas -n '__pocketpaas_at "host move"' -l abort -d 'Undo the move: the old host serves again.'
complete -c pocketpaas -n '__pocketpaas_at "host move"' -l lost -d 'The old host is gone for good: start what has come over.'
complete -c pocketpaas -n '__pocketpaas_at "host move"' -l ignore-answer -d 'With --lost: although another machine has the address of the lost host now.'
complete -c pocketpaas -n '__pocketpaas_at "host move"' -l ignore-dns -d 'With --finish: although names still lead to the old host.'
complete -c pocketpaas -n '__pocketpaas_at "host move"' -l confirm -x -k -a '(__pocketpaas_values hosts)' -d 'The old host\'s name, to confirm.'
complete -c pocketpaas -n '__pocketpaas_at "host move" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "host move" 1' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "host promote" 0'
complete -c pocketpaas -n '__pocketpaas_at "host recover" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "host restore"' -l from -x -d '/DIR, s3:https://HOST/BUCKET, sftp:USER@HOST/DIR or rclone:REMOTE:DIR.'
complete -c pocketpaas -n '__pocketpaas_at "host restore"' -l of -x -d 'The host\'s name there, if several use the place.'
complete -c pocketpaas -n '__pocketpaas_at "host restore"' -l confirm -x -k -a '(__pocketpaas_values services)' -d 'Replace this service or app, which has changed since the last try. Repeatable.'
complete -c pocketpaas -n '__pocketpaas_at "host restore"' -l keep -x -k -a '(__pocketpaas_values services)' -d 'Leave this service or app as it is, or out. Repeatable.'
complete -c pocketpaas -n '__pocketpaas_at "host restore"' -l fingerprint -x -d 'The SSH host key that the SFTP server must have.'
complete -c pocketpaas -n '__pocketpaas_at "host restore"' -l rclone-config -r -F -d 'The configuration that has the remote (default: rclone\'s own file).'
complete -c pocketpaas -n '__pocketpaas_at "host restore" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "host resume" 0'
complete -c pocketpaas -n '__pocketpaas_at "host uninstall"' -l confirm -x -k -a '(__pocketpaas_values hosts)' -d 'The host\'s name or address, to confirm.'
complete -c pocketpaas -n '__pocketpaas_at "host uninstall"' -l with-data -d 'Delete volumes and services with their data, too.'
complete -c pocketpaas -n '__pocketpaas_at "host uninstall"' -l plan -d 'Show what would go; change nothing.'
complete -c pocketpaas -n '__pocketpaas_at "host uninstall"' -l verify -d 'Check that nothing is left (exit code 4 if something is).'
complete -c pocketpaas -n '__pocketpaas_at "host uninstall" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "hosts" 0' -a nodes -d 'List the machines of a cluster: role, state, load, disk, what runs there.'
complete -c pocketpaas -n '__pocketpaas_at "hosts" 0' -a settings -d 'Show the settings of a host.'
complete -c pocketpaas -n '__pocketpaas_at "import" 0' -a compose -d 'Write pocketpaas.yml for a program of a Docker Compose file.'
complete -c pocketpaas -n '__pocketpaas_at "import" 0' -a dokku -d 'Write pocketpaas.yml for an app of a Dokku host.'
complete -c pocketpaas -n '__pocketpaas_at "import" 0' -a heroku -d 'Write pocketpaas.yml for an app at Heroku.'
complete -c pocketpaas -n '__pocketpaas_at "import" 0' -a kamal -d 'Write pocketpaas.yml for an app that Kamal deploys.'
complete -c pocketpaas -n '__pocketpaas_at "import compose"' -l service -x -d 'The service that is the app, if there are several.'
complete -c pocketpaas -n '__pocketpaas_at "import compose"' -l apply -d 'Do it: create the app, set variables, create and fill services.'
complete -c pocketpaas -n '__pocketpaas_at "import compose"' -l force -d 'Overwrite pocketpaas.yml and the file of --env-file.'
complete -c pocketpaas -n '__pocketpaas_at "import compose"' -l env-file -r -F -d 'Write the variables\' values to FILE, which only you can read.'
complete -c pocketpaas -n '__pocketpaas_at "import compose" 0' -F
complete -c pocketpaas -n '__pocketpaas_at "import dokku"' -l from -x -a '(__fish_complete_directories (commandline -ct) "")' -d 'Read what it says from files in DIR.'
complete -c pocketpaas -n '__pocketpaas_at "import dokku"' -l dump -r -F -d 'A dump of its PostgreSQL, restored with --apply (default: DIR/latest.dump).'
complete -c pocketpaas -n '__pocketpaas_at "import dokku"' -l apply -d 'Do it: create the app, set variables, create and fill services.'
complete -c pocketpaas -n '__pocketpaas_at "import dokku"' -l force -d 'Overwrite pocketpaas.yml and the file of --env-file.'
complete -c pocketpaas -n '__pocketpaas_at "import dokku"' -l env-file -r -F -d 'Write the variables\' values to FILE, which only you can read.'
complete -c pocketpaas -n '__pocketpaas_at "import dokku" 0'
complete -c pocketpaas -n '__pocketpaas_at "import dokku" 1'
complete -c pocketpaas -n '__pocketpaas_at "import heroku"' -l from -x -a '(__fish_complete_directories (commandline -ct) "")' -d 'Read what it says from files in DIR.'
complete -c pocketpaas -n '__pocketpaas_at "import heroku"' -l dump -r -F -d 'A dump of its PostgreSQL, restored with --apply (default: DIR/latest.dump).'
complete -c pocketpaas -n '__pocketpaas_at "import heroku"' -l apply -d 'Do it: create the app, set variables, create and fill services.'
complete -c pocketpaas -n '__pocketpaas_at "import heroku"' -l force -d 'Overwrite pocketpaas.yml and the file of --env-file.'
complete -c pocketpaas -n '__pocketpaas_at "import heroku"' -l env-file -r -F -d 'Write the variables\' values to FILE, which only you can read.'
complete -c pocketpaas -n '__pocketpaas_at "import heroku" 0'
complete -c pocketpaas -n '__pocketpaas_at "import kamal"' -l apply -d 'Do it: create the app, set variables, create and fill services.'
complete -c pocketpaas -n '__pocketpaas_at "import kamal"' -l force -d 'Overwrite pocketpaas.yml and the file of --env-file.'
complete -c pocketpaas -n '__pocketpaas_at "import kamal"' -l env-file -r -F -d 'Write the variables\' values to FILE, which only you can read.'
complete -c pocketpaas -n '__pocketpaas_at "import kamal" 0' -F
complete -c pocketpaas -n '__pocketpaas_at "init" 0' -a host -d 'Set up an Ubuntu or Debian machine as a host. Safe to run again.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l plan -d 'Show what would change; change nothing.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l key-name -x -d 'Name of your key on the host.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l join -x -k -a '(__pocketpaas_values hosts)' -d 'Make it a machine of this host\'s cluster.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l manager -d 'With --join: as a manager of the cluster.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l node-address -x -d 'With --join: its address for the others.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l plain -d 'With --join: do not encrypt traffic between machines.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l name -x -d 'A short name for the host, used in pocketpaas.yml and with --host.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l domain -x -d 'Suffix of default domains (default: made from the address).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l public-port -x -d 'Public HTTP port of the apps (default: 80).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l public-https-port -x -d 'Public HTTPS port of the apps (default: 443).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l acme-directory -x -d 'ACME directory (default: Let\'s Encrypt); "none" turns certificates off.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l acme-staging -d 'Use Let\'s Encrypt\'s staging server. Browsers do not trust its certificates.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l acme-email -x -d 'E-mail address for the ACME account (optional).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l stack -x -d 'Base image that apps run in (default: heroku/heroku:24).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l build-image -x -d 'Image that builds run in (default: heroku/heroku:24-build).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l buildpacks -r -F -d 'File with lines NAME URL[#REF]; replaces Heroku\'s buildpacks.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l ca-certificates -r -F -d 'PEM file of certificate authorities that builds trust.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l proxy -x -d 'HTTP proxy for builds.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l subnets -x -d 'Address range for the apps\' networks (default: 10.213.0.0/16).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l metadata -x -a 'open closed' -d 'Whether apps and builds reach the cloud\'s metadata address (default: closed).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l keep-releases -x -d 'How many releases of each app keep their image for a rollback (default: 5).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l notify -x -d 'Where to send alerts: a webhook URL or a command; "none" turns them off.'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l build-timeout -x -d 'Time limit of a build (default: 15).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l build-silence -x -d 'Stop a build that prints nothing for this long (default: 10).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l build-memory -x -d 'Memory that a build may use (default: what the machine can spare).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l disk-needed -x -d 'Disk space that must be free for a deploy (default: 1G).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l disk-warning -x -d 'Send an alert when the disk is this full (default: 85).'
complete -c pocketpaas -n '__pocketpaas_at "init host"' -l service-image -x -d 'Image of a service; "*=PREFIX" for a mirror of the official ones. Repeatable.'
complete -c pocketpaas -n '__pocketpaas_at "init host" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "keys" 0' -a add -d 'Add an SSH key: with --app for deploying those apps, else as an admin.'
complete -c pocketpaas -n '__pocketpaas_at "keys" 0' -a list -d 'List the SSH keys of a host.'
complete -c pocketpaas -n '__pocketpaas_at "keys" 0' -a remove -d 'Remove an SSH key from a host.'
complete -c pocketpaas -n '__pocketpaas_at "keys add"' -l generate -d 'Create a key pair. The private key is printed once and stored nowhere.'
complete -c pocketpaas -n '__pocketpaas_at "keys add"' -l previews-only -d 'With --app: only previews of the app, never the app itself.'
complete -c pocketpaas -n '__pocketpaas_at "keys add"' -l read-only -d 'With --app: look at the app, change nothing, see no values.'
complete -c pocketpaas -n '__pocketpaas_at "keys add" 0'
complete -c pocketpaas -n '__pocketpaas_at "keys add" 1' -F
complete -c pocketpaas -n '__pocketpaas_at "keys remove" 0' -k -a '(__pocketpaas_values keys)'
complete -c pocketpaas -n '__pocketpaas_at "local" 0' -a run -d 'Run the processes of Procfile and pocketpaas.yml on this machine.'
complete -c pocketpaas -n '__pocketpaas_at "local run"' -l env-file -r -F -d 'Read the variables from this file.'
complete -c pocketpaas -n '__pocketpaas_at "local run"' -l from-host -d 'Ask the host for the variables, even if there is a .env.'
complete -c pocketpaas -n '__pocketpaas_at "local run"' -l port -x -d 'PORT of the first process (default: 5000).'
complete -c pocketpaas -n '__pocketpaas_at "local run" 0 more' -k -a '(__pocketpaas_values types)'
complete -c pocketpaas -n '__pocketpaas_at "logs" 0' -a drain -d 'List where an app\'s logs are sent, and how much waits or was lost.'
complete -c pocketpaas -n '__pocketpaas_at "logs"' -s f -l follow -d 'Follow new lines; Ctrl-C stops.'
complete -c pocketpaas -n '__pocketpaas_at "logs"' -s n -l lines -x -d 'Number of past lines (default: 100; all with --since).'
complete -c pocketpaas -n '__pocketpaas_at "logs"' -l since -x -d 'Only lines since then: 10m, 2h, 3d, or 2026-11-22T10:00:00Z.'
complete -c pocketpaas -n '__pocketpaas_at "logs"' -l type -x -k -a '(__pocketpaas_values types)' -d 'Only this process type.'
complete -c pocketpaas -n '__pocketpaas_at "logs"' -l release -x -k -a '(__pocketpaas_values releases)' -d 'Only this release, for example v12.'
complete -c pocketpaas -n '__pocketpaas_at "logs"' -l cron -x -k -a '(__pocketpaas_values jobs)' -d 'Only this cron job.'
complete -c pocketpaas -n '__pocketpaas_at "logs"' -l run -x -k -a '(__pocketpaas_values runs)' -d 'Only this run of "run --detach" or of a cron job.'
complete -c pocketpaas -n '__pocketpaas_at "logs"' -l access -d 'Show nginx\'s access log instead.'
complete -c pocketpaas -n '__pocketpaas_at "logs drain" 0' -a add -d 'Send an app\'s logs to a log service, too, from now on.'
complete -c pocketpaas -n '__pocketpaas_at "logs drain" 0' -a list -d 'List where an app\'s logs are sent, and how much waits or was lost.'
complete -c pocketpaas -n '__pocketpaas_at "logs drain" 0' -a remove -d 'No longer send an app\'s logs there; lines that wait are dropped.'
complete -c pocketpaas -n '__pocketpaas_at "logs drain add"' -l format -x -a 'logplex json' -d 'Of HTTPS: as Heroku\'s drains (the default), or as objects.'
complete -c pocketpaas -n '__pocketpaas_at "logs drain add"' -l header-file -r -F -d 'Of HTTPS: more headers, a line "Name: value" each.'
complete -c pocketpaas -n '__pocketpaas_at "logs drain add" 0'
complete -c pocketpaas -n '__pocketpaas_at "logs drain remove" 0'
complete -c pocketpaas -n '__pocketpaas_at "maintenance" 0' -a off -d 'Serve requests again.'
complete -c pocketpaas -n '__pocketpaas_at "maintenance" 0' -a on -d 'Answer every request with 503. The app\'s processes keep running.'
complete -c pocketpaas -n '__pocketpaas_at "manifest" 0' -a check -d 'Check a manifest and list every problem.'
complete -c pocketpaas -n '__pocketpaas_at "manifest" 0' -a schema -d 'Print the JSON Schema of pocketpaas.yml, for editors.'
complete -c pocketpaas -n '__pocketpaas_at "manifest check" 0' -F
complete -c pocketpaas -n '__pocketpaas_at "nginx" 0' -a set -d 'Set the custom nginx configuration of an app, replacing any earlier one.'
complete -c pocketpaas -n '__pocketpaas_at "nginx" 0' -a unset -d 'Remove the custom nginx configuration.'
complete -c pocketpaas -n '__pocketpaas_at "nginx set" 0' -F
complete -c pocketpaas -n '__pocketpaas_at "open"' -l print -d 'Print the address and open nothing.'
complete -c pocketpaas -n '__pocketpaas_at "previews" 0' -a extend -d 'Keep a preview longer.'
complete -c pocketpaas -n '__pocketpaas_at "previews" 0' -a list -d 'List the previews of an app.'
complete -c pocketpaas -n '__pocketpaas_at "previews" 0' -a prune -d 'Delete previews that were not deployed for a while.'
complete -c pocketpaas -n '__pocketpaas_at "previews" 0' -a remove -d 'Delete a preview with its data.'
complete -c pocketpaas -n '__pocketpaas_at "previews extend" 0' -k -a '(__pocketpaas_values branches)'
complete -c pocketpaas -n '__pocketpaas_at "previews extend" 1'
complete -c pocketpaas -n '__pocketpaas_at "previews prune"' -l idle -x -d 'Delete those that were not deployed or extended for so long.'
complete -c pocketpaas -n '__pocketpaas_at "previews remove"' -l if-exists -d 'Succeed if there is no such preview.'
complete -c pocketpaas -n '__pocketpaas_at "previews remove" 0' -k -a '(__pocketpaas_values branches)'
complete -c pocketpaas -n '__pocketpaas_at "promote"' -l to -x -k -a '(__pocketpaas_values apps)' -d 'The app that gets the release.'
complete -c pocketpaas -n '__pocketpaas_at "promote"' -l to-stage -x -d 'The stage of pocketpaas.yml that gets it.'
complete -c pocketpaas -n '__pocketpaas_at "promote"' -l create -d 'Create the other app if there is none.'
complete -c pocketpaas -n '__pocketpaas_at "promote"' -l wait -d 'If a deploy of the other app is running, wait for it.'
complete -c pocketpaas -n '__pocketpaas_at "promote"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "promote"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "prune"' -l dry-run -d 'Show what would be deleted; delete nothing.'
complete -c pocketpaas -n '__pocketpaas_at "prune"' -l caches -d 'Delete the build caches, too. The next builds take longer.'
complete -c pocketpaas -n '__pocketpaas_at "registries" 0' -a list -d 'List the logins of a host at registries of images.'
complete -c pocketpaas -n '__pocketpaas_at "registries" 0' -a login -d 'Store a login at a registry of images on the host. Run again to replace it.'
complete -c pocketpaas -n '__pocketpaas_at "registries" 0' -a remove -d 'Forget the login at a registry. What runs goes on running.'
complete -c pocketpaas -n '__pocketpaas_at "registries login"' -l user -x -d 'The account.'
complete -c pocketpaas -n '__pocketpaas_at "registries login" 0' -k -a '(__pocketpaas_values registries)'
complete -c pocketpaas -n '__pocketpaas_at "registries remove" 0' -k -a '(__pocketpaas_values registries)'
complete -c pocketpaas -n '__pocketpaas_at "releases" 0' -a list -d 'List the releases of an app, newest first.'
complete -c pocketpaas -n '__pocketpaas_at "releases" 0' -a log -d 'Print the build log of a release.'
complete -c pocketpaas -n '__pocketpaas_at "releases" 0' -a retry -d 'Deploy the source of a failed release again, from the host\'s copy.'
complete -c pocketpaas -n '__pocketpaas_at "releases" 0' -a show -d 'Show one release: source, image, processes, settings, environment.'
complete -c pocketpaas -n '__pocketpaas_at "releases log" 0' -k -a '(__pocketpaas_values releases)'
complete -c pocketpaas -n '__pocketpaas_at "releases retry"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "releases retry"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "releases retry" 0' -k -a '(__pocketpaas_values releases)'
complete -c pocketpaas -n '__pocketpaas_at "releases show"' -l show -d 'Show the values of environment variables.'
complete -c pocketpaas -n '__pocketpaas_at "releases show" 0' -k -a '(__pocketpaas_values releases)'
complete -c pocketpaas -n '__pocketpaas_at "restart"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "restart"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "rollback"' -l keep-env -d 'Keep the current environment.'
complete -c pocketpaas -n '__pocketpaas_at "rollback"' -l stop-first -d 'Stop the old release before starting the new one (short downtime).'
complete -c pocketpaas -n '__pocketpaas_at "rollback"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "rollback" 0' -k -a '(__pocketpaas_values releases)'
complete -c pocketpaas -n '__pocketpaas_at "run"' -s d -l detach -d 'Run in the background; "pocketpaas runs" lists such runs.'
complete -c pocketpaas -n '__pocketpaas_at "run"' -l no-tty -d 'Do not allocate a terminal.'
complete -c pocketpaas -n '__pocketpaas_at "run"' -l type -x -k -a '(__pocketpaas_values types)' -d 'Use the limits of this process type.'
complete -c pocketpaas -n '__pocketpaas_at "run" 0 more'
complete -c pocketpaas -n '__pocketpaas_at "runs" 0' -a list -d 'List the commands that "run --detach" started, newest first.'
complete -c pocketpaas -n '__pocketpaas_at "runs" 0' -a stop -d 'Stop a run in the background, also one of a cron job.'
complete -c pocketpaas -n '__pocketpaas_at "runs stop" 0' -k -a '(__pocketpaas_values runs)'
complete -c pocketpaas -n '__pocketpaas_at "sandbox" 0' -a down -d 'Delete a sandbox with everything on it.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox" 0' -a list -d 'List the sandboxes.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox" 0' -a ssh -d 'Open a root shell in a sandbox.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox" 0' -a up -d 'Start a sandbox, set up as a host.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox down"' -l name -x -k -a '(__pocketpaas_values hosts)' -d 'Same as the argument NAME.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox down"' -l confirm -x -k -a '(__pocketpaas_values hosts)' -d 'Its name, to confirm. The argument NAME confirms, too.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox down"' -l keep-images -d 'Keep the images; the next sandbox starts faster.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox down" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "sandbox ssh"' -l name -x -k -a '(__pocketpaas_values hosts)' -d 'Same as the argument NAME.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox ssh" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "sandbox up"' -l name -x -k -a '(__pocketpaas_values hosts)' -d 'Same as the argument NAME.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox up"' -l ssh-port -x -d 'Local port of its SSH server (default: a free one).'
complete -c pocketpaas -n '__pocketpaas_at "sandbox up"' -l http-port -x -d 'Local HTTP port of its apps (default: a free one).'
complete -c pocketpaas -n '__pocketpaas_at "sandbox up"' -l memory -x -d 'Memory limit, for example 1g.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox up"' -l minimal -d 'Start without sudo and curl installed.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox up"' -l system -x -a 'debian-12 debian-13 ubuntu-24.04 ubuntu-26.04' -d 'What it runs: debian-12, debian-13, ubuntu-24.04 or ubuntu-26.04.'
complete -c pocketpaas -n '__pocketpaas_at "sandbox up"' -l services -x -a 'postgres mariadb redis valkey mongodb' -d 'Make stand-ins for the images of these services (postgres@debian-13, mongodb:7).'
complete -c pocketpaas -n '__pocketpaas_at "sandbox up" 0' -k -a '(__pocketpaas_values hosts)'
complete -c pocketpaas -n '__pocketpaas_at "scale"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "scale" 0 more' -k -a '(__pocketpaas_values counts)'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a cancel -d 'Stop the upgrade of a service, its undo, or a copy into it.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a console -d 'Open the server\'s own console (psql, redis-cli) on an app\'s data.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a copy -d 'Replace an app\'s data in one service by those in another.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a create -d 'Create a service and wait until it takes queries.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a credentials -d 'List the logins of a service, without their passwords.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a destroy -d 'Delete a service with all its data. Refused while an app is linked to it.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a dump -d 'Write a dump of an app\'s data to standard output.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a info -d 'Show a service: version, state, size, image, and the apps linked to it.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a link -d 'Give an app a database and a login of its own, in one release.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a list -d 'List the services (databases) of a host.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a logs -d 'Show the logs of a service.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a promote -d 'Make a linked service the one in the app\'s usual variable (DATABASE_URL).'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a restart -d 'Restart a service, with its settings of now.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a restore -d 'Replace an app\'s data by the dump on standard input.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a start -d 'Start a stopped service.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a stop -d 'Stop a service. It keeps its data and stays stopped until it is started.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a tunnel -d 'Open a port on this machine that leads to a service; Ctrl-C closes it.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a unlink -d 'Take an app\'s login away, in one release. Its data stays in the service.'
complete -c pocketpaas -n '__pocketpaas_at "services" 0' -a upgrade -d 'Move a service to a later major version, or undo that.'
complete -c pocketpaas -n '__pocketpaas_at "services cancel" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services console" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services console" 1 more'
complete -c pocketpaas -n '__pocketpaas_at "services copy"' -l to-app -x -k -a '(__pocketpaas_values apps)' -d 'Whose data are replaced (default: the same app\'s).'
complete -c pocketpaas -n '__pocketpaas_at "services copy"' -l confirm -x -k -a '(__pocketpaas_values services)' -d 'The name of the service TO, to confirm.'
complete -c pocketpaas -n '__pocketpaas_at "services copy" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services copy" 1' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services create"' -l memory -x -d 'Memory limit (default: 256M; mongodb: 768M).'
complete -c pocketpaas -n '__pocketpaas_at "services create"' -l image -x -d 'Use this image instead of the official one.'
complete -c pocketpaas -n '__pocketpaas_at "services create" 0' -a 'postgres mariadb mysql mongodb redis valkey'
complete -c pocketpaas -n '__pocketpaas_at "services create" 1'
complete -c pocketpaas -n '__pocketpaas_at "services credentials" 0' -a rotate -d 'Give the linked apps other passwords, with a release each and no failed query.'
complete -c pocketpaas -n '__pocketpaas_at "services credentials" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services credentials rotate"' -l only -x -k -a '(__pocketpaas_values apps)' -d 'Of this app only.'
complete -c pocketpaas -n '__pocketpaas_at "services credentials rotate" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services destroy"' -l confirm -x -k -a '(__pocketpaas_values services)' -d 'The service\'s name, to confirm.'
complete -c pocketpaas -n '__pocketpaas_at "services destroy" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services dump" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services info" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services link"' -l as -x -k -a '(__pocketpaas_values variables)' -d 'Put the address into this variable. Repeatable.'
complete -c pocketpaas -n '__pocketpaas_at "services link" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services logs"' -s f -l follow -d 'Follow new lines; Ctrl-C stops.'
complete -c pocketpaas -n '__pocketpaas_at "services logs"' -s n -l lines -x -d 'Number of past lines (default: 100).'
complete -c pocketpaas -n '__pocketpaas_at "services logs" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services promote" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services restart" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services restore"' -l confirm -x -k -a '(__pocketpaas_values services)' -d 'The service\'s name, to confirm.'
complete -c pocketpaas -n '__pocketpaas_at "services restore" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services start" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services stop" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services tunnel"' -l port -x -d 'The port (default: the service\'s own; 0: any free one).'
complete -c pocketpaas -n '__pocketpaas_at "services tunnel" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services unlink"' -l data -d 'Delete the data of an app that is not linked.'
complete -c pocketpaas -n '__pocketpaas_at "services unlink"' -l confirm -x -k -a '(__pocketpaas_values apps)' -d 'The app\'s name, to confirm --data.'
complete -c pocketpaas -n '__pocketpaas_at "services unlink" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "services upgrade"' -l to -x -d 'The new major version, for example 17.'
complete -c pocketpaas -n '__pocketpaas_at "services upgrade"' -l image -x -d 'Use this image instead of the official one.'
complete -c pocketpaas -n '__pocketpaas_at "services upgrade"' -l dry-run -d 'Do all but the switch, and print how long it takes.'
complete -c pocketpaas -n '__pocketpaas_at "services upgrade"' -l undo -d 'Go back to the version before the last upgrade.'
complete -c pocketpaas -n '__pocketpaas_at "services upgrade"' -l confirm -x -k -a '(__pocketpaas_values services)' -d 'With --undo: lose what was written since.'
complete -c pocketpaas -n '__pocketpaas_at "services upgrade" 0' -k -a '(__pocketpaas_values services)'
complete -c pocketpaas -n '__pocketpaas_at "ssl" 0' -a add -d 'Add your own certificate; without --cert, request one now.'
complete -c pocketpaas -n '__pocketpaas_at "ssl" 0' -a list -d 'List an app\'s certificates: domain, issuer, days left, source.'
complete -c pocketpaas -n '__pocketpaas_at "ssl" 0' -a remove -d 'Remove certificates. Their domains are served over HTTP again.'
complete -c pocketpaas -n '__pocketpaas_at "ssl add"' -l cert -r -F -d 'The certificate chain (PEM, fullchain).'
complete -c pocketpaas -n '__pocketpaas_at "ssl add"' -l key -r -F -d 'Its private key in PEM (default: in the --cert file).'
complete -c pocketpaas -n '__pocketpaas_at "ssl add"' -l no-probe -d 'Do not check from here that the certificate is served.'
complete -c pocketpaas -n '__pocketpaas_at "ssl add" 0' -k -a '(__pocketpaas_values domains)'
complete -c pocketpaas -n '__pocketpaas_at "ssl remove" 0 more' -k -a '(__pocketpaas_values domains)'
complete -c pocketpaas -n '__pocketpaas_at "start"' -l now -d 'Do not wait for the old processes to finish; cut off their requests.'
complete -c pocketpaas -n '__pocketpaas_at "status"' -l all -d 'Show every app of the host, also in a project.'
complete -c pocketpaas -n '__pocketpaas_at "status"' -l all-hosts -d 'Show all hosts that this machine knows, a line each.'
complete -c pocketpaas -n '__pocketpaas_at "tunnel"' -l port -x -d 'The port here (default: the same; 0: any free one).'
complete -c pocketpaas -n '__pocketpaas_at "tunnel" 0' -k -a '(__pocketpaas_values types)'
complete -c pocketpaas -n '__pocketpaas_at "upgrade"' -l check -d 'Ask whether there is a newer version.'
complete -c pocketpaas -n '__pocketpaas_at "wait" 0' -a certificate -d 'Wait until domains of an app have a certificate.'
complete -c pocketpaas -n '__pocketpaas_at "wait" 0' -a deploy -d 'Wait until the running deploy of an app has ended.'
complete -c pocketpaas -n '__pocketpaas_at "wait" 0' -a domain -d 'Wait until domains of an app lead to the host.'
complete -c pocketpaas -n '__pocketpaas_at "wait certificate"' -l timeout -x -d 'For how long (default: 10m).'
complete -c pocketpaas -n '__pocketpaas_at "wait certificate" 0 more' -k -a '(__pocketpaas_values domains)'
complete -c pocketpaas -n '__pocketpaas_at "wait deploy"' -l timeout -x -d 'For how long (default: 10m).'
complete -c pocketpaas -n '__pocketpaas_at "wait domain"' -l timeout -x -d 'For how long (default: 10m).'
complete -c pocketpaas -n '__pocketpaas_at "wait domain" 0 more' -k -a '(__pocketpaas_values domains)'
