// The gate that every call over mutual TLS passes beside a Sync session: who it is, whether the table of authority lets him
// (server/engine/authority.h), and in whose name. What it turns away is audited (refusals.h).
#ifndef OPGANG_SERVER_RPC_GATE_H_
#define OPGANG_SERVER_RPC_GATE_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "server/engine/caller.h"
#include "server/rpc/base_services.h"

namespace opgang {

// The metadata that carries a serialized v1::ReaderProof.
inline constexpr char kProofMetadata[] = "opgang-proof-bin";

// What a call shows of itself: the certificate's names, verified by the handshake, and the proof, not yet looked at.
struct Credentials {
  Peer peer;
  std::string proof;
};
// Each call asks here or below, once, before anything else: it counts among the device's (device_limits.h), and its connection
// as one that somebody known has made (front_door.h). kBaseRefused where the certificate names no store; kTryLater.
absl::StatusOr<Credentials> CredentialsOf(BaseServices& base, const grpc::ServerContextBase& context);

// The same of what stays open for a while: a session, a report. It counts until `open` goes.
struct Visit {
  Credentials who;
  std::unique_ptr<DeviceLimits::Session> open;  // null where the base has no limits
};
absl::StatusOr<Visit> VisitOf(BaseServices& base, const grpc::ServerContextBase& context);

// The same of an enrolment.
absl::StatusOr<StoreId> AdmitInvited(BaseServices& base, const grpc::ServerContextBase& context);

// `method`: "AdminService/Invite". Errors as CallerOf(); kBaseRefused where the role may not call it, whoever or whatever it
// is about.
absl::StatusOr<Caller> AdmitCaller(BaseServices& base, BaseReader& reader, const Credentials& who,
                                   std::string_view method);
// The same of a synchronous handler: reads as the writer does, and waits for it.
absl::StatusOr<Caller> AdmitCaller(BaseServices& base, const grpc::ServerContextBase& context,
                                   std::string_view method);

// What a handler answers about what is not the caller's, which is the same as about what is not there.
bool IsRefusal(const grpc::Status& status);

// A request that says who decides says the caller, or nothing, which is filled in. Else kBaseRefused.
absl::Status NameActor(const Caller& caller, google::protobuf::Message& request);

}  // namespace opgang

#endif  // OPGANG_SERVER_RPC_GATE_H_
