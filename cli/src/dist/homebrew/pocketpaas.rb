# Homebrew's formula of PocketPaaS, written by the build. On Linux it has its own Java; on macOS it uses Homebrew's.
class Pocketpaas < Formula
  desc "Turns any Ubuntu or Debian machine into a small Heroku"
  homepage "@RELEASES@"
  version "@VERSION@"
  license "Apache-2.0"

  on_macos do
    url "@RELEASES@/download/v@VERSION@/pocketpaas-@VERSION@.tar.gz"
    sha256 "@JAVA@"
    depends_on "openjdk"
  end

  on_linux do
    on_intel do
      url "@RELEASES@/download/v@VERSION@/pocketpaas-@VERSION@-linux-x64.tar.gz"
      sha256 "@LINUX_X64@"
    end
@ARM64@  end

  def install
    libexec.install Dir["*"]
    (libexec/"lib/installed-by").atomic_write "brew\n"
    if OS.mac?
      (bin/"pocketpaas").write_env_script libexec/"bin/pocketpaas", POCKETPAAS_JAVA_HOME: formula_java_home
    else
      bin.install_symlink libexec/"bin/pocketpaas"
    end
    man1.install_symlink Dir[libexec/"man/man1/*.1"]
    bash_completion.install_symlink libexec/"completions/pocketpaas.bash" => "pocketpaas"
    zsh_completion.install_symlink libexec/"completions/pocketpaas.zsh" => "_pocketpaas"
    fish_completion.install_symlink libexec/"completions/pocketpaas.fish"
  end

  def formula_java_home
    Formula["openjdk"].opt_libexec/"openjdk.jdk/Contents/Home"
  end

  test do
    assert_match "pocketpaas #{version}", shell_output("#{bin}/pocketpaas --version")
  end
end
