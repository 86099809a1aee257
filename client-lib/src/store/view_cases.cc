// The half of ViewIndex that puts a person's records together: same persons, and the response cases.
#include <algorithm>
#include <set>
#include <utility>

#include "client-lib/src/store/view_index.h"
#include "core/merge/open_conflicts.h"

namespace opgang {
namespace {

// While it is disputed whether somebody took it back, what would end a case does not: a deadline that is shown in vain
// does less harm than one that is hidden.
bool EndsCases(const VisibleRecord& record) {
  return !record.record.has_field_states() || !DeleteIsDisputed(*record.record);
}

PersonFacts FactsIn(const std::vector<const VisibleRecord*>& records) {
  PersonFacts facts;
  for (const VisibleRecord* r : records) {
    switch (r->type->type) {
      case RecordType::kInquiry:
        facts.inquiries.push_back({r->id, r->subject, &r->As<v1::Inquiry>(), r->recorded});
        break;
      case RecordType::kReply: facts.replies.push_back({r->id, &r->As<v1::Reply>(), r->recorded}); break;
      case RecordType::kParticipation:
        if (EndsCases(*r)) facts.participations.push_back({r->id, &r->As<v1::Participation>(), r->recorded});
        break;
      case RecordType::kClosing:
        if (EndsCases(*r)) facts.closings.push_back({r->id, &r->As<v1::Closing>(), r->recorded});
        break;
      default: break;
    }
  }
  return facts;
}

// A line is large: each is moved once.
std::vector<CaseLine> MostUrgentFirst(std::vector<CaseLine> lines) {
  std::vector<CaseLine*> order;
  for (CaseLine& line : lines) order.push_back(&line);
  std::sort(order.begin(), order.end(), [](const CaseLine* a, const CaseLine* b) {
    return MoreUrgent(a->response_case, b->response_case);
  });
  std::vector<CaseLine> sorted;
  sorted.reserve(lines.size());
  for (CaseLine* line : order) sorted.push_back(std::move(*line));
  return sorted;
}

}  // namespace

bool MakesCases(uint32_t record_type) {
  switch (static_cast<RecordType>(record_type)) {
    case RecordType::kInquiry:
    case RecordType::kReply:
    case RecordType::kParticipation:
    case RecordType::kClosing:
    case RecordType::kSamePerson: return true;
    default: return false;
  }
}

std::vector<RecordId> ViewIndex::SamePersons(RecordId citizen) const {
  std::set<RecordId> persons = {citizen};
  std::vector<RecordId> to_visit = {citizen};
  while (!to_visit.empty()) {
    const auto found = by_subject_.find(to_visit.back());
    to_visit.pop_back();
    if (found == by_subject_.end()) continue;
    for (const VisibleRecord* record : found->second) {
      if (record->type->type != RecordType::kSamePerson || !record->As<v1::SamePerson>().joined()) continue;
      const auto other = RecordId::FromBytes(record->As<v1::SamePerson>().other_citizen_id());
      if (other && persons.insert(*other).second) to_visit.push_back(*other);
    }
  }
  return {persons.begin(), persons.end()};
}

std::vector<CaseLine> ViewIndex::CasesOfPerson(const std::vector<RecordId>& citizens, absl::Time now) const {
  std::vector<const VisibleRecord*> records;
  for (const RecordId& citizen : citizens) {
    const auto found = by_subject_.find(citizen);
    if (found != by_subject_.end()) records.insert(records.end(), found->second.begin(), found->second.end());
  }
  std::vector<CaseLine> lines;
  for (ResponseCase& one : CasesOf(FactsIn(records), now, rules_)) {
    CaseLine line;
    line.citizen = Find(one.citizen);
    line.inquiry = Find(one.id);
    line.response_case = std::move(one);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<CaseLine> ViewIndex::Cases(absl::Time now, bool open_only) const {
  std::vector<CaseLine> lines;
  std::set<RecordId> done;
  for (const VisibleRecord* inquiry : OfType(RecordType::kInquiry)) {
    const std::vector<RecordId> persons = SamePersons(inquiry->subject);
    if (!done.insert(persons.front()).second) continue;
    for (CaseLine& line : CasesOfPerson(persons, now)) {
      if (!open_only || line.response_case.open()) lines.push_back(std::move(line));
    }
  }
  return MostUrgentFirst(std::move(lines));
}

std::vector<CaseLine> ViewIndex::CasesOfCitizen(RecordId citizen, absl::Time now) const {
  return CasesOfPerson(SamePersons(citizen), now);
}

}  // namespace opgang
