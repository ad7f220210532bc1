# Managed by drplan: fixed library, replaced as a whole on every generation.
require_relative '../spec_helper'

describe 'dr::service' do
  let(:pre_condition) { "class { 'dr': plan => 'shop', site => 'lon' }" }
  let(:title) { 'web' }
  let(:params) { {} }

  it { is_expected.to compile.with_all_deps }
  it { is_expected.to contain_exec('dr-service-start-web').with_onlyif('/usr/bin/test ! -e /var/lib/dr/services/web.stopped') }
  it {
    is_expected.to contain_file('/etc/systemd/system/web.service.d/10-dr.conf')
      .with_content(%r{^ConditionPathExists=!/var/lib/dr/services/web.stopped$})
  }
  it { is_expected.not_to contain_file('/etc/systemd/system/web.service') }

  context 'as a standby' do
    let(:params) { { mode: 'standby' } }

    it { is_expected.to contain_exec('dr-service-start-web').with_onlyif('/usr/bin/test -e /var/lib/dr/services/web.started') }
    it {
      is_expected.to contain_file('/etc/systemd/system/web.service.d/10-dr.conf')
        .with_content(%r{^ConditionPathExists=/var/lib/dr/services/web.started$})
    }
  end

  context 'with a unit of its own' do
    let(:params) { { command: ['/bin/x', 'a b'], environment: { 'A' => '1 "2" $3 4%' }, user: 'web', working_directory: '/srv/x' } }

    it { is_expected.to compile.with_all_deps }
    it {
      is_expected.to contain_file('/etc/systemd/system/web.service')
        .with_content(%r{^ExecStart="/bin/x" "a b"$})
    }
  end
end
