package dev.pocketpaas.core.plan;

import dev.pocketpaas.core.git.CodeChange;
import dev.pocketpaas.core.git.Commit;
import dev.pocketpaas.core.manifest.Procfile;
import dev.pocketpaas.core.manifest.SourceFiles;
import dev.pocketpaas.core.name.AppName;
import dev.pocketpaas.core.protocol.ValueTree;
import java.util.List;
import java.util.Optional;

/**
 * What a plan is made of.
 *
 * @param app the app
 * @param exists whether the host has it
 * @param commit what would be shipped
 * @param files its files
 * @param procfile its Procfile
 * @param settings the settings compiled from it
 * @param live what {@code show APP bundle} answers; empty where nothing is live
 * @param code what lies between the live commit and this one, where the laptop has both
 * @param newSecrets secrets that the host would take from the local environment
 * @param stopFirst whether the old release is to end before the new one starts
 * @param forced whether everything is to be done anew
 * @param notes worth knowing, from elsewhere
 * @param blockers why the deploy would be refused, as far as others found out
 */
public record PlanInput(
        AppName app,
        boolean exists,
        Commit commit,
        SourceFiles files,
        Procfile procfile,
        ValueTree settings,
        ValueTree live,
        Optional<CodeChange> code,
        List<String> newSecrets,
        boolean stopFirst,
        boolean forced,
        List<String> notes,
        List<String> blockers) {
    /** Copies its lists. */
    public PlanInput {
        newSecrets = List.copyOf(newSecrets);
        notes = List.copyOf(notes);
        blockers = List.copyOf(blockers);
    }
}
