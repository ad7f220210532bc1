#!/usr/bin/ruby
# Managed by drplan: fixed checks, replaced as a whole on every generation.
#
# Usage: new-secrets.rb data/secrets.example.yaml >SECRETS.yaml
# Prints the document with every placeholder replaced by a fresh random value: `<password NAME>`, `<private-key NAME>`
# and `<public-key NAME>`, the same NAME giving the same password or pair of keys. For tests, or to start from: what
# goes into production belongs into eyaml or a secret store, never into the repository as it is.
require 'open3'
require 'securerandom'
require 'tmpdir'
require 'yaml'

PLACEHOLDER = /\A<([a-z-]+) ([A-Za-z0-9._-]+)>\z/.freeze

def key_pair(name)
  @pairs ||= {}
  @pairs[name] ||= Dir.mktmpdir do |dir|
    out, status = Open3.capture2e('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', File.join(dir, 'key'))
    abort "new-secrets.rb: ssh-keygen failed: #{out}" unless status.success?
    [File.read(File.join(dir, 'key')), File.read(File.join(dir, 'key.pub')).split[0, 2].join(' ')]
  end
end

def password(name)
  @passwords ||= {}
  @passwords[name] ||= SecureRandom.alphanumeric(32)
end

def fill(value)
  case value
  when Hash then value.transform_values { |inner| fill(inner) }
  when Array then value.map { |inner| fill(inner) }
  when PLACEHOLDER
    kind, name = value.match(PLACEHOLDER).captures
    case kind
    when 'password' then password(name)
    when 'private-key' then key_pair(name).first
    when 'public-key' then key_pair(name).last
    else abort "new-secrets.rb: unknown kind of placeholder #{value}"
    end
  else value
  end
end

if ARGV.length != 1 || ARGV[0] == '--help'
  puts File.read(__FILE__).lines.drop(3).take_while { |line| line.start_with?('#') }.map { |line| line.sub(/^# ?/, '') }
  exit(ARGV[0] == '--help' ? 0 : 64)
end
document = YAML.safe_load(File.read(ARGV[0]), aliases: false)
abort "new-secrets.rb: #{ARGV[0]} is not a map" unless document.is_a?(Hash) || document.nil?
puts YAML.dump(fill(document || {}))
