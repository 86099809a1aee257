#include "tests/tls/loopback_base.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <memory>

#include "core/sealing/openssl_handles.h"

namespace opgang {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpensslFree<SSL_free>>;

int ChooseHttp2(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char*, unsigned,
                void*) {
  *out = reinterpret_cast<const unsigned char*>("h2");
  *out_size = 2;
  return SSL_TLSEXT_ERR_OK;
}

ContextPtr MakeContext(const TlsServerOptions& options) {
  ContextPtr context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), ParseCertificate(options.server.certificate_pem).get());
  SSL_CTX_use_PrivateKey(context.get(), ParsePrivateKey(options.server.private_key_pem.Reveal()).get());
  if (options.version != 0) SSL_CTX_set_max_proto_version(context.get(), options.version);
  if (options.http2) SSL_CTX_set_alpn_select_cb(context.get(), ChooseHttp2, nullptr);
  if (!options.tickets) SSL_CTX_set_num_tickets(context.get(), 0);
  if (!options.client_ca_pem.empty()) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), ParseCertificate(options.client_ca_pem).get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

// No test waits for ever on a mistake.
void LimitWaiting(int fd) {
  const timeval limit{10, 0};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
}

int Listen(const std::string& host, int* port) {
  const bool v6 = host.find(':') != std::string::npos;
  sockaddr_storage storage{};
  auto* in4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* in6 = reinterpret_cast<sockaddr_in6*>(&storage);
  storage.ss_family = v6 ? AF_INET6 : AF_INET;
  inet_pton(storage.ss_family, host.c_str(),
            v6 ? static_cast<void*>(&in6->sin6_addr) : static_cast<void*>(&in4->sin_addr));
  socklen_t size = v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  const int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&storage), size) != 0 || listen(fd, 16) != 0) return -1;
  getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
  *port = ntohs(v6 ? in6->sin6_port : in4->sin_port);
  return fd;
}

}  // namespace

Listener::Listener(const std::string& host, Serve serve) : host_(host), serve_(std::move(serve)) {
  std::signal(SIGPIPE, SIG_IGN);  // the server's side writes with plain write()
  fd_ = Listen(host, &port_);
  ok_ = fd_ >= 0;
  if (ok_ && serve_ != nullptr) thread_ = std::thread([this] { Run(); });
}

std::string Listener::address() const {
  const std::string host = host_.find(':') == std::string::npos ? host_ : "[" + host_ + "]";
  return host + ":" + std::to_string(port_);
}

void Listener::Run() {
  while (true) {
    const int connection = accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) return;
    LimitWaiting(connection);
    serve_(connection);
    close(connection);
  }
}

// Wakes accept() as well.
void Listener::StopListening() { shutdown(fd_, SHUT_RDWR); }

void Listener::Stop() {
  if (fd_ < 0) return;
  StopListening();
  if (thread_.joinable()) thread_.join();
  close(fd_);
  fd_ = -1;
}

void ServeTls(const TlsServerOptions& options, int fd) {
  const ContextPtr context = MakeContext(options);
  const SslPtr ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), fd);
  if (SSL_accept(ssl.get()) != 1) return;
  if (options.greeting.empty()) return;
  SSL_write(ssl.get(), options.greeting.data(), static_cast<int>(options.greeting.size()));
  char rest[256];
  while (SSL_read(ssl.get(), rest, sizeof(rest)) > 0) {
  }
}

}  // namespace opgang
