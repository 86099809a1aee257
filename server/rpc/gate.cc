#include "server/rpc/gate.h"

#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/engine/authority.h"
#include "server/rpc/on_writer.h"
#include "server/rpc/peer.h"
#include "server/rpc/refusals.h"

namespace opgang {
bool IsRefusal(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::PERMISSION_DENIED ||
         status.error_code() == grpc::StatusCode::NOT_FOUND;
}

namespace {

absl::Status CheckConnection(BaseServices& base, const grpc::ServerContextBase& context) {
  if (base.door == nullptr || base.door->BeginCall(context.peer())) return absl::OkStatus();
  return MakeError(ErrorCode::kTryLater, "the connection was closed");
}

absl::StatusOr<Credentials> Identify(BaseServices& base, const grpc::ServerContextBase& context) {
  Credentials who;
  RETURN_IF_ERROR(CheckConnection(base, context));
  ASSIGN_OR_RETURN(who.peer, PeerOf(base, context));
  if (base.door != nullptr) base.door->Prove(context.peer(), who.peer.store);
  const auto proof = context.client_metadata().find(kProofMetadata);
  if (proof != context.client_metadata().end())
    who.proof = std::string(proof->second.data(), proof->second.size());
  return who;
}

// `begun`: what the device's limits said of its call.
absl::Status TellDoor(BaseServices& base, const grpc::ServerContextBase& context, absl::Status begun) {
  if (!begun.ok() && base.door != nullptr) base.door->RefuseCall(context.peer());
  return begun;
}

}  // namespace

absl::StatusOr<Credentials> CredentialsOf(BaseServices& base, const grpc::ServerContextBase& context) {
  ASSIGN_OR_RETURN(Credentials who, Identify(base, context));
  if (base.devices == nullptr) return who;
  RETURN_IF_ERROR(TellDoor(base, context, base.devices->BeginCall(who.peer.store)));
  return who;
}

absl::StatusOr<Visit> VisitOf(BaseServices& base, const grpc::ServerContextBase& context) {
  Visit visit;
  ASSIGN_OR_RETURN(visit.who, Identify(base, context));
  if (base.devices == nullptr) return visit;
  auto open = base.devices->BeginSession(visit.who.peer.store);
  RETURN_IF_ERROR(TellDoor(base, context, open.status()));
  visit.open = *std::move(open);
  return visit;
}

absl::StatusOr<StoreId> AdmitInvited(BaseServices& base, const grpc::ServerContextBase& context) {
  RETURN_IF_ERROR(CheckConnection(base, context));
  ASSIGN_OR_RETURN(const StoreId invited, InvitedStoreOf(base, context));
  if (base.door != nullptr) base.door->Prove(context.peer(), invited);
  if (base.devices == nullptr) return invited;
  RETURN_IF_ERROR(TellDoor(base, context, base.devices->BeginCall(invited)));
  return invited;
}

absl::StatusOr<Caller> AdmitCaller(BaseServices& base, BaseReader& reader, const Credentials& who,
                                   std::string_view method) {
  const MethodRule* rule = FindMethodRule(method);
  auto caller = CallerOf(reader, who.peer, who.proof);
  const bool permitted = rule != nullptr && caller.ok() && Permits(*rule, caller->author.role);
  if (permitted) return caller;
  NoteRefusal(base, who.peer, method);
  if (!caller.ok()) return caller.status();
  return MakeError(ErrorCode::kBaseRefused, "your role may not ask for this");
}

absl::StatusOr<Caller> AdmitCaller(BaseServices& base, const grpc::ServerContextBase& context,
                                   std::string_view method) {
  ASSIGN_OR_RETURN(const Credentials who, CredentialsOf(base, context));
  absl::StatusOr<Caller> caller = MakeError(ErrorCode::kTryLater, "the base is stopping");
  (void)OnWriter(*base.writer, [&](BaseStore& store, Committer&) -> absl::Status {
    caller = AdmitCaller(base, store, who, method);
    return absl::OkStatus();
  });
  return caller;
}

absl::Status NameActor(const Caller& caller, google::protobuf::Message& request) {
  const auto* field = request.GetDescriptor()->FindFieldByName("actor");
  if (field == nullptr) return absl::OkStatus();
  const std::string named = request.GetReflection()->GetString(request, field);
  if (!named.empty() && named != caller.staff_code())
    return MakeError(ErrorCode::kBaseRefused, "whoever asks decides in his own name");
  request.GetReflection()->SetString(&request, field, caller.staff_code());
  return absl::OkStatus();
}

}  // namespace opgang
