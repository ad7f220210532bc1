# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Works offline: no fixtures are fetched, the module path is the directory that holds this module.
require 'rspec-puppet'

modules = File.expand_path('../..', __dir__)

RSpec.configure do |c|
  c.module_path = modules
  c.manifest_dir = nil
  c.strict_variables = true
  c.default_facts = {
    os: { 'family' => 'Debian', 'name' => 'Debian', 'release' => { 'major' => '12', 'full' => '12.9' } },
    kernel: 'Linux',
    path: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    networking: { 'hostname' => 'db1', 'fqdn' => 'db1.example.com', 'ip' => '192.0.2.1' },
  }
end
Puppet[:strict] = :error
