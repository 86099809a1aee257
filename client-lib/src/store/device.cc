#include "opgang/device.h"

#include <algorithm>
#include <utility>

#include "client-lib/src/keys/device_key.h"
#include "client-lib/src/store/device_files.h"
#include "client-lib/src/store/enroll_transport.h"
#include "client-lib/src/store/handover.h"
#include "client-lib/src/store/store_impl.h"
#include "client-lib/src/store/use_log.h"
#include "core/base/error.h"
#include "core/base/status_macros.h"
#include "core/records/known_schema.h"
#include "core/sealing/lease_sealing.h"
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

// The keys of this enrolment. They wait under the code until the base has answered, so that a second try after a lost answer
// asks for the same ones.
struct PendingKeys {
  SecretBytes store_key;
  SecretBytes tls_key;  // PEM
};

constexpr char kTlsKeyBinding[] = "opgang pending tls key 1";

absl::StatusOr<PendingKeys> OpenPending(const v1::PendingEnrolment& pending, const std::string& code) {
  PendingKeys keys;
  ASSIGN_OR_RETURN(keys.store_key, UnwrapStoreKey(pending.wrapped_key(), code));
  ASSIGN_OR_RETURN(const std::string tls_key, Open(keys.store_key, pending.sealed_tls_key(), kTlsKeyBinding));
  keys.tls_key = SecretBytes(tls_key);
  return keys;
}

absl::StatusOr<PendingKeys> MakePending(const std::filesystem::path& path, const std::string& code,
                                        const DeviceOptions& options) {
  PendingKeys keys{SecretBytes(options.random->Bytes(32)), {}};
  ASSIGN_OR_RETURN(keys.tls_key, MakeDeviceKey());
  v1::PendingEnrolment pending;
  *pending.mutable_wrapped_key() =
      WrapStoreKey(keys.store_key, code, options.passphrase_cost, *options.random);
  pending.set_sealed_tls_key(Seal(keys.store_key, keys.tls_key.Reveal(), kTlsKeyBinding, *options.random));
  RETURN_IF_ERROR(MakePrivateDirectory(path.parent_path()));
  RETURN_IF_ERROR(WriteFileDurably(path, pending.SerializeAsString()));
  return keys;
}

absl::StatusOr<PendingKeys> KeysFor(const DeviceFiles& files, const v1::Invitation& invitation,
                                    const std::string& code, const DeviceOptions& options) {
  const auto path = files.PendingKeyFile(invitation.invitation_id());
  const auto bytes = ReadWholeFile(path);
  v1::PendingEnrolment pending;
  if (bytes.ok() && pending.ParseFromString(*bytes)) {
    if (HasUnknownFields(pending)) {
      return MakeError(ErrorCode::kNewerFile, "a pending enrolment was begun by a newer version");
    }
    auto keys = OpenPending(pending, code);
    if (keys.ok()) return keys;
  }
  return MakePending(path, code, options);
}

// What a try that can never succeed leaves is of no use; what a lost answer leaves is.
bool IsFinal(const absl::Status& status) {
  const ErrorCode code = GetErrorCode(status);
  return code == ErrorCode::kInvitationUsed || code == ErrorCode::kInvitationExpired;
}

absl::StatusOr<v1::EnrollRequest> RequestFor(const v1::Invitation& invitation, const PendingKeys& pending,
                                             const SecretBytes& stretched, int64_t work_since_us) {
  const StoreKeys keys(pending.store_key);
  v1::EnrollRequest request;
  request.set_work_since_us(work_since_us);
  request.set_invitation_id(invitation.invitation_id());
  request.set_proof_public_key(keys.proof.public_key);
  request.set_store_public_key(keys.box.public_key);
  request.set_lease_public_key(LeaseKeysFrom(stretched).public_key);
  ASSIGN_OR_RETURN(*request.mutable_certificate_request(), MakeCertificateRequest(pending.tls_key));
  return request;
}

// What the answer must bring, or there is no store: a certificate of our key, and the share that unlocks.
absl::Status CheckAnswer(const v1::EnrollResponse& answer, const PendingKeys& pending) {
  if (!IsCertificateFor(answer.certificate_pem(), pending.tls_key))
    return MakeError(ErrorCode::kBaseRefused, "the base certified another key");
  if (answer.lease().share().size() == kLeaseShareSize) return absl::OkStatus();
  return MakeError(ErrorCode::kBaseRefused, "the base gave no lease");
}

v1::StoreIdentity IdentityFor(const v1::Invitation& invitation, const PendingKeys& pending) {
  v1::StoreIdentity identity;
  identity.set_format_version(1);
  identity.set_store_id(invitation.store_id());
  *identity.mutable_addresses() = invitation.addresses();
  identity.set_ca_pem(invitation.ca_pem());
  identity.set_private_key_pem(std::string(pending.tls_key.Reveal()));
  identity.set_base_public_key(invitation.base_public_key());
  identity.set_store_public_key(StoreKeys(pending.store_key).box.public_key);
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
                        const v1::EnrollResponse& answer, const v1::QueueState& state, Handover handover,
                        const DeviceOptions& options) {
  std::error_code error;
  std::filesystem::remove_all(directory, error);
  RETURN_IF_ERROR(MakePrivateDirectory(directory));
  RETURN_IF_ERROR(LeaseKeeper::Begin(directory, answer.lease(), answer.base_us(), options.clock->Read()));
  {
    ASSIGN_OR_RETURN(auto queue, QueueStore::Open(directory / kQueueFile, options.vfs));
    QueueWrite& write = handover.write;
    write.state = state;
    write.state->set_next_seq(write.rows.size() + 1);
    *write.state->mutable_last_stamp() = handover.last_stamp;
    if (handover.work_since_us > 0) write.state->set_enrolled_us(handover.work_since_us);
    RETURN_IF_ERROR(queue->Commit(write));
    UseLog uses(queue->db(), identity.base_public_key(), *options.random);
    RETURN_IF_ERROR(uses.TakeOver(handover.uses));
  }
  return WriteFileDurably(directory / kIdentityFile, identity.SerializeAsString());
}

// Where the lease is over nothing can be said of a passphrase; whoever has the invitation's code may choose the store.
absl::Status CheckPassphrase(const std::filesystem::path& directory, const v1::StoreIdentity& identity,
                             std::string_view passphrase, Clock& clock) {
  ASSIGN_OR_RETURN(LeaseKeeper lease, LeaseKeeper::Open(directory, clock));
  (void)lease.Tick();
  if (lease.over()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const SecretBytes stretched, StretchPassphrase(passphrase, identity.wrapped_key()));
  return OpenStoreKey(identity.wrapped_key(), stretched, lease.share()).status();
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
    RETURN_IF_ERROR(CheckPassphrase(files.StoreDirectory(id), *existing, input.passphrase, *options_.clock));
    return files.SetCurrent(id);
  }
  if (GetErrorCode(existing.status()) != ErrorCode::kNotEnrolled) return existing.status();

  ASSIGN_OR_RETURN(const PendingKeys keys, KeysFor(files, invitation, code, options_));
  v1::StoreIdentity identity = IdentityFor(invitation, keys);
  *identity.mutable_wrapped_key() = NewWrapping(options_.passphrase_cost, *options_.random);
  ASSIGN_OR_RETURN(const SecretBytes stretched, StretchPassphrase(input.passphrase, identity.wrapped_key()));
  ASSIGN_OR_RETURN(Handover handover,
                   CollectWork(files, identity, input.passphrase, options_.vfs, *options_.clock));
  ASSIGN_OR_RETURN(const v1::EnrollRequest request,
                   RequestFor(invitation, keys, stretched, handover.work_since_us));
  const v1::ClockReading sent = options_.clock->Read();
  const auto answer = options_.enroll->Enroll(invitation, request);
  const v1::ClockReading received = options_.clock->Read();
  const auto pending = files.PendingKeyFile(invitation.invitation_id());
  if (!answer.ok()) {
    if (IsFinal(answer.status())) Remove(pending);
    return answer.status();
  }
  RETURN_IF_ERROR(CheckAnswer(*answer, keys));
  identity.set_certificate_pem(answer->certificate_pem());
  SealStoreKey(keys.store_key, stretched, SecretBytes(answer->lease().share()), *options_.random,
               *identity.mutable_wrapped_key());
  const v1::QueueState state = FirstState(invitation, answer->base_us(), sent, received);
  RETURN_IF_ERROR(
      WriteStore(files.StoreDirectory(id), identity, *answer, state, std::move(handover), options_));
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
  ASSIGN_OR_RETURN(const StoreId id, DeviceFiles(options_.home).Current());
  return OpenStore(id, wait);
}

absl::StatusOr<std::unique_ptr<Store>> Device::OpenStore(StoreId id, absl::Duration wait) const {
  const DeviceFiles files(options_.home);
  ASSIGN_OR_RETURN(const v1::StoreIdentity identity, files.ReadIdentity(id));
  return StoreImpl::Open(files.StoreDirectory(id), identity, options_, wait);
}

absl::Status Device::Use(StoreId id) const {
  const DeviceFiles files(options_.home);
  RETURN_IF_ERROR(files.ReadIdentity(id).status());
  const auto former = files.Current();
  if (former.ok() && *former != id && options_.keys != nullptr) (void)options_.keys->Forget(*former);
  return files.SetCurrent(id);
}

}  // namespace opgang
