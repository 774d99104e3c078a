package dev.pocketpaas.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pocketpaas.cli.e2e.Shell.Seen;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Languages and their versions, as apps ask for them, on a host that has buildpacks for some. */
@ExtendWith(TestDroplet.Shared.class)
class LanguagesIT {
    @Test
    void aLanguageWithoutABuildpackIsNamedWithWhatTheHostHas(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "gems");
        app.laptop().must(app.directory(), "rm", "Procfile", "app.pl");
        app.write("Gemfile", "gem 'rack'\n");
        app.write("app.rb", "puts 1\n");
        app.commit("ruby");

        Seen refused = app.pocketpaas("deploy");
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(6);
        assertThat(refused.err())
                .contains(
                        "this looks like Ruby, but this host has buildpacks for ",
                        "node",
                        "python",
                        "go",
                        "static only")
                .contains("add a Dockerfile, or name a buildpack by its https:// address")
                .doesNotContain("still serving", "serves is as it was");

        // Whoever goes on with a Procfile is warned before it fails.
        app.write("Procfile", "web: ruby app.rb\n");
        app.commit("as it is");
        Seen asItIs = app.pocketpaas("deploy");
        assertThat(asItIs.exit()).as(asItIs.toString()).isEqualTo(6);
        assertThat(asItIs.err()).contains("this looks like Ruby", "nothing is installed", "its command was not found");
        app.destroy();
    }

    /** The newest Node.js, which the range of most package.json files leads to, with a module that has to be compiled. */
    @Test
    void theNewestNodeAndTheOneOfAVersionFile(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "newest");
        app.laptop().must(app.directory(), "rm", "Procfile", "app.pl");
        app.write(
                "server.js",
                "const addon = require('./build/Release/addon.node');\n"
                        + "require('http').createServer((q, r) => r.end(process.version + ' ' + addon)).listen(process.env.PORT)\n");
        app.write("binding.gyp", "{ 'targets': [ { 'target_name': 'addon', 'sources': [ 'addon.c' ] } ] }\n");
        app.write("addon.c", """
                #include <node_api.h>
                static napi_value init(napi_env env, napi_value exports) {
                  napi_value text;
                  napi_create_string_utf8(env, "compiled", NAPI_AUTO_LENGTH, &text);
                  return text;
                }
                NAPI_MODULE(NODE_GYP_MODULE_NAME, init)
                """);
        app.write(
                "package.json",
                "{ \"name\": \"n\", \"version\": \"1.0.0\", \"engines\": { \"node\": \">=18\" },"
                        + " \"scripts\": { \"start\": \"node server.js\" } }\n");
        app.write(
                "package-lock.json",
                "{ \"name\": \"n\", \"version\": \"1.0.0\", \"lockfileVersion\": 3, \"requires\": true, \"packages\":"
                        + " { \"\": { \"name\": \"n\", \"version\": \"1.0.0\", \"engines\": { \"node\": \">=18\" } } } }\n");
        app.commit("any from 18 on");
        assertThat(app.must("deploy").err()).contains("asked for: >=18 in package.json");
        assertThat(app.get("/").body()).matches("v(2[6-9]|[3-9][0-9])[.].* compiled");

        app.write(
                "package.json",
                "{ \"name\": \"n\", \"version\": \"1.0.0\", \"scripts\": { \"start\": \"node server.js\" } }\n");
        app.write(
                "package-lock.json",
                "{ \"name\": \"n\", \"version\": \"1.0.0\", \"lockfileVersion\": 3, \"requires\": true, \"packages\":"
                        + " { \"\": { \"name\": \"n\", \"version\": \"1.0.0\" } } }\n");
        app.write(".nvmrc", "v20\n");
        app.commit("a version file");
        assertThat(app.must("deploy").err()).contains("asked for: v20 in .nvmrc");
        assertThat(app.get("/").body()).matches("v20[.].* compiled");
        app.destroy();
    }

    @Test
    void pythonWithItsPackages(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "snake");
        app.laptop().must(app.directory(), "rm", "Procfile", "app.pl");
        app.write("requirements.txt", "six==1.16.0\n");
        app.write(
                "app.py",
                "import http.server, os, six\n"
                        + "class Page(http.server.BaseHTTPRequestHandler):\n"
                        + "    def do_GET(self):\n"
                        + "        self.send_response(200); self.end_headers(); self.wfile.write(b'six ' + six.__version__.encode())\n"
                        + "http.server.ThreadingHTTPServer(('0.0.0.0', int(os.environ['PORT'])), Page).serve_forever()\n");
        app.write("Procfile", "web: python app.py\n");
        app.commit("python");
        assertThat(app.must("deploy").err()).contains("no .python-version, so the stack's");
        assertThat(app.get("/").body()).isEqualTo("six 1.16.0");

        app.write(".python-version", "2.7\n");
        app.commit("another one");
        Seen refused = app.pocketpaas("deploy");
        assertThat(refused.exit()).as(refused.toString()).isEqualTo(5);
        assertThat(refused.err()).contains(".python-version asks for Python 2.7, and this stack has 3.");
        assertThat(app.get("/").body()).isEqualTo("six 1.16.0");
        app.destroy();
    }

    @Test
    void goWithItsToolchain(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "gopher");
        app.laptop().must(app.directory(), "rm", "Procfile", "app.pl");
        app.write("go.mod", "module example.com/hello\n\ngo 1.22\n");
        app.write("main.go", """
                package main

                import (
                \t"net/http"
                \t"os"
                \t"runtime"
                )

                func main() {
                \thttp.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(runtime.Version())) })
                \thttp.ListenAndServe(":"+os.Getenv("PORT"), nil)
                }
                """);
        app.commit("go");
        assertThat(app.must("deploy").err()).contains("asked for: 1.22 in go.mod", "Programs: hello");
        assertThat(app.get("/").body()).startsWith("go1.22.");
        app.destroy();
    }

    /** Of a site that a script makes, with the tool that its lock file is of. */
    @Test
    void aSiteThatPnpmBuilds(TestDroplet droplet) {
        TestApp app = TestApp.create(droplet, "vite");
        app.laptop().must(app.directory(), "rm", "Procfile", "app.pl");
        app.write(
                "package.json",
                "{ \"name\": \"site\", \"version\": \"1.0.0\", \"scripts\": { \"build\": \"mkdir dist && echo built >dist/index.html\" } }\n");
        app.write("pnpm-lock.yaml", "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n");
        app.write("static.json", "{ \"root\": \"dist\", \"routes\": { \"/**\": \"index.html\" } }\n");
        app.commit("a site");
        assertThat(app.must("deploy").err()).contains("a static site that node builds", "pnpm run build");
        assertThat(app.get("/any/route").body()).isEqualTo("built\n");
        app.destroy();
    }
}
