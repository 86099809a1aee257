#include "server/rpc/gate.h"

#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "server/engine/authority.h"
#include "server/engine/transaction.h"
#include "server/rpc/on_writer.h"
#include "server/rpc/peer.h"
#include "spdlog/spdlog.h"

namespace opgang {
namespace {

// A device that asks again and again is noted once in so long a time for each method.
constexpr absl::Duration kNoteEvery = absl::Minutes(1);

bool IsTimeToNote(BaseServices& base, const Credentials& who, std::string_view method) {
  const std::unique_lock lock(base.refusals_mutex);
  const absl::Time now = base.clock->WallNow();
  auto& last = base.refusals[{who.peer.store, std::string(method)}];
  if (last != absl::Time() && now >= last && now - last < kNoteEvery) return false;
  last = now;
  return true;
}

}  // namespace

void NoteRefusal(BaseServices& base, const Credentials& who, std::string_view method) {
  spdlog::warn("event=refused method={} staff={} store={}", method, who.peer.staff_code,
               who.peer.store.ToString());
  if (!IsTimeToNote(base, who, method)) return;
  AuditUse use;
  use.note.set_at_us(absl::ToUnixMicros(base.clock->WallNow()));
  use.note.set_actor(who.peer.staff_code);
  use.note.set_action(v1::AUDIT_ACTION_REFUSED);
  use.note.set_detail(std::string(method));
  use.note.set_store_id(who.peer.store.ToBytes());
  base.writer->Run([use = std::move(use)](BaseStore& store, Committer&) {
    const absl::Status noted = InTransaction(store, [&] { return store.AuditUsed(use); });
    if (!noted.ok()) spdlog::warn("event=refusal-not-noted error=\"{}\"", std::string(noted.message()));
  });
}

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
  NoteRefusal(base, who, method);
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
