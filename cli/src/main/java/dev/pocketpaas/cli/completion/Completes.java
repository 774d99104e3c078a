package dev.pocketpaas.cli.completion;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What the value of an option or argument is completed with, where its label does not say so. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Completes {
    /** The kind of value. */
    Values value() default Values.WORDS;

    /** The words to choose from, for {@link Values#WORDS}. */
    String[] words() default {};
}
