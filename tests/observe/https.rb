# A stand-in for PuppetDB: TLS with an authority of its own, which also signs the certificates of clients, and answers from files.
# Writes the certificates below FOLDER, then its port to FOLDER/port. Usage: https.rb FOLDER
require 'openssl'
require 'socket'

folder = ARGV.fetch(0)
answers = File.join(folder, 'answers')
serial = 0

make = lambda do |name, issuer, issuer_key|
  key = OpenSSL::PKey::RSA.new(2048)
  cert = OpenSSL::X509::Certificate.new
  cert.version = 2
  cert.serial = serial += 1
  cert.subject = OpenSSL::X509::Name.parse("/CN=#{name}")
  cert.issuer = issuer ? issuer.subject : cert.subject
  cert.public_key = key.public_key
  cert.not_before = Time.now - 60
  cert.not_after = Time.now + 3600
  factory = OpenSSL::X509::ExtensionFactory.new(issuer || cert, cert)
  factory.subject_certificate = cert
  factory.issuer_certificate = issuer || cert
  if issuer
    cert.add_extension(factory.create_extension('subjectAltName', "DNS:#{name}"))
    cert.add_extension(factory.create_extension('extendedKeyUsage', 'serverAuth, clientAuth', true))
  else
    cert.add_extension(factory.create_extension('basicConstraints', 'CA:TRUE', true))
    cert.add_extension(factory.create_extension('keyUsage', 'keyCertSign, cRLSign', true))
  end
  cert.sign(issuer_key || key, OpenSSL::Digest.new('SHA256'))
  [cert, key]
end

keep = lambda do |name, cert, key|
  File.write(File.join(folder, "#{name}.pem"), cert.to_pem)
  File.write(File.join(folder, "#{name}.key"), key.to_pem)
end

ca, ca_key = make.call('authority', nil, nil)
other, other_key = make.call('another authority', nil, nil)
keep.call('ca', ca, ca_key)
keep.call('other-ca', other, other_key)
keep.call('client', *make.call('client', ca, ca_key))
keep.call('stranger', *make.call('client', other, other_key))
server_cert, server_key = make.call('localhost', ca, ca_key)

context = OpenSSL::SSL::SSLContext.new
context.cert = server_cert
context.key = server_key
context.session_id_context = 'drplan'
context.verify_mode = OpenSSL::SSL::VERIFY_PEER | OpenSSL::SSL::VERIFY_FAIL_IF_NO_PEER_CERT
context.cert_store = OpenSSL::X509::Store.new.tap { |store| store.add_cert(ca) }
tcp = TCPServer.new('127.0.0.1', 0)
File.write(File.join(folder, 'port.new'), tcp.addr[1].to_s)
File.rename(File.join(folder, 'port.new'), File.join(folder, 'port'))

loop do
  socket = tcp.accept
  begin
    tls = OpenSSL::SSL::SSLSocket.new(socket, context)
    tls.sync_close = true
    tls.accept
    path = tls.gets.to_s.split[1].to_s
    nil until ["\r\n", nil].include?(tls.gets)
    name = path.split('?').first.to_s.split('/').last.to_s.gsub(/[^a-z_]/, '')
    File.write(File.join(folder, 'asked'), "#{path}\n", mode: 'a')
    file = File.join(answers, name)
    body = File.exist?(file) ? File.read(file) : nil
    head, rest = body.to_s.split("\n", 2)
    case head
    when /\A!redirect/ then tls.write("HTTP/1.1 302 Found\r\nLocation: https://example.com/\r\nContent-Length: 0\r\n\r\n")
    when /\A!status (\d+)/ then tls.write("HTTP/1.1 #{Regexp.last_match(1)} No\r\nContent-Length: 0\r\n\r\n")
    when /\A!cut/ then tls.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n#{rest}")
    when /\A!chunked/ then tls.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n#{rest.bytesize.to_s(16)}\r\n#{rest}\r\n0\r\n\r\n")
    else
      status = body ? '200 OK' : '404 Not Found'
      tls.write("HTTP/1.1 #{status}\r\nContent-Type: application/json\r\nContent-Length: #{body.to_s.bytesize}\r\nConnection: close\r\n\r\n#{body}")
    end
    tls.close
  rescue OpenSSL::SSL::SSLError, SystemCallError, IOError
    socket.close unless socket.closed?
  end
end
