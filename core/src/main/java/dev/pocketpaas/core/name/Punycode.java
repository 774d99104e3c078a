package dev.pocketpaas.core.name;

/** The ASCII form of a label that has other characters (RFC 3492), without its prefix {@code xn--}. */
final class Punycode {
    private static final int BASE = 36;
    private static final int T_MIN = 1;
    private static final int T_MAX = 26;
    private static final int SKEW = 38;
    private static final int DAMP = 700;
    private static final int FIRST_BIAS = 72;
    private static final int FIRST_CODE_POINT = 0x80;

    private Punycode() {}

    /**
     * Encodes {@code label}.
     *
     * @throws ArithmeticException for a label longer than any that is allowed
     */
    static String encode(String label) {
        int[] points = label.codePoints().toArray();
        StringBuilder out = new StringBuilder();
        for (int point : points) {
            if (point < FIRST_CODE_POINT) {
                out.append((char) point);
            }
        }
        int basic = out.length();
        if (basic > 0) {
            out.append('-');
        }
        int next = FIRST_CODE_POINT;
        int delta = 0;
        int bias = FIRST_BIAS;
        int handled = basic;
        while (handled < points.length) {
            int least = Integer.MAX_VALUE;
            for (int point : points) {
                if (point >= next && point < least) {
                    least = point;
                }
            }
            delta = Math.addExact(delta, Math.multiplyExact(least - next, handled + 1));
            next = least;
            for (int point : points) {
                if (point < next) {
                    delta = Math.addExact(delta, 1);
                } else if (point == next) {
                    number(out, delta, bias);
                    bias = adapt(delta, handled + 1, handled == basic);
                    delta = 0;
                    handled++;
                }
            }
            delta = Math.addExact(delta, 1);
            next++;
        }
        return out.toString();
    }

    private static void number(StringBuilder out, int value, int bias) {
        int rest = value;
        for (int k = BASE; ; k += BASE) {
            int threshold = Math.max(T_MIN, Math.min(T_MAX, k - bias));
            if (rest < threshold) {
                out.append(digit(rest));
                return;
            }
            out.append(digit(threshold + (rest - threshold) % (BASE - threshold)));
            rest = (rest - threshold) / (BASE - threshold);
        }
    }

    private static char digit(int value) {
        return (char) (value < 26 ? 'a' + value : '0' + value - 26);
    }

    private static int adapt(int delta, int count, boolean first) {
        int rest = first ? delta / DAMP : delta / 2;
        rest += rest / count;
        int k = 0;
        while (rest > (BASE - T_MIN) * T_MAX / 2) {
            rest /= BASE - T_MIN;
            k += BASE;
        }
        return k + (BASE - T_MIN + 1) * rest / (rest + SKEW);
    }
}
