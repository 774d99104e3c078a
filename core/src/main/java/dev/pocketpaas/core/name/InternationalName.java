package dev.pocketpaas.core.name;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Optional;

/**
 * The ASCII form of a name with international letters, as browsers and registries make it today: IDNA 2008, with the mapping of UTS #46 in its
 * non-transitional form, so that ß and ς stay letters of their own. ({@link java.net.IDN} is at IDNA 2003 and Unicode 3.2: it turns
 * {@code faß} into {@code fass}, which is somebody else's name.) Emoji pass, as in browsers. What this Java does not know, or what
 * only a longer table could decide, is refused: the {@code xn--} form can always be written.
 */
final class InternationalName {
    private static final String PREFIX = "xn--";

    /** What separates labels, as a pattern of one character. */
    static final String DOTS = "[.\u3002\uff0e\uff61]";

    private static final int FINAL_SIGMA = '\u03c2';
    private static final int ZWNJ = 0x200c;
    private static final int ZWJ = 0x200d;

    /** Combining characters of class 9, after which a joiner may stand (RFC 5892, appendix A). */
    private static final String VIRAMAS = "\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d3b\u0d3c\u0d4d\u0dca"
            + "\u0e3a\u0eba\u0f84\u1039\u103a\u1714\u1734\u17d2\u1a60\u1b44\u1baa\u1bab\u1bf2\u1bf3\u2d7f\ua806\ua8c4"
            + "\ua953\ua9c0\uaaf6\uabed";

    /** Letters of the Arabic block that join to the right only. */
    private static final String RIGHT_JOINING = "\u0622\u0623\u0624\u0625\u0627\u0629\u062f\u0630\u0631\u0632\u0648"
            + "\u0671\u0672\u0673\u0675\u0676\u0677\u0688\u0689\u068a\u068b\u068c\u068d\u068e\u068f\u0690\u0691\u0692"
            + "\u0693\u0694\u0695\u0696\u0697\u0698\u0699\u06c0\u06c3\u06c4\u06c5\u06c6\u06c7\u06c8\u06c9\u06ca\u06cb"
            + "\u06cd\u06cf\u06d2\u06d3\u06d5\u06ee\u06ef";

    /** Letters of the Arabic block that do not join. */
    private static final String NOT_JOINING = "\u0621\u0674";

    private InternationalName() {}

    /** The ASCII form of {@code name}; nothing where it cannot be made. Labels of ASCII alone are only lower-cased. */
    static Optional<String> toAscii(String name) {
        if (isPlain(name)) {
            // Nearly every name; Java's tables for the others take a while to load.
            return Optional.of(name.toLowerCase(Locale.ROOT));
        }
        if (!name.codePoints().allMatch(InternationalName::isMapped)) {
            return Optional.empty();
        }
        StringBuilder ascii = new StringBuilder();
        for (String label : map(name).split(DOTS, -1)) {
            Optional<String> encoded = label(label);
            if (encoded.isEmpty()) {
                return Optional.empty();
            }
            ascii.append(ascii.isEmpty() ? "" : ".").append(encoded.get());
        }
        return Optional.of(ascii.toString());
    }

    private static boolean isPlain(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.';
            if (!plain) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> label(String label) {
        if (label.chars().allMatch(c -> c < 0x80)) {
            return Optional.of(label);
        }
        // What a browser would ask for has "xn--" only where nothing but ASCII follows.
        boolean valid = !label.startsWith(PREFIX)
                && !isMark(label.codePointAt(0))
                && label.codePoints().allMatch(InternationalName::isValid)
                && joinersFit(label)
                && directionFits(label);
        return valid && label.length() <= 63 ? Optional.of(PREFIX + Punycode.encode(label)) : Optional.empty();
    }

    /** Lower case, compatibility forms replaced, what cannot be seen left out. */
    private static String map(String name) {
        StringBuilder lower = new StringBuilder();
        Normalizer.normalize(name, Normalizer.Form.NFKC)
                .codePoints()
                .filter(point -> !isIgnored(point))
                .forEach(point -> lower.append(fold(point)));
        return Normalizer.normalize(lower, Normalizer.Form.NFKC);
    }

    /** One by one: a final Σ is σ here, as in every other place. Of Greek letters with an iota below the iota becomes a letter. */
    private static String fold(int point) {
        String text = Character.toString(point);
        boolean iota = point == 0x345 || point >= 0x1f80 && point <= 0x1ffc;
        return (iota ? text.toUpperCase(Locale.ROOT) : text).toLowerCase(Locale.ROOT);
    }

    /**
     * Whether a character of the input is one that {@link #map} treats as the standard does; not so what would become a dot, Cherokee (folded to
     * capitals), other forms of a final sigma, variants of Cyrillic letters, invisible vowels, and what stands for a character that is missing.
     */
    private static boolean isMapped(int point) {
        if (point < 0x80 || DOTS.indexOf(point) > 0) {
            return true;
        }
        boolean odd = point >= 0x13a0 && point <= 0x13fd
                || point >= 0xab70 && point <= 0xabbf
                || point == 0x17b4
                || point == 0x17b5
                || point >= 0x1c80 && point <= 0x1c8f
                || point == 0x115f
                || point == 0x1160
                || point == 0x3164
                || point == 0xffa0
                || point >= 0x2ff0 && point <= 0x2fff
                || point == 0xfe12
                || point == 0xfffc
                || point == 0xfffd;
        String mapped = Normalizer.normalize(Character.toString(point), Normalizer.Form.NFKC);
        return !odd && mapped.indexOf('.') < 0 && (mapped.indexOf(FINAL_SIGMA) < 0 || point == FINAL_SIGMA);
    }

    private static boolean isIgnored(int point) {
        return point == 0xad
                || point == 0x34f
                || point >= 0x180b && point <= 0x180f && point != 0x180e
                || point == 0x200b
                || point == 0x2060
                || point == 0x2064
                || point >= 0xfe00 && point <= 0xfe0f
                || point == 0xfeff
                || point >= 0xe0100 && point <= 0xe01ef;
    }

    private static boolean isValid(int point) {
        if (point < 0x80) {
            return point == '-' || point >= '0' && point <= '9' || point >= 'a' && point <= 'z';
        }
        return switch (Character.getType(point)) {
            case Character.LOWERCASE_LETTER,
                    Character.OTHER_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.NON_SPACING_MARK,
                    Character.COMBINING_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.DECIMAL_DIGIT_NUMBER,
                    Character.LETTER_NUMBER,
                    Character.OTHER_NUMBER,
                    Character.MATH_SYMBOL,
                    Character.CURRENCY_SYMBOL,
                    Character.MODIFIER_SYMBOL,
                    Character.OTHER_SYMBOL,
                    Character.DASH_PUNCTUATION,
                    Character.OTHER_PUNCTUATION -> true;
            case Character.FORMAT -> point == ZWNJ || point == ZWJ;
            default -> false;
        };
    }

    private static boolean isMark(int point) {
        int type = Character.getType(point);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    /** RFC 5892, appendix A.1 and A.2: a joiner stands after a virama, or, without width, between two letters that would join. */
    private static boolean joinersFit(String label) {
        int[] points = label.codePoints().toArray();
        for (int i = 0; i < points.length; i++) {
            if (points[i] != ZWNJ && points[i] != ZWJ) {
                continue;
            }
            boolean afterVirama = i > 0 && VIRAMAS.indexOf(points[i - 1]) >= 0;
            if (!afterVirama && !(points[i] == ZWNJ && betweenLettersThatJoin(points, i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean betweenLettersThatJoin(int[] points, int at) {
        int before = at - 1;
        while (before >= 0 && isMark(points[before])) {
            before--;
        }
        int after = at + 1;
        while (after < points.length && isMark(points[after])) {
            after++;
        }
        return before >= 0
                && after < points.length
                && isArabicLetter(points[before])
                && RIGHT_JOINING.indexOf(points[before]) < 0
                && isArabicLetter(points[after]);
    }

    private static boolean isArabicLetter(int point) {
        return point >= 0x620 && point <= 0x6ff && Character.isLetter(point) && NOT_JOINING.indexOf(point) < 0;
    }

    /** RFC 5893, section 2, for a label that has letters from right to left. */
    private static boolean directionFits(String label) {
        int[] points = label.codePoints().toArray();
        boolean arabicDigits = false;
        boolean europeanDigits = false;
        boolean leftToRight = false;
        boolean rightToLeft = false;
        byte last = Character.DIRECTIONALITY_UNDEFINED;
        for (int point : points) {
            byte direction = Character.getDirectionality(point);
            arabicDigits |= direction == Character.DIRECTIONALITY_ARABIC_NUMBER;
            europeanDigits |= direction == Character.DIRECTIONALITY_EUROPEAN_NUMBER;
            leftToRight |= direction == Character.DIRECTIONALITY_LEFT_TO_RIGHT;
            rightToLeft |= isRightToLeft(direction);
            if (direction != Character.DIRECTIONALITY_NONSPACING_MARK) {
                last = direction;
            }
        }
        if (!rightToLeft && !arabicDigits) {
            return true;
        }
        return isRightToLeft(Character.getDirectionality(points[0]))
                && !leftToRight
                && !(arabicDigits && europeanDigits)
                && (isRightToLeft(last)
                        || last == Character.DIRECTIONALITY_ARABIC_NUMBER
                        || last == Character.DIRECTIONALITY_EUROPEAN_NUMBER);
    }

    private static boolean isRightToLeft(byte direction) {
        return direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT
                || direction == Character.DIRECTIONALITY_RIGHT_TO_LEFT_ARABIC;
    }
}
