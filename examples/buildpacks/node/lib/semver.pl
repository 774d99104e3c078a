# semver.pl RANGE: reads versions (one a line) and prints the greatest that the npm-style range allows, or nothing.
# Where it allows several, a version with an even major (those get long-term support) goes before the others.
# Understands: 20, 20.x, 20.1, *, ^1.2.3, ~1.2, >=18 <21, 18 - 20, 18 || 20, v20.1.0, lts/* (even majors).
# Exit codes: 0 understood, 2 not a range
use strict;
use warnings;

my $range = $ARGV[0];
my @versions = map { [split /\./] } grep { /^\d+\.\d+\.\d+$/ } map { chomp; $_ } <STDIN>;

sub compare {
    my ($a, $b) = @_;
    return $a->[0] <=> $b->[0] || $a->[1] <=> $b->[1] || $a->[2] <=> $b->[2];
}

# [at least, below]: "below" is exclusive and may be absent.
sub span {
    my ($text) = @_;
    return ([0, 0, 0], undef) if $text =~ /^(?:[*xX]|latest|node|)$/;
    $text =~ /^v?(\d+)(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-[0-9A-Za-z.-]+)?$/ or exit 2;
    my ($major, $minor, $patch) = ($1, $2, $3);
    return ([$major, 0, 0], [$major + 1, 0, 0]) if !defined $minor || $minor =~ /\D/;
    return ([$major, $minor, 0], [$major, $minor + 1, 0]) if !defined $patch || $patch =~ /\D/;
    return ([$major, $minor, $patch], [$major, $minor, $patch + 1]);
}

sub allowed_by {
    my ($term) = @_;
    $term =~ /^(\^|~>?|>=|<=|>|<|=|)(.*)$/;
    my ($operator, $text) = ($1, $2);
    my ($low, $high) = span($text);
    if ($operator eq '^' && $high) {
        $high = $low->[0] > 0 ? [$low->[0] + 1, 0, 0]
            : $text =~ /^v?0(?:\.[xX*])?$/ ? [1, 0, 0]
            : $low->[1] > 0 || $text !~ /^v?0\.0\.\d/ ? [0, $low->[1] + 1, 0]
            : [0, 0, $low->[2] + 1];
    }
    elsif ($operator =~ /^~/ && $high) {
        $high = $text =~ /^v?\d+(?:\.[xX*].*)?$/ ? [$low->[0] + 1, 0, 0] : [$low->[0], $low->[1] + 1, 0];
    }
    elsif ($operator eq '>=') { $high = undef }
    elsif ($operator eq '>') { return sub { 0 } if !$high; ($low, $high) = ($high, undef) }
    elsif ($operator eq '<') { ($low, $high) = ([0, 0, 0], $low) }
    elsif ($operator eq '<=') { $low = [0, 0, 0] }
    return sub { compare($_[0], $low) >= 0 && (!$high || compare($_[0], $high) < 0) };
}

$range =~ s/^\s+|\s+$//g;
my @alternatives;
for my $alternative ($range eq '' ? ('*') : split /\s*\|\|\s*/, $range) {
    my $part = $alternative;
    $part =~ s/^\s+|\s+$//g;
    if ($part =~ m{^lts(?:/\*)?$}i) {
        push @alternatives, [sub { $_[0][0] % 2 == 0 }];
        next;
    }
    $part =~ s/(\S+)\s+-\s+(\S+)/>=$1 <=$2/g;
    $part =~ s/(\^|~>?|>=|<=|>|<|=)\s+/$1/g;
    $part = '*' if $part eq '';
    push @alternatives, [map { allowed_by($_) } split ' ', $part];
}
my $best;
for my $version (@versions) {
    for my $terms (@alternatives) {
        next if grep { !$_->($version) } @$terms;
        $best = $version if !$best || ($version->[0] % 2 <=> $best->[0] % 2 || compare($best, $version)) < 0;
    }
}
print join('.', @$best), "\n" if $best;
