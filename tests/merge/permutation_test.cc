// Property: replicas that edit, delete, keep and hear of each other in random ways leave the same values standing in
// whatever order their mutations reach the base (I6, I7, I8). Seeds are fixed; a failing one prints itself.
#include <algorithm>
#include <random>

#include "tests/merge/merge_story.h"

namespace opgang {
namespace {

constexpr int kReplicas = 3;
constexpr int kMutations = 9;
constexpr int kOrders = 12;

struct Word {
  v1::MutationPayload payload;
  v1::Provenance provenance;
};

// What one replica has heard, in its order, and which of the words those are.
struct Replica {
  Holder holder;
  std::set<size_t> heard;
};

class World {
 public:
  explicit World(uint32_t seed) : random_(seed) {
    Word create = Blank(v1::MUTATION_ACTION_CREATE);
    create.payload.set_fields(Content("10000000"));
    words_.push_back(create);
    for (Replica& replica : replicas_) Hear(replica, 0);
    for (int i = 0; i < kMutations; ++i) Step(i);
  }

  // Values by version, and whether the record is there, after the words came in some order.
  std::string OutcomeOfSomeOrder() {
    std::vector<size_t> order(words_.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::shuffle(order.begin(), order.end(), random_);
    Holder holder;
    for (const size_t i : order) holder.Take(words_[i].payload, words_[i].provenance);
    std::string outcome = holder.deleted() ? "deleted" : "settled";
    if (HasOpenConflict(holder.record())) outcome = "conflict";
    for (const uint32_t field : {kWholeRecord, kTelephone, uint32_t{v1::Citizen::kNameFieldNumber}}) {
      std::string versions;
      for (const IntentId& version : VersionsOf(holder.record(), field)) versions += version.ToString() + " ";
      outcome += "\n" + std::to_string(field) + ": " + versions;
    }
    outcome += "\n" + holder.record().fields();
    return outcome + "\nawaited " + std::to_string(holder.awaited());
  }

 private:
  int Below(int n) { return static_cast<int>(random_() % static_cast<uint32_t>(n)); }

  static std::string Content(const std::string& number) {
    v1::Citizen citizen;
    citizen.set_telephone(number);
    citizen.set_name("Amina");
    return citizen.SerializeAsString();
  }

  // Clocks are off by up to ten years; the base clamps what it received.
  Word Blank(v1::MutationAction action) {
    Word word;
    word.payload.set_action(action);
    std::string version(16, static_cast<char>('A' + words_.size()));
    const int64_t base_ms = 1'775'037'600'000 + 1000 * static_cast<int64_t>(words_.size());
    const int64_t ms = base_ms + (Below(3) - 1) * int64_t{315'360'000'000};
    for (int i = 0; i < 6; ++i) version[i] = static_cast<char>(ms >> (8 * (5 - i)));
    word.provenance.set_intent_id(version);
    word.provenance.set_received_us((base_ms + 100) * 1000);
    return word;
  }

  void Hear(Replica& replica, size_t word) {
    if (!replica.heard.insert(word).second) return;
    replica.holder.Take(words_[word].payload, words_[word].provenance);
  }

  void See(const Replica& replica, uint32_t field, Word& word) {
    v1::FieldEdit& edit = *word.payload.add_edits();
    edit.set_field(field);
    for (const IntentId& version : VersionsOf(replica.holder.record(), field))
      edit.add_seen_versions(version.ToBytes());
  }

  void SeeEverything(const Replica& replica, Word& word) {
    for (const auto& state : replica.holder.record().field_states()) See(replica, state.field(), word);
  }

  Word Patch(const Replica& replica, int i) {
    Word word = Blank(v1::MUTATION_ACTION_PATCH);
    v1::Citizen citizen;
    const bool telephone = Below(3) > 0;
    if (telephone) citizen.set_telephone(std::to_string(20000000 + (Below(4) == 0 ? 0 : i)));
    if (!telephone) citizen.set_name("Amina " + std::to_string(i));
    word.payload.set_fields(citizen.SerializeAsString());
    See(replica, telephone ? kTelephone : uint32_t{v1::Citizen::kNameFieldNumber}, word);
    if (replica.holder.deleted())
      See(replica, kWholeRecord, word);  // it is brought back by somebody who knows
    return word;
  }

  void Step(int i) {
    Replica& replica = replicas_[Below(kReplicas)];
    if (replica.holder.deleted() && Below(4) > 0) return;  // few bring back what they know to be deleted
    Word word = Patch(replica, i);
    if (!replica.holder.deleted() && Below(2) == 0) {
      word = Blank(v1::MUTATION_ACTION_DELETE);
      SeeEverything(replica, word);
    } else if (HasOpenConflict(replica.holder.record()) && Below(3) == 0) {
      word = Blank(v1::MUTATION_ACTION_PATCH);
      See(replica, kWholeRecord, word);
    }
    words_.push_back(word);
    Hear(replica, words_.size() - 1);
    Replica& listener = replicas_[Below(kReplicas)];
    const std::set<size_t> heard = replica.heard;  // a base hands on all that it has
    if (Below(2) == 0) {
      for (const size_t known : heard) Hear(listener, known);
    }
  }

  std::mt19937 random_;
  std::vector<Word> words_;
  Replica replicas_[kReplicas];
};

TEST(PermutationTest, WhateverTheOrderOfArrivalTheSameValuesStand) {
  int conflicts = 0;
  int deleted = 0;
  for (uint32_t seed = 1; seed <= 200; ++seed) {
    World world(seed);
    const std::string first = world.OutcomeOfSomeOrder();
    conflicts += first.starts_with("conflict") ? 1 : 0;
    deleted += first.starts_with("deleted") ? 1 : 0;
    for (int i = 0; i < kOrders; ++i) ASSERT_EQ(world.OutcomeOfSomeOrder(), first) << "seed " << seed;
  }
  EXPECT_GT(conflicts, 20) << "the worlds are too tame";
  EXPECT_GT(deleted, 20) << "the worlds are too tame";
}

}  // namespace
}  // namespace opgang
