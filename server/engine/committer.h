// The committer: decides each mutation's fate and writes it. One thread; the writer's.
//
//   known by intent id or by (replica, seq)?  same bytes -> the first verdict again; other bytes -> ID_REUSED, and with
//                                             it every part of its bundle that is not known yet. Work comes in the
//                                             order of its places, so one that was taken or passed over shows two
//                                             stores under one name: nothing new is taken in under it from then on
//                                             (I3), and each becomes a replica of its own
//   about an erased citizen?                  ERASED, and nothing of it is kept; the other parts of its bundle go on
//   authorise -> validate -> merge -> next rev -> record, feed, log, verdict          (admission.h)
//   then what moves with it: everything about a citizen who moved, or whose case ended  (placement.h)
//
// Many submissions share one durable transaction (group commit); of a bundle that is refused in its middle nothing stays,
// and no other submission goes with it (I5). Verdicts are returned only after the commit is durable (I1).
#ifndef OPGANG_SERVER_ENGINE_COMMITTER_H_
#define OPGANG_SERVER_ENGINE_COMMITTER_H_

#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/base/random.h"
#include "server/engine/admission.h"
#include "server/engine/caller.h"
#include "server/engine/submission.h"
#include "server/store/base_store.h"

namespace opgang {

// One vector for each submission, one verdict for each mutation, in order.
using Verdicts = std::vector<std::vector<v1::Verdict>>;

struct CommitOutcome {
  Verdicts verdicts;
  std::set<Scope> touched;  // scopes with news
};

// What to tell the devices, whatever became of the commit.
struct Answers {
  absl::Status status;  // not ok: nothing of the group is durable, and every verdict is RETRY_LATER
  Verdicts verdicts;
  std::set<Scope> touched;
};

// All of them again, later, for the reason in `status`.
Answers AllRetryLater(const std::vector<Submission>& group, const absl::Status& status);

class Committer {
 public:
  // `store` must outlive the committer. `schema`: what this base knows of records.
  // `random`: for the base's own answers.
  explicit Committer(BaseStore& store, const KnownSchema& schema = {}, Random& random = SystemRandom())
      : store_(store), schema_(schema), random_(random) {}

  // Commits a group. An error means that nothing of the group is durable.
  absl::StatusOr<CommitOutcome> Commit(const std::vector<Submission>& group);
  // Commits what devices pushed. After any error but a full disk the caller stops. Whose push failed is answered
  // RETRY_LATER, and so is what it pushes next, until GoOn(): so no place stays free below one that is taken, where a copy
  // of the store could live under the same name unnoticed (I3).
  Answers Answer(const std::vector<Submission>& group);
  // The replica begins a session anew, and with it at its first place without a fate.
  void GoOn(ReplicaId replica) { held_back_.erase(replica); }

  // Runs a quarantined mutation through the same steps again, with its bundle and what waits for its create, by a
  // person's decision. Its verdict afterwards; the others' changed as well. A bundle of which parts have not come stays
  // where it is. kNotFound; kBadInput where nobody is named.
  absl::StatusOr<v1::Verdict> Replay(IntentId intent, std::string_view actor, absl::Time now,
                                     std::set<Scope>& touched,
                                     v1::DecisionReason reason = v1::DECISION_REASON_UNSPECIFIED);
  // At the start of a base: what it had been too old for and knows by now takes effect, in the order in which it came,
  // with its bundle and what waits for its create. What was refused for any other reason waits for a person, and so does
  // a bundle with such a part. How many left quarantine; nothing is written where none of it is known yet (upgrade.cc).
  absl::StatusOr<int> ReplayAfterUpgrade(absl::Time now, std::set<Scope>& touched);
  // Gives a quarantined mutation up, by a person's decision, with its bundle: what is left of one could never be
  // committed whole. How many; their bytes stay in the log. kNotFound; kBadInput where nobody is named, or no reason.
  // `first_actor`: of a stolen store's work, who said so before (server/admin/stolen.h).
  absl::StatusOr<int> Discard(IntentId intent, std::string_view actor, absl::Time now,
                              v1::DecisionReason reason, std::string_view first_actor = {});

  // In a transaction of its own: gives free chairs to those who wait for one, after chairs came back in another way than by
  // a mutation (seat_answers.cc). Commit() and Replay() do it by themselves.
  absl::Status AnswerWishes(absl::Time now, std::set<Scope>& touched);

 private:
  // A group in one transaction. Without parts (BaseStore::BeginPart) a bundle that is refused in its middle takes the group
  // back: `torn_`, and nothing is written.
  absl::StatusOr<CommitOutcome> CommitInOne(const std::vector<Submission>& group);
  absl::Status DecideGroup(const std::vector<Submission>& group, CommitOutcome& outcome);
  // Of one submission.
  using Decided = std::vector<v1::Verdict>;
  // The earliest instant of a replica's last mutation, and the first place that lies after all that are taken.
  struct Standing {
    ReplicaState state;
    uint64_t next_seq = 1;
  };
  absl::StatusOr<Standing*> StandingOf(ReplicaId replica);
  absl::Status NotePlaces(ReplicaId replica, const Decided& verdicts);
  absl::StatusOr<Decided> Decide(const Submission& submission, std::set<Scope>& touched);
  absl::StatusOr<Decided> DecideAs(const Submission& submission, std::set<Scope>& touched);
  bool IsErased(const OpenedMutation& mutation) const;
  bool ConcernsErased(const Submission& submission,
                      const std::vector<std::optional<v1::Verdict>>& known) const;
  absl::StatusOr<Decided> DecideWithoutErased(const Submission& submission,
                                              std::vector<std::optional<v1::Verdict>> known,
                                              std::set<Scope>& touched);
  absl::Status HideForeignIds(Submission& submission);
  absl::StatusOr<std::optional<v1::Verdict>> KnownVerdict(ReplicaId replica, const OpenedMutation& mutation);
  absl::StatusOr<Decided> CompleteKnown(const Submission& submission,
                                        std::vector<std::optional<v1::Verdict>> known, bool reused);
  absl::StatusOr<Decided> ApplyOrQuarantine(const Submission& submission, std::set<Scope>& touched);
  absl::StatusOr<std::vector<Interval>> RecordedIntervals(const Submission& submission);
  absl::StatusOr<v1::Verdict> Quarantine(const Submission& submission, const OpenedMutation& mutation,
                                         const Interval& recorded, const Refusal& refusal,
                                         uint64_t told_at_rev = 0);
  absl::StatusOr<Decided> QuarantineAll(const Submission& submission, const std::vector<Interval>& recorded,
                                        size_t culprit, const Admitted& refused);
  absl::Status SettleReplaced(const Submission& submission, std::set<Scope>& touched);
  absl::Status ReplayRelated(const std::vector<QuarantinedMutation>& related, const FateDecision& decision,
                             std::set<Scope>& touched);
  absl::StatusOr<std::vector<QuarantinedMutation>> RelatedTo(const std::vector<QuarantinedMutation>& items);
  absl::Status ReplayBundle(std::vector<QuarantinedMutation> parts, const FateDecision& decision,
                            std::set<Scope>& touched);
  absl::Status KeepQuarantined(const std::vector<QuarantinedMutation>& parts, size_t culprit,
                               const Refusal& refusal, const FateDecision& decision);
  absl::StatusOr<Author> AuthorOfItem(const QuarantinedMutation& item);
  absl::StatusOr<bool> AuthorityStands(const Author& author);
  OpenedMutation Reopen(const QuarantinedMutation& item) const;
  absl::Status WriteStandings();
  // seat_answers.cc
  absl::Status NoteSeat(const Author& author, const OpenedMutation& mutation, const StoredRecord& record);
  absl::Status SettleSeats(absl::Time now, std::set<Scope>& touched);
  absl::Status AnswerWishesIn(const MeetingPlan& meeting, absl::Time now, std::set<Scope>& touched);
  absl::Status Answer(RecordId seat, v1::SeatState state, absl::Time now, std::set<Scope>& touched);

  // group_leaders.cc; before the record is put
  absl::Status NoteLeader(const Author& author, const StoredRecord& group, absl::Time now);
  absl::Status GiveGroup(const StoredRecord& group, const std::string& staff_code, absl::Time now);
  absl::Status TakeGroup(const StoredRecord& group, const std::string& staff_code, absl::Time now);

  BaseStore& store_;
  const KnownSchema schema_;
  Random& random_;
  bool seats_moved_ = false;      // a seat, a meeting or a group was written since SettleSeats()
  std::set<RecordId> uncovered_;  // seats that became promised anew since then, with no chair named
  std::map<ReplicaId, Standing> standings_;  // as of this group
  // Replicas of which a place was claimed twice. Need not outlive the process: whoever comes again under such a name
  // begins with that place.
  std::set<ReplicaId> split_;
  std::set<ReplicaId> held_back_;  // a push of theirs failed, and they have not begun anew
  // A part for each bundle costs every group a twentieth: only after a group that needed them, until one does not.
  bool in_parts_ = false;
  bool torn_ = false;  // a bundle of this group was refused in its middle
};

}  // namespace opgang

#endif  // OPGANG_SERVER_ENGINE_COMMITTER_H_
