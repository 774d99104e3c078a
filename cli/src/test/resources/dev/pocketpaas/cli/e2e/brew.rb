# Homebrew's part, for the test of our formula: what the formula calls on Linux, with the prefix in FAKE.
#
#   ruby brew.rb FORMULA      runs its install in the current directory, and prints the checksum that it names
require 'pathname'; require 'fileutils'
class Pathname
  def install(files); mkpath; Array(files).each { |f| FileUtils.mv(f, self) }; end

  def install_symlink(links)
    mkpath
    links = Array(links).to_h { |file| [file, File.basename(file)] } unless links.is_a?(Hash)
    links.each { |file, name| FileUtils.ln_s(file, self/name) }
  end

  def atomic_write(t); File.write(self,t); end
end
module OS; def self.mac?; false; end; end
class Formula
  class << self
    attr_reader :got
    def method_missing(n,*a); (@got||={})[n]=a[0]; end
    def on_macos; end
    def on_linux; yield; end
    def on_intel; yield; end
    def on_arm; end
    def test; end
    def version(v=nil); @v=v if v; @v; end
  end
  P=Pathname.new(ENV['FAKE'])
  def libexec; P/'libexec'; end
  def bin; P/'bin'; end
  def man1; P/'share/man/man1'; end
  def bash_completion; P/'etc/bash_completion.d'; end
  def zsh_completion; P/'share/zsh/site-functions'; end
  def fish_completion; P/'share/fish/vendor_completions.d'; end
end
load ARGV[0]
puts Pocketpaas.got[:sha256]
Pocketpaas.new.install
