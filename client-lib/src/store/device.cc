#include "opgang/device.h"

#include <algorithm>
#include <utility>

#include "client-lib/src/store/device_files.h"
#include "client-lib/src/store/enroll_transport.h"
#include "client-lib/src/store/handover.h"
#include "client-lib/src/store/store_impl.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/records/known_schema.h"
#include "core/sqlite/durable_file.h"

namespace opgang {
namespace {

constexpr size_t kMinPassphraseBytes = 8;
constexpr absl::Duration kWaitForOtherEnrolment = absl::Seconds(2);

absl::StatusOr<v1::Invitation> ReadInvitation(const EnrollInput& input, const std::string& code) {
  ASSIGN_OR_RETURN(const std::string bytes, OpenInvitation(input.invitation_file, code));
  v1::Invitation invitation;
  const bool sound = invitation.ParseFromString(bytes) && invitation.invitation_id().size() == 16 &&
                     invitation.store_id().size() == 16 && invitation.replica_id().size() == 16 &&
                     invitation.base_public_key().size() == 32 && !invitation.addresses().empty();
  if (!sound) return MakeError(ErrorCode::kInvitationDamaged, "the invitation lacks what it must say");
  return invitation;
}

// The store key of this enrolment. It waits under the code until the base has answered, so that a second try
// after a lost answer registers the same public keys.
absl::StatusOr<SecretBytes> PendingKey(const DeviceFiles& files, const v1::Invitation& invitation,
                                       const std::string& code, const DeviceOptions& options) {
  const auto path = files.PendingKeyFile(invitation.invitation_id());
  const auto bytes = ReadWholeFile(path);
  v1::WrappedStoreKey wrapped;
  if (bytes.ok() && wrapped.ParseFromString(*bytes)) {
    if (HasUnknownFields(wrapped)) {
      return MakeError(ErrorCode::kNewerFile, "a pending enrolment was begun by a newer version");
    }
    auto key = UnwrapStoreKey(wrapped, code);
    if (key.ok()) return key;
  }
  const SecretBytes key(options.random->Bytes(32));
  wrapped = WrapStoreKey(key, code, options.passphrase_cost, *options.random);
  RETURN_IF_ERROR(MakePrivateDirectory(path.parent_path()));
  RETURN_IF_ERROR(WriteFileDurably(path, wrapped.SerializeAsString()));
  return key;
}

// What a try that can never succeed leaves is of no use; what a lost answer leaves is.
bool IsFinal(const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  return code == ErrorCode::kInvitationUsed || code == ErrorCode::kInvitationExpired;
}

v1::EnrollRequest RequestFor(const v1::Invitation& invitation, const StoreKeys& keys, int64_t work_since_us) {
  v1::EnrollRequest request;
  request.set_work_since_us(work_since_us);
  request.set_invitation_id(invitation.invitation_id());
  request.set_proof_public_key(keys.proof.public_key);
  request.set_store_public_key(keys.box.public_key);
  return request;
}

v1::StoreIdentity IdentityFor(const v1::Invitation& invitation, const StoreKeys& keys) {
  v1::StoreIdentity identity;
  identity.set_format_version(1);
  identity.set_store_id(invitation.store_id());
  *identity.mutable_addresses() = invitation.addresses();
  identity.set_ca_pem(invitation.ca_pem());
  identity.set_certificate_pem(invitation.certificate_pem());
  identity.set_private_key_pem(invitation.private_key_pem());
  identity.set_base_public_key(invitation.base_public_key());
  identity.set_store_public_key(keys.box.public_key);
  identity.set_staff_code(invitation.staff_code());
  identity.set_device_label(invitation.device_label());
  identity.set_role(invitation.role());
  identity.set_invitation_id(invitation.invitation_id());
  return identity;
}

v1::QueueState FirstState(const v1::Invitation& invitation, int64_t base_us, const v1::ClockReading& sent,
                          const v1::ClockReading& received) {
  v1::QueueState state;
  state.set_replica_id(invitation.replica_id());
  state.set_next_seq(1);
  state.set_token(invitation.first_token());
  state.set_enrolled_us(base_us);
  if (const auto anchor = AnchorOfRoundTrip(base_us, sent, received)) *state.mutable_anchor() = *anchor;
  return state;
}

// Writes the store anew; store.pb comes last, so that a half-made store never counts.
absl::Status WriteStore(const std::filesystem::path& directory, const v1::StoreIdentity& identity,
                        const v1::QueueState& state, Handover handover, const DeviceOptions& options) {
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  RETURN_IF_ERROR(MakePrivateDirectory(directory));
  {
    ASSIGN_OR_RETURN(auto queue, QueueStore::Open(directory / kQueueFile, options.vfs));
    QueueWrite& write = handover.write;
    write.state = state;
    write.state->set_next_seq(write.rows.size() + 1);
    *write.state->mutable_last_stamp() = handover.last_stamp;
    if (handover.work_since_us > 0) write.state->set_enrolled_us(handover.work_since_us);
    RETURN_IF_ERROR(queue->Commit(write));
  }
  return WriteFileDurably(directory / kIdentityFile, identity.SerializeAsString());
}

void Remove(const std::filesystem::path& file) {
  std::error_code ignored;  // a leftover is overwritten or never read
  std::filesystem::remove(file, ignored);
}

}  // namespace

Device::Device(DeviceOptions options) : options_(std::move(options)) {}

absl::Status Device::Enroll(const EnrollInput& input) {
  if (input.passphrase.size() < kMinPassphraseBytes) {
    return MakeError(ErrorCode::kRefused, "the passphrase is too short");
  }
  ASSIGN_OR_RETURN(const std::string code, NormalizeInvitationCode(input.code));
  ASSIGN_OR_RETURN(const v1::Invitation invitation, ReadInvitation(input, code));
  const StoreId id = *StoreId::FromBytes(invitation.store_id());
  const DeviceFiles files(options_.home);
  RETURN_IF_ERROR(MakePrivateDirectory(options_.home));
  ASSIGN_OR_RETURN(const FileLock lock, FileLock::Acquire(files.LockFile(), kWaitForOtherEnrolment));

  const auto existing = files.ReadIdentity(id);
  if (existing.ok()) {
    RETURN_IF_ERROR(UnwrapStoreKey(existing->wrapped_key(), input.passphrase).status());
    return files.SetCurrent(id);
  }
  if (GetErrorCode(existing.status()) != ErrorCode::kNotEnrolled) return existing.status();

  ASSIGN_OR_RETURN(const SecretBytes store_key, PendingKey(files, invitation, code, options_));
  const StoreKeys keys(store_key);
  v1::StoreIdentity identity = IdentityFor(invitation, keys);
  ASSIGN_OR_RETURN(Handover handover, CollectWork(files, identity, input.passphrase, options_.vfs));
  const v1::ClockReading sent = options_.clock->Read();
  const auto answer =
      options_.enroll->Enroll(invitation, RequestFor(invitation, keys, handover.work_since_us));
  const v1::ClockReading received = options_.clock->Read();
  const auto pending = files.PendingKeyFile(invitation.invitation_id());
  if (!answer.ok()) {
    if (IsFinal(answer.status())) Remove(pending);
    return answer.status();
  }
  *identity.mutable_wrapped_key() =
      WrapStoreKey(store_key, input.passphrase, options_.passphrase_cost, *options_.random);
  const v1::QueueState state = FirstState(invitation, answer->base_us(), sent, received);
  RETURN_IF_ERROR(WriteStore(files.StoreDirectory(id), identity, state, std::move(handover), options_));
  RETURN_IF_ERROR(files.SetCurrent(id));
  Remove(pending);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<StoreInfo>> Device::Stores() const {
  const DeviceFiles files(options_.home);
  const auto current = files.Current();
  std::vector<StoreInfo> infos;
  for (const StoreId& id : files.Stores()) {
    ASSIGN_OR_RETURN(const v1::StoreIdentity identity, files.ReadIdentity(id));
    infos.push_back(InfoOf(identity));
  }
  std::stable_partition(infos.begin(), infos.end(),
                        [&](const StoreInfo& info) { return current.ok() && info.id == *current; });
  return infos;
}

absl::StatusOr<std::unique_ptr<Store>> Device::OpenStore(absl::Duration wait) const {
  const DeviceFiles files(options_.home);
  ASSIGN_OR_RETURN(const StoreId id, files.Current());
  ASSIGN_OR_RETURN(const v1::StoreIdentity identity, files.ReadIdentity(id));
  return StoreImpl::Open(files.StoreDirectory(id), identity, options_, wait);
}

}  // namespace opgang
