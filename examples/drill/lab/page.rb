#!/usr/bin/ruby
# Usage: page.rb index README.md SCENARIO|COMPONENT | page.rb read PAGE.md [SECTION]
# `index` finds the page of a scenario or component in the generated index, as a person would. `read` prints what a page, or
# the section of it whose title begins so, says to do, in its order, as JSON lines: `step` and `after` begin a part, `set` and
# `run` are its fenced commands, `expect` is what is to be seen when they worked. Nothing is left out silently: a fence that
# nobody is told to run ends it.
require 'json'

# Reads one page, line by line.
class Page
  def initialize(text, title = nil)
    @lines = text.lines(chomp: true)
    @recovering = false
    only(title) if title
    @hosts = nil
  end

  def items
    found = []
    found.concat(item(@lines.shift)) until @lines.empty?
    found
  end

  private

  # A page of a component has no steps of a recovery: its section is one part.
  def only(title)
    @lines = @lines.drop_while { |line| !line.start_with?("## #{title}") }
    abort "page.rb: no section begins with: #{title}" if @lines.empty?
    heading = @lines.shift
    @lines = @lines.take_while { |line| !line.start_with?('## ') }
    @lines.unshift("### #{heading.delete_prefix('## ')}")
    @recovering = true
  end

  def item(line)
    case line
    when /^## (\d+\. .*)/ then section(Regexp.last_match(1))
    when /^### (.*)/ then heading(Regexp.last_match(1))
    when /^\s*On (?:each of )?(`[^`]+`(?:, `[^`]+`)*), as ([a-z]+):$/
      names, user = Regexp.last_match.captures
      nothing { @hosts = [names.delete('`').split(', '), user] }
    when /^\s*(```+)sh$/ then block(Regexp.last_match(1))
    when /^\s*- Expect: (.*)/ then [{ what: 'expect', text: sentence(Regexp.last_match(1)) }]
    else []
    end
  end

  def nothing
    yield
    []
  end

  def section(title)
    @recovering = title.end_with?('Recover', 'Go back to normal')
    []
  end

  def heading(title)
    return [] unless @recovering

    step = title.match(/^Step (?<number>\d+), T\+[0-9:]+: (?<component>\S+), (?<kind>\S+) \(.*\)$/)
    [step ? { what: 'step', number: step[:number], component: step[:component], kind: step[:kind] } : { what: 'after', component: title }]
  end

  def block(fence)
    lines = []
    lines << @lines.shift until @lines.empty? || @lines.first.strip == fence
    @lines.shift
    hosts, user = @hosts
    @hosts = nil
    command = "#{lines.join("\n")}\n"
    return hosts.map { |host| { what: 'run', host: host, user: user, command: command } } if hosts
    return [{ what: 'set', command: command }] if command.match?(/\A[A-Z]+=/)

    abort "page.rb: nobody is told to run this:\n#{command}"
  end

  # A sentence goes on in the lines below that are indented further.
  def sentence(start)
    start += " #{@lines.shift.strip}" while @lines.first&.match?(/^\s+[^-\s]/)
    start
  end
end

case ARGV
in ['index', index, scenario]
  lines = File.readlines(index, encoding: 'UTF-8')
  row = lines.find { |line| line.start_with?('|') && line.include?("`#{scenario}`") || line.start_with?("- [#{scenario}](") }
  abort "page.rb: the index has no page for #{scenario}" unless row
  puts row[/\]\(<([^>]+)>\)/, 1] || abort("page.rb: the index has no link for #{scenario}")
in ['read', page, *title]
  Page.new(File.read(page, encoding: 'UTF-8'), *title).items.each { |item| puts JSON.generate(item) }
else
  warn File.readlines(__FILE__)[1].delete_prefix('# ')
  exit 64
end
