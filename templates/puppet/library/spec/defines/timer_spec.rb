# Managed by drplan: fixed library, replaced as a whole on every generation.
require_relative '../spec_helper'

describe 'dr::timer' do
  let(:pre_condition) { "class { 'dr': plan => 'shop', site => 'lon' }" }
  let(:title) { 'job.a_1' }
  let(:params) { { command: ['/bin/echo', '50% "$HOME" \\'], on_calendar: ['*:0/15 UTC', 'Sun *-*-* 02:00:00'], description: 'Job 100% \\' } }
  let(:service) { '/etc/systemd/system/dr-job.a_1.service' }
  let(:timer) { '/etc/systemd/system/dr-job.a_1.timer' }

  it { is_expected.to compile.with_all_deps }
  it { is_expected.to contain_service('dr-job.a_1.timer').with(ensure: 'running', enable: true) }
  it { is_expected.to contain_file(timer).with_content(%r{^OnCalendar=\*:0/15 UTC\nOnCalendar=Sun \*-\*-\* 02:00:00\nPersistent=true$}) }
  it { is_expected.to contain_file(service).with_content(%r{^ExecStart="/bin/echo" "50%% \\"\$\$HOME\\" \\\\"$}) }
  it { is_expected.to contain_file(service).with_content(%r{^Description=Job 100%% \\\\$}) }

  context 'with an interval' do
    let(:params) { { command: ['/bin/true'], interval_sec: 3600, description: 'Job' } }

    it { is_expected.to contain_file(timer).with_content(%r{^OnUnitActiveSec=3600$}).without_content(%r{Persistent}) }
  end

  context 'without a time of its own' do
    let(:params) { { command: ['/bin/true'], description: 'Job', triggers: ['next'] } }

    it { is_expected.to compile.with_all_deps }
    it { is_expected.to contain_file(timer).with(ensure: 'absent') }
    it { is_expected.to contain_file(service).with_content(%r{^OnSuccess=dr-next.service$}) }
    it { is_expected.not_to contain_service('dr-job.a_1.timer') }
  end

  context 'with a calendar and an interval' do
    let(:params) { super().merge(interval_sec: 60) }

    it { is_expected.to compile.and_raise_error(%r{not both}) }
  end

  [
    'job a', 'job;rm', "job\nUser=root", '../job', '-job', 'Job', 'j' * 201, '$(id)',
  ].each do |hostile|
    context "with the title #{hostile.inspect}" do
      let(:title) { hostile }

      it { is_expected.to compile.and_raise_error(%r{Dr::Name}) }
    end
  end

  {
    on_calendar: ["*:0/15\nExecStart=/bin/sh"],
    command: ["/bin/true\nUser=root"],
    description: "a\nExecStart=/bin/sh",
    user: 'root;id',
  }.each do |parameter, hostile|
    context "with a hostile #{parameter}" do
      let(:params) { super().merge(parameter => hostile) }

      it { is_expected.to compile.and_raise_error(%r{parameter '#{parameter}'}) }
    end
  end
end
