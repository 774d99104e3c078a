"""The scripts that fill a database from a dump: what they make of it before a server sees it."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from os import kill
from pathlib import Path

from host_fixture import HostCase
from pocketpaas.state import values

SCRIPTS = Path(values.__file__).parents[2] / "services"
HEAD = "-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n"
END = "-- Dump completed on 2026-11-30 13:00:00\n"
EARLY = "the dump ends too early: its last statement has no end"


class MariadbTest(HostCase):
    """What the server is sent of a dump, and whether that is a whole one."""

    def setUp(self) -> None:
        super().setUp()
        found = re.search(r"LC_ALL=C awk [^']*'(.*?)'", (SCRIPTS / "mariadb" / "common").read_text(), re.DOTALL)
        assert found is not None
        self.program = found[1]

    def sent(self, dump: str, mode: str = "STRICT_TRANS_TABLES", verdict: str = "whole") -> str:
        """The dump as the server gets it, without the last words."""
        told = self.paths.root / "verdict"
        words = {"verdict": str(told), "end": "END", "forever": "2106", "other": "2038", "mode": mode}
        options = [word for name, value in words.items() for word in ("-v", f"{name}={value}")]
        ended = subprocess.run(
            ["awk", *options, self.program],
            input=dump.encode(),
            stdout=subprocess.PIPE,
            env={"LC_ALL": "C"},
            timeout=60,
        )
        self.assertEqual(ended.returncode, 0)
        self.assertEqual(told.read_text(), f"{verdict}\n")
        return ended.stdout.decode().partition("\nSET TRANSACTION READ WRITE;\n")[0]

    def test_the_database_of_a_sequence_is_left_out(self) -> None:
        for given, wanted in (
            (
                "CREATE TABLE `t` (\n  `a` int DEFAULT nextval(`app_x`.`s`),\n"
                "  `b` int DEFAULT (lastval(`o``d'd`.`s``q.x`) + setval(`app_x`.`s`,1,1,0))\n);\n",
                "CREATE TABLE `t` (\n  `a` int DEFAULT nextval(`s`),\n"
                "  `b` int DEFAULT (lastval(`s``q.x`) + setval(`s`,1,1,0))\n);\n",
            ),
            (
                "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a`@`%` SQL SECURITY DEFINER */\n"
                "/*!50001 VIEW `v` AS select nextval(`app_x`.`s`) AS `nextval(s)` from `t` */;\n",
                "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013  SQL SECURITY DEFINER */\n"
                "/*!50001 VIEW `v` AS select nextval(`s`) AS `nextval(s)` from `t` */;\n",
            ),
            (
                "CREATE ALGORITHM=MERGE DEFINER=`a`@`b` SQL SECURITY DEFINER VIEW `v` AS select nextval(`x`.`s`);\n",
                "CREATE ALGORITHM=MERGE  SQL SECURITY DEFINER VIEW `v` AS select nextval(`s`);\n",
            ),
            (
                "CREATE OR REPLACE TABLE t (a int DEFAULT NEXT VALUE FOR `x`.`s`);\n",
                "CREATE OR REPLACE TABLE t (a int DEFAULT NEXT VALUE FOR `s`);\n",
            ),
            (
                'SET sql_mode = \'ANSI_QUOTES\';\nCREATE TABLE t (a int DEFAULT nextval("x"."s"));\n',
                "SET sql_mode = 'ANSI_QUOTES';\nCREATE TABLE t (a int DEFAULT nextval(\"s\"));\n",
            ),
        ):
            with self.subTest(given):
                self.assertEqual(self.sent(given), wanted)

    def test_the_time_of_current_rows_alone_is_that_of_the_server(self) -> None:
        history = "/*M!101100 SET @old_system_versioning_insert_history=1, @@session.insert_history=1 */;\n"
        over = "/*M!101100 SET system_versioning_insert_history=@old_system_versioning_insert_history */;\n"
        explicit = (
            "CREATE TABLE `y` (\n  `a` text DEFAULT '` timestamp(6) GENERATED ALWAYS AS ROW END',\n"
            "  `b\n  ``x` timestamp(6) GENERATED ALWAYS AS ROW START,\n"
            "  `e``,(\n'` timestamp(6) GENERATED ALWAYS AS ROW END INVISIBLE,\n  `z` text\n) ENGINE=InnoDB;\n"
        )
        for table, row in (
            ("CREATE TABLE `t` (\n  `a` text\n) ENGINE=InnoDB;\n", "INSERT INTO `t` (`a`, row_start, row_end) VALUES "),
            ("CREATE TABLE `t` (\n  `a` text\n) ENGINE=InnoDB;\n", "INSERT INTO `t` VALUES\n"),
            (
                "CREATE TABLE `t` (\n  `a\n(` text\n) ENGINE=InnoDB;\n",
                "INSERT INTO `t` (`a\n(`, row_start, row_end) VALUES ",
            ),
        ):
            for between in (",", ",\n"):
                values = between.join(
                    f"({value},'2026','{time}')"
                    for value in ("'2038'", "'2106'", "NULL", "'it\\'s, (\\'2038\\')'", "'\\\\'")
                    for time in ("2026", "2038")
                )
                given = HEAD + table + history + row + values + ";\n" + over + END
                wanted = given.replace("'2026','2038')", "'2026','2106')")
                with self.subTest(row, between=between):
                    self.assertNotEqual(given, wanted)
                    self.assertEqual(self.sent(given), wanted)
        given = HEAD + explicit + history + "INSERT INTO `y` VALUES\n('2038','2026','2038','2038'),\n"
        given += "('a','2026','2027','2038');\n" + over + "INSERT INTO `u` VALUES\n(1,'2038');\n" + END
        self.assertEqual(self.sent(given), given.replace("'2026','2038',", "'2026','2106',"))

    def test_what_only_looks_like_it_stays(self) -> None:
        for same in (
            "CREATE TABLE `t` (a int COMMENT 'nextval(`x`.`s`)', b text DEFAULT \"nextval(`x`.`s`)\");\n",
            "CREATE TABLE `t` (a int /* nextval(`x`.`s`) */, `nextval(` int);\n",
            "DELIMITER ;;\nCREATE PROCEDURE p() begin select '\nCREATE DEFINER=`a`@`b` VIEW\n"
            "ALTER DATABASE `o` CHARACTER\n/*!50013 DEFINER=`a`@`b`\n'; select 1;\n/*!50003 x DEFINER=`a`@`b` */\n"
            "/*!50001 VIEW nextval(`x`.`s`) */; end ;;\n"
            "DELIMITER ;\n",
            "CREATE TABLE `t` (a text DEFAULT 'it\n nextval(`x`.`s`)');\n",
            "INSERT INTO `t` VALUES ('nextval(`x`.`s`)');\n",
            "CREATE TRIGGER `g` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.a = nextval(`x`.`s`);\n",
            "CREATE TABLE `t` (a int DEFAULT nextval(`s`));\n",
        ):
            with self.subTest(same):
                self.assertEqual(self.sent(same), same)

    def test_a_table_is_not_locked_where_a_sequence_may_be_needed_for_its_rows(self) -> None:
        locks = "LOCK TABLES `t` WRITE;\nINSERT INTO `t` VALUES (1);\nUNLOCK TABLES;\n"
        odd = "LOCK TABLES `o``d\nd` WRITE;\nUNLOCK TABLES;\n"
        self.assertEqual(self.sent(HEAD + locks + odd + END), HEAD + locks + odd + END)
        self.assertEqual(
            self.sent(HEAD + "CREATE SEQUENCE `s`;\n" + locks + odd + END),
            HEAD + "CREATE SEQUENCE `s`;\nINSERT INTO `t` VALUES (1);\nUNLOCK TABLES;\nUNLOCK TABLES;\n" + END,
        )

    def test_quotes_are_what_the_mode_says(self) -> None:
        plain = "CREATE FUNCTION f() RETURNS text RETURN '\\';\n"
        escaped = "CREATE FUNCTION f() RETURNS text RETURN '\\'';\n"
        keeps, sets = (
            "/*!50003 SET @saved = @@sql_mode */ ;\n",
            "/*!50003 SET sql_mode = 'A,NO_BACKSLASH_ESCAPES' */ ;\n",
        )
        again = "/*!50003 SET sql_mode = @saved */ ;\n"
        for dump, mode, verdict in (
            (plain, "", EARLY),
            (escaped, "", "whole"),
            (plain, "NO_BACKSLASH_ESCAPES", "whole"),
            (escaped, "NO_BACKSLASH_ESCAPES", EARLY),
            (keeps + sets + plain, "", "whole"),
            (keeps + sets + plain + again + escaped, "", "whole"),
            (keeps + sets + plain + again + plain, "", EARLY),
            (sets + "SET SQL_MODE = DEFAULT;\n" + escaped, "", "whole"),
            (f"{HEAD}{sets}INSERT INTO `t` VALUES ('\\');\n{END}", "", "whole"),
            ('/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE="" */;\n' + escaped, "NO_BACKSLASH_ESCAPES", "whole"),
            (
                "SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='';\nSET SQL_MODE=@OLD_SQL_MODE;\n" + plain,
                "NO_BACKSLASH_ESCAPES",
                "whole",
            ),
            ('SET sql_mode = "ansi";\nSELECT "a\\";\n', "", "whole"),
            ('SET sql_mode = "";\nSELECT "a\\";\n', "ANSI_QUOTES", EARLY),
            # A routine may set it for itself: that is not the dump's.
            ("CREATE PROCEDURE p() BEGIN\nSET sql_mode = 'NO_BACKSLASH_ESCAPES';\n" + escaped, "", "whole"),
        ):
            with self.subTest(dump, mode=mode):
                self.sent(dump, mode, verdict)

    def test_a_name_may_have_several_lines(self) -> None:
        for rows in ("INSERT INTO `o``d\nd` VALUES\n(1,'a');\n", "INSERT INTO `t` (`a`, `b\nb`) VALUES (1,'`');\n"):
            with self.subTest(rows):
                self.assertEqual(self.sent(HEAD + rows + END), HEAD + rows + END)

    def test_a_definer_goes_in_whatever_quotes(self) -> None:
        for account in ("`a`@`%`", '"a"@"localhost"', "'a'@'10.0.0.%'", "a@localhost"):
            with self.subTest(account):
                given = f"CREATE DEFINER={account} PROCEDURE `p`() SELECT 1;\n"
                self.assertEqual(self.sent(given), "CREATE  PROCEDURE `p`() SELECT 1;\n")


class MariadbServerTest(HostCase):
    """What the scripts ask of a server, and make of its answers. `self.answers`: words of a statement, where the answer
    goes, the exit code, the answer."""

    answers: tuple[tuple[str, int, int, str], ...] = ()

    def run_script(self, client: str, words: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`words` behind what all scripts share."""
        programs = self.paths.root / client
        programs.mkdir(exist_ok=True)
        cases = "".join(
            f"*'{word}'*) printf '%b' '{answer}' >&{fd}; exit {code} ;;\n" for word, fd, code, answer in self.answers
        )
        for name in (client, f"{client}-dump", f"{client}dump"):
            values.put(programs / name, f"#!/bin/sh\ncase $(cat) in\n{cases}esac\n", 0o755)
        text = (SCRIPTS / "mariadb" / "common").read_text() + words
        # Nothing else: this machine may have a client of its own.
        for tool in ("awk", "cat", "cut", "head", "paste", "sed", "sha256sum"):
            if not (programs / tool).exists():
                (programs / tool).symlink_to(shutil.which(tool) or "")
        environment = {"PATH": str(programs)}
        return subprocess.run(
            ["/bin/sh", "-c", text, "script", *arguments], capture_output=True, text=True, env=environment, timeout=60
        )

    def test_the_account_of_a_database_is_one_that_mysql_takes(self) -> None:
        longest = "app_" + "a" * 40 + "_123456"
        for client, name, owner in (
            ("mysql", "app_shop", "app_shop"),
            ("mysql", longest[:32], longest[:32]),
            ("mysql", longest, None),
            ("mariadb", longest, longest),
        ):
            with self.subTest(client=client, name=name):
                found = self.run_script(client, 'owner "$1"', name).stdout
                if owner is None:
                    self.assertRegex(found, r"^app_a{16}\$[0-9a-f]{8}$")
                else:
                    self.assertEqual(found, owner)
        self.assertNotEqual(*(self.run_script("mysql", 'owner "$1"', longest[:-1] + end).stdout for end in ("1", "2")))

    def test_what_holds_a_table_without_a_connection_is_told(self) -> None:
        locked = ("RENAME", 2, 1, "ERROR 1205 (HY000) at line 1: Lock wait timeout exceeded\\n")
        for client, asked, answer, told in (
            ("mariadb", "FORMAT", "1\\t4\\t0\\tX\\0047616263\\0047\\n", "XA ROLLBACK X'616263'"),
            ("mysql", "CONVERT XID", "7\\t2\\t1\\t0x616263\\n", "XA ROLLBACK X'6162',X'63',7"),
        ):
            with self.subTest(client):
                self.answers = (locked, (asked, 1, 0, answer))
                ended = self.run_script(client, "echo RENAME | awaited app_shop")
                self.assertEqual(ended.returncode, 1)
                self.assertIn("ERROR 1205", ended.stderr)
                self.assertRegex(ended.stderr.splitlines()[-1], rf"table of app_shop is locked.*{re.escape(told)}$")
                self.answers = (locked,)
                self.assertNotIn("XA", self.run_script(client, "echo RENAME | awaited app_shop").stderr)
                self.answers = (("RENAME", 2, 1, "ERROR 1064"), (asked, 1, 0, answer))
                other = self.run_script(client, "echo RENAME | awaited app_shop").stderr
                self.assertRegex(other, "ERROR 1064\n$")
                self.answers = ()
                self.assertEqual(self.run_script(client, "echo RENAME | awaited app_shop").returncode, 0)


class PostgresTest(HostCase):
    """The names that a dump's statements of extensions and schemas have."""

    def names(self, statement: str, *words: str) -> tuple[str, str] | str:
        """The two, or what is told where they are not understood."""
        found = re.search(
            r"^words_of\(\) \{.*?^\}", (SCRIPTS / "postgres" / "restore").read_text(), re.DOTALL | re.MULTILINE
        )
        assert found is not None
        values.put(
            self.paths.root / "whole", f"--\n-- Name: it; Type: EXTENSION\n--\n\n{statement}\n\n\n--\n-- complete\n--\n"
        )
        text = (
            "set -eu\nwork=$1 first= second=\nshift\n"
            f'pg_restore() {{ cp "$work/whole" "$work/statement"; }}\n{found[0]}\n'
            'words_of "$@"\nprintf "%s\\0%s" "$first" "$second"'
        )
        ended = subprocess.run(
            ["/bin/sh", "-c", text, "sh", str(self.paths.root), "2; 3079 1 EXTENSION - it ", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=60,
        )
        if ended.returncode:
            return ended.stderr.decode()
        first, second = ended.stdout.decode().split("\0")
        return first, second

    def test_whatever_they_are(self) -> None:
        for first, second, wanted in (
            ("hstore", "public", ("hstore", "public")),
            ('"uuid-ossp"', '"EXTENSION x"', ("uuid-ossp", "EXTENSION x")),
            ("citext", '"W\u00e9ird ""S"";\n--\n line\n"', ("citext", 'W\u00e9ird "S";\n--\n line\n')),
            ("citext", '"; DROP TABLE t; --"', ("citext", "; DROP TABLE t; --")),
        ):
            with self.subTest(second):
                statement = f"CREATE EXTENSION IF NOT EXISTS {first} WITH SCHEMA {second};"
                self.assertEqual(
                    self.names(statement, "CREATE EXTENSION IF NOT EXISTS ", " WITH SCHEMA "), wanted, statement
                )
        self.assertEqual(self.names('CREATE SCHEMA "a b";', "CREATE SCHEMA "), ("a b", ""))
        self.assertEqual(self.names("CREATE EXTENSION IF NOT EXISTS a;", "CREATE EXTENSION IF NOT EXISTS "), ("a", ""))

    def test_what_is_something_else_is_told(self) -> None:
        for statement in (
            "CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public; DROP TABLE t;",
            "CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA public;\nDROP TABLE t;",
            "CREATE EXTENSION IF NOT EXISTS hstore WITH SCHEMA Public;",
            'CREATE EXTENSION IF NOT EXISTS "hstore;',
            "SELECT 1;",
        ):
            with self.subTest(statement):
                told = self.names(statement, "CREATE EXTENSION IF NOT EXISTS ", " WITH SCHEMA ")
                self.assertIn("is not understood: 2; 3079 1 EXTENSION - it", told)


class RedisTest(HostCase):
    """The second server, which reads a dump for a trial."""

    def restore(self, **tools: str) -> int:
        """The exit code; `pid` is the second server's."""
        directory = self.paths.root / "data"
        bin_directory = self.paths.root / "bin"
        values.make_directory(directory)
        own = {
            "redis-check-rdb": "",
            "redis-server": "",
            "redis-cli": f"cat >/dev/null\n[ -e {self.paths.root}/pid ] && echo PONG\n",
            "docker-entrypoint.sh": f"cd {self.paths.root}\necho $$ >next\nmv next pid\nexec sleep 600\n",
            **tools,
        }
        self.tree(bin_directory, {name: f"#!/bin/sh\n{text}" for name, text in own.items()})
        for tool in bin_directory.iterdir():
            tool.chmod(0o755)
        script = (SCRIPTS / "redis" / "restore").read_text().replace("/data", str(directory))
        return subprocess.run(
            ["/bin/sh", "-c", script, "restore", "rdb", "app", "app.new"],
            env={"PATH": f"{bin_directory}:/usr/bin:/bin"},
            input=b"REDIS",
            stderr=subprocess.DEVNULL,
            timeout=60,
        ).returncode

    def runs(self) -> bool:
        """Whether the second server does."""
        number = int((self.paths.root / "pid").read_text())
        with suppress(ProcessLookupError):
            kill(number, 0)
            return True
        return False

    def tearDown(self) -> None:
        if (self.paths.root / "pid").exists() and self.runs():
            kill(int((self.paths.root / "pid").read_text()), signal.SIGKILL)
        super().tearDown()

    def test_it_has_ended_and_left_nothing(self) -> None:
        self.assertEqual(self.restore(), 0)
        self.assertFalse(self.runs())
        self.assertEqual([one.name for one in (self.paths.root / "data").iterdir()], ["app.new.rdb"])

    def test_what_it_leaves_is_no_failure(self) -> None:
        begin = time.monotonic()
        self.assertEqual(self.restore(rm="exit 1\n"), 0)
        self.assertFalse(self.runs())
        self.assertLess(time.monotonic() - begin, 9)
