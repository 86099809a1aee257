// One citizen's telephone number: people write it, each having seen what the test says, and the mutations arrive in the
// order in which the test lets them. A letter names a mutation.
#ifndef OPGANG_TESTS_MERGE_MERGE_STORY_H_
#define OPGANG_TESTS_MERGE_MERGE_STORY_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/merge/merge.h"
#include "core/merge/open_conflicts.h"
#include "core/records/registry.h"
#include "opgang/v1/citizen.pb.h"

namespace opgang {

inline constexpr uint32_t kTelephone = v1::Citizen::kTelephoneFieldNumber;

// A record as somebody holds it: what arrived there, in which order.
class Holder {
 public:
  void Take(const v1::MutationPayload& payload, const v1::Provenance& provenance) {
    MergeContext context;
    context.record_type = RecordType::kCitizen;
    context.merged_before = [this](const std::string& id) -> std::optional<v1::Provenance> {
      const auto found = log_.find(id);
      return found == log_.end() ? std::nullopt : std::optional(found->second);
    };
    auto merged = Merge(log_.empty() ? nullptr : &record_, payload, provenance, context);
    ASSERT_TRUE(merged.ok());
    record_ = merged->record;
    log_[provenance.intent_id()] = provenance;
    conflict_fields_ = merged->conflict_fields;
  }

  const v1::Record& record() const { return record_; }
  const std::vector<uint32_t>& conflict_fields() const { return conflict_fields_; }
  bool deleted() const { return record_.deleted(); }

  std::string telephone() const { return TelephoneIn(record_.fields()); }
  // The number in front, then those beside it: "22222222 33333333". An open delete: " deleted?".
  std::string all_telephones() const {
    std::string all = telephone();
    for (const OpenConflict& conflict : OpenConflictsOf(record_)) {
      for (size_t i = 1; i < conflict.values.size(); ++i) {
        all += conflict.field == kWholeRecord ? " deleted?" : " " + TelephoneIn(conflict.values[i].bytes);
      }
    }
    return all;
  }
  size_t awaited() const {
    size_t count = 0;
    for (const auto& state : record_.field_states()) count += state.awaited_size();
    return count;
  }

 private:
  static std::string TelephoneIn(const std::string& bytes) {
    v1::Citizen citizen;
    EXPECT_TRUE(citizen.ParseFromString(bytes));
    return citizen.telephone();
  }

  v1::Record record_;
  std::map<std::string, v1::Provenance> log_;
  std::vector<uint32_t> conflict_fields_;
};

class MergeStory : public testing::Test {
 protected:
  struct Said {
    v1::MutationPayload payload;
    v1::Provenance provenance;
  };

  // A version whose own time is `ms`; the letter tells versions of one time apart.
  static std::string Version(char letter, int64_t ms) {
    std::string version(16, letter);
    for (int i = 0; i < 6; ++i) version[i] = static_cast<char>(ms >> (8 * (5 - i)));
    return version;
  }

  Said& Say(char letter, v1::MutationAction action, const std::string& number) {
    Said& said = said_[letter];
    said.payload.set_action(action);
    v1::Citizen citizen;
    citizen.set_telephone(number);
    if (action != v1::MUTATION_ACTION_DELETE) said.payload.set_fields(citizen.SerializeAsString());
    said.provenance.set_intent_id(Version(letter, now_ms_ + clock_error_ms_));
    said.provenance.set_author(std::string("author-") + letter);
    said.provenance.set_device(std::string("tablet-") + letter);
    now_ms_ += 1000;
    return said;
  }
  void Create(char letter, const std::string& number) { Say(letter, v1::MUTATION_ACTION_CREATE, number); }
  void Patch(char letter, const std::string& number, const std::string& seen) {
    See(Say(letter, v1::MUTATION_ACTION_PATCH, number), kTelephone, seen);
  }
  // `seen`: of the telephone number; `deletes`: of the record itself.
  void Delete(char letter, const std::string& seen, const std::string& deletes = "") {
    Said& said = Say(letter, v1::MUTATION_ACTION_DELETE, "");
    See(said, kTelephone, seen);
    if (!deletes.empty()) See(said, kWholeRecord, deletes);
  }
  void Keep(char letter, const std::string& deletes) {
    Said& said = Say(letter, v1::MUTATION_ACTION_PATCH, "");
    said.payload.clear_fields();
    See(said, kWholeRecord, deletes);
  }
  void See(Said& said, uint32_t field, const std::string& letters) {
    v1::FieldEdit& edit = *said.payload.add_edits();
    edit.set_field(field);
    for (char letter : letters) edit.add_seen_versions(said_.at(letter).provenance.intent_id());
  }
  void Received(char letter, int64_t ms) { said_.at(letter).provenance.set_received_us(ms * 1000); }

  Holder Arriving(const std::string& letters) const {
    Holder holder;
    for (char letter : letters) holder.Take(said_.at(letter).payload, said_.at(letter).provenance);
    return holder;
  }
  // What is seen in the end, in whatever order these arrive: each different outcome once.
  std::set<std::string> Outcomes(std::string letters) const {
    std::set<std::string> outcomes;
    std::sort(letters.begin(), letters.end());
    do {
      const Holder holder = Arriving(letters);
      outcomes.insert(holder.deleted() ? "(deleted)" : holder.all_telephones());
      EXPECT_EQ(holder.awaited(), 0u) << letters;
    } while (std::next_permutation(letters.begin(), letters.end()));
    return outcomes;
  }

  std::map<char, Said> said_;
  int64_t now_ms_ = 1'775'037'600'000;  // 1 April 2026
  int64_t clock_error_ms_ = 0;
};

}  // namespace opgang

#endif  // OPGANG_TESTS_MERGE_MERGE_STORY_H_
