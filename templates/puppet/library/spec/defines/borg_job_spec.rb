# Managed by drplan: fixed library, replaced as a whole on every generation.
require_relative '../spec_helper'

describe 'dr::borg::job' do
  let(:pre_condition) { "class { 'dr': plan => 'shop', site => 'lon' }" }
  let(:title) { 'files' }
  let(:params) do
    {
      repository: 'ssh://bg-app1@192.0.2.1/srv/borg/bg-app1/files', password: RSpec::Puppet::Sensitive.new('s3cret'),
      job: { 'paths' => ['/srv/My files'], 'on_calendar' => ['*:0/15 UTC'], 'retention' => { 'daily' => 3, 'within' => '30d' } }
    }
  end

  it { is_expected.to compile.with_all_deps }
  it { is_expected.to contain_file('/etc/dr/borg/files.password').with(mode: '0600', show_diff: false) }
  it {
    is_expected.to contain_file('/etc/dr/borg/files.env')
      .with_content(%r{^DR_FORGET_ARGS='--keep-daily 3 --keep-within 30d'\n.*^DR_APPEND_ONLY='no'$}m)
  }

  context 'with a store that only appends' do
    let(:params) { super().merge(append_only: true) }

    it { is_expected.to contain_file('/etc/dr/borg/files.env').with_content(%r{^DR_APPEND_ONLY='yes'$}) }
  end

  context 'with a hostile repository' do
    let(:params) { super().merge(repository: "ssh://x'; id; '") }

    it { is_expected.to compile.and_raise_error(%r{parameter 'repository'}) }
  end

  context 'on a host that keeps repositories of others, too' do
    let(:pre_condition) { super() + " class { 'dr::borg::server': accounts => {} }" }

    it { is_expected.to compile.with_all_deps }
  end
end

describe 'dr::borg::server', type: :class do
  let(:pre_condition) { "class { 'dr': plan => 'shop', site => 'lon' }" }
  let(:params) { { accounts: { 'bg-app1' => ['ssh-ed25519 AAAA'] }, append_only: true } }

  it { is_expected.to compile.with_all_deps }
  it {
    is_expected.to contain_file('/etc/dr/authorized_keys/bg-app1')
      .with_content(%r{^restrict,command="borg serve --umask=077 --append-only --restrict-to-path /srv/borg/bg-app1" ssh-ed25519 AAAA})
  }
end
