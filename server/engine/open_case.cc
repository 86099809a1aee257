#include "server/engine/open_case.h"

#include <algorithm>
#include <deque>
#include <vector>

#include "core/base/status_macros.h"
#include "core/merge/open_conflicts.h"
#include "core/rules/response_case.h"

namespace opgang {
namespace {

constexpr auto kSamePerson = static_cast<uint32_t>(RecordType::kSamePerson);

Interval RecordedIn(const v1::Record& record) {
  return {absl::FromUnixMicros(record.created().recorded().earliest_us()),
          absl::FromUnixMicros(record.created().recorded().latest_us())};
}

// Keeps the parsed records that the facts point to.
class Facts {
 public:
  void Take(const StoredRecord& record) {
    if (!record.record.has_created() || record.record.deleted()) return;
    const Interval recorded = RecordedIn(record.record);
    const bool ends_cases = !DeleteIsDisputed(record.record);
    switch (static_cast<RecordType>(record.type)) {
      case RecordType::kInquiry:
        if (const auto* inquiry = Parse(inquiries_, record))
          facts_.inquiries.push_back({record.id, record.subject, inquiry, recorded});
        break;
      case RecordType::kParticipation:
        if (const auto* participation = ends_cases ? Parse(participations_, record) : nullptr)
          facts_.participations.push_back({record.id, participation, recorded});
        break;
      case RecordType::kClosing:
        if (const auto* closing = ends_cases ? Parse(closings_, record) : nullptr)
          facts_.closings.push_back({record.id, closing, recorded});
        break;
      default: break;  // steps on the way stop nothing
    }
  }

  bool AnyOpen(absl::Time now) const {
    const std::vector<ResponseCase> cases = CasesOf(facts_, now, RuleSettings());
    return std::any_of(cases.begin(), cases.end(), [](const ResponseCase& one) { return one.open(); });
  }

 private:
  template <typename Message>
  static const Message* Parse(std::deque<Message>& kept, const StoredRecord& record) {
    Message& message = kept.emplace_back();
    return message.ParseFromString(record.record.fields()) ? &message : nullptr;
  }

  std::deque<v1::Inquiry> inquiries_;
  std::deque<v1::Participation> participations_;
  std::deque<v1::Closing> closings_;
  PersonFacts facts_;
};

}  // namespace

absl::StatusOr<std::set<RecordId>> SamePersons(BaseStore& store, RecordId citizen) {
  std::set<RecordId> persons = {citizen};
  std::vector<RecordId> to_visit = {citizen};
  while (!to_visit.empty()) {
    const RecordId next = to_visit.back();
    to_visit.pop_back();
    ASSIGN_OR_RETURN(const auto joins, store.RecordsAbout(next, kSamePerson));
    for (const StoredRecord& join : joins) {
      v1::SamePerson content;
      const bool joined =
          !join.record.deleted() && content.ParseFromString(join.record.fields()) && content.joined();
      const auto other = RecordId::FromBytes(content.other_citizen_id());
      if (joined && other && persons.insert(*other).second) to_visit.push_back(*other);
    }
  }
  return persons;
}

absl::StatusOr<bool> HasOpenCase(BaseStore& store, const std::set<RecordId>& persons, absl::Time now) {
  Facts facts;
  for (const RecordId& person : persons) {
    ASSIGN_OR_RETURN(const auto records, store.RecordsAbout(person, /*type=*/0));
    for (const StoredRecord& record : records) facts.Take(record);
  }
  return facts.AnyOpen(now);
}

}  // namespace opgang
