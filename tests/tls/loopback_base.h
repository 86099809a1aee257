// Ends of a TCP connection on loopback that behave like a base, or like something else. Each listens on a
// free port from construction on, serves from a thread of its own, and stops with its destructor.
#ifndef OPGANG_TESTS_TLS_LOOPBACK_BASE_H_
#define OPGANG_TESTS_TLS_LOOPBACK_BASE_H_

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "server/identity/certificate_authority.h"

namespace opgang {

// Listens and hands each connection to `serve` in turn, which may use the descriptor but not close it.
class Listener {
 public:
  using Serve = std::function<void(int fd)>;
  // `host` is "127.0.0.1" or "::1". Without `serve` connections are made by the kernel and never answered.
  explicit Listener(const std::string& host = "127.0.0.1", Serve serve = nullptr);
  ~Listener() { Stop(); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  bool ok() const { return ok_; }  // false where this machine has no such address
  int port() const { return port_; }
  std::string address() const;  // "127.0.0.1:40123"
  // Refuses new connections from now on. May be called from `serve`.
  void StopListening();
  void Stop();

 private:
  void Run();

  std::string host_;
  Serve serve_;
  int fd_ = -1;
  int port_ = 0;
  bool ok_ = false;
  std::thread thread_;
};

struct TlsServerOptions {
  CertifiedKey server;
  std::string client_ca_pem;  // empty: asks for no client certificate
  int version = 0;            // TLS1_2_VERSION or TLS1_3_VERSION
  bool http2 = true;          // offers h2
  bool tickets = true;
  std::string greeting;  // sent after the handshake, as a base sends SETTINGS; empty: hangs up instead
};

// A TLS handshake over `fd` as the server; then the greeting; then it waits until the client hangs up.
void ServeTls(const TlsServerOptions& options, int fd);

}  // namespace opgang

#endif  // OPGANG_TESTS_TLS_LOOPBACK_BASE_H_
