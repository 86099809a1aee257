#include "server/admin/enrolment.h"

#include <algorithm>
#include <string_view>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/sealing.h"
#include "server/admin/grants.h"
#include "server/engine/transaction.h"

namespace opgang {
namespace {

bool IsCode(std::string_view text, size_t shortest, size_t longest) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  return text.size() >= shortest && text.size() <= longest && std::all_of(text.begin(), text.end(), fits);
}

absl::Status CheckRequest(const v1::InviteRequest& request) {
  if (!IsCode(request.staff_code(), 2, 20)) {
    return MakeError(ErrorCode::kBadInput, "staff code: 2 to 20 of a-z, 0-9 and -");
  }
  if (!IsCode(request.device_label(), 1, 30)) {
    return MakeError(ErrorCode::kBadInput, "device label: 1 to 30 of a-z, 0-9 and -");
  }
  const auto role = RoleFromName(request.role());
  if (!role.has_value() || *role == Role::kBase) {
    return MakeError(ErrorCode::kBadInput, "role: outreach, health, instructor, coordinator or partner");
  }
  // Whoever leads groups is granted those instead (engine/group_leaders.cc).
  if (request.areas().empty() && *role != Role::kInstructor) {
    return MakeError(ErrorCode::kBadInput, "at least one area");
  }
  for (const std::string& area : request.areas()) {
    if (area.empty() || area.size() > 80) return MakeError(ErrorCode::kBadInput, "area: 1 to 80 bytes");
  }
  return absl::OkStatus();
}

// What a person has already stays as it is; what was taken once comes back as another generation.
absl::Status GrantAreas(BaseStore& store, const v1::InviteRequest& request, Role role, absl::Time now,
                        Random& random) {
  ASSIGN_OR_RETURN(const auto existing, store.Grants(request.staff_code()));
  for (const std::string& name : request.areas()) {
    ASSIGN_OR_RETURN(const AreaId area, AreaNamed(store, name, now, random));
    for (const StoredGrant& grant : GrantsFor(role, area)) {
      const bool known = std::any_of(existing.begin(), existing.end(),
                                     [&](const StoredGrant& had) { return had.scope == grant.scope; });
      if (!known) RETURN_IF_ERROR(GiveGrant(store, request.staff_code(), grant));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AreaId> AreaNamed(BaseStore& store, const std::string& name, absl::Time now, Random& random) {
  ASSIGN_OR_RETURN(const auto areas, store.Areas());
  for (const Area& area : areas) {
    if (area.name == name) return area.id;
  }
  const Area area{AreaId::Make(now, random), name};
  RETURN_IF_ERROR(store.PutArea(area));
  return area.id;
}

absl::StatusOr<v1::Invitation> MakeInvitation(BaseStore& store, const BaseKeys& keys,
                                              const v1::InviteRequest& request,
                                              const std::vector<std::string>& own_addresses, absl::Time now,
                                              Random& random) {
  RETURN_IF_ERROR(CheckRequest(request));
  const Role role = *RoleFromName(request.role());
  StoreAccount account;
  account.id = StoreId::Make(now, random);
  account.staff_code = request.staff_code();
  account.device_label = request.device_label();
  account.invitation_id = random.Bytes(16);
  account.invited_us = absl::ToUnixMicros(now);
  account.replica = ReplicaId::Make(now, random);
  ReplicaState replica;
  replica.id = account.replica;
  replica.store = account.id;
  replica.token = random.Bytes(32);
  ASSIGN_OR_RETURN(const CertifiedKey certified,
                   IssueStoreCertificate(keys.ca, {account.staff_code, account.id}, random));
  RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
    RETURN_IF_ERROR(store.PutStaff({account.staff_code, role}));
    RETURN_IF_ERROR(GrantAreas(store, request, role, now, random));
    RETURN_IF_ERROR(store.PutStore(account));
    return store.PutReplica(replica);
  }));

  v1::Invitation invitation;
  invitation.set_invitation_id(account.invitation_id);
  const bool named = !request.addresses().empty();
  for (const auto& address : request.addresses()) invitation.add_addresses(address);
  for (const auto& address : own_addresses) {
    if (!named) invitation.add_addresses(address);
  }
  invitation.set_ca_pem(keys.ca.certificate_pem);
  invitation.set_certificate_pem(certified.certificate_pem);
  invitation.set_private_key_pem(std::string(certified.private_key_pem.Reveal()));
  invitation.set_base_public_key(keys.box.public_key);
  invitation.set_store_id(account.id.ToBytes());
  invitation.set_replica_id(account.replica.ToBytes());
  invitation.set_first_token(replica.token);
  invitation.set_staff_code(account.staff_code);
  invitation.set_device_label(account.device_label);
  invitation.set_role(request.role());
  invitation.set_issued_us(account.invited_us);
  return invitation;
}

absl::Status GrantDirectory(BaseStore& store, const std::string& staff_code, Role role) {
  const bool plans = MayWrite(role, RecordTypeOf<v1::Group>());
  const v1::GrantMode mode = plans ? v1::GRANT_MODE_READ_WRITE : v1::GRANT_MODE_READ;
  return InTransaction(store, [&] { return store.PutGrant(staff_code, {kDirectoryScope, 1, mode, ""}); });
}

absl::StatusOr<v1::EnrollResponse> Enroll(BaseStore& store, const Peer& peer,
                                          const v1::EnrollRequest& request, absl::Time now) {
  ASSIGN_OR_RETURN(auto account, store.FindStore(peer.store));
  const bool known = account.has_value() && account->staff_code == peer.staff_code &&
                     account->invitation_id == request.invitation_id();
  if (!known) return MakeError(ErrorCode::kBaseRefused, "no such invitation at this base");
  if (request.proof_public_key().size() != 32 || !IsBoxPublicKey(request.store_public_key())) {
    return MakeError(ErrorCode::kBadInput, "these are no public keys");
  }
  v1::EnrollResponse response;
  response.set_base_us(absl::ToUnixMicros(now));
  if (account->enrolled_us > 0) {
    const bool same = account->proof_public_key == request.proof_public_key() &&
                      account->store_public_key == request.store_public_key();
    if (same) return response;
    return MakeError(ErrorCode::kInvitationUsed, "this invitation was used by another device");
  }
  if (now - absl::FromUnixMicros(account->invited_us) > kInvitationLifetime) {
    return MakeError(ErrorCode::kInvitationExpired, "this invitation is older than 72 hours");
  }
  account->enrolled_us = absl::ToUnixMicros(now);
  account->proof_public_key = request.proof_public_key();
  account->store_public_key = request.store_public_key();
  // From a former store on the same device, whose enrolment this base may have forgotten in a restore.
  const bool earlier = request.work_since_us() > 0 && request.work_since_us() < account->enrolled_us;
  account->work_since_us = earlier ? request.work_since_us() : account->enrolled_us;
  RETURN_IF_ERROR(InTransaction(store, [&] { return store.PutStore(*account); }));
  return response;
}

}  // namespace opgang
