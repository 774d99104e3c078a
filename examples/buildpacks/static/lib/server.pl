# server.pl: serves the files that the static buildpack listed, on $PORT. Needs nothing but the perl of a base system.
#
# A path is only ever looked up in the list, so no request can name anything else. HTML is always asked for again, names with a digest in
# them are kept for ever, the rest for five minutes; ETag is the digest of the content, so a deploy invalidates just what it changed.
# Environment: PORT, STATIC_WORKERS (2).
use strict;
use warnings;
use Errno qw(EAGAIN EWOULDBLOCK EINTR);
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use Socket qw(:DEFAULT IPPROTO_TCP TCP_NODELAY);

my $home = $0 =~ m{^(.*)/[^/]+$} ? $1 : '.';
my $app = "$home/../..";
my $root = do { open(my $in, '<', "$home/root") or die "$home/root: $!\n"; my $line = <$in>; chomp $line; $line };
my $idle_seconds = 75;
my $chunk = 256 * 1024;

my %types = (
    html => 'text/html; charset=utf-8', htm => 'text/html; charset=utf-8', css => 'text/css; charset=utf-8',
    js => 'text/javascript; charset=utf-8', mjs => 'text/javascript; charset=utf-8', json => 'application/json',
    map => 'application/json', txt => 'text/plain; charset=utf-8', md => 'text/markdown; charset=utf-8',
    csv => 'text/csv; charset=utf-8', xml => 'application/xml', webmanifest => 'application/manifest+json',
    svg => 'image/svg+xml', png => 'image/png', jpg => 'image/jpeg', jpeg => 'image/jpeg', gif => 'image/gif',
    webp => 'image/webp', avif => 'image/avif', ico => 'image/x-icon', woff => 'font/woff', woff2 => 'font/woff2',
    ttf => 'font/ttf', otf => 'font/otf', pdf => 'application/pdf', zip => 'application/zip', wasm => 'application/wasm',
    mp3 => 'audio/mpeg', ogg => 'audio/ogg', wav => 'audio/wav', mp4 => 'video/mp4', webm => 'video/webm',
);
my %reasons = (
    200 => 'OK', 206 => 'Partial Content', 301 => 'Moved Permanently', 302 => 'Found', 303 => 'See Other', 304 => 'Not Modified',
    307 => 'Temporary Redirect', 308 => 'Permanent Redirect', 400 => 'Bad Request',
    404 => 'Not Found', 405 => 'Method Not Allowed', 416 => 'Range Not Satisfiable', 431 => 'Request Header Fields Too Large',
);

# Every file by its path: what to answer with it.
my (%files, %directories);

# What static.json says (see static-json.pl).
my (%say, @redirects, @routes, @headers);

sub read_config {
    open(my $in, '<', "$home/config") or return;
    while (my $line = <$in>) {
        chomp $line;
        my ($what, @words) = split /\t/, $line, -1;
        if ($what eq 'redirect') { push @redirects, [qr/^(?:$words[0])$/s, @words[1, 2]] }
        elsif ($what eq 'route') { push @routes, [qr/^(?:$words[0])$/s, $words[1], $words[2] eq '' ? undef : qr/^(?:$words[2])$/s] }
        elsif ($what eq 'header') { push @headers, [qr/^(?:$words[0])$/s, @words[1, 2]] }
        else { $say{$what} = $words[0] }
    }
}

# The file that a route leads to, for a path that is no file.
sub routed {
    my ($path) = @_;
    for my $route (@routes) {
        my ($pattern, $to, $except) = @$route;
        return $files{$to} if $path =~ $pattern && !(defined $except && $path =~ $except) && $files{$to};
    }
    return undef;
}

sub read_list {
    open(my $in, '<', "$home/files") or die "$home/files: $!\n";
    local $/ = "\0";
    while (my $line = <$in>) {
        chomp $line;
        my ($digest, $path) = $line =~ m{^([0-9a-f]{64})  \./(.*)$}s or next;
        my $file = "$app/$root/$path";
        my ($size, $modified) = (stat $file)[7, 9];
        next if !defined $size;
        my $extension = $path =~ /\.([A-Za-z0-9]+)$/ ? lc $1 : '';
        my $cache = $extension =~ /^html?$/ ? 'no-cache'
            : $path =~ /[.-][0-9a-f]{8,}\.[A-Za-z0-9.]+$/ ? 'public, max-age=31536000, immutable'
            : 'public, max-age=300';
        my $gzip = "$home/gzip/$path.gz";
        $files{"/$path"} = {
            file => $file, size => $size, modified => date($modified), tag => substr($digest, 0, 24), cache => $cache,
            type => $types{$extension} || 'application/octet-stream', gzip => -f $gzip ? { file => $gzip, size => -s $gzip } : undef,
        };
        while ($path =~ s{/[^/]*$}{}) { $directories{"/$path"} = 1 }
    }
}

sub date {
    my @time = gmtime($_[0]);
    return sprintf('%s, %02d %s %d %02d:%02d:%02d GMT', (qw(Sun Mon Tue Wed Thu Fri Sat))[$time[6]], $time[3],
        (qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[$time[4]], $time[5] + 1900, @time[2, 1, 0]);
}

# What a request gets: status, header lines, and a file part [name, offset, length] or a text.
sub answer {
    my ($method, $target, $headers) = @_;
    return (405, "Allow: GET, HEAD\r\n", "Only GET and HEAD are served here.\n") if $method ne 'GET' && $method ne 'HEAD';
    $target =~ s{^https?://[^/]*}{}i;
    my ($path, $query) = split /\?/, $target, 2;
    $path =~ s/%([0-9A-Fa-f]{2})/chr(hex $1)/ge;
    return (400, '', "This is not a path.\n") if $path !~ m{^/} || $path =~ /[\0\r\n]/;
    if ($say{https} && ($headers->{'x-forwarded-proto'} || '') ne 'https' && ($headers->{host} || '') =~ /^([A-Za-z0-9.-]+)(?::\d+)?$/) {
        return (301, "Location: https://$1$target\r\n", "Moved.\n");
    }
    my ($status, $head, $body) = answer_path($path, $query, $headers);
    for my $header (@headers) {
        my ($pattern, $name, $value) = @$header;
        next if $path !~ $pattern;
        # One of ours by that name gives way.
        $head =~ s/^\Q$name\E: [^\r]*\r\n//mig;
        $head .= "$name: $value\r\n";
    }
    return ($status, $head, $body);
}

sub answer_path {
    my ($path, $query, $headers) = @_;
    for my $redirect (@redirects) {
        return ($redirect->[1], "Location: $redirect->[2]\r\n", "Moved.\n") if $path =~ $redirect->[0];
    }
    my $entry = $files{$path};
    if (!$entry) { $entry = $path =~ m{/$} ? $files{"${path}index.html"} : $say{clean} ? undef : $files{"$path.html"} }
    if (!$entry && $files{"$path/index.html"}) {
        my $to = join '', map { /[A-Za-z0-9._~\/-]/ ? $_ : sprintf('%%%02X', ord) } split //, "$path/";
        # Two slashes at the beginning would name another host.
        $to =~ s{^/+}{/};
        return (301, 'Location: ' . $to . (defined $query ? "?$query" : '') . "\r\n", "Moved.\n");
    }
    $entry ||= routed($path);
    if (!$entry) {
        my $page = $files{ $say{error} || '/404.html' } or return (404, '', "There is nothing here.\n");
        return (404, "Content-Type: $page->{type}\r\nCache-Control: no-cache\r\n", [$page->{file}, 0, $page->{size}]);
    }
    my $body = $entry;
    my $tag = qq("$entry->{tag}");
    my $head = "Last-Modified: $entry->{modified}\r\nCache-Control: $entry->{cache}\r\n";
    if ($entry->{gzip}) {
        $head .= "Vary: Accept-Encoding\r\n";
        my $accepts = $headers->{'accept-encoding'} || '';
        if ($accepts =~ /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/i && !$headers->{range}) {
            $body = $entry->{gzip};
            $tag = qq("$entry->{tag}-gzip");
        }
    }
    $head .= "ETag: $tag\r\n";
    if (defined(my $known = $headers->{'if-none-match'})) {
        return (304, $head, undef) if $known eq '*' || grep { s/^\s*(?:W\/)?|\s+$//gr eq $tag } split /,/, $known;
    }
    elsif (($headers->{'if-modified-since'} || '') eq $entry->{modified}) {
        return (304, $head, undef);
    }
    $head .= "Content-Type: $entry->{type}\r\nX-Content-Type-Options: nosniff\r\nAccept-Ranges: bytes\r\n";
    return (200, $head . "Content-Encoding: gzip\r\n", [$body->{file}, 0, $body->{size}]) if $body != $entry;
    if (($headers->{range} || '') =~ /^bytes=(\d*)-(\d*)$/ && "$1$2" ne '' && (!$headers->{'if-range'} || $headers->{'if-range'} eq $tag)) {
        my ($from, $to) = $1 eq '' ? ($entry->{size} - $2, $entry->{size} - 1) : ($1, $2 eq '' ? $entry->{size} - 1 : $2);
        $from = 0 if $from < 0;
        $to = $entry->{size} - 1 if $to >= $entry->{size};
        return (416, "Content-Range: bytes */$entry->{size}\r\n", "No such part.\n") if $from > $to;
        return (206, $head . "Content-Range: bytes $from-$to/$entry->{size}\r\n", [$entry->{file}, $from, $to - $from + 1]);
    }
    return (200, $head, [$entry->{file}, 0, $entry->{size}]);
}

sub respond {
    my ($connection, $method, $target, $version, $headers) = @_;
    my ($status, $head, $body) = answer($method, $target, $headers);
    my $wants = lc($headers->{connection} || '');
    my $keep = $version eq '1.1' ? $wants ne 'close' : $wants eq 'keep-alive';
    # A body that nobody reads would be taken for the next request.
    $keep = 0 if $headers->{'content-length'} || $headers->{'transfer-encoding'};
    my $length = ref $body ? $body->[2] : defined $body ? length $body : undef;
    $head .= "Content-Type: text/plain; charset=utf-8\r\n" if defined $body && !ref $body && $head !~ /^Content-Type: /mi;
    $head .= "Content-Length: $length\r\n" if defined $length;
    $connection->{out} .= "HTTP/1.1 $status $reasons{$status}\r\nDate: " . date(time) . "\r\n$head"
        . 'Connection: ' . ($keep ? 'keep-alive' : 'close') . "\r\n\r\n";
    $connection->{closing} = !$keep;
    return if $method eq 'HEAD' || !defined $body;
    if (!ref $body) { $connection->{out} .= $body; return }
    if (open(my $file, '<:raw', $body->[0])) {
        seek($file, $body->[1], 0);
        $connection->{file} = $file;
        $connection->{left} = $body->[2];
    }
    else { $connection->{closing} = 1 }
}

# Takes the next whole request from what has been read, if no answer is under way.
sub take_request {
    my ($connection) = @_;
    return if $connection->{out} ne '' || $connection->{file} || $connection->{closing};
    $connection->{in} =~ s/^(?:\r?\n)+//;
    if ($connection->{in} !~ s/^(.*?)\r?\n\r?\n//s) {
        if (length $connection->{in} > 32768) {
            $connection->{out} = "HTTP/1.1 431 $reasons{431}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            $connection->{closing} = 1;
        }
        return;
    }
    my ($first, @lines) = split /\r?\n/, $1;
    if ($first !~ m{^([A-Z]+) (\S+) HTTP/(1\.[01])$}) {
        $connection->{out} = "HTTP/1.1 400 $reasons{400}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        $connection->{closing} = 1;
        return;
    }
    my ($method, $target, $version) = ($1, $2, $3);
    my %headers;
    for (@lines) { $headers{lc $1} = $2 if /^([^\s:]+):\s*(.*?)\s*$/ }
    respond($connection, $method, $target, $version, \%headers);
}

# Returns false when the connection is over.
sub write_some {
    my ($connection) = @_;
    if ($connection->{out} eq '' && $connection->{file}) {
        my $size = $connection->{left} < $chunk ? $connection->{left} : $chunk;
        my $read = $size ? read($connection->{file}, $connection->{out}, $size) : 0;
        $connection->{left} -= $read || 0;
        if (!$connection->{left} || !$read) {
            # Shorter than promised: only the end of the connection says so.
            $connection->{closing} = 1 if $connection->{left};
            delete $connection->{file};
        }
    }
    if ($connection->{out} ne '') {
        my $written = syswrite($connection->{socket}, $connection->{out});
        if (!defined $written) { return $!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR} }
        substr($connection->{out}, 0, $written, '');
    }
    return !($connection->{closing} && $connection->{out} eq '' && !$connection->{file});
}

sub read_some {
    my ($connection) = @_;
    my $read = sysread($connection->{socket}, $connection->{in}, 16384, length $connection->{in});
    if (!defined $read) { return $!{EAGAIN} || $!{EWOULDBLOCK} || $!{EINTR} }
    return $read > 0;
}

sub nonblocking { fcntl($_[0], F_SETFL, fcntl($_[0], F_GETFL, 0) | O_NONBLOCK) }

sub serve {
    my ($listener) = @_;
    my $stopping = 0;
    local $SIG{TERM} = sub { $stopping = 1 };
    local $SIG{PIPE} = 'IGNORE';
    my %connections;
    while (!$stopping || %connections) {
        my ($readable, $writable) = ('', '');
        vec($readable, fileno($listener), 1) = 1 if !$stopping && keys %connections < 900;
        for my $number (keys %connections) {
            my $connection = $connections{$number};
            my $busy = $connection->{out} ne '' || $connection->{file};
            if ($busy) { vec($writable, $number, 1) = 1 }
            elsif ($stopping) { delete $connections{$number} }
            else { vec($readable, $number, 1) = 1 }
        }
        last if $stopping && !%connections;
        my $ready = select($readable, $writable, undef, 5);
        my $now = time;
        if ($ready > 0 && vec($readable, fileno($listener), 1)) {
            while (accept(my $socket, $listener)) {
                nonblocking($socket);
                setsockopt($socket, IPPROTO_TCP, TCP_NODELAY, 1);
                $connections{ fileno $socket } = { socket => $socket, in => '', out => '', used => $now };
                last if keys %connections >= 900;
            }
        }
        for my $number (keys %connections) {
            my $connection = $connections{$number};
            my ($can_read, $can_write) = $ready > 0 ? (vec($readable, $number, 1), vec($writable, $number, 1)) : (0, 0);
            my $alive = 1;
            $alive = read_some($connection) if $can_read;
            if ($alive) { take_request($connection) }
            # Most answers fit into the socket's buffer at once.
            if ($alive && ($can_write || $can_read)) {
                do {
                    $alive = write_some($connection);
                    take_request($connection) if $alive;
                } while ($alive && $connection->{out} eq '' && $connection->{file});
            }
            $connection->{used} = $now if $can_read || $can_write;
            delete $connections{$number} if !$alive || $now - $connection->{used} > $idle_seconds;
        }
    }
    exit 0;
}

read_config();
read_list();
socket(my $listener, PF_INET, SOCK_STREAM, getprotobyname('tcp') || 6) or die "socket: $!\n";
setsockopt($listener, SOL_SOCKET, SO_REUSEADDR, 1);
my $port = $ENV{PORT} || 5000;
bind($listener, sockaddr_in($port, INADDR_ANY)) or die "port $port: $!\n";
listen($listener, 1024) or die "listen: $!\n";
nonblocking($listener);

my %workers;
my $stopping = 0;
$SIG{TERM} = $SIG{INT} = sub { $stopping = 1; kill 'TERM', keys %workers };
$| = 1;
print "Serving ", scalar(keys %files), " files on port $port\n";
my $wanted = ($ENV{STATIC_WORKERS} || 2) =~ /^(\d{1,2})$/ && $1 ? $1 : 2;
while (1) {
    while (!$stopping && keys %workers < $wanted) {
        my $pid = fork;
        die "fork: $!\n" if !defined $pid;
        if (!$pid) {
            $SIG{TERM} = $SIG{INT} = 'DEFAULT';
            serve($listener);
        }
        $workers{$pid} = 1;
    }
    my $gone = wait;
    delete $workers{$gone};
    exit 0 if $stopping && !%workers;
    # A worker that fails again and again must not take the processor.
    select(undef, undef, undef, 0.2) if !$stopping;
}
