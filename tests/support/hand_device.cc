#include "tests/support/hand_device.h"

#include <gtest/gtest.h>

#include <utility>

#include "client-lib/src/keys/device_key.h"
#include "core/records/registry.h"
#include "server/admin/enrolment.h"

namespace opgang {

HandDevice::HandDevice(TestBase& base, ManualClock& clock, const std::string& staff, const std::string& role,
                       const std::vector<std::string>& areas)
    : base_(base),
      clock_(clock),
      proof_(SignKeyPairFromSeed(SecretBytes(SystemRandom().Bytes(32)))),
      key_(SystemRandom().Bytes(32)) {
  const v1::Invitation invitation = base.Invite(staff, role, areas);
  peer = {staff, StoreId::FromBytes(invitation.store_id()).value()};
  replica = ReplicaId::FromBytes(invitation.replica_id()).value();
  token = invitation.first_token();
  v1::EnrollRequest request;
  request.set_invitation_id(invitation.invitation_id());
  request.set_proof_public_key(proof_.public_key);
  request.set_store_public_key(MakeBoxKeyPair(SystemRandom()).public_key);
  request.set_lease_public_key(proof_.public_key);
  request.set_certificate_request(MakeCertificateRequest(MakeDeviceKey().value()).value());
  EXPECT_EQ(Enroll(base.store(), base.keys(), peer.store, request, clock.WallNow(), SystemRandom()).status(),
            absl::OkStatus());
  queue_key_.set_queue_key_id(SystemRandom().Bytes(16));
  queue_key_.set_wrapped_for_base(SealToPublicKey(base.keys().box.public_key, key_.Reveal()));
  anchor_.set_base_us(absl::ToUnixMicros(clock.WallNow()));
  *anchor_.mutable_reading() = clock.Read();
}

Draft HandDevice::Blank(uint32_t type, RecordId record) {
  Draft draft;
  draft.envelope.set_intent_id(IntentId::Make(clock_.WallNow(), SystemRandom()).ToBytes());
  draft.envelope.set_record_id(record.ToBytes());
  draft.envelope.set_record_type(type);
  draft.envelope.set_schema_version(kSchemaVersion);
  const v1::ClockReading reading = clock_.Read();
  draft.payload.mutable_stamp()->set_wall_us(reading.wall_us());
  *draft.payload.mutable_evidence()->mutable_captured() = reading;
  if (knows_time) *draft.payload.mutable_evidence()->mutable_anchor() = anchor_;
  return draft;
}

Draft HandDevice::Create(const google::protobuf::Message& content, const Scope& scope, RecordId record) {
  if (record.empty()) record = RecordId::Make(clock_.WallNow(), SystemRandom());
  const RecordTypeInfo& info = RecordTypeOfMessage(content);
  Draft draft = Blank(info.type, record);
  *draft.envelope.add_scopes() = scope.ToProto();
  const auto* citizen = content.GetDescriptor()->FindFieldByName("citizen_id");
  if (info.subject == SubjectRule::kSelf) draft.envelope.set_subject_id(record.ToBytes());
  if (citizen != nullptr) draft.envelope.set_subject_id(content.GetReflection()->GetString(content, citizen));
  draft.payload.set_action(v1::MUTATION_ACTION_CREATE);
  draft.payload.set_fields(content.SerializeAsString());
  return draft;
}

Draft HandDevice::Patch(const Draft& of, const google::protobuf::Message& values,
                        std::vector<IntentId> seen) {
  Draft draft = Blank(of.envelope.record_type(), of.record());
  *draft.envelope.mutable_scopes() = of.envelope.scopes();
  draft.envelope.set_subject_id(of.envelope.subject_id());
  draft.payload.set_action(v1::MUTATION_ACTION_PATCH);
  draft.payload.set_fields(values.SerializeAsString());
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  values.GetReflection()->ListFields(values, &fields);
  for (const auto* field : fields) {
    v1::FieldEdit& edit = *draft.payload.add_edits();
    edit.set_field(static_cast<uint32_t>(field->number()));
    for (const IntentId& version : seen) edit.add_seen_versions(version.ToBytes());
  }
  return draft;
}

void HandDevice::MakeBundle(std::vector<Draft*> parts) {
  const std::string id = SystemRandom().Bytes(16);
  for (size_t i = 0; i < parts.size(); ++i) {
    v1::Bundle& bundle = *parts[i]->envelope.mutable_bundle();
    bundle.set_bundle_id(id);
    bundle.set_index(static_cast<uint32_t>(i));
    bundle.set_count(static_cast<uint32_t>(parts.size()));
  }
}

v1::SealedMutation HandDevice::Seal(const Draft& draft) {
  v1::SealedMutation sealed;
  sealed.set_seq(next_seq++);
  sealed.set_envelope(draft.envelope.SerializeAsString());
  sealed.set_queue_key_id(queue_key_.queue_key_id());
  sealed.set_sealed_payload(
      opgang::Seal(key_, draft.payload.SerializeAsString(), sealed.envelope(), SystemRandom()));
  return sealed;
}

std::vector<v1::SealedMutation> HandDevice::Seal(const std::vector<Draft>& drafts) {
  std::vector<v1::SealedMutation> sealed;
  for (const Draft& draft : drafts) sealed.push_back(Seal(draft));
  return sealed;
}

v1::Push HandDevice::Push(const std::vector<v1::SealedMutation>& mutations) const {
  v1::Push push;
  *push.add_queue_keys() = queue_key_;
  for (const auto& mutation : mutations) *push.add_mutations() = mutation;
  return push;
}

v1::SyncRequest HandDevice::Request(const v1::Push& push) const {
  v1::SyncRequest request;
  *request.mutable_push() = push;
  return request;
}

std::vector<Submission> HandDevice::Open(const std::vector<v1::SealedMutation>& mutations) {
  QueueKeys keys;
  keys.Add(queue_key_, base_.keys().box);
  std::vector<OpenedMutation> opened;
  for (const auto& sealed : mutations) {
    opened.push_back(
        OpenMutation(sealed, keys, base_.session_keys().digest_key, base_.session_keys().schema));
  }
  Author author = AuthorOf(base_.store(), *base_.store().FindStore(peer.store).value()).value();
  author.replica = replica;
  author.as_of = base_.store().authority_rev();
  return GroupBundles(std::move(opened), author, clock_.WallNow(), std::nullopt);
}

std::vector<v1::Verdict> HandDevice::Commit(const std::vector<v1::SealedMutation>& mutations) {
  const auto outcome = base_.committer().Commit(Open(mutations));
  EXPECT_EQ(outcome.status(), absl::OkStatus());
  std::vector<v1::Verdict> verdicts;
  if (!outcome.ok()) return std::vector<v1::Verdict>(mutations.size());
  for (const auto& some : outcome->verdicts) verdicts.insert(verdicts.end(), some.begin(), some.end());
  return verdicts;
}

v1::Hello HandDevice::Hello() const {
  v1::Hello hello;
  hello.set_protocol_version(1);
  hello.set_schema_version(kSchemaVersion);
  hello.set_replica_id(replica.ToBytes());
  hello.set_token(token);
  hello.set_epoch(epoch);
  *hello.mutable_clock() = clock_.Read();
  for (const v1::Cursor& cursor : cursors) *hello.add_cursors() = cursor;
  if (!locked) hello.set_read_proof(MakeReadProof(proof_, replica, token));
  return hello;
}

v1::SyncRequest HandDevice::HelloRequest() const {
  v1::SyncRequest request;
  *request.mutable_hello() = Hello();
  return request;
}

void HandDevice::Heed(const v1::Welcome& welcome) {
  token = welcome.next_token();
  epoch = welcome.epoch();
  if (const auto other = ReplicaId::FromBytes(welcome.new_replica_id())) {
    replica = *other;
    next_seq = 1;
  }
}

}  // namespace opgang
