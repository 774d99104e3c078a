# static-json.pl FILE: what a site's static.json says, as lines of words with tabs between them, for server.pl; on standard error what of it is
# not understood. The keys are those of Heroku's buildpack for static sites.
#
#   root DIRECTORY · clean no · https yes · error PATH · redirect PATTERN STATUS URL · route PATTERN PATH EXCEPT · header PATTERN NAME VALUE
#
# Patterns are written as regular expressions: * is one segment of a path, ** any number. The more particular one comes first, whatever
# their order in the file; of headers the more particular one comes last, so that it has the last word.
# Exit codes: 0 read · 1 not: the reason is the last thing printed
use strict;
use warnings;
use JSON::PP;

sub fail { print STDERR " !     static.json: $_[0]\n"; exit 1 }

my ($file) = @ARGV;
my $json = do { open(my $in, '<', $file) or fail("$!"); local $/; <$in> };
$json =~ s/^\xef\xbb\xbf//;
my $settings = eval { JSON::PP->new->decode($json) };
if (!defined $settings) {
    my $why = $@;
    $why =~ s/ at \S+ line \d+\.?\n?$//;
    fail("this is not valid JSON: $why");
}
fail('it has to be an object: { … }') if ref $settings ne 'HASH';

sub line {
    for my $word (@_) { fail("\"$word\" holds characters that are not possible here") if $word =~ /[\0-\x1f\x7f]/ }
    print join("\t", @_), "\n";
}

sub object {
    my ($name) = @_;
    my $found = $settings->{$name};
    return {} if !defined $found;
    fail("$name has to be an object: { … }") if ref $found ne 'HASH';
    return $found;
}

sub text {
    my ($name, $value) = @_;
    fail("$name has to be a text") if !defined $value || ref $value;
    return $value;
}

sub pattern {
    my ($path) = @_;
    fail("\"$path\" is not a path: it begins with /") if $path !~ m{^/};
    return join '', map { $_ eq '**' ? '.*' : $_ eq '*' ? '[^/]*' : quotemeta } split /(\*\*|\*)/, $path;
}

# The more particular ones first: without stars, then the longer ones.
sub ordered { return sort { ($a =~ tr/*//) <=> ($b =~ tr/*//) || length $b <=> length $a || $a cmp $b } @_ }

sub site_path {
    my ($name, $path) = @_;
    $path = text($name, $path);
    $path =~ s{^/+}{};
    return "/$path";
}

line('root', text('root', $settings->{root})) if defined $settings->{root};
line('clean', 'no') if exists $settings->{clean_urls} && !$settings->{clean_urls};
line('https', 'yes') if $settings->{https_only};
line('error', site_path('error_page', $settings->{error_page})) if defined $settings->{error_page};

my $redirects = object('redirects');
for my $path (ordered(keys %$redirects)) {
    my $to = $redirects->{$path};
    fail("redirects: \"$path\" needs a url") if ref $to ne 'HASH';
    my $status = $to->{status} || 301;
    fail("redirects: $status is not 301, 302, 303, 307 or 308") if $status !~ /^30[12378]$/;
    line('redirect', pattern($path), $status, text("redirects: the url of $path", $to->{url}));
}
my $routes = object('routes');
for my $path (ordered(keys %$routes)) {
    my $to = $routes->{$path};
    my $except = ref $to eq 'HASH' ? $to->{except} : undef;
    my @except = !defined $except ? () : ref $except eq 'ARRAY' ? @$except : ($except);
    my $file = site_path("routes: \"$path\"", ref $to eq 'HASH' ? $to->{path} : $to);
    line('route', pattern($path), $file, join '|', map { pattern($_) . (m{/$} ? '.*' : '') } @except);
}
my $headers = object('headers');
for my $path (reverse(ordered(keys %$headers))) {
    my $lines = $headers->{$path};
    fail("headers: \"$path\" has to be an object: { … }") if ref $lines ne 'HASH';
    for my $name (sort keys %$lines) {
        fail("headers: \"$name\" is not the name of a header") if $name !~ /^[A-Za-z0-9-]{1,80}$/;
        fail("headers: $name is the server's own") if $name =~ /^(?:Connection|Content-Length|Transfer-Encoding|Date)$/i;
        line('header', pattern($path), $name, text("headers: $name", $lines->{$name}));
    }
}
for my $name (sort keys %$settings) {
    next if $name =~ /^(?:root|clean_urls|https_only|error_page|redirects|routes|headers|logging)$/;
    next if $name eq 'encoding' && lc text('encoding', $settings->{encoding}) eq 'utf-8';
    print STDERR " !     static.json: \"$name\" is not supported here and is ignored.\n";
}
