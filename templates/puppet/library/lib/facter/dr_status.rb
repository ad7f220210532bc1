# Managed by drplan: fixed library, replaced as a whole on every generation.
#
# Newest result of every job of the plan on this host, by job, so that one PuppetDB query (or `facter -p dr_status`)
# answers when each of them last succeeded. An unreadable document is shown as one that is not good.
Facter.add(:dr_status) do
  confine kernel: %w[Linux windows]
  setcode do
    require 'json'
    folder = Facter.value(:kernel) == 'windows' ? 'C:/ProgramData/drplan/status' : '/var/lib/dr/status'
    Dir.glob("#{folder}/*.json").sort.each_with_object({}) do |file, jobs|
      jobs[File.basename(file, '.json')] = JSON.parse(File.read(file, 1_048_576))
    rescue JSON::ParserError, SystemCallError => e
      jobs[File.basename(file, '.json')] = { 'ok' => false, 'state' => 'unreadable', 'error' => e.class.name }
    end
  end
end
