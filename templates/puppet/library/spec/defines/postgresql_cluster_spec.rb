# Managed by drplan: fixed library, replaced as a whole on every generation.
require_relative '../spec_helper'

describe 'dr::postgresql::cluster' do
  let(:key) { "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n" }
  let(:pre_condition) do
    <<~PP
      class { 'dr': plan => 'shop', site => 'lon' }
      class { 'dr::postgresql':
        ssh_private_key => Sensitive("#{key.gsub("\n", '\n')}"),
        authorized      => { '192.0.2.9' => 'ssh-ed25519 AAAA' },
      }
    PP
  end
  let(:title) { 'shop' }
  let(:params) do
    {
      member: 'db1', members: [{ 'name' => 'db1', 'address' => '192.0.2.1' }, { 'name' => 'db2', 'address' => 'db2.example.com' }],
      bootstrap: 'primary', repository_address: '192.0.2.9', lag_sec: 60,
      replication_password: RSpec::Puppet::Sensitive.new('a:b'), synchronous: true
    }
  end
  let(:settings) { '/etc/postgresql/15/main/conf.d/90-dr.conf' }

  it { is_expected.to compile.with_all_deps }
  it { is_expected.to contain_file(settings).with_content(%r{host=db2\.example\.com .*application_name=db1 }) }
  it { is_expected.to contain_file(settings).with_content(%r{^synchronous_standby_names = 'ANY 1 \("db2"\)'$}) }
  it {
    is_expected.to contain_file('/var/lib/postgresql/.dr-shop.pgpass')
      .with(mode: '0600', content: sensitive(%r{^\*:\*:\*:dr_replication:a\\:b$}))
  }
  it { is_expected.not_to contain_service('postgresql@15-main') }

  context 'when it is not among the members' do
    let(:params) { super().merge(member: 'db3') }

    it { is_expected.to compile.and_raise_error(%r{not among the members}) }
  end

  context 'when synchronous and alone' do
    let(:params) { super().merge(members: [{ 'name' => 'db1', 'address' => '192.0.2.1' }]) }

    it { is_expected.to compile.and_raise_error(%r{second member}) }
  end

  context 'with a password that breaks out of its quotes' do
    let(:params) { super().merge(replication_password: RSpec::Puppet::Sensitive.new("x'; drop")) }

    it { is_expected.to compile.and_raise_error(%r{replication_password}) }
  end
end
