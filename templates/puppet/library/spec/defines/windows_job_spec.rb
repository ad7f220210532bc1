require_relative '../spec_helper'
require 'json'
require 'rexml/document'

describe 'dr::windows::job' do
  let(:pre_condition) { "class { 'dr::windows': plan => 'shop', site => 'lon' }" }
  let(:facts) { { kernel: 'windows', operatingsystem: 'windows', osfamily: 'windows', os: { 'family' => 'windows', 'name' => 'windows' } } }
  let(:title) { 'shop-db-orders-nightly' }
  let(:params) do
    { method: 'full-backup', store: '//files.example.com/copies/shop', database: %q(It's "so\\"\\\\]; DROP), instance: 'SHOP',
      starts: [{ 'first' => '2024-01-01T01:00:00Z', 'every_sec' => 86_400 }, { 'first' => '2024-01-01T00:00:00Z', 'every_sec' => 900 }],
      retention: { 'daily' => 14 }, max_age_sec: 90_000 }
  end
  let(:root) { 'C:/ProgramData/drplan' }
  let(:settings) { JSON.parse(catalogue.resource('File', "#{root}/jobs/#{title}.json")[:content]) }
  let(:task) { REXML::Document.new(catalogue.resource('File', "#{root}/tasks/#{title}.xml")[:content]) }

  it { is_expected.to compile }
  it { expect(settings).to include('database' => %q(It's "so\\"\\\\]; DROP), 'keep' => { 'daily' => 14 }, 'folder' => nil, 'triggers' => []) }
  it { expect(REXML::XPath.match(task, '//CalendarTrigger/StartBoundary').map(&:text)).to eq(['2024-01-01T01:00:00Z']) }
  it { expect(REXML::XPath.first(task, '//DaysInterval').text).to eq('1') }
  it { expect(REXML::XPath.first(task, '//TimeTrigger/Repetition/Interval').text).to eq('PT15M') }
  it { expect(REXML::XPath.first(task, '//Principal/UserId').text).to eq('S-1-5-18') }
  it { expect(REXML::XPath.first(task, '//Arguments').text).to end_with("-File #{root}/bin/dr-sql.ps1 full #{title}") }

  it do
    is_expected.to contain_exec("dr-task-register-#{title}").with(
      command: %r{/powershell\.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File #{root}/bin/dr-task\.ps1 register #{title}\z},
      unless: %r{dr-task\.ps1 check #{title}\z},
      provider: 'windows'
    )
  end

  it { is_expected.to contain_exec("dr-task-register-#{title}-freshness") }
  it { is_expected.to contain_exec("dr-task-remove-#{title}-drill").with_unless(%r{dr-task\.ps1 absent}) }

  context 'on a host that only could restore it' do
    let(:params) { super().merge(starts: [], max_age_sec: :undef) }

    it { is_expected.to contain_exec("dr-task-remove-#{title}") }
    it { is_expected.to contain_file("#{root}/tasks/#{title}.xml").with_ensure('absent') }
    it { expect(settings).to include('method' => 'full-backup') }
  end

  context 'when another job starts it' do
    let(:params) { super().merge(starts: [], triggered: true) }

    it { is_expected.to contain_exec("dr-task-register-#{title}") }
    it { expect(REXML::XPath.match(task, '//Triggers/*')).to be_empty }
  end

  {
    store: '//files.example.com/copies/../x',
    database: "a\nb",
    instance: 'A B',
    pattern: '../*.bak',
    starts: [{ 'first' => '2024-01-01 01:00', 'every_sec' => 60 }],
    subject: 'a"b',
  }.each do |parameter, hostile|
    context "with a hostile #{parameter}" do
      let(:params) { super().merge(parameter => hostile) }

      it { is_expected.to compile.and_raise_error(%r{parameter '#{parameter}'}) }
    end
  end

  ['job a', 'job"', "job\nx", '../job', 'j&x'].each do |hostile|
    context "with the title #{hostile.inspect}" do
      let(:title) { hostile }

      it { is_expected.to compile.and_raise_error(%r{Dr::Name}) }
    end
  end
end
