#!/usr/bin/ruby
# Usage: verdict.rb LAB [RESULT.json]
# What was measured beside what `drplan assess` had predicted, as a table. Exit 1 when a recovery took longer than the RTO, or lost
# more than the RPO (in whole seconds, as the promises are); when a step or a recovery took longer than predicted; or when a
# prediction is padded: more than twice what was measured and FLOOR_S seconds, below which nothing can be told from noise. Steps
# at which a person thinks are not measured, and a total with such a step in it is not held for padding. With
# DRILL_PREDICTIONS=shown predictions are told and held against nobody, only the promises are: the times in a plan are those of
# one kind of machine, and another one must not call them wrong.
require 'json'
require 'time'

FLOOR_S = 5
HELD = ENV['DRILL_PREDICTIONS'] != 'shown'

# One line of the table.
Row = Struct.new(:disaster, :what, :predicted, :measured, :verdict, :note) do
  def bad?
    ['promise broken', ('late' if HELD), ('padded' if HELD), ('lost more' if HELD)].include?(verdict)
  end

  def cells
    [disaster, what, seconds(predicted), seconds(measured), verdict, note]
  end

  def seconds(value)
    value ? "#{value.round(2)} s" : '-'
  end
end

def read(lab, name)
  path = File.join(lab, name)
  File.exist?(path) ? File.readlines(path).map { |line| JSON.parse(line) } : []
end

def judge(predicted, measured, promised: nil, padding: true)
  return '-' unless measured
  return 'promise broken' if promised && measured.round > promised
  return 'late' if measured.round > predicted
  return 'padded' if padding && predicted > 2 * measured + FLOOR_S

  'ok'
end

# Steps of the same component and kind in the order of the schedule.
def steps(outcome, stamps)
  path = outcome['predicted'].flat_map { |one| one['recovery'] ? one['recovery']['critical_path'] : [] }.uniq
  stamps.map do |stamp|
    found = path.find { |step| step['component'] == stamp['component'] && step['step'] == stamp['step'] }
    predicted = found ? found['to_s'] - found['from_s'] : 0
    Row.new(outcome['disaster'], "#{stamp['component']}: #{stamp['step']}", predicted, stamp['measured'],
            judge(predicted, stamp['measured']), stamp['note'])
  end
end

def total(outcome, stamps)
  recovery = outcome['predicted'].find { |one| one['component'] == outcome['component'] }['recovery']
  thinking = stamps.any? { |stamp| stamp['measured'].nil? && stamp['step'] != 'respond' }
  verdict = judge(recovery['worst_s'], outcome['away'], promised: recovery.fetch('objective_s'), padding: !thinking)
  Row.new(outcome['disaster'], "#{outcome['component']} serves again", recovery['worst_s'], outcome['away'], verdict,
          "promised: #{recovery['objective_s']} s")
end

def loss(outcome)
  data = outcome['predicted'].flat_map { |one| one['data_loss'] }
  predicted, promised = %w[worst_s objective_s].map { |key| data.map { |one| one[key] }.compact.max }
  lost = outcome['loss']
  verdict = if lost['seconds'] > (promised || predicted || 0) then 'promise broken'
            elsif lost['seconds'] > (predicted || 0) then 'lost more'
            else 'ok'
            end
  told = "#{lost['rows']} of #{lost['acknowledged']} acknowledged rows"
  Row.new(outcome['disaster'], 'data lost', predicted || 0, lost['seconds'], verdict, promised ? "promised: #{promised} s; #{told}" : told)
end

def table(rows)
  head = ['disaster', 'step', 'predicted', 'measured', '', '']
  lines = [head] + rows.map(&:cells)
  widths = head.each_index.map { |column| lines.map { |line| line[column].to_s.length }.max }
  lines.each do |line|
    cells = line.each_with_index.map { |cell, column| [2, 3].include?(column) ? cell.rjust(widths[column]) : cell.to_s.ljust(widths[column]) }
    puts cells.join('  ').rstrip
  end
end


lab, result = ARGV
stamps = read(lab, 'stamps.jsonl').group_by { |stamp| stamp['disaster'] }
rows = read(lab, 'outcomes.jsonl').flat_map do |outcome|
  own = stamps.fetch(outcome['disaster'])
  steps(outcome, own) + [total(outcome, own), loss(outcome)]
end
rows.empty? ? puts('Nothing in this was predicted.') : table(rows)
puts "\nIn place of what a person does outside of a shell:"
stand_ins = read(lab, 'stand-ins.jsonl').uniq
stand_ins.each { |one| puts "  #{one['disaster']}: #{one['what']}: #{one['how']}" }
puts "\n#{read(lab, 'seen.jsonl').length} things that the pages say to expect were seen."
if result
  document = { measured_on: Time.now.utc.iso8601, floor_s: FLOOR_S, rows: rows.map(&:to_h), stand_ins: stand_ins }
  File.write(result, "#{JSON.pretty_generate(document)}\n")
end
exit(rows.any?(&:bad?) ? 1 : 0)
