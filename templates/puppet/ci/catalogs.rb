#!/usr/bin/ruby
# Managed by drplan: fixed checks, replaced as a whole on every generation.
#
# Usage: catalogs.rb REPOSITORY OUT_DIR
# Compiles every node of REPOSITORY/data/nodes with strict settings, turns the catalogue into real resources (which
# validates their values), searches it for dependency cycles, checks that everything it sources exists, and writes
# OUT_DIR/CERTNAME.json. Then looks for Hiera keys that no class has. One process for all. The catalogues hold secrets
# in clear text: give it test secrets, and keep OUT_DIR to yourself.
require 'fileutils'
require 'json'
require 'puppet'
require 'puppet_pal'
require 'yaml'

# Puppet logs into any object of such a name that answers to <<.
module Puppet
  module Test
    # Keeps what Puppet warns of.
    class LogCollector
      attr_reader :list

      def initialize
        @list = []
      end

      def <<(message)
        @list << "#{message.level}: #{message}" if %i[warning err alert crit emerg].include?(message.level)
      end
    end
  end
end

# The checks run on Linux: for the catalogue of a node of Windows, what a whole path is follows the rules of Windows.
module PathsOfNode
  ABSOLUTE = Puppet::Util.instance_method(:absolute_path?)

  class << self
    attr_accessor :platform
  end

  def absolute_path?(path, platform = nil)
    ABSOLUTE.bind(self).call(path, platform || PathsOfNode.platform)
  end
end
Puppet::Util.send(:define_method, :absolute_path?, PathsOfNode.instance_method(:absolute_path?))
Puppet::Util.define_singleton_method(:absolute_path?) { |path, platform = nil| Object.new.extend(Puppet::Util).absolute_path?(path, platform) }

# One control repository, compiled node by node.
class Repository
  def initialize(root, out)
    @root = File.expand_path(root)
    @out = File.expand_path(out)
    @modules = %w[site-modules modules].map { |dir| File.join(@root, dir) }.select { |dir| Dir.exist?(dir) }
    @warnings = Puppet::Test::LogCollector.new
    scratch = File.join(@out, '.puppet')
    FileUtils.mkdir_p(scratch)
    Puppet.initialize_settings(['--confdir', scratch, '--vardir', scratch])
    Puppet[:strict] = :error
    Puppet[:strict_variables] = true
    Puppet::Util::Log.newdestination(@warnings)
  end

  def nodes
    Dir[File.join(@root, 'data', 'nodes', '*.yaml')].sort.map { |file| File.basename(file, '.yaml') }
  end

  # Problems of one node, none if it is sound.
  def check(node)
    @warnings.list.clear
    stage = 'facts'
    resources = 0
    problems = []
    facts = facts_of(node)
    Puppet[:certname] = node
    Puppet[:node_name_value] = node
    stage = 'compile'
    Puppet::Pal.in_environment('production', env_dir: @root, modulepath: @modules, facts: facts, variables: {}) do |pal|
      pal.with_catalog_compiler(manifest_file: File.join(@root, 'manifests', 'site.pp')) do |compiler|
        compiler.compile_additions
        catalog = compiler.send(:catalog)
        resources = catalog.resources.size
        json = compiler.with_json_encoding(&:encode)
        File.write(File.join(@out, "#{node}.json"), json, perm: 0o600)
        problems += missing_sources(JSON.parse(json))
        stage = 'resources'
        PathsOfNode.platform = facts['kernel'] == 'windows' ? :windows : nil
        ral = catalog.to_ral
        stage = 'cycles'
        cycles = ral.relationship_graph.find_cycles_in_graph
        problems += cycles.map { |cycle| "dependency cycle: #{cycle.map(&:to_s).join(' => ')}" }
      end
    end
    [resources, problems + @warnings.list.uniq]
  rescue StandardError => e
    [resources, ["#{stage}: #{e.message}"]]
  ensure
    PathsOfNode.platform = nil
  end

  # Keys in the data that no class has as a parameter: Hiera would ignore them without a word.
  def unknown_keys
    known = class_parameters
    Dir[File.join(@root, 'data', '**', '*.yaml')].sort.flat_map do |file|
      keys = (YAML.safe_load(File.read(file), aliases: false) || {}).keys
      (keys - ['lookup_options'] - known).map { |key| "#{file.delete_prefix("#{@root}/")}: no class has #{key}" }
    end
  end

  private

  def facts_of(node)
    shared = YAML.safe_load(File.read(File.join(@root, 'ci', 'facts.yaml')))
    host, domain = node.split('.', 2)
    network = { 'networking' => { 'hostname' => host, 'domain' => domain || '', 'fqdn' => node, 'ip' => '192.0.2.1' } }
    special = File.join(@root, 'ci', 'facts', "#{node}.yaml")
    own = File.exist?(special) ? YAML.safe_load(File.read(special)) : {}
    merge(merge(shared, network), own).merge('clientcert' => node, 'clientversion' => Puppet.version)
  end

  def merge(base, over)
    base.merge(over) { |_, old, new| old.is_a?(Hash) && new.is_a?(Hash) ? merge(old, new) : new }
  end

  def missing_sources(catalog)
    catalog['resources'].select { |r| r['type'] == 'File' }.flat_map do |file|
      Array(file['parameters'] && file['parameters']['source']).grep(%r{\Apuppet:///modules/}).reject { |source| source?(source) }
                                                               .map { |source| "File[#{file['title']}]: #{source} does not exist" }
    end
  end

  def source?(source)
    name, path = source.delete_prefix('puppet:///modules/').split('/', 2)
    @modules.any? { |dir| File.exist?(File.join(dir, name, 'files', path.to_s)) }
  end

  def class_parameters
    parser = Puppet::Pops::Parser::EvaluatingParser.new
    Dir[*@modules.map { |dir| File.join(dir, '*', 'manifests', '**', '*.pp') }].sort.flat_map do |file|
      parser.parse_file(file).definitions.grep(Puppet::Pops::Model::HostClassDefinition).flat_map do |definition|
        definition.parameters.map { |parameter| "#{definition.name}::#{parameter.name}" }
      end
    end
  end
end

abort 'Usage: catalogs.rb REPOSITORY OUT_DIR' unless ARGV.length == 2
repository = Repository.new(*ARGV)
failed = 0
abort 'FAIL there is no node in data/nodes' if repository.nodes.empty?
repository.nodes.each do |node|
  started = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  resources, problems = repository.check(node)
  failed += 1 unless problems.empty?
  puts format('%-4s %-40s %4d resources %.2f s', problems.empty? ? 'ok' : 'FAIL', node, resources,
              Process.clock_gettime(Process::CLOCK_MONOTONIC) - started)
  problems.each { |problem| puts "     #{problem}" }
end
unknown = repository.unknown_keys
unknown.each { |problem| puts "FAIL #{problem}" }
exit(failed.zero? && unknown.empty? ? 0 : 1)
