# Managed by drplan: fixed library, replaced as a whole on every generation.
require_relative '../spec_helper'

describe 'dr::restic::job' do
  let(:pre_condition) { "class { 'dr': plan => 'shop', site => 'lon' }" }
  let(:title) { 'files' }
  let(:params) do
    {
      repository: 'sftp:dr-app1@192.0.2.1:/repositories/files', password: RSpec::Puppet::Sensitive.new('s3cret'), job: job
    }
  end
  let(:job) do
    {
      'paths' => ['/srv/My files', '/srv/[x]'], 'on_calendar' => ['*:0/15 UTC'],
      'retention' => { 'last' => 3, 'within' => '30d' }, 'max_age_sec' => 1800, 'warn_age_sec' => 1200
    }
  end

  it { is_expected.to compile.with_all_deps }
  it {
    is_expected.to contain_file('/etc/dr/restic/files.env')
      .with_content(%r{^DR_FORGET_ARGS='--keep-last 3 --keep-within 30d'$})
  }
  it { is_expected.to contain_file('/etc/dr/restic/files.password').with(mode: '0600', show_diff: false) }
  it { is_expected.to contain_file('/etc/dr/restic/files.paths').with_content("/srv/My files\n/srv/[x]\n") }
  it { is_expected.to contain_dr__freshness('files').with(max_age_sec: 1800, warn_age_sec: 1200) }
  it { is_expected.to contain_dr__timer('files-drill').with(on_calendar: []) }

  context 'with an empty retention' do
    let(:job) { super().merge('retention' => {}) }

    it { is_expected.to compile.and_raise_error(%r{retention}) }
  end

  context 'when taken once' do
    let(:job) do
      super().reject { |key, _| %w[on_calendar retention].include?(key) }.merge('once_after' => '2026-03-01T00:00:00Z')
    end

    it { is_expected.to compile.with_all_deps }
    it { is_expected.to contain_file('/etc/dr/restic/files.env').with_content(%r{^DR_ONCE_AFTER='2026-03-01T00:00:00Z'$}) }
    it { is_expected.to contain_file('/etc/systemd/system/dr-files.timer').with_content(%r{^OnCalendar=hourly$}) }
  end

  context 'when taken once and at other times' do
    let(:job) { super().merge('once_after' => '2026-03-01T00:00:00Z') }

    it { is_expected.to compile.and_raise_error(%r{taken once}) }
  end

  context 'with all of a log in each snapshot' do
    let(:params) { super().merge(whole_log: true) }
    let(:job) { { 'paths' => ['/srv/a'] } }

    it { is_expected.to contain_file('/etc/dr/restic/files.env').with_content(%r{^DR_FORGET_ARGS='--keep-last 24'$}) }
  end

  context 'with a hostile repository' do
    let(:params) { super().merge(repository: "/srv/x'; id; '") }

    it { is_expected.to compile.and_raise_error(%r{parameter 'repository'}) }
  end

  {
    'paths' => ["/srv/a\n/etc/shadow"], 'exclude' => ["a\nb"], 'pre_command' => ["/bin/true\n/bin/false"], 'subject' => 'x y',
    'lock' => '../x', 'on_calendar' => ["*:0\nUser=root"], 'unheard_of' => 1
  }.each do |key, hostile|
    context "with a hostile #{key}" do
      let(:job) { super().merge(key => hostile) }

      it { is_expected.to compile.and_raise_error(%r{parameter 'job'.*#{key}}) }
    end
  end

  [['/'], ['/srv/../etc'], ['/srv/.'], ['srv'], []].each do |paths|
    context "with the paths #{paths}" do
      let(:job) { super().merge('paths' => paths) }

      it { is_expected.to compile.and_raise_error(%r{paths}) }
    end
  end
end

describe 'dr::restic::copy' do
  let(:pre_condition) { "class { 'dr': plan => 'shop', site => 'lon' }" }
  let(:title) { 'offsite' }
  let(:params) do
    {
      source_repository: '/srv/a', source_password: RSpec::Puppet::Sensitive.new('s3cret'), source_job: 'files',
      repository: '/srv/b', password: RSpec::Puppet::Sensitive.new('s3cret'), job: job
    }
  end
  let(:job) { { 'paths' => ['/srv/a'], 'interval_sec' => 3600 } }

  it { is_expected.to compile.with_all_deps }
  it { is_expected.to contain_file('/etc/dr/restic/offsite.env').with_content(%r{^DR_TAG='files'$}) }

  context 'when it is to read live data' do
    let(:job) { super().merge('exclude' => ['*.tmp'], 'pre_command' => ['/bin/true']) }

    it { is_expected.to compile.and_raise_error(%r{no exclude, pre_command}) }
  end
end
