#include "tests/attack/intruder.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "gtest/gtest.h"

namespace opgang {
namespace {

using namespace std::
    string_view_literals;  // NOLINT(google-build-using-namespace): one literal with zeros in it

constexpr unsigned char kAlpnH2[] = {2, 'h', '2'};
constexpr int kContinuation = 9, kHeaders = 1, kResetStream = 3, kSettings = 4;
constexpr char kEndHeaders = 4;  // a flag
const std::string kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

sockaddr_in Loopback(const std::string& address, int port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(static_cast<uint16_t>(port));
  inet_pton(AF_INET, address.c_str(), &made.sin_addr);
  return made;
}

// RFC 9113 section 4.1.
std::string Frame(int type, uint32_t stream, std::string_view payload, char flags = 0) {
  const auto size = static_cast<uint32_t>(payload.size());
  std::string frame;
  for (const uint32_t byte : {size >> 16, size >> 8, size}) frame += static_cast<char>(byte & 0xff);
  frame += static_cast<char>(type);
  frame += flags;
  for (const uint32_t byte : {stream >> 24, stream >> 16, stream >> 8, stream})
    frame += static_cast<char>(byte & 0xff);
  return frame.append(payload);
}

// RFC 7541 section 6.2.2.
std::string Literal(std::string_view name, std::string_view value) {
  std::string field(1, '\0');
  field += static_cast<char>(name.size());
  field += name;
  field += static_cast<char>(value.size());
  return field.append(value);
}

// POST of a Sync session.
std::string SyncHeaders() {
  return "\x83\x87"  // :method POST, :scheme https
         "\x04\x1b/opgang.v1.SyncService/Sync"
         "\x01\x09localhost" +
         Literal("content-type", "application/grpc") + Literal("te", "trailers");
}

}  // namespace

Intruder::Intruder(int port, const std::string& address)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  std::signal(SIGPIPE, SIG_IGN);  // SSL_write() writes to whoever has gone
  const timeval limit{10, 0};
  setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  const sockaddr_in from = Loopback(address, 0), to = Loopback("127.0.0.1", port);
  EXPECT_EQ(bind(fd_, reinterpret_cast<const sockaddr*>(&from), sizeof(from)), 0);
  EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)), 0);
}

Intruder::~Intruder() { close(fd_); }

bool Intruder::Say(std::string_view bytes) {
  return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

bool Intruder::SayClientHello() {
  const std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>> context(SSL_CTX_new(TLS_client_method()));
  const std::unique_ptr<SSL, OpensslFree<SSL_free>> ssl(SSL_new(context.get()));
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(ssl.get(), BIO_new(BIO_s_mem()), out);  // takes both
  SSL_connect(ssl.get());                             // begins, and waits for an answer
  char* bytes = nullptr;
  const auto size = static_cast<size_t>(BIO_get_mem_data(out, &bytes));
  return Say({bytes, size});
}

bool Intruder::Handshake(const std::optional<CertifiedKey>& own) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_alpn_protos(context_.get(), kAlpnH2, sizeof(kAlpnH2));
  if (own.has_value()) {
    SSL_CTX_use_certificate(context_.get(), ParseCertificate(own->certificate_pem).get());
    SSL_CTX_use_PrivateKey(context_.get(), ParsePrivateKey(own->private_key_pem.Reveal()).get());
  }
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), fd_);
  return SSL_connect(ssl_.get()) == 1;
}

bool Intruder::SayInTls(std::string_view bytes) {
  return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
         static_cast<int>(bytes.size());
}

bool Intruder::BeginEndlessHeader() {
  return SayInTls(kPreface + Frame(kSettings, 0, "") + Frame(kHeaders, 1, SyncHeaders()));
}

bool Intruder::BeginAndReset(int streams) {
  const std::string reason(4, '\x08');  // any will do
  std::string frames = next_stream_ == 1 ? kPreface + Frame(kSettings, 0, "") : "";
  for (int i = 0; i < streams; ++i, next_stream_ += 2)
    frames +=
        Frame(kHeaders, next_stream_, SyncHeaders(), kEndHeaders) + Frame(kResetStream, next_stream_, reason);
  return SayInTls(frames);
}

std::string Intruder::Name() const {
  sockaddr_in own{};
  socklen_t size = sizeof(own);
  EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &size), 0);
  std::array<char, INET_ADDRSTRLEN> text{};
  inet_ntop(AF_INET, &own.sin_addr, text.data(), text.size());
  return std::string(text.data()) + ":" + std::to_string(ntohs(own.sin_port));
}

bool Intruder::GoOnWithTheHeader() {
  std::string block;
  while (block.size() < 8000) block += Literal("x", std::string(100, 'y'));
  std::string frames;
  for (int i = 0; i < 8; ++i) frames += Frame(kContinuation, 1, block);
  return SayInTls(frames);
}

bool Intruder::Hears() {
  char buffer[4096];
  const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
  if (got > 0) heard_.append(buffer, static_cast<size_t>(got));
  return got > 0;
}

bool Intruder::IsHungUpOn() {
  char buffer[4096];
  while (true) {
    const ssize_t got = recv(fd_, buffer, sizeof(buffer), 0);
    if (got == 0) return true;
    if (got < 0) return errno != EAGAIN;  // a reset; EAGAIN: ten seconds are over
    heard_.append(buffer, static_cast<size_t>(got));
  }
}

}  // namespace opgang
