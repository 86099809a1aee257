#include "server/engine/referrals.h"

#include <set>

#include "core/base/status_macros.h"
#include "server/engine/admission.h"

namespace opgang {
namespace {

bool BringsCitizen(const OpenedMutation& mutation) {
  return mutation.envelope.record_type() == static_cast<uint32_t>(RecordType::kCitizen) &&
         mutation.payload.action() == v1::MUTATION_ACTION_CREATE && !mutation.under_digest;
}

absl::Status NoteReferral(BaseStore& store, const Submission& submission, const OpenedMutation& mutation) {
  v1::Citizen citizen;
  if (!citizen.ParseFromString(mutation.payload.fields())) citizen.Clear();
  Referral referral;
  referral.author = submission.author->staff_code;
  v1::ReferralReceipt& receipt = referral.receipt;
  receipt.set_intent_id(mutation.intent.ToBytes());
  receipt.set_citizen_id(mutation.envelope.record_id());
  receipt.set_received_us(absl::ToUnixMicros(submission.received));
  receipt.set_entrance_id(citizen.entrance_id());
  receipt.set_floor(citizen.floor());
  receipt.set_door(citizen.door());
  return store.PutReferral(referral);
}

}  // namespace

absl::Status NoteReferrals(BaseStore& store, const Submission& submission) {
  std::set<RecordId> written_about;
  for (const OpenedMutation& mutation : submission.mutations) {
    const bool blind = WritesBlind(*submission.author, mutation.envelope);
    if (blind && BringsCitizen(mutation)) RETURN_IF_ERROR(NoteReferral(store, submission, mutation));
    const auto citizen = RecordId::FromBytes(mutation.envelope.subject_id());
    if (!blind && citizen.has_value()) written_about.insert(*citizen);
  }
  for (const RecordId& citizen : written_about) {
    RETURN_IF_ERROR(
        store.NoteTakenUp(citizen, submission.author->staff_code, absl::ToUnixMicros(submission.received)));
  }
  return absl::OkStatus();
}

}  // namespace opgang
