# fish completion for pocketpaas; made from its commands.
#
# Tab starts neither pocketpaas nor ssh: names of apps, releases, variables … come from the files that commands leave in
# ~/.cache/pocketpaas/completion. Nothing in them is evaluated.

# What may follow the command $argv[1]: its subcommands, and those of its options that take a value.
function __pocketpaas_model
    set -g __pocketpaas_children
    set -g __pocketpaas_valued
    switch "$argv[1]"
@MODEL@
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
                    if contains -- $word @SHARED@ $__pocketpaas_valued
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
    test $__pocketpaas_count -eq 0; or not contains -- "$__pocketpaas_path" @OPAQUE@
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
@RULES@
