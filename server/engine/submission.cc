#include "server/engine/submission.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/base/clock.h"
#include "core/packing/packing.h"
#include "core/sealing/sealing.h"

namespace opgang {
namespace {

void Refuse(OpenedMutation& mutation, v1::RefusalCode code) {
  if (!mutation.refusal.has_value()) mutation.refusal = Refusal{code, 0};
}

void OpenPayload(OpenedMutation& mutation, const v1::SealedMutation& sealed, const QueueKeys& keys) {
  if (CameOpened(sealed)) {
    mutation.payload_bytes = sealed.opened_payload();
    mutation.opened = true;
    return;
  }
  mutation.queue_key_id = sealed.queue_key_id();
  mutation.payload_bytes = sealed.sealed_payload();
  const auto key = keys.by_id.find(sealed.queue_key_id());
  if (key == keys.by_id.end()) return;
  mutation.wrapped_for_base = key->second.wrapped_for_base;
  if (key->second.key.empty()) return;
  auto plain = Open(key->second.key, sealed.sealed_payload(), sealed.envelope());
  if (!plain.ok()) return;
  mutation.payload_bytes = *std::move(plain);
  mutation.opened = true;
}

// Packed at capture: goes on as what it was before. In a form that this base does not know it is ahead, and stays as it came.
bool Unpack(OpenedMutation& mutation, const KnownSchema& schema) {
  if (PayloadForm(mutation.payload_bytes) > schema.packing) {
    Refuse(mutation, v1::REFUSAL_CODE_SCHEMA_AHEAD);
    return false;
  }
  auto plain = UnpackPayload(mutation.payload_bytes);
  if (!plain.ok()) return false;
  mutation.payload_bytes = *std::move(plain);
  return true;
}

void CheckPayload(OpenedMutation& mutation, bool parsed) {
  const v1::MutationAction action = mutation.payload.action();
  if (!parsed || !v1::MutationAction_IsValid(action) || action == v1::MUTATION_ACTION_UNSPECIFIED)
    Refuse(mutation, v1::REFUSAL_CODE_UNREADABLE);
  if (mutation.payload_bytes.size() > kMaxPayloadBytes) Refuse(mutation, v1::REFUSAL_CODE_TOO_LONG);
}

bool SameBundle(const OpenedMutation& a, const OpenedMutation& b) {
  return a.envelope.has_bundle() && b.envelope.has_bundle() && !a.envelope.bundle().bundle_id().empty() &&
         a.envelope.bundle().bundle_id() == b.envelope.bundle().bundle_id();
}

// Every part present, in order, in neighbouring seqs.
bool IsWhole(const std::vector<OpenedMutation>& parts) {
  if (parts.size() == 1 && !parts[0].envelope.has_bundle()) return true;
  for (size_t i = 0; i < parts.size(); ++i) {
    const v1::Bundle& bundle = parts[i].envelope.bundle();
    if (bundle.index() != i || bundle.count() != parts.size()) return false;
    if (i > 0 && parts[i].seq != parts[i - 1].seq + 1) return false;
  }
  return true;
}

std::optional<absl::CivilDay> SoundFrom(const OpenedMutation& mutation, absl::Time captured_by) {
  const RecordTypeInfo* info = FindRecordType(mutation.envelope.record_type());
  const bool is_create = mutation.payload.action() == v1::MUTATION_ACTION_CREATE;
  if (info == nullptr || !is_create || mutation.refusal.has_value()) return std::nullopt;
  const absl::CivilDay day = LocalDay(captured_by);
  if (CheckContent(*info, mutation, mutation.payload.fields(), day).has_value()) return std::nullopt;
  return day;
}

// A mutation was captured before its successors were, and with the right clock one of these says when that was.
void NoteSuccessors(std::vector<OpenedMutation>& mutations, const Author& author, absl::Time received,
                    const std::optional<Anchor>& session) {
  std::optional<absl::Time> captured_by;
  for (auto mutation = mutations.rbegin(); mutation != mutations.rend(); ++mutation) {
    mutation->captured_by = captured_by;
    const Interval own = RecordedInterval(mutation->payload.evidence(), session, author.enrolled, received);
    captured_by = std::min(captured_by.value_or(own.latest), own.latest);
    mutation->own_interval = own;
    mutation->sound_from = SoundFrom(*mutation, *captured_by);
  }
}

}  // namespace

Author& OwnAuthor(Submission& submission) {
  auto own = std::make_shared<Author>(*submission.author);
  submission.author = own;
  return *own;
}

void QueueKeys::Add(const v1::QueueKey& key, const BoxKeyPair& base_keys) {
  if (by_id.size() >= kMaxQueueKeys || key.queue_key_id().size() != 16) return;
  Entry entry;
  entry.wrapped_for_base = key.wrapped_for_base();
  auto opened = OpenSealedBox(base_keys, key.wrapped_for_base());
  if (opened.ok() && opened->size() == 32) entry.key = SecretBytes(*opened);
  by_id.insert_or_assign(key.queue_key_id(), std::move(entry));
}

void CheckForm(OpenedMutation& mutation, const KnownSchema& schema) {
  const bool parsed =
      mutation.opened && Unpack(mutation, schema) && mutation.payload.ParseFromString(mutation.payload_bytes);
  if (!mutation.envelope.ParseFromString(mutation.envelope_bytes)) {
    mutation.envelope.Clear();
    Refuse(mutation, v1::REFUSAL_CODE_UNREADABLE);
  } else if (IsAhead({mutation.envelope, mutation.envelope_bytes, mutation.payload, mutation.payload_bytes},
                     schema)) {
    Refuse(mutation, v1::REFUSAL_CODE_SCHEMA_AHEAD);
  } else if (auto refusal = ValidateEnvelope(mutation.envelope)) {
    mutation.refusal = refusal;
  }
  CheckPayload(mutation, parsed);
}

OpenedMutation OpenMutation(const v1::SealedMutation& sealed, const QueueKeys& keys,
                            const SecretBytes& digest_key, const KnownSchema& schema) {
  OpenedMutation mutation;
  mutation.seq = sealed.seq();
  mutation.envelope_bytes = sealed.envelope();
  OpenPayload(mutation, sealed, keys);
  CheckForm(mutation, schema);
  // Of what the payload says and not of how it came. The log may know it by another digest all the same (SameContent).
  mutation.digest = KeyedDigest(digest_key, mutation.envelope_bytes + '\0' + mutation.payload_bytes, 16);
  mutation.intent = IntentId::FromBytes(mutation.envelope.intent_id()).value_or(IntentId());
  return mutation;
}

OpenedMutation OpenRevoked(const v1::SealedMutation& sealed, const QueueKeys& keys,
                           const SecretBytes& digest_key, bool stolen) {
  OpenedMutation mutation = OpenMutation(sealed, keys, digest_key);
  mutation.refusal = Refusal{stolen ? v1::REFUSAL_CODE_STOLEN : v1::REFUSAL_CODE_REVOKED, 0};
  if (!stolen) return mutation;
  v1::MutationPayload clocks;
  *clocks.mutable_evidence() = mutation.payload.evidence();
  mutation.payload = std::move(clocks);
  mutation.payload_bytes = sealed.sealed_payload();
  mutation.opened = false;
  return mutation;
}

bool SameContent(const LogContent& logged, const OpenedMutation& mutation) {
  if (logged.envelope != mutation.envelope_bytes) return false;
  if (logged.payload == mutation.payload_bytes) return true;
  const auto unpacked = UnpackPayload(logged.payload);
  return unpacked.ok() && *unpacked == mutation.payload_bytes;
}

std::optional<Refusal> CheckContent(const RecordTypeInfo& info, const OpenedMutation& mutation,
                                    const std::string& fields, absl::CivilDay latest_day) {
  const std::unique_ptr<google::protobuf::Message> content(info.prototype->New());
  if (!content->ParseFromString(fields)) return Refusal{v1::REFUSAL_CODE_UNREADABLE, 0};
  ValidationContext context;
  context.record_id = RecordId::FromBytes(mutation.envelope.record_id()).value_or(RecordId());
  context.subject = RecordId::FromBytes(mutation.envelope.subject_id()).value_or(RecordId());
  context.latest_day = latest_day;
  return ValidateContent(info, *content, context);
}

std::vector<Submission> GroupBundles(std::vector<OpenedMutation> mutations, Author author,
                                     absl::Time received, const std::optional<Anchor>& session) {
  NoteSuccessors(mutations, author, received, session);
  const auto shared = std::make_shared<const Author>(std::move(author));
  std::vector<Submission> submissions;
  for (OpenedMutation& mutation : mutations) {
    const bool joins = !submissions.empty() && SameBundle(submissions.back().mutations.back(), mutation);
    if (!joins) submissions.push_back({shared, {}, received, session});
    submissions.back().mutations.push_back(std::move(mutation));
  }
  for (Submission& submission : submissions) {
    if (IsWhole(submission.mutations)) continue;
    for (OpenedMutation& part : submission.mutations) {
      // What is ahead passes one day; that it came in pieces must be known then.
      if (part.refusal == Refusal{v1::REFUSAL_CODE_SCHEMA_AHEAD, 0}) part.refusal.reset();
      Refuse(part, v1::REFUSAL_CODE_BAD_BUNDLE);
    }
  }
  return submissions;
}

}  // namespace opgang
