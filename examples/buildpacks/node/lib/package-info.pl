# package-info.pl FILE PATH…: prints the string at a path of keys of a JSON file, or nothing.
# Exit codes: 0 read, 1 not valid JSON (the reason on standard error)
use strict;
use warnings;
use JSON::PP;

my ($file, @path) = @ARGV;
open(my $in, '<', $file) or die "$file: $!\n";
local $/;
my $value = eval { JSON::PP->new->utf8->decode(<$in>) };
if (!defined $value) {
    my $why = $@;
    $why =~ s/ at \S+ line \d+\.?\n?$//;
    print STDERR "$why\n";
    exit 1;
}
for my $key (@path) {
    exit 0 if ref $value ne 'HASH' || !exists $value->{$key};
    $value = $value->{$key};
}
binmode(STDOUT, ':utf8');
print $value if defined $value && !ref $value;
