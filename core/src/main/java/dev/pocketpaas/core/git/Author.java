package dev.pocketpaas.core.git;

import java.time.Instant;
import java.time.ZoneId;
import org.eclipse.jgit.lib.Config;
import org.eclipse.jgit.lib.PersonIdent;
import org.eclipse.jgit.lib.Repository;

/** Who makes a snapshot: whom git would name, else PocketPaaS, for nobody should have to configure git to deploy. */
final class Author {
    private Author() {}

    static PersonIdent of(Repository repository, Instant time) {
        Config config = repository.getConfig();
        String name = config.getString("user", null, "name");
        String email = config.getString("user", null, "email");
        return new PersonIdent(
                name == null || name.isBlank() ? "PocketPaaS" : name,
                email == null || email.isBlank() ? "pocketpaas@localhost" : email,
                time,
                ZoneId.systemDefault());
    }
}
