package dev.pocketpaas.installer.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceTreeTest {
    /** Something that can be put into a jar. */
    static final class Anchor {}

    @Test
    void readsADirectory() {
        ResourceTree tree = ResourceTree.of(HostPrograms.class, "dev/pocketpaas/installer/host");
        assertThat(tree.paths()).contains("door", "lib/facts.bash");
        assertThat(new String(tree.content("door"), StandardCharsets.UTF_8)).startsWith("#!");
    }

    @Test
    void readsAJarInTheSameWay(@TempDir Path directory) throws Exception {
        Path jar = directory.resolve("a jar.jar");
        String anchor = Anchor.class.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out);
                InputStream own = ResourceTreeTest.class.getResourceAsStream("/" + anchor)) {
            entries.putNextEntry(new JarEntry(anchor));
            own.transferTo(entries);
            for (String name :
                    new String[] {"some/", "some/tree/", "some/tree/run", "some/tree/sub/data", "some/other"}) {
                entries.putNextEntry(new JarEntry(name));
                if (!name.endsWith("/")) {
                    entries.write((name.endsWith("run") ? "#!/bin/sh\n" : "x").getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        try (URLClassLoader loader = new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            ResourceTree tree = ResourceTree.of(loader.loadClass(Anchor.class.getName()), "some/tree");
            assertThat(tree.paths()).containsExactly("run", "sub/data");
            tree.writeTo(directory.resolve("out"));
        }
        assertThat(directory.resolve("out/run")).isExecutable();
        assertThat(Files.isExecutable(directory.resolve("out/sub/data"))).isFalse();
        assertThat(directory.resolve("out/sub/data")).hasContent("x");
    }

    @Test
    void aMissingDirectoryIsNamed() {
        assertThatThrownBy(() -> ResourceTree.of(ResourceTreeTest.class, "no/such"))
                .hasMessageContaining("no/such");
    }
}
