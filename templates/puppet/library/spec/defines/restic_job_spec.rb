# Managed by drplan: fixed library, replaced as a whole on every generation.
require_relative '../spec_helper'

describe 'dr::restic::job' do
  let(:pre_condition) { "class { 'dr': plan => 'shop', site => 'lon' }" }
  let(:title) { 'files' }
  let(:params) do
    {
      paths: ['/srv/My files', '/srv/[x]'], repository: 'sftp:dr-app1@192.0.2.1:/repositories/files',
      password: RSpec::Puppet::Sensitive.new('s3cret'), on_calendar: ['*:0/15 UTC'],
      retention: { 'last' => 3, 'within' => '30d' }, max_age_sec: 1800, warn_age_sec: 1200
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
    let(:params) { super().merge(retention: {}) }

    it { is_expected.to compile.and_raise_error(%r{retention}) }
  end

  context 'when taken once' do
    let(:params) do
      super().reject { |key, _| %i[on_calendar retention].include?(key) }.merge(once_after: '2026-03-01T00:00:00Z')
    end

    it { is_expected.to compile.with_all_deps }
    it { is_expected.to contain_file('/etc/dr/restic/files.env').with_content(%r{^DR_ONCE_AFTER='2026-03-01T00:00:00Z'$}) }
    it { is_expected.to contain_file('/etc/systemd/system/dr-files.timer').with_content(%r{^OnCalendar=hourly$}) }
  end

  {
    paths: ["/srv/a\n/etc/shadow"], repository: "/srv/x'; id; '", exclude: ["a\nb"],
    pre_command: ["/bin/true\n/bin/false"], subject: 'x y'
  }.each do |parameter, hostile|
    context "with a hostile #{parameter}" do
      let(:params) { super().merge(parameter => hostile) }

      it { is_expected.to compile.and_raise_error(%r{parameter '#{parameter}'}) }
    end
  end

  ['/', '/srv/../etc', '/srv/.', 'srv'].each do |path|
    context "with the path #{path}" do
      let(:params) { super().merge(paths: [path]) }

      it { is_expected.to compile.and_raise_error(%r{paths}) }
    end
  end
end
