// Receipts of what was handed in by people who may write and not read (a caretaker's referral), and their being taken up.
//
// A receipt holds its author's own words and two times, nothing of what others wrote. It is made alike for what took effect
// and for what was kept back because of other people's data; what was kept back is never taken up.
#ifndef OPGANG_SERVER_ENGINE_REFERRALS_H_
#define OPGANG_SERVER_ENGINE_REFERRALS_H_

#include "absl/status/status.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"

namespace opgang {

// One bundle whose author is told that it took effect: notes each citizen that it brings as referred, or as taken up where
// somebody else referred her. Inside the caller's transaction.
absl::Status NoteReferrals(BaseStore& store, const Submission& submission);

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_REFERRALS_H_
