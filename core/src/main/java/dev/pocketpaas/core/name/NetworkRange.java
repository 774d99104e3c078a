package dev.pocketpaas.core.name;

import dev.pocketpaas.core.failure.PocketException;
import dev.pocketpaas.core.rules.Patterns;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * An address or a range of addresses, IPv4 or IPv6, as nginx takes it: {@code 203.0.113.7}, {@code 203.0.113.0/24}, {@code 2001:db8::/32}.
 *
 * @param value as it was written
 */
public record NetworkRange(String value) {
    private static final Pattern FORM =
            Pattern.compile("([0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)(?:/(0|[1-9][0-9]{0,2}))?");
    private static final Pattern IPV4 = Pattern.compile(Patterns.IPV4);

    /** Checks the form. */
    public NetworkRange {
        var matcher = FORM.matcher(value);
        if (!matcher.matches() || !addressFits(matcher.group(1), matcher.group(2))) {
            throw PocketException.usage(
                    "\"" + Printable.of(value) + "\" is not an address or address range",
                    "write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32");
        }
    }

    private static boolean addressFits(String address, @org.jspecify.annotations.Nullable String bits) {
        boolean four = IPV4.matcher(address).matches();
        if (!four) {
            try {
                // With a colon in it, it is never looked up as a name.
                if (!address.contains(":") || InetAddress.getByName(address).getAddress().length != 16) {
                    return false;
                }
            } catch (UnknownHostException e) {
                return false;
            }
        }
        return bits == null || Integer.parseInt(bits) <= (four ? 32 : 128);
    }

    @Override
    public String toString() {
        return value;
    }
}
