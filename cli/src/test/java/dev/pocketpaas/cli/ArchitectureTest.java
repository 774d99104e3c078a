package dev.pocketpaas.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rules of the house, for all three modules. */
@AnalyzeClasses(
        packages = "dev.pocketpaas",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.WithoutTestJars.class})
class ArchitectureTest {
    /** Core's tests come as a jar where they are packaged. */
    static final class WithoutTestJars implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    @ArchTest
    static final ArchRule ONLY_CLI_SEES_PICOCLI_AND_JLINE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.pocketpaas.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..", "org.jline..");

    @ArchTest
    static final ArchRule ONLY_THE_TERMINAL_PACKAGE_SEES_JLINE = noClasses()
            .that()
            .resideOutsideOfPackage("dev.pocketpaas.cli.terminal..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.jline..");

    @ArchTest
    static final ArchRule ONLY_CORE_SSH_SEES_SSHJ = noClasses()
            .that()
            .resideOutsideOfPackage("dev.pocketpaas.core.ssh..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("net.schmizz..", "com.hierynomus..");

    /** For what SSHJ needs beyond the JDK, and for the forms in which OpenSSL writes certificates and keys. */
    @ArchTest
    static final ArchRule ONLY_SSH_AND_CERTIFICATES_SEE_BOUNCY_CASTLE = noClasses()
            .that()
            .resideOutsideOfPackages("dev.pocketpaas.core.ssh..", "dev.pocketpaas.core.certificate..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bouncycastle..");

    @ArchTest
    static final ArchRule ONLY_CORE_GIT_SEES_JGIT = noClasses()
            .that()
            .resideOutsideOfPackage("dev.pocketpaas.core.git..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.eclipse.jgit..");

    @ArchTest
    static final ArchRule ONLY_CORE_ARCHIVE_AND_IMAGE_SEE_COMMONS_COMPRESS = noClasses()
            .that()
            .resideOutsideOfPackages("dev.pocketpaas.core.archive..", "dev.pocketpaas.core.image..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.commons..");

    @ArchTest
    static final ArchRule CORE_KNOWS_NO_OTHER_MODULE = noClasses()
            .that()
            .resideInAPackage("dev.pocketpaas.core..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.pocketpaas.installer..", "dev.pocketpaas.cli..");

    @ArchTest
    static final ArchRule INSTALLER_DOES_NOT_KNOW_THE_COMMAND_LINE = noClasses()
            .that()
            .resideInAPackage("dev.pocketpaas.installer..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.pocketpaas.cli..");

    @ArchTest
    static final ArchRule NO_CYCLES =
            slices().matching("dev.pocketpaas.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule CORE_HAS_NO_STREAMS_OF_THE_PROCESS = noClasses()
            .that()
            .resideInAnyPackage("dev.pocketpaas.core..", "dev.pocketpaas.installer..")
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .accessField(System.class, "in");

    @ArchTest
    static final ArchRule CORE_NEITHER_ENDS_THE_PROCESS_NOR_READS_ITS_ENVIRONMENT = noClasses()
            .that()
            .resideInAnyPackage("dev.pocketpaas.core..", "dev.pocketpaas.installer..")
            .should()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(System.class, "getenv")
            .orShould()
            .callMethod(System.class, "getenv", String.class);

    @ArchTest
    static final ArchRule NOBODY_LOGS_TO_JAVA_UTIL_LOGGING =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("java.util.logging..");

    /** Without this, a rule about classes that were not imported would hold by accident. */
    @ArchTest
    static void allThreeModulesAreLookedAt(JavaClasses classes) {
        for (String part : new String[] {"core.name", "core.host", "cli.command", "cli"}) {
            if (classes.stream().noneMatch(c -> c.getPackageName().equals("dev.pocketpaas." + part))) {
                throw new AssertionError("nothing of dev.pocketpaas." + part + " was imported");
            }
        }
        if (classes.stream().noneMatch(c -> c.getPackageName().startsWith("dev.pocketpaas.installer"))) {
            throw new AssertionError("nothing of dev.pocketpaas.installer was imported");
        }
    }
}
