#include "server/admin/enrolment.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/sealing/lease_sealing.h"
#include "core/sealing/sealing.h"
#include "server/admin/grants.h"
#include "server/engine/authority.h"
#include "server/engine/lease.h"
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
    return MakeError(ErrorCode::kBadInput,
                     "role: outreach, health, instructor, coordinator, partner, evaluator, auditor or admin");
  }
  // Whoever leads groups is granted those instead (engine/group_leaders.cc).
  const bool needs_area = *role != Role::kInstructor && !GrantsFor(*role, AreaId()).empty();
  if (needs_area && request.areas().empty()) return MakeError(ErrorCode::kBadInput, "at least one area");
  for (const std::string& area : request.areas()) {
    if (area.empty() || area.size() > 80) return MakeError(ErrorCode::kBadInput, "area: 1 to 80 bytes");
  }
  return absl::OkStatus();
}

// Who is new gets role and municipality; who is there keeps the municipality.
absl::StatusOr<StaffMember> PutInvited(BaseStore& store, const v1::InviteRequest& request, absl::Time now,
                                       Random& random) {
  const Role role = *RoleFromName(request.role());
  ASSIGN_OR_RETURN(const MunicipalityId municipality,
                   MunicipalityNamed(store, request.municipality(), now, random));
  ASSIGN_OR_RETURN(const auto known, store.FindStaff(request.staff_code()));
  StaffMember staff{request.staff_code(), role, 0, municipality};
  if (!known.has_value()) {
    RETURN_IF_ERROR(store.PutStaff(staff));
    return staff;
  }
  if (known->municipality != municipality)
    return MakeError(ErrorCode::kBadInput, "this staff member belongs to another municipality");
  RETURN_IF_ERROR(GiveRole(store, *known, role, now));
  return staff;
}

// What a person has already stays as it is; what was taken once comes back as another generation.
absl::Status GrantAreas(BaseStore& store, const v1::InviteRequest& request, const StaffMember& staff,
                        absl::Time now, Random& random) {
  for (const std::string& name : request.areas()) {
    ASSIGN_OR_RETURN(const AreaId area, AreaNamed(store, name, now, random, staff.municipality));
    ASSIGN_OR_RETURN(const auto existing, store.Grants(staff.staff_code));
    for (const StoredGrant& grant : GrantsFor(staff.role, area)) {
      const bool known = std::any_of(existing.begin(), existing.end(),
                                     [&](const StoredGrant& had) { return had.scope == grant.scope; });
      if (!known) RETURN_IF_ERROR(GiveGrant(store, staff.staff_code, grant, now));
    }
  }
  return absl::OkStatus();
}

StoreAccount InvitedAccount(const v1::InviteRequest& request, absl::Time now, Random& random) {
  StoreAccount account;
  account.id = StoreId::Make(now, random);
  account.staff_code = request.staff_code();
  account.device_label = request.device_label();
  account.invitation_id = random.Bytes(16);
  account.invited_us = absl::ToUnixMicros(now);
  account.replica = ReplicaId::Make(now, random);
  return account;
}

// May be asked for the same key again; also with other keys beside it, as long as the store has not been used: a passphrase
// that was typed anew.
absl::Status Redeem(BaseStore& store, const v1::EnrollRequest& request, const std::string& tls_key,
                    absl::Time now, StoreAccount& account) {
  const int64_t now_us = absl::ToUnixMicros(now);
  const bool first = account.enrolled_us == 0;
  if (first && now - absl::FromUnixMicros(account.invited_us) > kInvitationLifetime)
    return MakeError(ErrorCode::kInvitationExpired, "this invitation is older than 72 hours");
  if (first) account.enrolled_us = now_us;
  account.tls_key = tls_key;
  account.proof_public_key = request.proof_public_key();
  account.store_public_key = request.store_public_key();
  account.lease_public_key = request.lease_public_key();
  account.lease_until_us = absl::ToUnixMicros(now + kLeaseLasts);
  // From a former store on the same device, whose enrolment this base may have forgotten in a restore.
  const bool earlier = request.work_since_us() > 0 && request.work_since_us() < account.enrolled_us;
  account.work_since_us = earlier ? request.work_since_us() : account.enrolled_us;
  return InTransaction(store, [&] { return store.PutStore(account); });
}

// Two devices have this invitation, or somebody has made a copy of it.
absl::Status Alarm(BaseStore& store, StoreAccount account, absl::Time now) {
  RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
    if (account.alarm_us == 0) account.alarm_us = absl::ToUnixMicros(now);
    RETURN_IF_ERROR(store.PutStore(account));
    return store.Audit(account.staff_code, "enrol-other-key", account.id.ToBytes(), absl::ToUnixMicros(now));
  }));
  return MakeError(ErrorCode::kInvitationUsed, "this invitation was used by another device");
}

absl::StatusOr<bool> WasUsed(BaseReader& store, const StoreAccount& account) {
  ASSIGN_OR_RETURN(const auto replicas, store.ReplicasOf(account.id));
  return std::ranges::any_of(replicas, [](const ReplicaState& replica) { return replica.last_sync_us > 0; });
}

bool AreKeys(const v1::EnrollRequest& request) {
  return request.proof_public_key().size() == 32 && request.lease_public_key().size() == 32 &&
         IsBoxPublicKey(request.store_public_key());
}

// An invitation and its code are in the inviter's hands: he could come in by them himself.
absl::StatusOr<bool> ReachesFurther(BaseReader& store, std::string_view staff_code, const Caller& caller) {
  ASSIGN_OR_RETURN(const Author invited, AuthorOf(store, staff_code));
  return std::ranges::any_of(invited.grants, [&](const StoredGrant& grant) {
    return !caller.Reads(grant.scope) && !caller.Reads({v1::SCOPE_KIND_AREA, grant.scope.id});
  });
}

}  // namespace

absl::StatusOr<v1::Invitation> MakeInvitation(BaseStore& store, const BaseKeys& keys,
                                              const v1::InviteRequest& request,
                                              const std::vector<std::string>& own_addresses, absl::Time now,
                                              Random& random) {
  RETURN_IF_ERROR(CheckRequest(request));
  const StoreAccount account = InvitedAccount(request, now, random);
  ReplicaState replica;
  replica.id = account.replica;
  replica.store = account.id;
  replica.token = random.Bytes(32);
  ASSIGN_OR_RETURN(const CertifiedKey bootstrap, IssueInvitationCertificate(keys.ca, account.id, random));
  RETURN_IF_ERROR(InTransaction(store, [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const StaffMember staff, PutInvited(store, request, now, random));
    RETURN_IF_ERROR(GrantAreas(store, request, staff, now, random));
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
  invitation.set_bootstrap_certificate_pem(bootstrap.certificate_pem);
  invitation.set_bootstrap_key_pem(std::string(bootstrap.private_key_pem.Reveal()));
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

absl::Status NarrowInvitation(BaseReader& store, const Caller& caller, v1::InviteRequest& request) {
  if (caller.local) return absl::OkStatus();
  ASSIGN_OR_RETURN(*request.mutable_municipality(), NameOf(store, caller.author.municipality));
  const auto role = RoleFromName(request.role());
  ASSIGN_OR_RETURN(const auto known, store.FindStaff(request.staff_code()));
  const bool anothers = known.has_value() && !caller.SeesMunicipality(known->municipality);
  if (anothers) return MakeError(ErrorCode::kBaseRefused, "this staff code cannot be invited");
  if (caller.author.role == Role::kAdmin) return absl::OkStatus();
  const bool below = role == Role::kOutreach || role == Role::kInstructor || role == Role::kPartner;
  const bool same = !known.has_value() || known->role == role;
  if (!below || !same) return MakeError(ErrorCode::kBaseRefused, "an admin gives this role");
  ASSIGN_OR_RETURN(const bool further, ReachesFurther(store, request.staff_code(), caller));
  if (further) return MakeError(ErrorCode::kBaseRefused, "an admin invites whoever may use what you may not");
  ASSIGN_OR_RETURN(const auto areas, store.Areas());
  for (const std::string& name : request.areas()) {
    const bool his = std::ranges::any_of(areas, [&](const Area& area) {
      return area.name == name && area.municipality == caller.author.municipality &&
             caller.Reads(AreaScope(area.id));
    });
    if (!his) return MakeError(ErrorCode::kNotFound, "no such area at this base");
  }
  return absl::OkStatus();
}

absl::Status PutDirectoryGrant(BaseStore& store, const StaffMember& staff) {
  const bool plans = MayWrite(staff.role, RecordTypeOf<v1::Group>());
  const v1::GrantMode mode = plans ? v1::GRANT_MODE_READ_WRITE : v1::GRANT_MODE_READ;
  if (!MayHold(staff.role, v1::SCOPE_KIND_DIRECTORY, mode)) return absl::OkStatus();
  return store.PutGrant(staff.staff_code, {DirectoryOf(staff.municipality), 1, mode, ""});
}

absl::Status GrantDirectory(BaseStore& store, const std::string& staff_code, Role role) {
  ASSIGN_OR_RETURN(const auto known, store.FindStaff(staff_code));
  StaffMember staff = known.value_or(StaffMember{staff_code});
  staff.role = role;
  return InTransaction(store, [&] { return PutDirectoryGrant(store, staff); });
}

absl::StatusOr<v1::EnrollResponse> Enroll(BaseStore& store, const BaseKeys& keys, StoreId invited,
                                          const v1::EnrollRequest& request, absl::Time now, Random& random) {
  ASSIGN_OR_RETURN(auto account, store.FindStore(invited));
  const bool known =
      account.has_value() && account->invitation_id == request.invitation_id() && !account->is_revoked();
  if (!known) return MakeError(ErrorCode::kBaseRefused, "no such invitation at this base");
  if (!AreKeys(request)) return MakeError(ErrorCode::kBadInput, "these are no public keys");
  ASSIGN_OR_RETURN(const std::string tls_key, RequestedKey(request.certificate_request()));
  if (account->enrolled_us > 0 && account->tls_key != tls_key) return Alarm(store, *std::move(account), now);
  // Whoever has come in once needs no invitation any more, and is given nothing by it.
  ASSIGN_OR_RETURN(const bool used, WasUsed(store, *account));
  if (used) return MakeError(ErrorCode::kInvitationUsed, "this invitation has done its work");
  RETURN_IF_ERROR(Redeem(store, request, tls_key, now, *account));
  v1::EnrollResponse response;
  response.set_base_us(absl::ToUnixMicros(now));
  ASSIGN_OR_RETURN(
      *response.mutable_certificate_pem(),
      CertifyStore(keys.ca, {account->staff_code, account->id}, request.certificate_request(), random));
  response.mutable_lease()->set_until_us(account->lease_until_us);
  const SecretBytes share = LeaseShareOf(keys.storage_key, account->id);
  response.mutable_lease()->set_share(std::string(share.Reveal()));
  return response;
}

}  // namespace opgang
