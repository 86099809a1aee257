#include "client-lib/src/transport/tls_preflight.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <optional>

#include "client-lib/src/transport/dial.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/openssl_handles.h"

namespace opgang {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, OpensslFree<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, OpensslFree<SSL_free>>;

constexpr unsigned char kAlpnH2[] = {2, 'h', '2'};
constexpr int kInternalErrorAlert = 80;
// The client connection preface, RFC 9113 section 3.4: the magic and an empty SETTINGS frame.
constexpr std::string_view kHttp2Preface("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33);

bool TrustOnly(SSL_CTX* context, const std::string& ca_pem) {
  const CertificatePtr ca(PEM_read_bio_X509(ReadingBio(ca_pem).get(), nullptr, NoPassword, nullptr));
  return ca != nullptr && X509_STORE_add_cert(SSL_CTX_get_cert_store(context), ca.get()) == 1;
}

bool UseOwn(SSL_CTX* context, const TlsIdentity& identity) {
  const CertificatePtr own(
      PEM_read_bio_X509(ReadingBio(identity.certificate_pem).get(), nullptr, NoPassword, nullptr));
  const KeyPtr key(PEM_read_bio_PrivateKey(ReadingBio(identity.private_key_pem.Reveal()).get(), nullptr,
                                           NoPassword, nullptr));
  return own != nullptr && key != nullptr && SSL_CTX_use_certificate(context, own.get()) == 1 &&
         SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
}

// In TLS 1.3 the base sends a session ticket only after it has accepted our certificate. The connection's own
// data points to the flag that says so.
int OnTicket(SSL* ssl, SSL_SESSION*) {
  *static_cast<bool*>(SSL_get_app_data(ssl)) = true;
  return 0;  // the ticket is not kept
}

absl::StatusOr<ContextPtr> MakeContext(const TlsIdentity& identity) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr || !TrustOnly(context.get(), identity.ca_pem) || !UseOwn(context.get(), identity)) {
    ERR_clear_error();
    return MakeError(ErrorCode::kDamaged, "this store's certificate, key or authority cannot be used");
  }
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context.get(), OnTicket);
  SSL_CTX_set_alpn_protos(context.get(), kAlpnH2, sizeof(kAlpnH2));
  return context;
}

// The name that the base's certificate must carry: an IP address where we dial one. It is told to the server
// too, unless it is an address (RFC 6066 section 3).
void ExpectHost(SSL* ssl, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1) return;
  SSL_set1_host(ssl, host.c_str());
  SSL_set_tlsext_host_name(ssl, host.c_str());
}

// How one step of the conversation ended.
enum class Ending { kDone, kClosed, kTooLate, kFailed };

// One TLS conversation over memory buffers, so that bytes leave through send() without raising SIGPIPE.
class Conversation {
 public:
  Conversation(const ContextPtr& context, const std::string& host, Socket socket, const Deadline& deadline)
      : ssl_(SSL_new(context.get())), socket_(std::move(socket)), deadline_(deadline) {
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_app_data(ssl_.get(), &ticket_seen_);
    ExpectHost(ssl_.get(), host);
  }
  Conversation(const Conversation&) = delete;
  Conversation& operator=(const Conversation&) = delete;

  Ending Handshake() {
    return Drive([this] { return SSL_connect(ssl_.get()); });
  }

  // In TLS 1.2 the handshake ends after the base has accepted our certificate. In TLS 1.3 it ends before, and
  // the refusal is what we read first; a ticket or the base's first byte means that we are in.
  Ending AwaitAcceptance() {
    if (SSL_version(ssl_.get()) < TLS1_3_VERSION) return Ending::kDone;
    const Ending sent = Drive([this] {
      return SSL_write(ssl_.get(), kHttp2Preface.data(), static_cast<int>(kHttp2Preface.size()));
    });
    if (sent != Ending::kDone) return sent;
    return Drive([this] {
      char byte;
      const int got = SSL_read(ssl_.get(), &byte, 1);
      return got <= 0 && ticket_seen_ ? 1 : got;
    });
  }

  // Whether the other end has shown a certificate that is the base's.
  bool IsBase() const {
    return SSL_get0_peer_certificate(ssl_.get()) != nullptr && SSL_get_verify_result(ssl_.get()) == X509_V_OK;
  }
  long verify_result() const { return SSL_get_verify_result(ssl_.get()); }
  bool alert_received() const { return alert_ >= 0; }
  // Said instead of any certificate: the base's front door has no room (server/rpc/front_door.h). Whoever is on the way could
  // say so too, and gains what silence gains him.
  bool HasNoRoom() const {
    return alert_ == kInternalErrorAlert && SSL_get0_peer_certificate(ssl_.get()) == nullptr;
  }
  bool SpeaksHttp2() const {
    const unsigned char* name = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &name, &size);
    return size == 2 && name[0] == 'h' && name[1] == '2';
  }

 private:
  // Repeats `step` until OpenSSL needs no more bytes for it.
  template <typename Step>
  Ending Drive(Step step) {
    while (true) {
      ERR_clear_error();
      const int result = step();
      const int error = result > 0 ? SSL_ERROR_NONE : SSL_get_error(ssl_.get(), result);
      const unsigned long reason = ERR_peek_error();
      const bool is_alert =
          ERR_GET_LIB(reason) == ERR_LIB_SSL && ERR_GET_REASON(reason) >= SSL_AD_REASON_OFFSET;
      alert_ = is_alert ? ERR_GET_REASON(reason) - SSL_AD_REASON_OFFSET : -1;
      ERR_clear_error();
      if (!Flush()) return Ending::kTooLate;
      if (error == SSL_ERROR_NONE) return Ending::kDone;
      if (error == SSL_ERROR_ZERO_RETURN) return Ending::kClosed;
      if (error != SSL_ERROR_WANT_READ) return Ending::kFailed;
      const Ending filled = Fill();
      if (filled != Ending::kDone) return filled;
    }
  }

  // Sends what OpenSSL has written; false when the deadline passed. A connection that is gone is found by the
  // next read, which may still bring the reason.
  bool Flush() {
    char* data = nullptr;
    BIO* out = SSL_get_wbio(ssl_.get());
    long left = BIO_get_mem_data(out, &data);
    while (left > 0) {
      const ssize_t sent = send(socket_.fd(), data, static_cast<size_t>(left), MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN && WaitFor(socket_.fd(), POLLOUT, deadline_)) continue;
      if (sent < 0 && errno == EAGAIN) return false;
      if (sent < 0 && errno != EINTR) break;
      data += sent > 0 ? sent : 0;
      left -= sent > 0 ? sent : 0;
    }
    static_cast<void>(BIO_reset(out));
    return true;
  }

  // Takes over what has arrived, waiting for it if need be.
  Ending Fill() {
    char buffer[16384];
    while (true) {
      const ssize_t got = recv(socket_.fd(), buffer, sizeof(buffer), 0);
      if (got > 0) {
        const bool taken = BIO_write(SSL_get_rbio(ssl_.get()), buffer, static_cast<int>(got)) == got;
        return taken ? Ending::kDone : Ending::kFailed;
      }
      if (got == 0 || (errno != EINTR && errno != EAGAIN)) return Ending::kClosed;
      if (errno == EAGAIN && !WaitFor(socket_.fd(), POLLIN, deadline_)) return Ending::kTooLate;
    }
  }

  SslPtr ssl_;
  Socket socket_;
  const Deadline& deadline_;
  bool ticket_seen_ = false;
  int alert_ = -1;  // its description, RFC 8446 section 6
};

absl::Status ReasonOfFailure(const Conversation& talk) {
  if (talk.verify_result() != X509_V_OK) {
    return MakeError(ErrorCode::kBaseUntrusted, X509_verify_cert_error_string(talk.verify_result()));
  }
  if (talk.HasNoRoom()) return MakeError(ErrorCode::kTryLater, "the base takes no more connections now");
  if (talk.IsBase() && talk.alert_received()) {
    return MakeError(ErrorCode::kBaseRefused, "the base does not accept this store's certificate");
  }
  return MakeError(ErrorCode::kBaseUntrusted, "the other end does not speak TLS as the base does");
}

absl::Status Judge(const Conversation& talk, Ending ending) {
  switch (ending) {
    case Ending::kTooLate: return MakeError(ErrorCode::kNoBase, "the base did not answer in time");
    case Ending::kFailed: return ReasonOfFailure(talk);
    case Ending::kClosed:
      if (talk.IsBase())
        return MakeError(ErrorCode::kBaseRefused, "the base hung up on this store's certificate");
      return MakeError(ErrorCode::kNoBase, "the connection was closed before the base showed itself");
    case Ending::kDone: break;
  }
  if (talk.SpeaksHttp2()) return absl::OkStatus();
  return MakeError(ErrorCode::kBaseUntrusted, "the other end does not speak HTTP/2");
}

struct Attempt {
  absl::Status status;
  // Hung up on without an alert: a refusal by gRPC's server, or a base that is just stopping.
  bool hung_up = false;
};

Attempt TryOnce(const HostPort& target, const ContextPtr& context, const Deadline& deadline) {
  absl::StatusOr<Socket> socket = Dial(target, deadline);
  if (!socket.ok()) return {socket.status()};
  Conversation talk(context, target.host, *std::move(socket), deadline);
  Ending ending = talk.Handshake();
  if (ending == Ending::kDone) ending = talk.AwaitAcceptance();
  return {Judge(talk, ending), ending == Ending::kClosed && talk.IsBase()};
}

}  // namespace

absl::Status TlsPreflight(std::string_view address, const TlsIdentity& identity, absl::Duration timeout) {
  const std::optional<HostPort> target = ParseAddress(address);
  if (!target.has_value()) return MakeError(ErrorCode::kNoBase, "the base's address is not host:port");
  ASSIGN_OR_RETURN(const ContextPtr context, MakeContext(identity));
  const Deadline deadline(timeout);
  Attempt attempt = TryOnce(*target, context, deadline);
  // A base that was stopping is gone by now; one that refuses us hangs up again.
  if (attempt.hung_up) attempt = TryOnce(*target, context, deadline);
  return attempt.status;
}

}  // namespace opgang
