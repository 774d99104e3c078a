package dev.pocketpaas.cli;

/** The output without arguments: the first steps, not the whole help. */
final class StartPage {
    static final String TEXT = """
            PocketPaaS turns an Ubuntu or Debian machine into a small Heroku.

            Start here:
              pocketpaas init host root@203.0.113.10   Set up a machine.
              pocketpaas deploy                        Deploy the app in this directory.
              pocketpaas logs -f                       Follow what it prints.
              pocketpaas sandbox up                    Try it all without a server.

            All commands: pocketpaas --help. More about one: pocketpaas help COMMAND.
            """;

    private StartPage() {}
}
