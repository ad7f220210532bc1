# Managed by drplan: fixed library, replaced as a whole on every generation.
require_relative '../spec_helper'

describe 'dr::command::job' do
  let(:pre_condition) { "class { 'dr': plan => 'shop', site => 'lon' }" }
  let(:title) { 'disk' }
  let(:params) { { command: ['/usr/bin/snap', '--all'], job: job } }
  let(:job) { { 'on_calendar' => ['*-*-* 03:00:00 UTC'], 'max_age_sec' => 90_000 } }

  it { is_expected.to compile.with_all_deps }
  it { is_expected.to contain_file('/etc/dr/command/disk.argv').with(mode: '0600', content: "/usr/bin/snap\n--all\n") }
  it { is_expected.to contain_file('/etc/dr/command/disk.restore').with_content('') }
  it { is_expected.to contain_dr__freshness('disk').with(max_age_sec: 90_000) }

  { command: ["/bin/true\n/bin/false"], restore_command: [], job: { 'paths' => ['relative'] } }.each do |parameter, hostile|
    context "with a hostile #{parameter}" do
      let(:params) { super().merge(parameter => hostile) }

      it { is_expected.to compile.and_raise_error(%r{parameter '#{parameter}'}) }
    end
  end

  context 'with paths and a source' do
    let(:params) { super().merge(source_job: 'files') }
    let(:job) { super().merge('paths' => ['/srv/a']) }

    it { is_expected.to compile.and_raise_error(%r{not both}) }
  end

  context 'with what only the command decides' do
    let(:job) { super().merge('retention' => { 'last' => 3 }) }

    it { is_expected.to compile.and_raise_error(%r{no retention}) }
  end
end

describe 'dr::rclone::job' do
  let(:pre_condition) { "class { 'dr': plan => 'shop', site => 'lon' }" }
  let(:title) { 'plain' }
  let(:params) do
    {
      job: { 'paths' => ['/srv/a'] }, repository: 'bucket/copies/plain', endpoint: 'https://s3.example.com',
      credentials: RSpec::Puppet::Sensitive.new('AWS_ACCESS_KEY_ID' => 'key', 'AWS_SECRET_ACCESS_KEY' => 's3cret')
    }
  end

  it { is_expected.to compile.with_all_deps }
  it { is_expected.to contain_file('/etc/dr/rclone/plain.credentials').with(mode: '0600', show_diff: false) }

  { repository: '/etc', endpoint: 'https://x y' }.each do |parameter, hostile|
    context "with a hostile #{parameter}" do
      let(:params) { super().merge(parameter => hostile) }

      it { is_expected.to compile.and_raise_error(%r{parameter '#{parameter}'}) }
    end
  end
end
