package dev.pocketpaas.cli;

/** The output without arguments: the first steps, not the whole help. */
final class StartPage {
    static final String TEXT = """
            PocketPaaS turns an Ubuntu or Debian machine into a small Heroku.

            Start here:
              pocketpaas init host root@ADDRESS   Set up a machine.
              pocketpaas deploy                   Deploy your app.
              pocketpaas logs -f                  Follow its output.
              pocketpaas sandbox up               Try without a server.

            All commands: pocketpaas --help. More about one: pocketpaas help COMMAND.
            """;

    private StartPage() {}
}
